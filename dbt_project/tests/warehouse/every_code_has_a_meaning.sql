-- A status or type that no rule knows would silently be left out of a measure. Blank is known to be blank.
select
    'project_status' as code_set,
    status_code as code
from {{ ref('fct_social_value_project') }}
where status_code is not null and status_meaning is null
union
select
    'target_stage' as code_set,
    stage_code as code
from {{ ref('fct_social_value_commitment') }}
where stage_code is not null and stage_meaning is null
union
select
    'evidence_status' as code_set,
    evidence_code as code
from {{ ref('fct_social_value_delivery') }}
where evidence_code is not null and evidence_meaning is null
union
select
    'contract_type' as code_set,
    contract_type_code as code
from {{ ref('fct_contract') }}
where contract_type_code is not null and contract_type_meaning is null
union
select
    'lot_status' as code_set,
    status_code as code
from {{ ref('fct_evaluation_lot') }}
where status_code is not null and status_meaning is null
union
select
    'procedure' as code_set,
    procedure_code as code
from {{ ref('fct_evaluation_lot') }}
where procedure_code is not null and procedure_meaning is null
union
select
    'bid_stage' as code_set,
    stage_code as code
from {{ ref('fct_bid') }}
where stage_code is not null and stage_meaning is null
union
select
    'bid_outcome' as code_set,
    outcome_code as code
from {{ ref('fct_bid') }}
where outcome_code is not null and outcome_meaning is null
union
select
    'bidder_size' as code_set,
    size_code as code
from {{ ref('fct_bid') }}
where size_code is not null and size_meaning is null
union
select
    'bidder_vcse' as code_set,
    vcse_code as code
from {{ ref('fct_bid') }}
where vcse_code is not null and vcse_meaning is null

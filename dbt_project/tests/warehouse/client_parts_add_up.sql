-- What the clients of a project get of each amount is the whole amount, to the penny.
select
    'contract value' as amount,
    project_id as of_what,
    max(project_value_gbp) as whole_gbp,
    sum(contract_value_gbp) as parts_gbp
from {{ ref('fct_social_value_project') }}
group by project_id
having max(project_value_gbp) is distinct from sum(contract_value_gbp)
union all
select
    'target' as amount,
    project_id || ' line ' || line_number as of_what,
    max(project_target_gbp) as whole_gbp,
    sum(target_gbp) as parts_gbp
from {{ ref('fct_social_value_commitment') }}
group by project_id, line_number
having max(project_target_gbp) is distinct from sum(target_gbp)
union all
select
    'report' as amount,
    project_id || ' line ' || line_number as of_what,
    max(project_reported_gbp) as whole_gbp,
    sum(reported_gbp) as parts_gbp
from {{ ref('fct_social_value_delivery') }}
group by project_id, line_number
having max(project_reported_gbp) is distinct from sum(reported_gbp)

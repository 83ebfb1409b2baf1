-- Whoever is written down with a name or a number, and not withheld, was matched before the build: none is lost.
with written as (
    select
        identified.vendor_record_key,
        identified.supplier_name,
        identified.supplier_ref,
        identified.company_number,
        identified.supplier_key
    from {{ ref('int_supplier__identified') }} as identified
    where not identified.is_redacted
    union all
    select
        contract.vendor_record_key,
        contract.supplier_name,
        null as supplier_ref,
        contract.company_number,
        fact.supplier_key
    from {{ ref('fct_contract') }} as fact
    inner join {{ ref('stg_contracts__contract') }} as contract
        on fact.delivery_id = contract.delivery_id and fact.line_number = contract.line_number
    union all
    select
        bid.vendor_record_key,
        bid.bidder_name as supplier_name,
        bid.bidder_ref as supplier_ref,
        bid.company_number,
        fact.supplier_key
    from {{ ref('fct_bid') }} as fact
    inner join {{ ref('stg_tenders__bid') }} as bid
        on fact.delivery_id = bid.delivery_id and fact.line_number = bid.line_number
    union all
    select
        project.vendor_record_key,
        project.supplier_name,
        null as supplier_ref,
        project.company_number,
        fact.supplier_key
    from {{ ref('fct_social_value_project') }} as fact
    inner join {{ ref('stg_social_value__project') }} as project
        on fact.project_id = project.project_id and fact.client = project.client
)

select
    written.vendor_record_key,
    written.supplier_name
from written
where
    written.supplier_key is null
    and concat(
        {{ squeezed('written.supplier_name') }},
        {{ squeezed('written.supplier_ref') }},
        {{ squeezed('written.company_number') }}
    ) <> ''
    and not exists (
        select 1
        from {{ ref('redaction_token') }} as token
        where {{ squeezed('written.supplier_name') }} ~* token.pattern
    )

with stated as (
    select
        supplier_key,
        evidence,
        size_code,
        as_at_date
    from {{ ref('int_supplier__declared') }}
    union all
    select
        supplier_key,
        'accounts' as evidence,
        evidence_text as size_code,
        as_at_date
    from {{ ref('int_supplier__evidence') }}
    where field = 'accounts_category'
),

-- One source that says both on one day says nothing.
said as (
    select
        stated.supplier_key,
        size_rule.sme_definition,
        stated.evidence as size_source,
        stated.as_at_date as size_as_at_date,
        bool_and(size_rule.is_sme) as is_sme
    from stated
    inner join {{ ref('supplier_size_rule') }} as size_rule
        on
            stated.evidence = size_rule.evidence
            and stated.size_code = size_rule.code
            and {{ is_valid_on('stated.as_at_date', 'size_rule.valid_from', 'size_rule.valid_to') }}
    group by stated.supplier_key, size_rule.sme_definition, stated.evidence, stated.as_at_date
    having bool_and(size_rule.is_sme) = bool_or(size_rule.is_sme)
)

-- The latest counts; of one day, the contracts register before the tender, for somebody other than the bidder wrote it.
select distinct on (supplier_key, sme_definition)
    supplier_key,
    sme_definition,
    is_sme,
    size_source,
    size_as_at_date
from said
order by supplier_key asc, sme_definition asc, size_as_at_date desc, size_source asc

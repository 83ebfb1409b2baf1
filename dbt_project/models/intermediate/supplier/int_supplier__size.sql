with declared as (
    select
        declared.supplier_key,
        size_rule.sme_definition,
        declared.evidence as size_source,
        declared.as_at_date as size_as_at_date,
        bool_and(size_rule.is_sme) as is_sme
    from {{ ref('int_supplier__declared') }} as declared
    inner join {{ ref('supplier_size_rule') }} as size_rule
        on
            declared.evidence = size_rule.evidence
            and declared.size_code = size_rule.code
            and {{ is_valid_on('declared.as_at_date', 'size_rule.valid_from', 'size_rule.valid_to') }}
    group by declared.supplier_key, size_rule.sme_definition, declared.evidence, declared.as_at_date
    -- One source that says both on one day says nothing.
    having bool_and(size_rule.is_sme) = bool_or(size_rule.is_sme)
),

filed as (
    select
        stretch.supplier_key,
        stretch.stretch_number,
        size_rule.sme_definition,
        size_rule.evidence as size_source,
        evidence.as_at_date as size_as_at_date,
        bool_and(size_rule.is_sme) as is_sme
    from {{ stretches_with_evidence() }}
    inner join {{ ref('supplier_size_rule') }} as size_rule
        on
            size_rule.evidence = 'accounts'
            and evidence.evidence_text = size_rule.code
            and {{ is_valid_on('evidence.as_at_date', 'size_rule.valid_from', 'size_rule.valid_to') }}
    where evidence.field = 'accounts_category'
    group by
        stretch.supplier_key,
        stretch.stretch_number,
        size_rule.sme_definition,
        size_rule.evidence,
        evidence.as_at_date
    having bool_and(size_rule.is_sme) = bool_or(size_rule.is_sme)
),

said as (
    select
        stretch.supplier_key,
        stretch.stretch_number,
        declared.sme_definition,
        declared.size_source,
        declared.size_as_at_date,
        declared.is_sme,
        declared.size_as_at_date <= stretch.looked_up_date as is_said_by_then
    from declared
    inner join {{ ref('int_supplier__stretch') }} as stretch on declared.supplier_key = stretch.supplier_key
    union all
    select
        supplier_key,
        stretch_number,
        sme_definition,
        size_source,
        size_as_at_date,
        is_sme,
        true as is_said_by_then
    from filed
)

-- What was said last by then counts, else what was said first; of one day, the contracts register before the tender,
-- for somebody other than the bidder wrote it.
select distinct on (supplier_key, stretch_number, sme_definition)
    supplier_key,
    stretch_number,
    sme_definition,
    is_sme,
    size_source,
    size_as_at_date
from said
order by
    supplier_key asc,
    stretch_number asc,
    sme_definition asc,
    is_said_by_then desc,
    case when is_said_by_then then size_as_at_date end desc,
    size_as_at_date asc,
    size_source asc

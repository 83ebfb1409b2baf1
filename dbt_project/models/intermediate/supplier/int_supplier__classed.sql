with matched as (
    select
        evidence.supplier_key,
        ruled.rule_id,
        ruled.priority,
        ruled.basis,
        ruled.supplier_class,
        ruled.masking,
        ruled.reason
    from {{ ref('int_supplier__evidence') }} as evidence
    inner join {{ ref('int_supplier__ruled') }} as ruled
        on evidence.field = ruled.field and evidence.evidence_text = ruled.evidence_text
),

deciding as (
    select distinct on (supplier_key)
        supplier_key,
        rule_id,
        basis,
        supplier_class,
        masking <> 'never' as is_masking,
        reason
    from matched
    -- Priorities differ from rule to rule, so that nothing is left to chance.
    order by supplier_key, priority
),

-- Whatever class is proved, a name that is a person's stays one.
always_masked as (
    select distinct supplier_key
    from matched
    where masking = 'always'
),

supplier as (
    select distinct supplier_key
    from {{ ref('int_supplier__written') }}
),

classed as (
    select
        supplier.supplier_key,
        coalesce(deciding.supplier_class, 'unknown') as supplier_class,
        coalesce(deciding.rule_id, 'default') as class_rule_id,
        coalesce(deciding.reason, 'Nothing proves an organisation; the name may be a person''s') as class_reason,
        coalesce(deciding.basis, 'unknown') as class_basis,
        coalesce(deciding.is_masking, true) or always_masked.supplier_key is not null as is_personal_by_rule
    from supplier
    left join deciding on supplier.supplier_key = deciding.supplier_key
    left join always_masked on supplier.supplier_key = always_masked.supplier_key
),

-- Said both ways on one day it says nothing.
declared as (
    select
        supplier_key,
        as_at_date,
        case when min(declared_vcse) = max(declared_vcse) then min(declared_vcse) end as evidence_text
    from {{ ref('int_supplier__declared') }}
    where declared_vcse is not null
    group by supplier_key, as_at_date
),

last_declared as (
    select distinct on (supplier_key)
        supplier_key,
        evidence_text,
        as_at_date
    from declared
    order by supplier_key asc, as_at_date desc
),

-- What the rules on VCSE look at beside the evidence: the class, and what was declared last.
vcse_evidence as (
    select
        supplier_key,
        field,
        evidence_text,
        as_at_date
    from {{ ref('int_supplier__evidence') }}
    union all
    select
        classed.supplier_key,
        classed_field.field,
        classed_field.evidence_text,
        null as as_at_date
    from classed
    cross join
        unnest(
            array['supplier_class', 'class_rule_id'], array[classed.supplier_class, classed.class_rule_id]
        ) as classed_field (field, evidence_text)
    union all
    select
        supplier_key,
        'declared_vcse' as field,
        evidence_text,
        as_at_date
    from last_declared
),

vcse_rule as materialized (
    select
        rule_id,
        priority,
        field,
        pattern,
        is_vcse,
        vcse_source
    from {{ ref('supplier_vcse_rule') }}
),

vcse as (
    select distinct on (vcse_evidence.supplier_key)
        vcse_evidence.supplier_key,
        vcse_rule.is_vcse,
        vcse_rule.vcse_source,
        vcse_evidence.as_at_date
    from vcse_evidence
    inner join vcse_rule
        on vcse_evidence.field = vcse_rule.field and vcse_evidence.evidence_text ~* vcse_rule.pattern
    order by vcse_evidence.supplier_key asc, vcse_rule.priority asc, vcse_evidence.as_at_date desc nulls last
)

select
    classed.supplier_key,
    classed.supplier_class,
    classed.class_rule_id,
    classed.class_reason,
    classed.class_basis,
    vcse.is_vcse,
    vcse.vcse_source,
    vcse.as_at_date as vcse_as_at_date,
    supplier_class.is_public_body,
    supplier_class.is_personal or classed.is_personal_by_rule as is_personal
from classed
inner join {{ ref('supplier_class') }} as supplier_class on classed.supplier_class = supplier_class.supplier_class
left join vcse on classed.supplier_key = vcse.supplier_key

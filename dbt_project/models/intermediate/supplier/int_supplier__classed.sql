with held as (
    select
        stretch.supplier_key,
        stretch.stretch_number,
        stretch.looked_up_date,
        evidence.field,
        evidence.evidence_text,
        evidence.as_at_date
    from {{ stretches_with_evidence() }}
),

matched as (
    select
        held.supplier_key,
        held.stretch_number,
        ruled.rule_id,
        ruled.priority,
        ruled.basis,
        ruled.supplier_class,
        ruled.masking,
        ruled.reason
    from held
    inner join {{ ref('int_supplier__ruled') }} as ruled
        on
            held.field = ruled.field
            and held.evidence_text = ruled.evidence_text
            and {{ is_valid_on('held.looked_up_date', 'ruled.valid_from', 'ruled.valid_to') }}
),

deciding as (
    select distinct on (supplier_key, stretch_number)
        supplier_key,
        stretch_number,
        rule_id,
        basis,
        supplier_class,
        masking <> 'never' as is_masking,
        reason
    from matched
    -- Priorities differ from rule to rule, so that nothing is left to chance.
    order by supplier_key, stretch_number, priority
),

-- Whatever class is proved, a name that is a person's stays one.
always_masked as (
    select distinct
        supplier_key,
        stretch_number
    from matched
    where masking = 'always'
),

classed as (
    select
        stretch.supplier_key,
        stretch.stretch_number,
        stretch.valid_from_date,
        stretch.valid_to_date,
        coalesce(deciding.supplier_class, 'unknown') as supplier_class,
        coalesce(deciding.rule_id, 'default') as class_rule_id,
        coalesce(deciding.reason, 'Nothing proves an organisation; the name may be a person''s') as class_reason,
        coalesce(deciding.basis, 'unknown') as class_basis,
        coalesce(deciding.is_masking, true) or always_masked.supplier_key is not null as is_personal_by_rule
    from {{ ref('int_supplier__stretch') }} as stretch
    left join deciding
        on stretch.supplier_key = deciding.supplier_key and stretch.stretch_number = deciding.stretch_number
    left join always_masked
        on stretch.supplier_key = always_masked.supplier_key and stretch.stretch_number = always_masked.stretch_number
),

-- What the rules on VCSE look at beside the evidence: the class and its rule.
vcse_evidence as (
    select
        supplier_key,
        stretch_number,
        field,
        evidence_text,
        as_at_date
    from held
    union all
    select
        classed.supplier_key,
        classed.stretch_number,
        classed_field.field,
        classed_field.evidence_text,
        null as as_at_date
    from classed
    cross join
        unnest(
            array['supplier_class', 'class_rule_id'], array[classed.supplier_class, classed.class_rule_id]
        ) as classed_field (field, evidence_text)
),

vcse_text as materialized (
    select distinct
        field,
        evidence_text
    from vcse_evidence
),

vcse_matched as materialized (
    select
        vcse_text.field,
        vcse_text.evidence_text,
        vcse_rule.priority,
        vcse_rule.is_vcse,
        vcse_rule.vcse_source
    from vcse_text
    inner join {{ ref('supplier_vcse_rule') }} as vcse_rule
        on vcse_text.field = vcse_rule.field and vcse_text.evidence_text ~* vcse_rule.pattern
),

vcse as (
    select distinct on (vcse_evidence.supplier_key, vcse_evidence.stretch_number)
        vcse_evidence.supplier_key,
        vcse_evidence.stretch_number,
        vcse_matched.is_vcse,
        vcse_matched.vcse_source,
        vcse_evidence.as_at_date
    from vcse_evidence
    inner join vcse_matched
        on vcse_evidence.field = vcse_matched.field and vcse_evidence.evidence_text = vcse_matched.evidence_text
    order by
        vcse_evidence.supplier_key asc,
        vcse_evidence.stretch_number asc,
        vcse_matched.priority asc,
        vcse_evidence.as_at_date desc nulls last
)

select
    classed.supplier_key,
    classed.stretch_number,
    classed.valid_from_date,
    classed.valid_to_date,
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
left join vcse on classed.supplier_key = vcse.supplier_key and classed.stretch_number = vcse.stretch_number

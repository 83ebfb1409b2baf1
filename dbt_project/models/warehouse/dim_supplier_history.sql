-- Made anew from what is dated each time, so that there is no history to lose.
{%- set definitions = sme_definitions() %}
with size as (
    select
        supplier_key,
        stretch_number,
        {%- for definition in definitions %}
        bool_and(is_sme) filter (where sme_definition = '{{ definition }}') as is_sme_{{ definition }},
        max(size_source) filter (where sme_definition = '{{ definition }}') as sme_{{ definition }}_source,
        max(size_as_at_date) filter (where sme_definition = '{{ definition }}') as sme_{{ definition }}_as_at_date,
        {%- endfor %}
        count(*) as definitions_count
    from {{ ref('int_supplier__size') }}
    group by supplier_key, stretch_number
),

register as (
    select
        stretch.supplier_key,
        stretch.stretch_number,
        max(evidence.evidence_text) filter (where evidence.field = 'company_name') as registered_name,
        max(evidence.evidence_text) filter (where evidence.field = 'company_status') as company_status,
        max(evidence.evidence_text) filter (where evidence.field = 'registered_postcode') as registered_postcode_key,
        max(evidence.as_at_date) as register_as_at_date
    from {{ stretches_with_evidence() }}
    where evidence.field in ('company_name', 'company_status', 'registered_postcode')
    group by stretch.supplier_key, stretch.stretch_number
),

told as (
    select
        classed.supplier_key,
        classed.stretch_number,
        classed.valid_from_date,
        classed.valid_to_date,
        classed.supplier_class,
        classed.class_rule_id,
        classed.class_reason,
        classed.class_basis,
        classed.is_public_body,
        classed.is_personal,
        classed.is_vcse,
        classed.vcse_source,
        classed.vcse_as_at_date,
        {%- for definition in definitions %}
        size.is_sme_{{ definition }},
        size.sme_{{ definition }}_source,
        size.sme_{{ definition }}_as_at_date,
        {%- endfor %}
        register.registered_name,
        register.company_status,
        register.registered_postcode_key,
        postcode.gss_code as registered_gss_code,
        register.register_as_at_date,
        jsonb_build_array(
            classed.class_rule_id,
            classed.is_personal,
            classed.is_vcse,
            classed.vcse_source,
            {%- for definition in definitions %}
            size.is_sme_{{ definition }},
            size.sme_{{ definition }}_source,
            {%- endfor %}
            register.registered_name,
            register.company_status,
            register.registered_postcode_key
        ) as attributes
    from {{ ref('int_supplier__classed') }} as classed
    left join size on classed.supplier_key = size.supplier_key and classed.stretch_number = size.stretch_number
    left join register
        on classed.supplier_key = register.supplier_key and classed.stretch_number = register.stretch_number
    left join {{ ref('stg_reference__postcode') }} as postcode
        on register.registered_postcode_key = postcode.postcode_key
),

followed as (
    select
        *,
        lag(attributes) over of_supplier as attributes_before,
        lead(attributes) over of_supplier as attributes_after
    from told
    window of_supplier as (partition by supplier_key order by stretch_number)
),

-- Neighbours that say the same are one stretch. A source that only said it again lends its later day.
run as (
    select
        *,
        max(valid_from_date) filter (where attributes is distinct from attributes_before) over (
            partition by supplier_key order by stretch_number
        ) as first_date
    from followed
)

select
    supplier_key,
    first_date as valid_from_date,
    valid_to_date,
    valid_to_date is null as is_current,
    first_date is null as is_first_known,
    supplier_class,
    class_rule_id,
    class_reason,
    class_basis,
    is_public_body,
    is_personal,
    is_vcse,
    vcse_source,
    vcse_as_at_date,
    {%- for definition in definitions %}
    is_sme_{{ definition }},
    sme_{{ definition }}_source,
    sme_{{ definition }}_as_at_date,
    {%- endfor %}
    registered_name,
    company_status,
    registered_postcode_key,
    registered_gss_code,
    register_as_at_date
from run
where attributes is distinct from attributes_after

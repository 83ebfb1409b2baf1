with named as (
    select distinct on (supplier_key)
        supplier_key,
        supplier_name,
        bool_or({{ company_number_key('company_number') }} is not null) over of_supplier as has_company_number,
        count(*) filter (where written_in = 'spend') over of_supplier as vendor_records_count,
        max(last_payment_date) over of_supplier as last_payment_date
    from {{ ref('int_supplier__written') }}
    window of_supplier as (partition by supplier_key)
    -- The name written on most lines stands for the supplier.
    order by supplier_key asc, lines_count desc, supplier_name asc nulls last
),

-- Of names that their own records prove an organisation's, the one on most lines is published.
published_name as (
    select distinct on (supplier_key)
        supplier_key,
        supplier_name
    from {{ ref('int_supplier__named') }}
    where is_organisation
    order by supplier_key asc, lines_count desc, supplier_name asc
)

select
    named.supplier_key,
    named.supplier_name,
    case when not history.is_personal then published_name.supplier_name end as published_name,
    named.has_company_number,
    history.supplier_class,
    history.class_rule_id,
    history.class_reason,
    history.class_basis,
    history.is_public_body,
    history.is_personal,
    history.is_vcse,
    history.vcse_source,
    history.vcse_as_at_date,
    {%- for definition in sme_definitions() %}
    history.is_sme_{{ definition }},
    history.sme_{{ definition }}_source,
    history.sme_{{ definition }}_as_at_date,
    {%- endfor %}
    named.vendor_records_count,
    named.last_payment_date
from named
inner join {{ ref('dim_supplier_history') }} as history
    on named.supplier_key = history.supplier_key and history.is_current
left join published_name on named.supplier_key = published_name.supplier_key

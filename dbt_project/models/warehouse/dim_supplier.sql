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
),

size as (
    select
        supplier_key,
        {%- for definition in ['code_2015', 'ec', 'companies_act', 'pa2023'] %}
        bool_and(is_sme) filter (where sme_definition = '{{ definition }}') as is_sme_{{ definition }},
        max(size_source) filter (where sme_definition = '{{ definition }}') as sme_{{ definition }}_source,
        max(size_as_at_date) filter (where sme_definition = '{{ definition }}') as sme_{{ definition }}_as_at_date,
        {%- endfor %}
        count(*) as definitions_count
    from {{ ref('int_supplier__size') }}
    group by supplier_key
)

select
    named.supplier_key,
    named.supplier_name,
    case when not classed.is_personal then published_name.supplier_name end as published_name,
    named.has_company_number,
    classed.supplier_class,
    classed.class_rule_id,
    classed.class_reason,
    classed.class_basis,
    classed.is_public_body,
    classed.is_personal,
    classed.is_vcse,
    classed.vcse_source,
    classed.vcse_as_at_date,
    {%- for definition in ['code_2015', 'ec', 'companies_act', 'pa2023'] %}
    size.is_sme_{{ definition }},
    size.sme_{{ definition }}_source,
    size.sme_{{ definition }}_as_at_date,
    {%- endfor %}
    named.vendor_records_count,
    named.last_payment_date
from named
inner join {{ ref('int_supplier__classed') }} as classed on named.supplier_key = classed.supplier_key
left join published_name on named.supplier_key = published_name.supplier_key
left join size on named.supplier_key = size.supplier_key

-- Where each supplier is: by its remittance postcode on the last payment date that has one, else the registered one.
with placed as (
    select
        line.supplier_key,
        place.location_basis,
        place.gss_code,
        max(line.payment_date) as last_payment_date,
        count(*) as lines_count
    from {{ ref('fct_payment_line') }} as line
    cross join
        unnest(
            array['remit', 'registered'], array[line.remit_gss_code, line.registered_gss_code]
        ) as place (location_basis, gss_code)
    where line.supplier_key is not null and place.gss_code is not null
    group by line.supplier_key, place.location_basis, place.gss_code
),

located as (
    select distinct on (supplier_key)
        supplier_key,
        location_basis,
        gss_code,
        lines_count / sum(lines_count) over (partition by supplier_key, location_basis) as lines_share
    from placed
    order by
        supplier_key asc, location_basis = 'remit' desc, last_payment_date desc, lines_count desc, gss_code asc
),

sampled as (
    select
        supplier_key,
        bool_or(is_sample) as is_sample
    from {{ ref('fct_payment_line') }}
    where supplier_key is not null
    group by supplier_key
)

select
    {{ release_id() }}::bigint as release_id,
    supplier.supplier_key,
    supplier.published_name as name,
    supplier.supplier_class,
    supplier.class_basis,
    supplier.is_personal,
    supplier.is_public_body,
    supplier.is_vcse,
    supplier.vcse_source,
    supplier.vcse_as_at_date,
    {%- for definition in sme_definitions() %}
    supplier.is_sme_{{ definition }},
    supplier.sme_{{ definition }}_source,
    supplier.sme_{{ definition }}_as_at_date,
    {%- endfor %}
    located.gss_code,
    located.location_basis,
    case
        when located.lines_share = 1 then 'high'
        when located.lines_share >= 0.5 then 'medium'
        when located.lines_share is not null then 'low'
    end as location_confidence,
    coalesce(sampled.is_sample, false) as is_sample
from {{ ref('dim_supplier') }} as supplier
left join located on supplier.supplier_key = located.supplier_key
left join sampled on supplier.supplier_key = sampled.supplier_key

-- Of the registers, which pay nobody, each row counts as no line.
with register_row as (
    select
        'contracts' as written_in,
        vendor_record_key,
        supplier_name,
        company_number
    from {{ ref('stg_contracts__contract') }}
    union all
    select
        'tenders' as written_in,
        vendor_record_key,
        bidder_name as supplier_name,
        company_number
    from {{ ref('stg_tenders__bid') }}
    union all
    select
        'social_value' as written_in,
        vendor_record_key,
        supplier_name,
        company_number
    from {{ ref('stg_social_value__project') }}
)

select
    vendor_record_key,
    'spend' as written_in,
    partner_code,
    supplier_key,
    supplier_name,
    company_number,
    lines_count,
    last_payment_date
from {{ ref('int_supplier__identified') }}
where supplier_key is not null
union all
select
    register_row.vendor_record_key,
    register_row.written_in,
    null as partner_code,
    membership.supplier_key,
    register_row.supplier_name,
    register_row.company_number,
    0 as lines_count,
    null as last_payment_date
from register_row
inner join {{ ref('stg_matching__membership') }} as membership
    on register_row.vendor_record_key = membership.vendor_record_key
group by
    register_row.vendor_record_key,
    register_row.written_in,
    membership.supplier_key,
    register_row.supplier_name,
    register_row.company_number
union all
select
    vendor_record_key,
    'person' as written_in,
    null as partner_code,
    supplier_key,
    supplier_name,
    company_number,
    0 as lines_count,
    null as last_payment_date
from {{ ref('stg_matching__stated') }}

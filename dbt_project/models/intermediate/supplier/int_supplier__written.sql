-- Of the registers, which pay nobody, each row counts as no line; nor does the name that a person gave, which says
-- something of a supplier only while something else is written of it.
with register_row as (
    select
        'contracts' as written_in,
        vendor_record_key,
        supplier_name,
        company_number,
        {{ said_date('award_date', 'as_of_date') }} as written_date
    from {{ ref('stg_contracts__contract') }}
    union all
    select
        'tenders' as written_in,
        bid.vendor_record_key,
        bid.bidder_name as supplier_name,
        bid.company_number,
        {{ said_date('lot.award_date', 'lot.as_of_date') }} as written_date
    from {{ ref('stg_tenders__bid') }} as bid
    left join {{ ref('stg_tenders__lot') }} as lot
        on bid.opportunity_ref = lot.opportunity_ref and bid.lot_number = lot.lot_number
    union all
    select
        'social_value' as written_in,
        vendor_record_key,
        supplier_name,
        company_number,
        {{ said_date('award_date', 'as_of_date') }} as written_date
    from {{ ref('stg_social_value__project') }}
),

in_a_delivery as (
    select
        vendor_record_key,
        'spend' as written_in,
        partner_code,
        supplier_key,
        supplier_name,
        company_number,
        lines_count,
        first_payment_date as first_written_date,
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
        min(register_row.written_date) as first_written_date,
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
)

select
    vendor_record_key,
    written_in,
    partner_code,
    supplier_key,
    supplier_name,
    company_number,
    lines_count,
    first_written_date,
    last_payment_date
from in_a_delivery
union all
select
    vendor_record_key,
    'person' as written_in,
    null as partner_code,
    supplier_key,
    supplier_name,
    company_number,
    0 as lines_count,
    null as first_written_date,
    null as last_payment_date
from {{ ref('stg_matching__stated') }}
where supplier_key in (select in_a_delivery.supplier_key from in_a_delivery)

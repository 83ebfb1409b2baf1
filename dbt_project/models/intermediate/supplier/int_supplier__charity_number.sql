with written as (
    select
        vendor_record_key,
        charity_number,
        min(payment_date) as first_payment_date
    from {{ ref('stg_spend__line') }}
    where charity_number is not null
    group by vendor_record_key, charity_number
    union all
    select
        vendor_record_key,
        charity_number,
        null as first_payment_date
    from {{ ref('stg_matching__stated') }}
    where charity_number is not null
),

keyed as (
    select
        vendor_record_key,
        {{ charity_number_key('charity_number') }} as charity_number,
        first_payment_date
    from written
)

select
    vendor_record_key,
    charity_number,
    min(first_payment_date) as first_payment_date
from keyed
where charity_number is not null
group by vendor_record_key, charity_number

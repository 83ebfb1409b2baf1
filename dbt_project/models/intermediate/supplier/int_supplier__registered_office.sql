-- Only vendor records that need it: of a register of millions few companies are looked up.
with vendor_record as (
    select distinct
        vendor_record_key,
        {{ company_number_key('company_number') }} as company_number
    from {{ ref('stg_spend__line') }}
    where
        company_number is not null
        and {{ postcode_key('registered_postcode') }} is null
),

office as (
    select
        vendor_record.vendor_record_key,
        company.register_as_at_date,
        {{ postcode_key('company.registered_postcode') }} as postcode_key
    from vendor_record
    inner join {{ ref('stg_register__company') }} as company on vendor_record.company_number = company.company_number
    -- An edition without a postcode says nothing of the office: the one before holds on.
    where {{ postcode_key('company.registered_postcode') }} is not null
),

change as (
    select
        *,
        lag(postcode_key) over (partition by vendor_record_key order by register_as_at_date) as postcode_key_before
    from office
),

stretch as (
    select
        vendor_record_key,
        postcode_key,
        register_as_at_date,
        -- Before the first edition, the earliest office known.
        case when postcode_key_before is not null then register_as_at_date end as valid_from_date,
        lead(register_as_at_date) over (partition by vendor_record_key order by register_as_at_date) - 1 as valid_to_date
    from change
    where postcode_key_before is distinct from postcode_key
)

select
    stretch.vendor_record_key,
    stretch.postcode_key,
    postcode.gss_code,
    stretch.register_as_at_date,
    stretch.valid_from_date,
    stretch.valid_to_date
from stretch
left join {{ ref('stg_reference__postcode') }} as postcode on stretch.postcode_key = postcode.postcode_key

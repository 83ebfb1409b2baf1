-- Only vendor records that need it; keys are made of distinct texts, not of lines.
with written as (
    select distinct
        vendor_record_key,
        company_number,
        registered_postcode
    from {{ ref('stg_spend__line') }}
    where company_number is not null
),

vendor_record as (
    select distinct
        vendor_record_key,
        {{ company_number_key('company_number') }} as company_number
    from written
    where {{ postcode_key('registered_postcode') }} is null
)

select
    vendor_record.vendor_record_key,
    office.registered_text as postcode_key,
    postcode.gss_code,
    office.register_as_at_date,
    -- The earliest office known holds for all payments before.
    case
        when lag(office.valid_to_date) over (
            partition by vendor_record.vendor_record_key order by office.valid_from_date nulls first
        ) is not null then office.valid_from_date
    end as valid_from_date,
    office.valid_to_date
from vendor_record
inner join {{ ref('int_supplier__registered') }} as office
    on vendor_record.company_number = office.register_number and office.field = 'registered_postcode'
left join {{ ref('stg_reference__postcode') }} as postcode on office.registered_text = postcode.postcode_key

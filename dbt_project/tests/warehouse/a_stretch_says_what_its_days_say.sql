-- Where all lines of a vendor record on one day state the same postcode, the stretch around that day has it.
with stated as (
    select
        line.vendor_record_key,
        line.payment_date,
        min(remit.postcode_key) as remit_postcode_key,
        min(registered.postcode_key) as registered_postcode_key,
        count(remit.postcode_key) = count(*) and count(distinct remit.postcode_key) = 1 as is_one_remit,
        count(registered.postcode_key) = count(*)
        and count(distinct registered.postcode_key) = 1 as is_one_registered
    from {{ ref('stg_spend__line') }} as line
    left join {{ ref('int_supplier__located') }} as remit on line.remit_postcode = remit.written_postcode
    left join {{ ref('int_supplier__located') }} as registered on line.registered_postcode = registered.written_postcode
    group by line.vendor_record_key, line.payment_date
)

select
    stated.vendor_record_key,
    stated.payment_date
from stated
inner join {{ ref('dim_vendor_record') }} as version
    on
        stated.vendor_record_key = version.vendor_record_key
        and {{ is_valid_on('stated.payment_date', 'version.valid_from_date', 'version.valid_to_date') }}
where
    (stated.is_one_remit and version.remit_postcode_key is distinct from stated.remit_postcode_key)
    or (
        stated.is_one_registered
        and version.registered_postcode_key is distinct from stated.registered_postcode_key
    )

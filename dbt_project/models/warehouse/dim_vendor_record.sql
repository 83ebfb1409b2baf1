-- Made anew from the lines each time, so that there is no history to lose.
with said_on_day as (
    select
        vendor_record_key,
        payment_date,
        charity_number,
        vat_number,
        remit_postcode,
        registered_postcode,
        count(*) as lines_count
    from {{ ref('stg_spend__line') }}
    group by vendor_record_key, payment_date, charity_number, vat_number, remit_postcode, registered_postcode
),

said as (
    select
        vendor_record_key,
        charity_number,
        vat_number,
        remit_postcode,
        registered_postcode,
        min(payment_date) as payment_date,
        sum(lines_count) as lines_count,
        count(*) over (partition by vendor_record_key) > 1 as is_one_of_several
    from said_on_day
    group by vendor_record_key, charity_number, vat_number, remit_postcode, registered_postcode
),

-- Nearly all records say the same all the time; only the days of the others are looked at one by one.
worth_a_look as (
    select
        vendor_record_key,
        payment_date,
        charity_number,
        vat_number,
        remit_postcode,
        registered_postcode,
        lines_count
    from said
    where not is_one_of_several
    union all
    select
        vendor_record_key,
        payment_date,
        charity_number,
        vat_number,
        remit_postcode,
        registered_postcode,
        lines_count
    from said_on_day
    where
        vendor_record_key in (
            select said.vendor_record_key
            from said
            where said.is_one_of_several
        )
),

keyed as (
    select
        written.vendor_record_key,
        written.payment_date,
        {{ charity_number_key('written.charity_number') }} as charity_number_key,
        {{ squeezed('written.vat_number') }} as vat_number_key,
        remit.postcode_key as remit_postcode_key,
        remit.gss_code as remit_gss_code,
        registered.postcode_key as registered_postcode_key,
        registered.gss_code as registered_gss_code,
        sum(written.lines_count) as lines_count
    from worth_a_look as written
    left join {{ ref('int_supplier__located') }} as remit on written.remit_postcode = remit.written_postcode
    left join {{ ref('int_supplier__located') }} as registered
        on written.registered_postcode = registered.written_postcode
    group by
        written.vendor_record_key,
        written.payment_date,
        charity_number_key,
        vat_number_key,
        remit_postcode_key,
        remit_gss_code,
        registered_postcode_key,
        registered_gss_code
),

-- A day is what most of its lines say.
day as (
    select distinct on (vendor_record_key, payment_date) *
    from keyed
    order by
        vendor_record_key asc,
        payment_date asc,
        lines_count desc,
        remit_postcode_key asc,
        registered_postcode_key asc,
        vat_number_key asc,
        charity_number_key asc
),

counted as (
    select
        *,
        count(charity_number_key) over of_record as charity_number_said,
        count(vat_number_key) over of_record as vat_number_said,
        count(remit_postcode_key) over of_record as remit_said,
        count(registered_postcode_key) over of_record as registered_said
    from day
    window of_record as (partition by vendor_record_key order by payment_date)
),

-- What a day leaves out is as it last was.
known as (
    select
        vendor_record_key,
        payment_date,
        max(charity_number_key) over (partition by vendor_record_key, charity_number_said) as charity_number_key,
        max(vat_number_key) over (partition by vendor_record_key, vat_number_said) as vat_number_key,
        max(remit_postcode_key) over (partition by vendor_record_key, remit_said) as remit_postcode_key,
        max(remit_gss_code) over (partition by vendor_record_key, remit_said) as remit_gss_code,
        max(registered_postcode_key) over (partition by vendor_record_key, registered_said) as registered_postcode_key,
        max(registered_gss_code) over (partition by vendor_record_key, registered_said) as registered_gss_code
    from counted
),

compared as (
    select
        *,
        jsonb_build_array(
            charity_number_key, vat_number_key, remit_postcode_key, registered_postcode_key
        ) as told
    from known
),

followed as (
    select
        *,
        lag(told) over (partition by vendor_record_key order by payment_date) as told_before
    from compared
),

version as (
    select
        *,
        payment_date as valid_from_date,
        lead(payment_date) over (partition by vendor_record_key order by payment_date) - 1 as valid_to_date
    from followed
    where told_before is null or told <> told_before
)

select
    version.vendor_record_key,
    identified.supplier_key,
    identified.partner_code,
    identified.supplier_ref,
    identified.supplier_name,
    {{ company_number_key('identified.company_number') }} as company_number_key,
    version.charity_number_key,
    version.vat_number_key,
    version.remit_postcode_key,
    version.remit_gss_code,
    version.registered_postcode_key,
    version.registered_gss_code,
    version.valid_from_date,
    version.valid_to_date
from version
inner join {{ ref('int_supplier__identified') }} as identified
    on version.vendor_record_key = identified.vendor_record_key
where identified.supplier_key is not null

-- What the location coverage leaves unknown, by what was written: these pounds and those located are all pounds.
with unlocated as (
    select
        payment.partner_code,
        basis.location_basis,
        basis.written_postcode,
        identified.is_redacted,
        line.supplier_name,
        line.supplier_ref,
        line.vendor_record_key,
        sum(payment.amount_gbp) as amount_gbp,
        sum(payment.amount_gbp) filter (where payment.is_influenceable) as influenceable_gbp,
        count(*) as lines_count,
        min(payment.payment_date) as first_payment_date,
        max(payment.payment_date) as last_payment_date,
        bool_or(payment.is_sample) as is_sample
    from {{ ref('fct_payment_line') }} as payment
    inner join {{ ref('stg_spend__line') }} as line
        on payment.delivery_id = line.delivery_id and payment.line_number = line.line_number
    inner join {{ ref('int_supplier__identified') }} as identified
        on line.vendor_record_key = identified.vendor_record_key
    cross join
        lateral (
            values
            ('remit', line.remit_postcode, payment.remit_gss_code),
            ('registered', line.registered_postcode, payment.registered_gss_code)
        ) as basis (location_basis, written_postcode, gss_code)
    where basis.gss_code is null
    group by
        payment.partner_code,
        basis.location_basis,
        basis.written_postcode,
        identified.is_redacted,
        line.supplier_name,
        line.supplier_ref,
        line.vendor_record_key
)

select
    unlocated.partner_code,
    unlocated.location_basis,
    unlocated.written_postcode,
    located.postcode_key,
    case
        when unlocated.is_redacted then 'withheld'
        when unlocated.written_postcode is null then 'not_stated'
        else located.postcode_match
    end as unresolved_reason,
    sum(unlocated.amount_gbp)::numeric(18, 2) as amount_gbp,
    coalesce(sum(unlocated.influenceable_gbp), 0)::numeric(18, 2) as influenceable_gbp,
    sum(unlocated.lines_count)::bigint as lines_count,
    count(*) as vendor_records_count,
    (array_agg(unlocated.supplier_name order by unlocated.amount_gbp desc, unlocated.vendor_record_key asc))[1]
        as largest_supplier_name,
    (array_agg(unlocated.supplier_ref order by unlocated.amount_gbp desc, unlocated.vendor_record_key asc))[1]
        as largest_supplier_ref,
    min(unlocated.first_payment_date) as first_payment_date,
    max(unlocated.last_payment_date) as last_payment_date,
    bool_or(unlocated.is_sample) as is_sample
from unlocated
left join {{ ref('int_supplier__located') }} as located on unlocated.written_postcode = located.written_postcode
group by
    unlocated.partner_code,
    unlocated.location_basis,
    unlocated.written_postcode,
    located.postcode_key,
    unresolved_reason

select
    line.delivery_id,
    line.line_number,
    line.source_id,
    line.partner_code,
    line.payment_date,
    line.financial_year,
    line.fy_start_date,
    line.quarter,
    line.amount_gbp,
    line.is_gross_basis,
    line.vendor_record_key,
    identified.supplier_key,
    classified.scope_class,
    classified.scope_rule_id,
    classified.supplier_class,
    classified.class_rule_id,
    classified.is_influenceable,
    classified.is_intra_partner,
    thresholded.supplier_year_gbp,
    thresholded.transaction_gbp,
    thresholded.meets_supplier_year,
    thresholded.meets_transaction,
    remit.gss_code as remit_gss_code,
    coalesce(registered.gss_code, office.gss_code) as registered_gss_code,
    case
        when registered.gss_code is not null then 'vendor_record'
        when office.gss_code is not null then 'register'
    end as registered_source,
    membership.partner_code is not null as is_member,
    composition.from_date as composition_from_date,
    line.contract_ref,
    line.is_sample
from {{ ref('stg_spend__line') }} as line
inner join {{ ref('int_supplier__identified') }} as identified
    on line.vendor_record_key = identified.vendor_record_key
inner join {{ ref('int_spend__classified') }} as classified
    on line.delivery_id = classified.delivery_id and line.line_number = classified.line_number
inner join {{ ref('int_spend__thresholded') }} as thresholded
    on line.delivery_id = thresholded.delivery_id and line.line_number = thresholded.line_number
inner join {{ ref('int_partner__composition') }} as composition
    on line.payment_date between composition.from_date and composition.to_date
-- Of a withheld payee nothing is known: what stands beside the word is not theirs.
left join {{ ref('int_supplier__located') }} as remit
    on line.remit_postcode = remit.written_postcode and identified.is_redacted is not true
left join {{ ref('int_supplier__located') }} as registered
    on line.registered_postcode = registered.written_postcode and identified.is_redacted is not true
-- Where the partner's own record has no registered postcode: the register of companies, as of the payment date.
left join {{ ref('int_supplier__registered_office') }} as office
    on
        line.vendor_record_key = office.vendor_record_key
        and {{ postcode_key('line.registered_postcode') }} is null
        and identified.is_redacted is not true
        and {{ is_valid_on('line.payment_date', 'office.valid_from_date', 'office.valid_to_date') }}
left join {{ ref('membership') }} as membership
    on
        line.partner_code = membership.partner_code
        and {{ is_valid_on('line.payment_date', 'membership.member_from_date', 'membership.member_to_date') }}

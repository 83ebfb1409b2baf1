with vendor_record as (
    select
        vendor_record_key,
        partner_code,
        supplier_name,
        supplier_ref,
        company_number,
        count(*) as lines_count,
        min(payment_date) as first_payment_date,
        max(payment_date) as last_payment_date
    from {{ ref('stg_spend__line') }}
    group by vendor_record_key, partner_code, supplier_name, supplier_ref, company_number
),

-- Lines of different people and firms share the word, and its vendor number too: never one supplier.
redacted_name as (
    select distinct text_matched.written_text
    from {{ ref('int_spend__text_matched') }} as text_matched
    inner join {{ ref('scope_class') }} as scope_class on text_matched.scope_class = scope_class.scope_class
    where text_matched.field = 'supplier_name' and scope_class.is_redacted
)

select
    vendor_record.vendor_record_key,
    vendor_record.partner_code,
    vendor_record.supplier_name,
    vendor_record.supplier_ref,
    vendor_record.company_number,
    vendor_record.lines_count,
    vendor_record.first_payment_date,
    vendor_record.last_payment_date,
    redacted_name.written_text is not null as is_redacted,
    case when redacted_name.written_text is null then membership.supplier_key end as supplier_key
from vendor_record
left join redacted_name on vendor_record.supplier_name = redacted_name.written_text
left join {{ ref('stg_matching__membership') }} as membership
    on vendor_record.vendor_record_key = membership.vendor_record_key

-- Each line of a known supplier lies in exactly one stretch of its vendor record.
select
    line.delivery_id,
    line.line_number,
    count(version.vendor_record_key) as versions_count
from {{ ref('fct_payment_line') }} as line
left join {{ ref('dim_vendor_record') }} as version
    on
        line.vendor_record_key = version.vendor_record_key
        and {{ is_valid_on('line.payment_date', 'version.valid_from_date', 'version.valid_to_date') }}
where line.supplier_key is not null
group by line.delivery_id, line.line_number
having count(version.vendor_record_key) <> 1

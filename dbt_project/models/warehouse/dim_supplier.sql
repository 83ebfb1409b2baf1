select distinct on (supplier_key)
    supplier_key,
    supplier_name,
    split_part(supplier_key, ':', 1) = 'crn' as has_company_number,
    count(*) over (partition by supplier_key) as vendor_records_count,
    max(last_payment_date) over (partition by supplier_key) as last_payment_date
from {{ ref('int_supplier__identified') }}
where supplier_key is not null
-- The name written on most lines stands for the supplier.
order by supplier_key asc, lines_count desc, supplier_name asc

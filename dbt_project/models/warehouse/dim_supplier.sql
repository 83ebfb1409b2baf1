select distinct on (supplier_key)
    supplier_key,
    supplier_name,
    bool_or({{ company_number_key('company_number') }} is not null) over of_supplier as has_company_number,
    count(*) filter (where written_in = 'spend') over of_supplier as vendor_records_count,
    max(last_payment_date) over of_supplier as last_payment_date
from {{ ref('int_supplier__written') }}
window of_supplier as (partition by supplier_key)
-- The name written on most lines stands for the supplier.
order by supplier_key asc, lines_count desc, supplier_name asc nulls last

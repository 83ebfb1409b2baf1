{{ config(materialized='view') }}
select
    line.delivery_id,
    line.line_number,
    line.payment_date,
    case
        when identified.is_redacted then 'redacted'
        else coalesce(classed.supplier_class, 'unknown')
    end as supplier_class,
    classed.class_rule_id
from {{ ref('stg_spend__line') }} as line
inner join {{ ref('int_supplier__identified') }} as identified
    on line.vendor_record_key = identified.vendor_record_key
-- What the supplier was on the day it was paid.
left join {{ ref('int_supplier__classed') }} as classed
    on
        identified.supplier_key = classed.supplier_key
        and {{ is_valid_on('line.payment_date', 'classed.valid_from_date', 'classed.valid_to_date') }}

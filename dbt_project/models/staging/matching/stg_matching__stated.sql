-- Whom a person named belongs to a supplier for as long as the person says so; the membership knows how long that is.
select
    record.record_key as vendor_record_key,
    membership.supplier_key,
    record.supplier_name,
    record.company_number,
    record.charity_number
from {{ source('ops', 'supplier_record') }} as record
inner join {{ ref('stg_matching__membership') }} as membership on record.record_key = membership.vendor_record_key
where record.origin = 'person'

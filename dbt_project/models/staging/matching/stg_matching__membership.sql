-- What was merged, split or decided after that moment is no part of the release, however often it is built. A release
-- for which nothing was matched has no moment, and so no suppliers at all.
with reading as (
    select
        coalesce(
            max(suppliers_as_at),
            case when {{ release_id() }} = 0 then 'infinity'::timestamptz end
        ) as suppliers_as_at
    from {{ ref('stg_ledger__release') }}
    where release_id = {{ release_id() }}
)

select
    membership.record_key as vendor_record_key,
    membership.supplier_cluster_id,
    'sup:' || membership.supplier_cluster_id as supplier_key
from {{ source('ops', 'supplier_membership') }} as membership
inner join reading
    on
        membership.valid_from <= reading.suppliers_as_at
        and (membership.valid_to is null or membership.valid_to > reading.suppliers_as_at)

-- Raw lines are never deleted once a delivery was current, so what an earlier release rested on can still be told.
select
    release.release_id,
    delivery.delivery_id,
    feed.kind,
    delivery.period_end_date,
    case when feed.kind = 'spend' then delivery.lines_loaded end as lines_loaded,
    case when feed.kind = 'spend' then delivery.amount_loaded_gbp end as amount_loaded_gbp,
    exists(
        select 1
        from {{ source('raw', 'spend_line') }} as line
        where
            line.delivery_id = delivery.delivery_id
            and {{ is_sample_name('line.supplier_name') }}
    ) as is_sample
from {{ source('ops', 'release') }} as release
cross join lateral unnest(release.delivery_ids) as listed (delivery_id)
inner join {{ source('ops', 'delivery') }} as delivery on listed.delivery_id = delivery.delivery_id
inner join {{ source('ops', 'source') }} as feed on delivery.source_id = feed.source_id

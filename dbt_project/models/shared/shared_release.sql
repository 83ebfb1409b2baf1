-- Editions of registers are of their own days: they say nothing of how far the partners' data reach.
-- This release, from the deliveries it is built on, and every one published before, from those it rested on.
with current_delivery as (
    select
        max(period_end_date) filter (where kind <> 'register') as as_of_date,
        count(*) as deliveries_count,
        coalesce(sum(lines_loaded) filter (where kind = 'spend'), 0)::bigint as lines_count,
        coalesce(sum(amount_loaded_gbp) filter (where kind = 'spend'), 0) as amount_gbp,
        coalesce((select bool_or(line.is_sample) from {{ ref('fct_payment_line') }} as line), false) as is_sample
    from {{ ref('stg_ledger__delivery') }}
),

earlier_delivery as (
    select
        release_id,
        max(period_end_date) filter (where kind <> 'register') as as_of_date,
        count(*) as deliveries_count,
        coalesce(sum(lines_loaded), 0)::bigint as lines_count,
        coalesce(sum(amount_loaded_gbp), 0) as amount_gbp,
        bool_or(is_sample) as is_sample
    from {{ ref('stg_ledger__release_delivery') }}
    group by release_id
)

select
    {{ release_id() }}::bigint as release_id,
    coalesce(release.state, 'development') as state,
    coalesce(release.started_at, now()) as started_at,
    release.published_at,
    release.superseded_at,
    current_delivery.as_of_date,
    current_delivery.deliveries_count,
    current_delivery.lines_count,
    current_delivery.amount_gbp,
    coalesce(release.code_version, 'development') as code_version,
    release.directory_version,
    current_delivery.is_sample
from current_delivery
left join {{ ref('stg_ledger__release') }} as release on release.release_id = {{ release_id() }}
union all
select
    release.release_id,
    release.state,
    release.started_at,
    release.published_at,
    release.superseded_at,
    earlier_delivery.as_of_date,
    earlier_delivery.deliveries_count,
    earlier_delivery.lines_count,
    earlier_delivery.amount_gbp,
    release.code_version,
    release.directory_version,
    earlier_delivery.is_sample
from {{ ref('stg_ledger__release') }} as release
inner join earlier_delivery on release.release_id = earlier_delivery.release_id
where release.published_at is not null and release.release_id <> {{ release_id() }}

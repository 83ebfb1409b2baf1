-- From the first membership to the last year of which anything was delivered.
with bounds as (
    select
        (select min(membership.member_from_date) from {{ ref('membership') }} as membership) as first_date,
        (select max(delivery.period_end_date) from {{ ref('stg_ledger__delivery') }} as delivery) as last_date
),

year as (
    select starts.fy_start_date::date as fy_start_date
    from bounds
    cross join lateral generate_series(
        {{ fy_start_date('bounds.first_date') }}::timestamp, bounds.last_date::timestamp, interval '1 year'
    ) as starts (fy_start_date)
)

select
    {{ fy_label('fy_start_date') }} as financial_year,
    fy_start_date,
    (fy_start_date + interval '1 year - 1 day')::date as fy_end_date
from year

-- A year is published when at least one current line was paid in it; then every month of membership is expected.
with published_month as (
    select
        published.fy_start_date,
        months.month_start_date::date as month_start_date,
        (months.month_start_date + interval '1 month - 1 day')::date as month_end_date
    from (select distinct line.fy_start_date from {{ ref('stg_spend__line') }} as line) as published
    cross join lateral generate_series(
        published.fy_start_date::timestamp, published.fy_start_date + interval '11 months', interval '1 month'
    ) as months (month_start_date)
),

expected as (
    select
        'as_at_membership' as series,
        membership.partner_code,
        published_month.*
    from published_month
    inner join {{ ref('membership') }} as membership
        on
            published_month.month_end_date >= membership.member_from_date
            and (
                membership.member_to_date is null
                or published_month.month_start_date <= membership.member_to_date
            )
    union all
    select
        series_partner.series,
        series_partner.partner_code,
        published_month.*
    from published_month
    cross join {{ ref('series_partner') }} as series_partner
)

select
    series,
    partner_code,
    fy_start_date,
    {{ fy_label('fy_start_date') }} as financial_year,
    {{ fy_quarter('month_start_date') }} as quarter,
    month_start_date,
    exists(
        select 1
        from {{ ref('stg_ledger__delivery') }} as delivery
        where
            delivery.kind = 'spend'
            and delivery.partner_code = expected.partner_code
            and delivery.period_start_date <= expected.month_end_date
            and delivery.received_to_date >= expected.month_start_date
    ) as is_received
from expected

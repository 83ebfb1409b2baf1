with cohort_win as (
    select
        bid.partner_code,
        bid.fy_start_date,
        cohort.cohort,
        cohort.is_in_cohort,
        bid.bid_value_gbp
    from {{ ref('fct_bid') }} as bid
    cross join lateral (values ('SME', bid.is_sme), ('VCSE', bid.is_vcse)) as cohort (cohort, is_in_cohort)
    where bid.is_awarded_by_member and bid.is_win
),

counted as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        cohort,
        count(*) as wins_count,
        count(*) filter (where is_in_cohort) as cohort_wins_count,
        count(is_in_cohort) as known_wins_count,
        sum(bid_value_gbp) filter (where is_in_cohort) as cohort_win_value_gbp,
        sum(bid_value_gbp) filter (where is_in_cohort is not null) as known_win_value_gbp
    from cohort_win
    group by grouping sets ((partner_code, fy_start_date, cohort), (fy_start_date, cohort))
)

select
    bid_share.partner_code,
    bid_share.financial_year,
    bid_share.fy_start_date,
    bid_share.cohort,
    coalesce(counted.wins_count, 0) as wins_count,
    coalesce(counted.cohort_wins_count, 0) as cohort_wins_count,
    coalesce(counted.known_wins_count, 0) as known_wins_count,
    coalesce(counted.cohort_win_value_gbp, 0)::numeric(18, 2) as cohort_win_value_gbp,
    coalesce(counted.known_win_value_gbp, 0)::numeric(18, 2) as known_win_value_gbp,
    {{ ratio('counted.cohort_wins_count', 'counted.known_wins_count') }} as win_share_pct,
    bid_share.as_of_date,
    bid_share.is_sample
from {{ ref('met_b1__bid_share') }} as bid_share
left join counted
    on
        bid_share.partner_code = counted.partner_code
        and bid_share.fy_start_date = counted.fy_start_date
        and bid_share.cohort = counted.cohort

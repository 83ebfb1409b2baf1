select
    {{ release_id() }}::bigint as release_id,
    bid_share.partner_code,
    bid_share.financial_year,
    bid_share.cohort,
    bid_share.lots_count,
    bid_share.bids_count,
    bid_share.cohort_bids_count,
    bid_share.known_bids_count,
    bid_share.bidders_count,
    bid_share.cohort_bidders_count,
    win_share.wins_count,
    win_share.cohort_wins_count,
    win_share.known_wins_count,
    win_share.cohort_win_value_gbp,
    win_share.known_win_value_gbp,
    bid_share.bid_share_pct,
    win_share.win_share_pct,
    success_rate.success_rate_pct,
    bid_share.is_sample
from {{ ref('met_b1__bid_share') }} as bid_share
inner join {{ ref('met_b2__win_share') }} as win_share
    on
        bid_share.partner_code = win_share.partner_code
        and bid_share.fy_start_date = win_share.fy_start_date
        and bid_share.cohort = win_share.cohort
inner join {{ ref('met_b3__success_rate') }} as success_rate
    on
        bid_share.partner_code = success_rate.partner_code
        and bid_share.fy_start_date = success_rate.fy_start_date
        and bid_share.cohort = success_rate.cohort

select
    bid_share.partner_code,
    bid_share.financial_year,
    bid_share.fy_start_date,
    bid_share.cohort,
    win_share.cohort_wins_count,
    bid_share.cohort_bids_count,
    {{ ratio('win_share.cohort_wins_count', 'bid_share.cohort_bids_count') }} as success_rate_pct,
    bid_share.as_of_date,
    bid_share.is_sample
from {{ ref('met_b1__bid_share') }} as bid_share
inner join {{ ref('met_b2__win_share') }} as win_share
    on
        bid_share.partner_code = win_share.partner_code
        and bid_share.fy_start_date = win_share.fy_start_date
        and bid_share.cohort = win_share.cohort

with lot as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        count(*) as lots_count,
        max(as_of_date) as as_of_date,
        bool_or(is_sample) as is_sample
    from {{ ref('fct_evaluation_lot') }}
    where is_awarded_by_member
    group by grouping sets ((partner_code, fy_start_date), (fy_start_date))
),

cohort_bid as (
    select
        bid.partner_code,
        bid.fy_start_date,
        cohort.cohort,
        cohort.is_in_cohort,
        bid.supplier_key,
        bid.is_sample
    from {{ ref('fct_bid') }} as bid
    cross join lateral (values ('SME', bid.is_sme), ('VCSE', bid.is_vcse)) as cohort (cohort, is_in_cohort)
    where bid.is_awarded_by_member and bid.is_compliant_bid
),

counted as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        cohort,
        count(*) as bids_count,
        count(*) filter (where is_in_cohort) as cohort_bids_count,
        count(is_in_cohort) as known_bids_count,
        count(distinct supplier_key) as bidders_count,
        count(distinct supplier_key) filter (where is_in_cohort) as cohort_bidders_count,
        bool_or(is_sample) as is_sample
    from cohort_bid
    group by grouping sets ((partner_code, fy_start_date, cohort), (fy_start_date, cohort))
)

select
    lot.partner_code,
    {{ fy_label('lot.fy_start_date') }} as financial_year,
    lot.fy_start_date,
    cohort.cohort,
    lot.lots_count,
    coalesce(counted.bids_count, 0) as bids_count,
    coalesce(counted.cohort_bids_count, 0) as cohort_bids_count,
    coalesce(counted.known_bids_count, 0) as known_bids_count,
    coalesce(counted.bidders_count, 0) as bidders_count,
    coalesce(counted.cohort_bidders_count, 0) as cohort_bidders_count,
    {{ ratio('counted.cohort_bids_count', 'counted.known_bids_count') }} as bid_share_pct,
    lot.as_of_date,
    lot.is_sample or coalesce(counted.is_sample, false) as is_sample
from lot
cross join (values ('SME'), ('VCSE')) as cohort (cohort)
left join counted
    on
        lot.partner_code = counted.partner_code
        and lot.fy_start_date = counted.fy_start_date
        and cohort.cohort = counted.cohort

with lot as (
    select
        lot.*,
        target.target_value as minimum_pct
    from {{ ref('fct_evaluation_lot') }} as lot
    left join {{ ref('target') }} as target
        on
            target.measure_id = 'W1'
            and target.partner_code = 'all'
            and {{ is_valid_on('lot.award_date', 'target.valid_from', 'target.valid_to') }}
    where lot.is_reportable
),

partner_year as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        count(*) as lots_count,
        count(*) filter (where social_value_weight_pct is null) as lots_without_weight_count,
        sum(social_value_weight_pct) as weight_sum,
        count(social_value_weight_pct) as weighted_lots_count,
        sum(social_value_weight_pct * lot_value_gbp) as weight_value_sum,
        sum(lot_value_gbp) filter (where social_value_weight_pct is not null) as weighted_value_gbp,
        count(*) filter (where social_value_weight_pct >= minimum_pct) as lots_at_minimum_count,
        max(as_of_date) as as_of_date,
        bool_or(is_sample) as is_sample
    from lot
    group by grouping sets ((partner_code, fy_start_date), (fy_start_date))
)

select
    measure.measure_id,
    partner_year.partner_code,
    {{ fy_label('partner_year.fy_start_date') }} as financial_year,
    partner_year.fy_start_date,
    measure.numerator,
    measure.denominator,
    partner_year.lots_count,
    partner_year.lots_without_weight_count,
    partner_year.as_of_date,
    partner_year.is_sample
from partner_year
cross join lateral (
    values
    ('W1', partner_year.weight_sum, partner_year.weighted_lots_count::numeric),
    ('W1v', partner_year.weight_value_sum, partner_year.weighted_value_gbp),
    ('W2', partner_year.lots_at_minimum_count::numeric, partner_year.weighted_lots_count::numeric)
) as measure (measure_id, numerator, denominator)

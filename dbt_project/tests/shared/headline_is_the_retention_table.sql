-- Both tables state the same figure for the same cell.
select
    headline.measure_id,
    headline.partner_code,
    headline.financial_year
from {{ ref('shared_headline') }} as headline
inner join {{ ref('ring') }} as ring on headline.measure_id = ring.measure_id
left join {{ ref('shared_retention') }} as retention
    on
        ring.ring = retention.ring
        and headline.partner_code = retention.partner_code
        and headline.financial_year = retention.financial_year
        and retention.quarter = 'FY'
        and retention.scope = 'influenceable'
        and retention.threshold_basis = 'supplier_year'
        and retention.location_basis = 'remit'
        and retention.series = 'as_at_membership'
where
    headline.period_type = 'year'
    and (
        retention.partner_code is null
        or headline.value is distinct from retention.pct
        or headline.numerator is distinct from retention.numerator_gbp
        or headline.denominator is distinct from retention.denominator_gbp
    )

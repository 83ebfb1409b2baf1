select
    row_group,
    fy_start_date,
    scope,
    threshold_basis,
    location_basis,
    series
from {{ ref('met_r5__location_coverage') }}
group by
    row_group,
    fy_start_date,
    scope,
    threshold_basis,
    location_basis,
    series
having
    sum(denominator_gbp) filter (where quarter = 'FY')
    is distinct from sum(denominator_gbp) filter (where quarter <> 'FY')
    or sum(located_gbp) filter (where quarter = 'FY') is distinct from sum(located_gbp) filter (where quarter <> 'FY')
    or sum(months_expected) filter (where quarter = 'FY')
    is distinct from sum(months_expected) filter (where quarter <> 'FY')

{%- for model in [
    'met_r1__own_borough', 'met_r2__star_boroughs', 'met_r3__gm', 'met_r3b__lcr', 'met_r3c__north_west'
] %}
select
    {{ release_id() }}::bigint as release_id,
    partner_code,
    financial_year,
    fy_start_date,
    quarter,
    ring,
    scope,
    threshold_basis,
    location_basis,
    series,
    numerator_gbp,
    denominator_gbp,
    located_gbp,
    unknown_gbp,
    gross_basis_gbp,
    pct,
    pct_low,
    pct_high,
    coverage_pct,
    suppliers_count,
    lines_count,
    partners_expected,
    partners_received,
    months_expected,
    months_received,
    status,
    is_sample
from {{ ref(model) }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}

-- Influenceable £ hold no payments between partners, so that the partners' rows add up to the row for all.
with ring_row as (
    {%- for model in [
        'met_r1__own_borough', 'met_r2__star_boroughs', 'met_r3__gm', 'met_r3b__lcr', 'met_r3c__north_west'
    ] %}
    select * from {{ ref(model) }}
    where scope = 'influenceable'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    ring_row.ring,
    ring_row.fy_start_date,
    ring_row.quarter,
    ring_row.threshold_basis,
    ring_row.location_basis,
    ring_row.series
from ring_row
inner join {{ ref('ring') }} as ring on ring_row.ring = ring.ring
left join {{ ref('partner') }} as partner on ring_row.partner_code = partner.partner_code
where
    ring_row.partner_code = 'all'
    or ring.all_partners_city_region_code is null
    or partner.city_region_code = ring.all_partners_city_region_code
group by
    ring_row.ring,
    ring_row.fy_start_date,
    ring_row.quarter,
    ring_row.threshold_basis,
    ring_row.location_basis,
    ring_row.series
having
    sum(ring_row.denominator_gbp) filter (where ring_row.partner_code = 'all')
    is distinct from sum(ring_row.denominator_gbp) filter (where ring_row.partner_code <> 'all')
    or sum(ring_row.numerator_gbp) filter (where ring_row.partner_code = 'all')
    is distinct from sum(ring_row.numerator_gbp) filter (where ring_row.partner_code <> 'all')
    or sum(ring_row.lines_count) filter (where ring_row.partner_code = 'all')
    is distinct from sum(ring_row.lines_count) filter (where ring_row.partner_code <> 'all')

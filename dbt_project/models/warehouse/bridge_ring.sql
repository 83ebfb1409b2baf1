-- District codes count at any payment date: the postcode directory places every postcode, past payments' too, in
-- today's districts, while an older directory would give the former ones.
with series as (
    select
        'as_at_membership' as series,
        partner_code
    from {{ ref('partner') }}
    union all
    select
        series,
        partner_code
    from {{ ref('series_partner') }}
),

-- Whose boroughs the STAR boroughs are: councils while they are members; in a constant series always the same.
borough as (
    select
        'as_at_membership' as series,
        partner.gss_code,
        membership.member_from_date as valid_from,
        membership.member_to_date as valid_to
    from {{ ref('partner') }} as partner
    inner join {{ ref('membership') }} as membership on partner.partner_code = membership.partner_code
    where partner.partner_type = 'council'
    union all
    select
        series_partner.series,
        partner.gss_code,
        null::date as valid_from,
        null::date as valid_to
    from {{ ref('partner') }} as partner
    inner join {{ ref('series_partner') }} as series_partner on partner.partner_code = series_partner.partner_code
)

select
    ring.ring,
    series.series,
    series.partner_code,
    partner.gss_code,
    null::date as valid_from,
    null::date as valid_to
from {{ ref('ring') }} as ring
cross join series
inner join {{ ref('partner') }} as partner on series.partner_code = partner.partner_code
where ring.district_rule = 'own'
union all
select
    ring.ring,
    series.series,
    series.partner_code,
    borough.gss_code,
    borough.valid_from,
    borough.valid_to
from {{ ref('ring') }} as ring
cross join series
inner join borough on series.series = borough.series
where ring.district_rule = 'members'
union all
select
    ring.ring,
    series.series,
    series.partner_code,
    district.gss_code,
    null::date as valid_from,
    null::date as valid_to
from {{ ref('ring') }} as ring
cross join series
inner join {{ ref('district') }} as district
    on
        (ring.district_rule = 'city_region' and ring.city_region_code = district.city_region_code)
        or (ring.district_rule = 'region' and ring.region_code = district.region_code)

select
    district.gss_code,
    district.district_name,
    district.city_region_code,
    city_region.combined_authority_code,
    district.region_code,
    region.region_name,
    district.valid_from,
    district.valid_to,
    district.successor_gss_code
from {{ ref('district') }} as district
left join {{ ref('city_region') }} as city_region on district.city_region_code = city_region.city_region_code
left join {{ ref('region') }} as region on district.region_code = region.region_code

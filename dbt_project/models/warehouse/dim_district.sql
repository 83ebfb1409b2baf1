select
    gss_code,
    district_name,
    city_region_code,
    region_code,
    valid_from,
    valid_to,
    successor_gss_code
from {{ ref('district') }}

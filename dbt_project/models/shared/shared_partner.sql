select
    {{ release_id() }}::bigint as release_id,
    partner_code,
    partner_name,
    partner_type,
    gss_code,
    city_region_code as city_region,
    member_from_date,
    member_to_date,
    is_assumed
from {{ ref('dim_partner') }}

select
    partner.partner_code,
    partner.partner_name,
    partner.partner_type,
    partner.gss_code,
    partner.city_region_code,
    membership.member_from_date,
    membership.member_to_date,
    partner.is_assumed or membership.is_assumed as is_assumed
from {{ ref('partner') }} as partner
inner join {{ ref('membership') }} as membership on partner.partner_code = membership.partner_code

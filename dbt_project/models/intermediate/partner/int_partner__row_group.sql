-- Which partners a published row adds up. A row for all partners leaves out what they pay each other.
select
    partner_code as row_group,
    partner_code as row_partner_code,
    partner_code,
    false as leaves_out_intra_partner
from {{ ref('partner') }}
union all
select
    'all' as row_group,
    'all' as row_partner_code,
    partner_code,
    true as leaves_out_intra_partner
from {{ ref('partner') }}
union all
-- A ring that is answered for one city region only: all of that region's partners.
select
    'all:' || partner.city_region_code as row_group,
    'all' as row_partner_code,
    partner.partner_code,
    true as leaves_out_intra_partner
from {{ ref('partner') }} as partner
where
    partner.city_region_code in (
        select ring.all_partners_city_region_code
        from {{ ref('ring') }} as ring
    )

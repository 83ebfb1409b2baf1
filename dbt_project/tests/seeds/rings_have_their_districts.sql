-- Greater Manchester has ten districts, the Liverpool City Region six; the North West thirty-nine before Cumbria's
-- reorganisation and thirty-five after it, forty-one codes in all.
with counted as (
    select
        count(*) filter (where city_region_code = 'gm') as gm_count,
        count(*) filter (where city_region_code = 'lcr') as lcr_count,
        count(*) filter (
            where region_code = 'E12000002' and (valid_from is null or valid_from < '2023-04-01')
        ) as north_west_before_count,
        count(*) filter (
            where region_code = 'E12000002' and (valid_to is null or valid_to >= '2023-04-01')
        ) as north_west_after_count
    from {{ ref('district') }}
)

select *
from counted
where
    gm_count <> 10
    or lcr_count <> 6
    or north_west_before_count <> 39
    or north_west_after_count <> 35

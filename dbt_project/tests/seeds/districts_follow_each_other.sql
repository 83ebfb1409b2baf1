-- Every district has the first day of its code, but for the two that stand for the islands in the postcode directory;
-- who took the place of an abolished district begins on the day after its last.
select
    district.gss_code,
    district.valid_from,
    district.valid_to,
    successor.gss_code as successor_gss_code,
    successor.valid_from as successor_valid_from
from {{ ref('district') }} as district
left join {{ ref('district') }} as successor on district.successor_gss_code = successor.gss_code
where
    (district.valid_from is null) <> (district.gss_code in ('L99999999', 'M99999999'))
    or district.valid_to + 1 is distinct from successor.valid_from

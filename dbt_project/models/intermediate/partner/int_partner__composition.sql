-- Every date lies in exactly one stretch: cut where a membership begins, and the day after one ends.
with cut as (
    select '-infinity'::date as from_date
    union
    select member_from_date from {{ ref('membership') }}
    union
    select member_to_date + 1 from {{ ref('membership') }}
    where member_to_date is not null
)

select
    from_date,
    lead(from_date - 1, 1, 'infinity'::date) over (order by from_date) as to_date
from cut

-- Each row is one edition of a register that waits for its verdict, with what can be said of it as a whole.
with delivery as (
    select delivery_id, source_id, period_end_date, lines_loaded
    from ops.delivery
    where delivery_id = any(%(delivery_ids)s)
),

company as (
    select
        delivery_id,
        count(*) as entries_count,
        count(*) - count(distinct upper(btrim(company_number))) as repeated_numbers_count,
        count(*) filter (where company_number !~* '^\s*[a-z0-9]{8}\s*$') as malformed_numbers_count,
        count(*) filter (where company_name is null) as name_blank_count,
        count(*) filter (where company_status is null) as status_blank_count,
        count(*) filter (where registered_postcode is null) as office_blank_count,
        count(*) filter (where incorporation_date > delivery.period_end_date) as born_later_count
    from raw.register_company
    inner join delivery using (delivery_id)
    group by delivery_id
),

charity as (
    select
        delivery_id,
        count(*) as entries_count,
        -- A linked charity shares the number of the one it is linked to.
        count(*) - count(distinct concat_ws('-', upper(btrim(charity_number)), coalesce(btrim(linked_charity_number), '0')))
            as repeated_numbers_count,
        count(*) filter (where charity_number !~ '^\s*[0-9]{6,7}\s*$') as malformed_numbers_count,
        count(*) filter (where charity_name is null) as name_blank_count,
        count(*) filter (where registration_status is null) as status_blank_count,
        null::bigint as office_blank_count,
        null::bigint as born_later_count
    from raw.register_charity
    where delivery_id = any(%(delivery_ids)s)
    group by delivery_id
),

figures as (
    select * from company
    union all
    select * from charity
),

-- The edition before it, current or waiting beside it.
before as (
    select distinct on (delivery.delivery_id)
        delivery.delivery_id,
        earlier.lines_loaded
    from delivery
    inner join ops.delivery as earlier
        on
            delivery.source_id = earlier.source_id
            and earlier.period_end_date < delivery.period_end_date
            and (earlier.state = 'loaded' or earlier.delivery_id = any(%(delivery_ids)s))
    order by delivery.delivery_id, earlier.period_end_date desc, earlier.delivery_id desc
)

select
    delivery.delivery_id,
    coalesce(figures.entries_count, 0) as entries_count,
    coalesce(figures.entries_count, 0) - delivery.lines_loaded as lines_difference,
    figures.repeated_numbers_count,
    figures.malformed_numbers_count::float8 / figures.entries_count as malformed_numbers_share,
    figures.name_blank_count::float8 / figures.entries_count as name_blank_share,
    figures.status_blank_count::float8 / figures.entries_count as status_blank_share,
    figures.office_blank_count::float8 / figures.entries_count as office_blank_share,
    figures.born_later_count,
    (figures.entries_count::numeric / nullif(before.lines_loaded, 0))::float8 as entries_ratio
from delivery
left join figures using (delivery_id)
left join before using (delivery_id)
order by delivery.delivery_id

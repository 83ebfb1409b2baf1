-- A published figure whose partner, period or cohort is misspelt would silently stand beside nothing. Years of which
-- there are no data have no row.
select
    published_figure.measure_id,
    published_figure.partner_code,
    published_figure.cohort,
    published_figure.period
from {{ ref('published_figure') }} as published_figure
left join {{ ref('shared_headline') }} as headline
    on
        published_figure.measure_id = headline.measure_id
        and published_figure.partner_code = headline.partner_code
        and published_figure.cohort = headline.cohort
        and published_figure.period = headline.period
where
    headline.measure_id is null
    and exists (
        select 1
        from {{ ref('shared_headline') }} as same_period
        where
            same_period.measure_id = published_figure.measure_id
            and same_period.period = published_figure.period
            and same_period.partner_code = 'all'
    )

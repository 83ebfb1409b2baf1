with year_row as (
    select * from {{ ref('met_all__year') }}
),

-- Which years of a period a measure has an answer for at all; an open period runs to the measure's last year.
measure_period as (
    select
        year_row.measure_id,
        reporting_period.period,
        reporting_period.fy_from_date,
        coalesce(reporting_period.fy_to_date, max(year_row.fy_start_date)) as fy_to_date,
        count(distinct year_row.fy_start_date) filter (
            where {{ is_valid_on(
                'year_row.fy_start_date', 'reporting_period.fy_from_date', 'reporting_period.fy_to_date'
            ) }}
        ) as years_count
    from year_row
    cross join {{ ref('reporting_period') }} as reporting_period
    where year_row.partner_code = 'all'
    group by
        year_row.measure_id,
        reporting_period.period,
        reporting_period.fy_from_date,
        reporting_period.fy_to_date
),

cumulative_row as (
    select
        year_row.measure_id,
        year_row.partner_code,
        measure_period.period,
        measure_period.fy_from_date,
        year_row.cohort,
        sum(year_row.numerator) as numerator,
        sum(year_row.denominator) as denominator,
        bool_and(year_row.is_answered) as is_answered,
        measure_period.years_count
        = extract(year from measure_period.fy_to_date - interval '3 months')
        - extract(year from measure_period.fy_from_date - interval '3 months')
        + 1 as is_whole,
        bool_or(year_row.status = 'incomplete') as has_incomplete_year,
        bool_or(year_row.status = 'provisional') as has_provisional_year,
        bool_or(year_row.is_sample) as is_sample
    from year_row
    inner join measure_period
        on
            year_row.measure_id = measure_period.measure_id
            and year_row.fy_start_date between measure_period.fy_from_date and measure_period.fy_to_date
    group by
        year_row.measure_id,
        year_row.partner_code,
        measure_period.period,
        measure_period.fy_from_date,
        measure_period.fy_to_date,
        measure_period.years_count,
        year_row.cohort
),

period_row as (
    select
        measure_id,
        partner_code,
        financial_year as period,
        'year' as period_type,
        financial_year,
        fy_start_date,
        cohort,
        numerator,
        denominator,
        is_answered,
        status,
        is_sample
    from year_row
    union all
    select
        measure_id,
        partner_code,
        period,
        'cumulative' as period_type,
        null as financial_year,
        fy_from_date as fy_start_date,
        cohort,
        numerator,
        denominator,
        is_answered and is_whole as is_answered,
        case
            when has_incomplete_year or not is_whole then 'incomplete'
            when has_provisional_year then 'provisional'
            else 'final'
        end as status,
        is_sample
    from cumulative_row
),

valued as (
    select
        period_row.*,
        measure_definition.measure_name,
        measure_definition.unit,
        case
            when not period_row.is_answered then null
            when measure_definition.kind = 'sum' then period_row.numerator::numeric(38, 10)
            else {{ ratio('period_row.numerator', 'period_row.denominator', 'measure_definition.ratio_factor') }}
        end as value
    from period_row
    inner join {{ ref('measure_definition') }} as measure_definition
        on period_row.measure_id = measure_definition.measure_id
    where measure_definition.is_headline
)

select
    {{ release_id() }}::bigint as release_id,
    valued.measure_id,
    valued.measure_name,
    valued.partner_code,
    valued.period,
    valued.period_type,
    valued.financial_year,
    valued.fy_start_date,
    valued.cohort,
    valued.value,
    valued.unit,
    valued.numerator,
    valued.denominator,
    target.target_value,
    published_figure.published_value,
    published_figure.published_low,
    published_figure.published_high,
    published_figure.published_note,
    published_figure.published_source,
    valued.value - published_figure.published_value as difference,
    valued.status,
    valued.is_sample
from valued
left join {{ ref('target') }} as target
    on
        valued.measure_id = target.measure_id
        and valued.cohort = target.cohort
        and target.partner_code in ('all', valued.partner_code)
        and {{ is_valid_on('valued.fy_start_date', 'target.valid_from', 'target.valid_to') }}
left join {{ ref('published_figure') }} as published_figure
    on
        valued.measure_id = published_figure.measure_id
        and valued.partner_code = published_figure.partner_code
        and valued.period = published_figure.period
        and valued.cohort = published_figure.cohort

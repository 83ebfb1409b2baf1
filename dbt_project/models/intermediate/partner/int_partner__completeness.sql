with counted as (
    select
        row_group.row_group,
        bool_and(row_group.row_partner_code = 'all') as is_for_all,
        month_expected.series,
        month_expected.financial_year,
        month_expected.fy_start_date,
        coalesce(month_expected.quarter, 'FY') as quarter,
        count(distinct month_expected.partner_code) as partners_expected,
        count(distinct month_expected.partner_code) filter (where month_expected.is_received) as partners_received,
        count(*) as months_expected,
        count(*) filter (where month_expected.is_received) as months_received
    from {{ ref('int_partner__month_expected') }} as month_expected
    inner join {{ ref('int_partner__row_group') }} as row_group
        on month_expected.partner_code = row_group.partner_code
    group by grouping sets (
        (
            row_group.row_group, month_expected.series, month_expected.financial_year,
            month_expected.fy_start_date, month_expected.quarter
        ),
        (row_group.row_group, month_expected.series, month_expected.financial_year, month_expected.fy_start_date)
    )
)

select
    row_group,
    series,
    financial_year,
    fy_start_date,
    quarter,
    partners_expected,
    partners_received,
    months_expected,
    months_received,
    case
        -- A partner without any file is missing from the sum; a row for one partner only waits for it.
        when is_for_all and partners_received < partners_expected then 'incomplete'
        when months_received < months_expected then 'provisional'
        else 'final'
    end as status
from counted

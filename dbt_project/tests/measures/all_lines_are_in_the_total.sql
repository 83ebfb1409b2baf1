-- The constant series without threshold holds every line of its partners: nothing is lost between lines and measures.
with line as (
    select
        partner_code,
        fy_start_date,
        count(*) as lines_count,
        sum(amount_gbp) as amount_gbp
    from {{ ref('fct_payment_line') }}
    where partner_code in (select series_partner.partner_code from {{ ref('series_partner') }} as series_partner)
    group by partner_code, fy_start_date
)

select
    line.partner_code,
    line.fy_start_date,
    line.amount_gbp,
    coverage.denominator_gbp
from line
left join {{ ref('met_r5__location_coverage') }} as coverage
    on
        line.partner_code = coverage.row_group
        and line.fy_start_date = coverage.fy_start_date
        and coverage.quarter = 'FY'
        and coverage.scope = 'total'
        and coverage.threshold_basis = 'none'
        and coverage.location_basis = 'remit'
        and coverage.series = 'constant_2021'
where
    coverage.denominator_gbp is distinct from line.amount_gbp
    or coverage.lines_count is distinct from line.lines_count

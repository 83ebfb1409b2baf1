-- The denominators of every retention figure and how much of them can be located. Rows are dense: what is expected
-- and has not come is a row without amounts.
with series_line as (
    select
        'as_at_membership' as series,
        supplier_quarter.*
    from {{ ref('fct_supplier_quarter') }} as supplier_quarter
    where supplier_quarter.is_member
    union all
    select
        series_partner.series,
        supplier_quarter.*
    from {{ ref('fct_supplier_quarter') }} as supplier_quarter
    inner join {{ ref('series_partner') }} as series_partner
        on supplier_quarter.partner_code = series_partner.partner_code
),

-- Sums need no suppliers: few rows are spread over the published rows.
flag_sum as (
    select
        series,
        partner_code,
        fy_start_date,
        quarter,
        is_influenceable,
        is_intra_partner,
        meets_supplier_year,
        meets_transaction,
        sum(amount_gbp) as amount_gbp,
        sum(gross_basis_gbp) as gross_basis_gbp,
        sum(lines_count)::bigint as lines_count,
        sum(amount_gbp) filter (where remit_gss_code is not null) as remit_gbp,
        sum(amount_gbp) filter (where registered_gss_code is not null) as registered_gbp,
        sum(lines_count) filter (where remit_gss_code is not null) as remit_lines_count,
        sum(lines_count) filter (where registered_gss_code is not null) as registered_lines_count,
        bool_or(is_sample) as is_sample
    from series_line
    group by
        series,
        partner_code,
        fy_start_date,
        quarter,
        is_influenceable,
        is_intra_partner,
        meets_supplier_year,
        meets_transaction
),

summed as (
    select
        row_group.row_group,
        flag_sum.series,
        flag_sum.fy_start_date,
        coalesce(flag_sum.quarter, 'FY') as quarter,
        counted_in.scope,
        counted_in.threshold_basis,
        sum(flag_sum.amount_gbp) as amount_gbp,
        sum(flag_sum.gross_basis_gbp) as gross_basis_gbp,
        sum(flag_sum.lines_count)::bigint as lines_count,
        sum(flag_sum.remit_gbp) as remit_gbp,
        sum(flag_sum.registered_gbp) as registered_gbp,
        sum(flag_sum.remit_lines_count)::bigint as remit_lines_count,
        sum(flag_sum.registered_lines_count)::bigint as registered_lines_count,
        bool_or(flag_sum.is_sample) as is_sample
    from flag_sum
    inner join {{ ref('int_retention__counted_in') }} as counted_in
        on
            flag_sum.is_influenceable = counted_in.is_influenceable
            and flag_sum.meets_supplier_year = counted_in.meets_supplier_year
            and flag_sum.meets_transaction = counted_in.meets_transaction
    inner join {{ ref('int_partner__row_group') }} as row_group
        on
            flag_sum.partner_code = row_group.partner_code
            and not (row_group.leaves_out_intra_partner and flag_sum.is_intra_partner)
    group by grouping sets (
        (
            row_group.row_group, flag_sum.series, flag_sum.fy_start_date, flag_sum.quarter,
            counted_in.scope, counted_in.threshold_basis
        ),
        (
            row_group.row_group, flag_sum.series, flag_sum.fy_start_date,
            counted_in.scope, counted_in.threshold_basis
        )
    )
),

-- Suppliers are counted once a row, however many partners pay them.
supplier_flag as (
    select
        row_group.row_group,
        series_line.series,
        series_line.fy_start_date,
        coalesce(series_line.quarter, 'FY') as quarter,
        series_line.supplier_key,
        bool_or(series_line.is_influenceable and series_line.meets_supplier_year) as influenceable_supplier_year,
        bool_or(series_line.is_influenceable and series_line.meets_transaction) as influenceable_transaction,
        bool_or(series_line.is_influenceable) as influenceable_none,
        bool_or(series_line.meets_supplier_year) as total_supplier_year,
        bool_or(series_line.meets_transaction) as total_transaction
    from series_line
    inner join {{ ref('int_partner__row_group') }} as row_group
        on
            series_line.partner_code = row_group.partner_code
            and not (row_group.leaves_out_intra_partner and series_line.is_intra_partner)
    where series_line.supplier_key is not null
    group by grouping sets (
        (
            row_group.row_group, series_line.series, series_line.fy_start_date, series_line.quarter,
            series_line.supplier_key
        ),
        (row_group.row_group, series_line.series, series_line.fy_start_date, series_line.supplier_key)
    )
),

supplier_count as (
    select
        supplier_flag.row_group,
        supplier_flag.series,
        supplier_flag.fy_start_date,
        supplier_flag.quarter,
        counted.scope,
        counted.threshold_basis,
        count(*) filter (where counted.is_counted) as suppliers_count
    from supplier_flag
    cross join
        lateral (
            values
            ('influenceable', 'supplier_year', supplier_flag.influenceable_supplier_year),
            ('influenceable', 'transaction', supplier_flag.influenceable_transaction),
            ('influenceable', 'none', supplier_flag.influenceable_none),
            ('total', 'supplier_year', supplier_flag.total_supplier_year),
            ('total', 'transaction', supplier_flag.total_transaction),
            ('total', 'none', true)
        ) as counted (scope, threshold_basis, is_counted)
    group by
        supplier_flag.row_group,
        supplier_flag.series,
        supplier_flag.fy_start_date,
        supplier_flag.quarter,
        counted.scope,
        counted.threshold_basis
),

cell as (
    select distinct
        scope,
        threshold_basis
    from {{ ref('int_retention__counted_in') }}
),

published as (
    select
        completeness.row_group,
        completeness.financial_year,
        completeness.fy_start_date,
        completeness.quarter,
        cell.scope,
        cell.threshold_basis,
        location.location_basis,
        completeness.series,
        -- Nothing collected is not nothing spent.
        case when completeness.months_received > 0 then coalesce(summed.amount_gbp, 0) end as denominator_gbp,
        case
            when completeness.months_received > 0
                then coalesce(
                    case
                        when location.location_basis = 'remit' then summed.remit_gbp else summed.registered_gbp
                    end, 0
                )
        end as located_gbp,
        case when completeness.months_received > 0 then coalesce(summed.gross_basis_gbp, 0) end as gross_basis_gbp,
        coalesce(supplier_count.suppliers_count, 0) as suppliers_count,
        coalesce(summed.lines_count, 0) as lines_count,
        coalesce(
            case
                when location.location_basis = 'remit'
                    then summed.remit_lines_count
                else summed.registered_lines_count
            end, 0
        ) as located_lines_count,
        completeness.partners_expected,
        completeness.partners_received,
        completeness.months_expected,
        completeness.months_received,
        completeness.status,
        coalesce(summed.is_sample, false) as is_sample
    from {{ ref('int_partner__completeness') }} as completeness
    cross join cell
    cross join (values ('remit'), ('registered')) as location (location_basis)
    left join summed
        on
            completeness.row_group = summed.row_group
            and completeness.series = summed.series
            and completeness.fy_start_date = summed.fy_start_date
            and completeness.quarter = summed.quarter
            and cell.scope = summed.scope
            and cell.threshold_basis = summed.threshold_basis
    left join supplier_count
        on
            completeness.row_group = supplier_count.row_group
            and completeness.series = supplier_count.series
            and completeness.fy_start_date = supplier_count.fy_start_date
            and completeness.quarter = supplier_count.quarter
            and cell.scope = supplier_count.scope
            and cell.threshold_basis = supplier_count.threshold_basis
)

select
    row_group,
    financial_year,
    fy_start_date,
    quarter,
    scope,
    threshold_basis,
    location_basis,
    series,
    denominator_gbp,
    located_gbp,
    denominator_gbp - located_gbp as unknown_gbp,
    gross_basis_gbp,
    {{ ratio('located_gbp', 'denominator_gbp') }} as coverage_pct,
    suppliers_count,
    lines_count,
    located_lines_count,
    partners_expected,
    partners_received,
    months_expected,
    months_received,
    status,
    is_sample
from published

{#-
    Retention in one ring: for every row of location coverage, how much of its £ went to the ring's districts.
    A row for all partners takes all partners, or those of one city region where the ring says so.
-#}
{% macro retention_of_ring(ring) -%}
with district_sum as (
    select
        supplier_quarter.partner_code,
        supplier_quarter.fy_start_date,
        supplier_quarter.quarter,
        supplier_quarter.composition_from_date,
        supplier_quarter.is_member,
        supplier_quarter.is_influenceable,
        supplier_quarter.is_intra_partner,
        supplier_quarter.meets_supplier_year,
        supplier_quarter.meets_transaction,
        location.location_basis,
        location.gss_code,
        sum(supplier_quarter.amount_gbp) as amount_gbp
    from {{ ref('fct_supplier_quarter') }} as supplier_quarter
    cross join lateral (
        values
        ('remit', supplier_quarter.remit_gss_code),
        ('registered', supplier_quarter.registered_gss_code)
    ) as location (location_basis, gss_code)
    where location.gss_code is not null
    group by
        supplier_quarter.partner_code,
        supplier_quarter.fy_start_date,
        supplier_quarter.quarter,
        supplier_quarter.composition_from_date,
        supplier_quarter.is_member,
        supplier_quarter.is_influenceable,
        supplier_quarter.is_intra_partner,
        supplier_quarter.meets_supplier_year,
        supplier_quarter.meets_transaction,
        location.location_basis,
        location.gss_code
),

answering_group as (
    select
        row_group.row_group,
        row_group.row_partner_code,
        row_group.partner_code,
        row_group.leaves_out_intra_partner
    from {{ ref('int_partner__row_group') }} as row_group
    inner join {{ ref('ring') }} as ring on ring.ring = '{{ ring }}'
    where
        row_group.row_partner_code <> 'all'
        or row_group.row_group = coalesce('all:' || ring.all_partners_city_region_code, 'all')
),

retained as (
    select
        answering_group.row_group,
        bridge_ring.series,
        district_sum.fy_start_date,
        coalesce(district_sum.quarter, 'FY') as quarter,
        counted_in.scope,
        counted_in.threshold_basis,
        district_sum.location_basis,
        sum(district_sum.amount_gbp) as numerator_gbp
    from district_sum
    inner join {{ ref('bridge_ring') }} as bridge_ring
        on
            bridge_ring.ring = '{{ ring }}'
            and district_sum.partner_code = bridge_ring.partner_code
            and district_sum.gss_code = bridge_ring.gss_code
            and {{ is_valid_on(
                'district_sum.composition_from_date', 'bridge_ring.valid_from', 'bridge_ring.valid_to'
            ) }}
            and (bridge_ring.series <> 'as_at_membership' or district_sum.is_member)
    inner join {{ ref('int_retention__counted_in') }} as counted_in
        on
            district_sum.is_influenceable = counted_in.is_influenceable
            and district_sum.meets_supplier_year = counted_in.meets_supplier_year
            and district_sum.meets_transaction = counted_in.meets_transaction
    inner join answering_group
        on
            district_sum.partner_code = answering_group.partner_code
            and not (answering_group.leaves_out_intra_partner and district_sum.is_intra_partner)
    group by grouping sets (
        (
            answering_group.row_group, bridge_ring.series, district_sum.fy_start_date, district_sum.quarter,
            counted_in.scope, counted_in.threshold_basis, district_sum.location_basis
        ),
        (
            answering_group.row_group, bridge_ring.series, district_sum.fy_start_date,
            counted_in.scope, counted_in.threshold_basis, district_sum.location_basis
        )
    )
),

answered as (
    select
        named.row_partner_code as partner_code,
        coverage.*,
        case
            when coverage.denominator_gbp is not null then coalesce(retained.numerator_gbp, 0)
        end as numerator_gbp,
        -- Neither a sum that leaves a partner out nor one in which no place is known answers the question.
        coverage.status <> 'incomplete' as is_complete,
        coverage.located_lines_count > 0 as is_located
    from {{ ref('met_r5__location_coverage') }} as coverage
    inner join (
        select distinct
            row_group,
            row_partner_code
        from answering_group
    ) as named on coverage.row_group = named.row_group
    left join retained
        on
            coverage.row_group = retained.row_group
            and coverage.series = retained.series
            and coverage.fy_start_date = retained.fy_start_date
            and coverage.quarter = retained.quarter
            and coverage.scope = retained.scope
            and coverage.threshold_basis = retained.threshold_basis
            and coverage.location_basis = retained.location_basis
)

select
    partner_code,
    financial_year,
    fy_start_date,
    quarter,
    '{{ ring }}' as ring,
    scope,
    threshold_basis,
    location_basis,
    series,
    numerator_gbp,
    denominator_gbp,
    located_gbp,
    unknown_gbp,
    gross_basis_gbp,
    case when is_complete and is_located then {{ ratio('numerator_gbp', 'denominator_gbp') }} end as pct,
    -- Credit notes of unknown place may outweigh its invoices: all of it inside is then the lower reading.
    case when is_complete then {{ ratio('numerator_gbp + least(unknown_gbp, 0)', 'denominator_gbp') }} end as pct_low,
    case
        when is_complete then {{ ratio('numerator_gbp + greatest(unknown_gbp, 0)', 'denominator_gbp') }}
    end as pct_high,
    coverage_pct,
    suppliers_count,
    lines_count,
    located_lines_count,
    partners_expected,
    partners_received,
    months_expected,
    months_received,
    status,
    is_sample
from answered
{%- endmacro %}

with delivered as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        coalesce(theme, 'all') as theme,
        sum(reported_gbp) as reported_gbp,
        sum(reported_gbp) filter (where evidence_meaning = 'validated') as validated_gbp,
        sum(reported_gbp) filter (where evidence_meaning = 'reported') as reported_not_validated_gbp
    from {{ ref('fct_social_value_delivery') }}
    where is_reportable and is_to_date
    group by grouping sets (
        (partner_code, fy_start_date, theme),
        (partner_code, fy_start_date),
        (fy_start_date, theme),
        (fy_start_date)
    )
)

select
    secured.partner_code,
    secured.financial_year,
    secured.fy_start_date,
    secured.theme,
    coalesce(delivered.reported_gbp, 0)::numeric(18, 2) as reported_gbp,
    coalesce(delivered.validated_gbp, 0)::numeric(18, 2) as validated_gbp,
    coalesce(delivered.reported_not_validated_gbp, 0)::numeric(18, 2) as reported_not_validated_gbp,
    secured.as_of_date,
    secured.is_sample
from {{ ref('met_s1__secured') }} as secured
left join delivered
    on
        secured.partner_code = delivered.partner_code
        and secured.fy_start_date = delivered.fy_start_date
        and secured.theme = delivered.theme

-- One row a partner (and all), award year and theme; a year in which only the register has contracts is a row too, with
-- nothing secured. Counts and values of a theme's row are those of the whole year: its £ are a part of it.
with project as (
    select * from {{ ref('fct_social_value_project') }}
    where is_reportable
),

commitment as (
    select * from {{ ref('fct_social_value_commitment') }}
    where is_reportable and stage_meaning = 'secured'
),

registered as (
    select * from {{ ref('fct_contract') }}
    where is_reportable
),

partner_year as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        max(as_of_date) as as_of_date
    from (
        select
            partner_code,
            fy_start_date,
            as_of_date
        from project
        union all
        select
            registered.partner_code,
            registered.fy_start_date,
            portal.period_end_date as as_of_date
        from registered
        -- Without an export of the portal nothing is known to be secured, which is not nothing.
        inner join {{ ref('stg_ledger__delivery') }} as portal on portal.kind = 'social_value'
    ) as every_contract
    group by grouping sets ((partner_code, fy_start_date), (fy_start_date))
),

-- Themes in use: of what was promised and of what was reported.
theme as (
    select 'all' as theme
    union
    select theme from commitment
    union
    select report.theme
    from {{ ref('fct_social_value_delivery') }} as report
    where report.is_reportable
),

valued as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        count(distinct project_id) as contracts_count,
        sum(contract_value_gbp) as contract_value_gbp,
        bool_or(is_sample) as is_sample
    from project
    group by grouping sets ((partner_code, fy_start_date), (fy_start_date))
),

secured as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        coalesce(theme, 'all') as theme,
        sum(target_gbp) as secured_gbp
    from commitment
    group by grouping sets (
        (partner_code, fy_start_date, theme),
        (partner_code, fy_start_date),
        (fy_start_date, theme),
        (fy_start_date)
    )
)

select
    partner_year.partner_code,
    {{ fy_label('partner_year.fy_start_date') }} as financial_year,
    partner_year.fy_start_date,
    theme.theme,
    coalesce(valued.contracts_count, 0) as contracts_count,
    coalesce(valued.contract_value_gbp, 0)::numeric(18, 2) as contract_value_gbp,
    coalesce(secured.secured_gbp, 0)::numeric(18, 2) as secured_gbp,
    partner_year.as_of_date,
    coalesce(valued.is_sample, false) as is_sample
from partner_year
cross join theme
left join valued
    on partner_year.partner_code = valued.partner_code and partner_year.fy_start_date = valued.fy_start_date
left join secured
    on
        partner_year.partner_code = secured.partner_code
        and partner_year.fy_start_date = secured.fy_start_date
        and theme.theme = secured.theme

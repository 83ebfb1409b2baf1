with registered as (
    select
        coalesce(partner_code, 'all') as partner_code,
        fy_start_date,
        count(*) as register_contracts_count,
        count(*) filter (where is_on_portal) as contracts_on_portal_count,
        sum(contract_value_gbp) as register_value_gbp,
        bool_or(is_sample) as is_sample
    from {{ ref('fct_contract') }}
    where is_reportable
    group by grouping sets ((partner_code, fy_start_date), (fy_start_date))
)

select
    secured.partner_code,
    secured.financial_year,
    secured.fy_start_date,
    secured.theme,
    secured.contracts_count,
    coalesce(registered.contracts_on_portal_count, 0) as contracts_on_portal_count,
    coalesce(registered.register_contracts_count, 0) as register_contracts_count,
    secured.contract_value_gbp,
    coalesce(registered.register_value_gbp, 0)::numeric(18, 2) as register_value_gbp,
    secured.secured_gbp,
    {{ ratio('secured.secured_gbp', 'secured.contract_value_gbp') }} as secured_pct,
    {{ ratio('secured.secured_gbp', 'registered.register_value_gbp') }} as secured_all_pct,
    secured.as_of_date,
    secured.is_sample or coalesce(registered.is_sample, false) as is_sample
from {{ ref('met_s1__secured') }} as secured
left join registered
    on secured.partner_code = registered.partner_code and secured.fy_start_date = registered.fy_start_date

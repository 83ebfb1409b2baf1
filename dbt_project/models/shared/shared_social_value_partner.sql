select
    {{ release_id() }}::bigint as release_id,
    secured.partner_code,
    secured.financial_year as award_year,
    secured.theme,
    secured.contracts_count,
    secured.contracts_on_portal_count,
    secured.register_contracts_count,
    secured.contract_value_gbp as value_gbp,
    secured.register_value_gbp,
    secured.secured_gbp,
    secured.secured_pct,
    secured.secured_all_pct,
    delivered.reported_gbp,
    delivered.validated_gbp,
    delivered.reported_not_validated_gbp,
    lifetime.delivery_pct,
    secured.as_of_date,
    secured.is_sample
from {{ ref('met_s2__secured_pct') }} as secured
inner join {{ ref('met_s3__delivered') }} as delivered
    on
        secured.partner_code = delivered.partner_code
        and secured.fy_start_date = delivered.fy_start_date
        and secured.theme = delivered.theme
inner join {{ ref('met_s4__lifetime_delivery') }} as lifetime
    on
        secured.partner_code = lifetime.partner_code
        and secured.fy_start_date = lifetime.fy_start_date
        and secured.theme = lifetime.theme

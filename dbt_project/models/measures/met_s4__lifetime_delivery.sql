select
    secured.partner_code,
    secured.financial_year,
    secured.fy_start_date,
    secured.theme,
    delivered.validated_gbp,
    secured.secured_gbp,
    {{ ratio('delivered.validated_gbp', 'secured.secured_gbp') }} as delivery_pct,
    secured.as_of_date,
    secured.is_sample
from {{ ref('met_s1__secured') }} as secured
inner join {{ ref('met_s3__delivered') }} as delivered
    on
        secured.partner_code = delivered.partner_code
        and secured.fy_start_date = delivered.fy_start_date
        and secured.theme = delivered.theme

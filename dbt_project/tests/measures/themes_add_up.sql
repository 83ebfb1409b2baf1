select
    secured.partner_code,
    secured.fy_start_date
from {{ ref('met_s1__secured') }} as secured
inner join {{ ref('met_s3__delivered') }} as delivered
    on
        secured.partner_code = delivered.partner_code
        and secured.fy_start_date = delivered.fy_start_date
        and secured.theme = delivered.theme
group by secured.partner_code, secured.fy_start_date
having
    sum(secured.secured_gbp) filter (where secured.theme = 'all')
    <> coalesce(sum(secured.secured_gbp) filter (where secured.theme <> 'all'), 0)
    or sum(delivered.validated_gbp) filter (where delivered.theme = 'all')
    <> coalesce(sum(delivered.validated_gbp) filter (where delivered.theme <> 'all'), 0)

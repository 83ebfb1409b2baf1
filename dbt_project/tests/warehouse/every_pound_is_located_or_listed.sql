-- What is listed as unresolved is exactly what no district was found for, by partner and location basis.
with listed as (
    select
        partner_code,
        location_basis,
        sum(amount_gbp) as amount_gbp,
        sum(lines_count) as lines_count
    from {{ ref('fct_unresolved_postcode') }}
    group by partner_code, location_basis
),

unknown as (
    select
        payment.partner_code,
        basis.location_basis,
        sum(payment.amount_gbp) as amount_gbp,
        count(*) as lines_count
    from {{ ref('fct_payment_line') }} as payment
    cross join
        lateral (
            values ('remit', payment.remit_gss_code), ('registered', payment.registered_gss_code)
        ) as basis (location_basis, gss_code)
    where basis.gss_code is null
    group by payment.partner_code, basis.location_basis
)

select
    coalesce(listed.partner_code, unknown.partner_code) as partner_code,
    coalesce(listed.location_basis, unknown.location_basis) as location_basis,
    listed.amount_gbp as listed_gbp,
    unknown.amount_gbp as unknown_gbp
from listed
full outer join unknown
    on listed.partner_code = unknown.partner_code and listed.location_basis = unknown.location_basis
where
    listed.amount_gbp is distinct from unknown.amount_gbp
    or listed.lines_count is distinct from unknown.lines_count

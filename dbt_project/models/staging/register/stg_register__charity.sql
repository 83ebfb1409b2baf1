-- No charity register is taken in yet: no row.
select
    null::text as charity_number,
    null::text as charity_name,
    null::text as company_number,
    null::text as charity_type,
    null::boolean as is_cio,
    null::text as registration_status,
    null::date as removal_date,
    null::text as charity_postcode,
    null::numeric(18, 2) as latest_income_gbp,
    null::date as register_as_at_date
where false

-- No company register is taken in yet: no row.
select
    null::text as company_number,
    null::text as company_name,
    null::text as company_status,
    null::text as company_category,
    null::date as incorporation_date,
    null::date as dissolution_date,
    null::text as registered_postcode,
    null::text as accounts_category,
    null::date as register_as_at_date
where false

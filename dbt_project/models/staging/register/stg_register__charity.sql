select
    {{ charity_number_key("concat_ws('-', charity.charity_number, charity.linked_charity_number)") }} as charity_number,
    charity.charity_name,
    {{ company_number_key('charity.company_number') }} as company_number,
    charity.charity_type,
    case {{ squeezed('charity.is_cio') }} when 'true' then true when 'false' then false end as is_cio,
    charity.registration_status,
    charity.registration_date,
    charity.removal_date,
    charity.charity_postcode,
    charity.latest_income_gbp,
    charity.extract_date as register_as_at_date
from {{ source('raw', 'register_charity') }} as charity
inner join {{ ref('stg_ledger__delivery') }} as delivery on charity.delivery_id = delivery.delivery_id
where delivery.kind = 'register'

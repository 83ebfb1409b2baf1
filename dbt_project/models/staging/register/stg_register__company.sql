select
    {{ company_number_key('company.company_number') }} as company_number,
    company.company_name,
    company.company_status,
    company.company_category,
    company.incorporation_date,
    company.dissolution_date,
    company.registered_postcode,
    company.accounts_category,
    delivery.period_end_date as register_as_at_date
from {{ source('raw', 'register_company') }} as company
inner join {{ ref('stg_ledger__delivery') }} as delivery on company.delivery_id = delivery.delivery_id
where delivery.kind = 'register'

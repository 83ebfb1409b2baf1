-- What rules look at: names and numbers wherever the supplier is written down, and what the latest register says.
with charity_stated as (
    select
        vendor_record_key,
        charity_number,
        min(payment_date) as first_payment_date
    from {{ ref('stg_spend__line') }}
    where charity_number is not null
    group by vendor_record_key, charity_number
),

keyed as (
    select
        written.supplier_key,
        {{ ruled_name('written.supplier_name') }} as supplier_name,
        {{ company_number_key('written.company_number') }} as company_number,
        {{ charity_number_key('charity_stated.charity_number') }} as charity_number,
        charity_stated.first_payment_date,
        written.last_payment_date
    from {{ ref('int_supplier__written') }} as written
    left join charity_stated on written.vendor_record_key = charity_stated.vendor_record_key
),

vendor_record as (
    select
        supplier_key,
        supplier_name,
        company_number,
        charity_number,
        min(first_payment_date) as first_payment_date,
        max(last_payment_date) as seen_date
    from keyed
    group by supplier_key, supplier_name, company_number, charity_number
),

-- The registers hold millions; only whom somebody writes down is looked up.
company_wanted as (
    select distinct company_number
    from vendor_record
    where company_number is not null
),

charity_wanted as (
    select distinct charity_number
    from vendor_record
    where charity_number is not null
),

company as (
    select distinct on (company.company_number)
        company.company_number,
        {{ squeezed('company.company_category') }} as company_category,
        {{ squeezed('company.accounts_category') }} as accounts_category,
        company.register_as_at_date
    from {{ ref('stg_register__company') }} as company
    inner join company_wanted on company.company_number = company_wanted.company_number
    order by company.company_number asc, company.register_as_at_date desc
),

charity as (
    select distinct on (charity.charity_number)
        charity.charity_number,
        {{ squeezed('charity.registration_status') }} as registration_status,
        charity.register_as_at_date,
        charity.removal_date,
        max(
            case
                when {{ squeezed('charity.registration_status') }} = 'registered' then charity.register_as_at_date
            end
        ) over (partition by charity.charity_number) as last_registered_as_at_date
    from {{ ref('stg_register__charity') }} as charity
    inner join charity_wanted on charity.charity_number = charity_wanted.charity_number
    order by charity.charity_number asc, charity.register_as_at_date desc
),

-- A charity that is a company is found by its company number; it has ceased when its last charity number has.
charitable_company as (
    select distinct on (charity.company_number)
        charity.company_number,
        {{ squeezed('charity.registration_status') }} as registration_status,
        charity.register_as_at_date
    from {{ ref('stg_register__charity') }} as charity
    inner join company_wanted on charity.company_number = company_wanted.company_number
    order by
        charity.company_number asc,
        charity.register_as_at_date desc,
        {{ squeezed('charity.registration_status') }} = 'registered' desc
),

evidence as (
    select
        supplier_key,
        'supplier_name' as field,
        supplier_name as evidence_text,
        seen_date as as_at_date
    from vendor_record
    union all
    select
        supplier_key,
        'company_number' as field,
        company_number as evidence_text,
        seen_date as as_at_date
    from vendor_record
    union all
    -- A number proves nothing of who was paid only once the register had removed its charity; until then it was one.
    select
        vendor_record.supplier_key,
        'charity_number' as field,
        vendor_record.charity_number as evidence_text,
        case
            when charity.registration_status = 'removed'
                then least(vendor_record.seen_date, coalesce(charity.removal_date, charity.last_registered_as_at_date))
            else vendor_record.seen_date
        end as as_at_date
    from vendor_record
    left join charity on vendor_record.charity_number = charity.charity_number
    where
        charity.registration_status is null
        or charity.registration_status <> 'removed'
        or vendor_record.first_payment_date < charity.removal_date
        or vendor_record.first_payment_date <= charity.last_registered_as_at_date
    union all
    select
        vendor_record.supplier_key,
        'charity_status' as field,
        charity.registration_status as evidence_text,
        charity.register_as_at_date as as_at_date
    from vendor_record
    inner join charity on vendor_record.charity_number = charity.charity_number
    union all
    select
        vendor_record.supplier_key,
        'charity_status' as field,
        charitable_company.registration_status as evidence_text,
        charitable_company.register_as_at_date as as_at_date
    from vendor_record
    inner join charitable_company on vendor_record.company_number = charitable_company.company_number
    union all
    select
        vendor_record.supplier_key,
        company_field.field,
        company_field.evidence_text,
        company.register_as_at_date as as_at_date
    from vendor_record
    inner join company on vendor_record.company_number = company.company_number
    cross join unnest(
        array['company_category', 'accounts_category'], array[company.company_category, company.accounts_category]
    ) as company_field (field, evidence_text)
),

lowered as (
    select
        supplier_key,
        field,
        lower(evidence_text) as evidence_text,
        as_at_date
    from evidence
    where evidence_text is not null
)

select
    supplier_key,
    field,
    evidence_text,
    max(as_at_date) as as_at_date
from lowered
group by supplier_key, field, evidence_text

-- Only numbers that somebody writes down are looked up: the registers hold millions.
with company_wanted as (
    select distinct {{ company_number_key('company_number') }} as company_number
    from {{ ref('int_supplier__written') }}
    where company_number is not null
),

charity_wanted as (
    select distinct charity_number
    from {{ ref('int_supplier__charity_number') }}
),

company_said as (
    select
        company.company_number as register_number,
        company.company_number,
        said.field,
        said.registered_text,
        said.effective_date,
        company.register_as_at_date,
        company.incorporation_date as founded_date,
        said.field = 'company_status' and company.dissolution_date is not null as is_dated
    from {{ ref('stg_register__company') }} as company
    inner join company_wanted on company.company_number = company_wanted.company_number
    cross join
        lateral (
            values
            ('company_number', lower(company.company_number), company.register_as_at_date),
            ('company_category', {{ squeezed('company.company_category') }}, company.register_as_at_date),
            ('accounts_category', {{ squeezed('company.accounts_category') }}, company.register_as_at_date),
            ('company_name', company.company_name, company.register_as_at_date),
            (
                'company_status', {{ squeezed('company.company_status') }},
                least(company.dissolution_date, company.register_as_at_date)
            ),
            ('registered_postcode', {{ postcode_key('company.registered_postcode') }}, company.register_as_at_date)
        ) as said (field, registered_text, effective_date)
),

charity_said as (
    select
        charity.charity_number as register_number,
        charity.company_number,
        'charity_status' as field,
        said.registered_text,
        least(said.stated_date, charity.register_as_at_date) as effective_date,
        charity.register_as_at_date,
        charity.registration_date as founded_date,
        said.stated_date is not null as is_dated
    from {{ ref('stg_register__charity') }} as charity
    left join charity_wanted on charity.charity_number = charity_wanted.charity_number
    left join company_wanted on charity.company_number = company_wanted.company_number
    cross join
        lateral (
            values
            (
                {{ squeezed('charity.registration_status') }},
                case {{ squeezed('charity.registration_status') }}
                    when 'registered' then charity.registration_date
                    when 'removed' then charity.removal_date
                end
            )
        ) as said (registered_text, stated_date)
    where charity_wanted.charity_number is not null or company_wanted.company_number is not null
),

-- A field that an edition leaves empty, or a number that it does not list, is no change.
said as (
    select *
    from company_said
    where registered_text is not null
    union all
    select *
    from charity_said
    where registered_text is not null
),

-- An edition that dates its word back takes back what earlier editions said of the days since.
compared as (
    select
        *,
        min(effective_date) over (
            partition by register_number, field
            order by register_as_at_date rows between 1 following and unbounded following
        ) as said_anew_from_date
    from said
),

held as (
    select
        register_number,
        company_number,
        field,
        registered_text,
        effective_date,
        register_as_at_date,
        founded_date,
        is_dated
    from compared
    where said_anew_from_date is null or effective_date < said_anew_from_date
    union all
    -- What was removed on a day had been registered before.
    select
        register_number,
        company_number,
        field,
        'registered' as registered_text,
        case when founded_date < effective_date then founded_date else '-infinity' end as effective_date,
        effective_date as register_as_at_date,
        null as founded_date,
        founded_date is not null and founded_date < effective_date as is_dated
    from compared
    where field = 'charity_status' and registered_text = 'removed' and is_dated
),

followed as (
    select
        *,
        lag(registered_text) over (
            partition by register_number, field order by effective_date, register_as_at_date
        ) as text_before
    from held
),

numbered as (
    select
        *,
        count(*) filter (where registered_text is distinct from text_before) over (
            partition by register_number, field order by effective_date, register_as_at_date
        ) as stretch_number
    from followed
),

stretch as (
    select
        register_number,
        field,
        stretch_number,
        registered_text,
        max(company_number) as company_number,
        min(effective_date) as effective_date,
        max(register_as_at_date) as register_as_at_date,
        min(founded_date) as founded_date,
        min(effective_date) filter (where is_dated) as stated_date
    from numbered
    group by register_number, field, stretch_number, registered_text
)

select
    register_number,
    company_number,
    field,
    registered_text,
    register_as_at_date,
    -- What is known first counts from the day that the register states for it, else for all the time before; for a
    -- company from its incorporation on.
    case
        when stretch_number > 1 then effective_date
        when stated_date is not null then stated_date
        when founded_date <= effective_date then founded_date
    end as valid_from_date,
    lead(effective_date) over (partition by register_number, field order by stretch_number) - 1 as valid_to_date
from stretch

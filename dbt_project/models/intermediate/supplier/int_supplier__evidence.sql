-- What rules look at, with the days for which it holds: names and numbers wherever the supplier is written down, what
-- the registers said, what was declared. What nothing dates holds always.
with stated as (
    select
        supplier_key,
        'supplier_name' as field,
        {{ ruled_name('supplier_name') }} as evidence_text,
        first_written_date,
        last_payment_date
    from {{ ref('int_supplier__written') }}
    union all
    select
        supplier_key,
        'company_number' as field,
        lower({{ company_number_key('company_number') }}) as evidence_text,
        first_written_date,
        last_payment_date
    from {{ ref('int_supplier__written') }}
    union all
    select
        written.supplier_key,
        'charity_number' as field,
        lower(charity.charity_number) as evidence_text,
        charity.first_payment_date as first_written_date,
        written.last_payment_date
    from {{ ref('int_supplier__written') }} as written
    inner join {{ ref('int_supplier__charity_number') }} as charity
        on written.vendor_record_key = charity.vendor_record_key
),

written_text as (
    select
        supplier_key,
        field,
        evidence_text,
        min(first_written_date) as first_written_date,
        max(last_payment_date) as seen_date
    from stated
    where evidence_text is not null
    group by supplier_key, field, evidence_text
),

registered as (
    select
        written_text.supplier_key,
        written_text.field as number_field,
        written_text.evidence_text as number_text,
        register.field,
        register.registered_text,
        register.register_as_at_date,
        register.valid_from_date,
        register.valid_to_date
    from written_text
    inner join {{ ref('int_supplier__registered') }} as register
        on written_text.evidence_text = lower(register.company_number)
    where written_text.field = 'company_number'
    union all
    select
        written_text.supplier_key,
        written_text.field as number_field,
        written_text.evidence_text as number_text,
        register.field,
        register.registered_text,
        register.register_as_at_date,
        register.valid_from_date,
        register.valid_to_date
    from written_text
    inner join {{ ref('int_supplier__registered') }} as register
        on written_text.evidence_text = lower(register.register_number) and register.field = 'charity_status'
    where written_text.field = 'charity_number'
),

-- The days on which a supplier became what it is: a company was founded, or became one of another form.
new_form as (
    select distinct
        supplier_key,
        valid_from_date
    from registered
    where field in ('company_number', 'company_category') and valid_from_date is not null
),

-- Said both ways on one day it says nothing.
declared_day as (
    select
        supplier_key,
        as_at_date,
        case when min(declared_vcse) = max(declared_vcse) then min(declared_vcse) end as evidence_text
    from {{ ref('int_supplier__declared') }}
    where declared_vcse is not null
    group by supplier_key, as_at_date
),

declared as (
    select
        supplier_key,
        evidence_text,
        as_at_date,
        lag(as_at_date) over of_supplier is null as is_first,
        lead(as_at_date) over of_supplier as next_as_at_date
    from declared_day
    window of_supplier as (partition by supplier_key order by as_at_date)
),

evidence as (
    -- A name that came with or after a new form says nothing of the days before it.
    select
        written_text.supplier_key,
        written_text.field,
        written_text.evidence_text,
        written_text.seen_date as as_at_date,
        max(new_form.valid_from_date) as valid_from_date,
        null::date as valid_to_date
    from written_text
    left join new_form
        on
            written_text.supplier_key = new_form.supplier_key
            and written_text.first_written_date >= new_form.valid_from_date
    where written_text.field = 'supplier_name'
    group by written_text.supplier_key, written_text.field, written_text.evidence_text, written_text.seen_date
    union all
    -- A number proves something while the register has it; one that no register knows, always.
    select
        written_text.supplier_key,
        written_text.field,
        written_text.evidence_text,
        case
            when registered.valid_to_date is null then written_text.seen_date
            else least(written_text.seen_date, registered.register_as_at_date)
        end as as_at_date,
        registered.valid_from_date,
        registered.valid_to_date
    from written_text
    left join registered
        on
            written_text.supplier_key = registered.supplier_key
            and written_text.field = registered.number_field
            and written_text.evidence_text = registered.number_text
            and registered.field
            = case written_text.field when 'charity_number' then 'charity_status' else 'company_number' end
    where written_text.field <> 'supplier_name' and registered.registered_text is distinct from 'removed'
    union all
    select
        supplier_key,
        field,
        registered_text as evidence_text,
        register_as_at_date as as_at_date,
        valid_from_date,
        valid_to_date
    from registered
    where field <> 'company_number'
    union all
    -- What is declared first counts for the time before, and each word until the next.
    select
        supplier_key,
        'declared_vcse' as field,
        evidence_text,
        as_at_date,
        case when not is_first then as_at_date end as valid_from_date,
        next_as_at_date - 1 as valid_to_date
    from declared
    where evidence_text is not null
)

select
    supplier_key,
    field,
    evidence_text,
    valid_from_date,
    valid_to_date,
    max(as_at_date) as as_at_date
from evidence
group by supplier_key, field, evidence_text, valid_from_date, valid_to_date

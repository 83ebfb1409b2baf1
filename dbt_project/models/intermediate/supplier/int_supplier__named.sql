-- A supplier may be a person first and a company later: what its other records prove says nothing of this name.
with written as (
    select
        written.supplier_key,
        written.vendor_record_key,
        written.supplier_name,
        written.lines_count,
        lower({{ ruled_name('written.supplier_name') }}) as name_text,
        lower({{ company_number_key('written.company_number') }}) as company_number_text,
        lower(charity.charity_number) as charity_number_text
    from {{ ref('int_supplier__written') }} as written
    left join {{ ref('int_supplier__charity_number') }} as charity
        on written.vendor_record_key = charity.vendor_record_key
    where written.supplier_name is not null
),

own_text as (
    select distinct
        written.vendor_record_key,
        own.field,
        own.evidence_text
    from written
    cross join
        unnest(
            array['supplier_name', 'company_number', 'charity_number'],
            array[written.name_text, written.company_number_text, written.charity_number_text]
        ) as own (field, evidence_text)
    where own.evidence_text is not null
),

ruled_record as (
    select
        own_text.vendor_record_key,
        -- A rule that ended proves no name of today.
        (array_agg(ruled.masking order by ruled.priority) filter (where ruled.valid_to is null))[1] = 'never'
        and bool_and(ruled.masking <> 'always') as is_organisation,
        (array_agg(ruled.supplier_class order by ruled.priority) filter (where ruled.field = 'supplier_name'))[1]
            as name_class
    from own_text
    inner join {{ ref('int_supplier__ruled') }} as ruled
        on own_text.field = ruled.field and own_text.evidence_text = ruled.evidence_text
    group by own_text.vendor_record_key
),

record as (
    select distinct
        written.supplier_key,
        written.vendor_record_key,
        written.supplier_name,
        written.lines_count,
        coalesce(ruled_record.is_organisation, false) as is_organisation,
        coalesce(supplier_class.is_personal, false) as is_person_by_name
    from written
    left join ruled_record on written.vendor_record_key = ruled_record.vendor_record_key
    left join {{ ref('supplier_class') }} as supplier_class on ruled_record.name_class = supplier_class.supplier_class
)

select
    supplier_key,
    supplier_name,
    sum(lines_count) as lines_count,
    bool_or(is_organisation) as is_organisation,
    bool_or(is_person_by_name) as is_person_by_name
from record
group by supplier_key, supplier_name

-- A name that some other supplier bears, who is proved an organisation, gives nobody away.
with written as (
    select distinct
        {{ squeezed('identified.supplier_name') }} as masked_name,
        classed.is_personal,
        classed.supplier_class in (
            select supplier_class.supplier_class
            from {{ ref('supplier_class') }} as supplier_class
            where supplier_class.is_personal
        ) as is_person
    from {{ ref('int_supplier__identified') }} as identified
    inner join {{ ref('int_supplier__classed') }} as classed on identified.supplier_key = classed.supplier_key
    where identified.supplier_name is not null
)

select
    masked_name,
    bool_or(is_person) as is_person
from written
where masked_name is not null
group by masked_name
having bool_and(is_personal)

-- A name that some other supplier bears, who is proved an organisation, gives nobody away.
with written as (
    select distinct
        {{ squeezed('written.supplier_name') }} as masked_name,
        classed.is_personal,
        classed.supplier_class in (
            select supplier_class.supplier_class
            from {{ ref('supplier_class') }} as supplier_class
            where supplier_class.is_personal
        ) as is_person
    from {{ ref('int_supplier__written') }} as written
    inner join {{ ref('int_supplier__classed') }} as classed on written.supplier_key = classed.supplier_key
    where written.supplier_name is not null
)

select
    masked_name,
    bool_or(is_person) as is_person
from written
where masked_name is not null
group by masked_name
having bool_and(is_personal)

-- Asked of each name, not of its supplier: a person whom the matching takes together with a firm stays one. A name that
-- somewhere stands on a record proved an organisation's gives nobody away.
with named as (
    select
        {{ squeezed('named.supplier_name') }} as masked_name,
        named.is_organisation,
        not named.is_organisation
        and (named.is_person_by_name or supplier_class.is_personal) as is_person
    from {{ ref('int_supplier__named') }} as named
    inner join {{ ref('int_supplier__classed') }} as classed on named.supplier_key = classed.supplier_key
    inner join {{ ref('supplier_class') }} as supplier_class on classed.supplier_class = supplier_class.supplier_class
)

select
    masked_name,
    bool_or(is_person) as is_person
from named
where masked_name is not null
group by masked_name
having not bool_or(is_organisation)

-- What is of the release and what is kept over time agree, and no name leaves that the last stretch keeps back.
select supplier.supplier_key
from {{ ref('shared_supplier') }} as supplier
left join {{ ref('dim_supplier_history') }} as history
    on supplier.supplier_key = history.supplier_key and history.valid_to_date is null
where
    history.supplier_key is null
    or (history.is_personal and supplier.name is not null)
    or (
        supplier.supplier_class,
        supplier.class_basis,
        supplier.is_personal,
        supplier.is_public_body,
        supplier.is_vcse,
        supplier.vcse_source,
        supplier.vcse_as_at_date
        {%- for definition in sme_definitions() %},
        supplier.is_sme_{{ definition }},
        supplier.sme_{{ definition }}_source,
        supplier.sme_{{ definition }}_as_at_date
        {%- endfor %}
    ) is distinct from (
        history.supplier_class,
        history.class_basis,
        history.is_personal,
        history.is_public_body,
        history.is_vcse,
        history.vcse_source,
        history.vcse_as_at_date
        {%- for definition in sme_definitions() %},
        history.is_sme_{{ definition }},
        history.sme_{{ definition }}_source,
        history.sme_{{ definition }}_as_at_date
        {%- endfor %}
    )

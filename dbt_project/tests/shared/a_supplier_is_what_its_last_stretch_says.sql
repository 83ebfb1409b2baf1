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
        supplier.vcse_as_at_date,
        supplier.is_sme_code_2015,
        supplier.sme_code_2015_source,
        supplier.sme_code_2015_as_at_date,
        supplier.is_sme_ec,
        supplier.sme_ec_source,
        supplier.sme_ec_as_at_date,
        supplier.is_sme_companies_act,
        supplier.sme_companies_act_source,
        supplier.sme_companies_act_as_at_date,
        supplier.is_sme_pa2023,
        supplier.sme_pa2023_source,
        supplier.sme_pa2023_as_at_date
    ) is distinct from (
        history.supplier_class,
        history.class_basis,
        history.is_personal,
        history.is_public_body,
        history.is_vcse,
        history.vcse_source,
        history.vcse_as_at_date,
        history.is_sme_code_2015,
        history.sme_code_2015_source,
        history.sme_code_2015_as_at_date,
        history.is_sme_ec,
        history.sme_ec_source,
        history.sme_ec_as_at_date,
        history.is_sme_companies_act,
        history.sme_companies_act_source,
        history.sme_companies_act_as_at_date,
        history.is_sme_pa2023,
        history.sme_pa2023_source,
        history.sme_pa2023_as_at_date
    )

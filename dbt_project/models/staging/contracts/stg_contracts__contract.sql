select
    contract.delivery_id,
    contract.line_number,
    contract.contract_ref,
    contract.contract_title,
    contract.client,
    nullif(partner_label.partner_code, '') as partner_code,
    contract.supplier_name,
    contract.company_number,
    {{ squeezed('contract.sme_supplier') }} as sme_code,
    {{ squeezed('contract.vcse_supplier') }} as vcse_code,
    {{ vendor_record_key("'contracts'", 'contract.supplier_name', 'null', 'contract.company_number') }}
        as vendor_record_key,
    {{ squeezed('contract.contract_type') }} as contract_type_code,
    contract.process_type,
    contract.award_date,
    {{ fy_start_date('contract.award_date') }} as fy_start_date,
    contract.start_date,
    contract.end_date,
    contract.contract_value_gbp,
    delivery.period_end_date as as_of_date,
    {{ is_sample_name('contract.contract_title') }} or {{ is_sample_name('contract.supplier_name') }} as is_sample
from {{ source('raw', 'contract') }} as contract
inner join {{ ref('stg_ledger__delivery') }} as delivery on contract.delivery_id = delivery.delivery_id
left join {{ ref('partner_label') }} as partner_label
    on {{ squeezed('contract.client') }} = {{ squeezed('partner_label.label') }}
where delivery.kind = 'contracts'

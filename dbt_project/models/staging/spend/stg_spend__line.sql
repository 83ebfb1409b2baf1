with current_line as (
    select
        line.*,
        delivery.source_id,
        delivery.partner_code,
        delivery.extract,
        coalesce(line.amount_net_gbp, line.amount_gross_gbp) as amount_gbp,
        line.amount_net_gbp is null as is_gross_basis,
        {{ fy_start_date('line.payment_date') }} as fy_start_date
    from {{ source('raw', 'spend_line') }} as line
    inner join {{ ref('stg_ledger__delivery') }} as delivery on line.delivery_id = delivery.delivery_id
    where delivery.kind = 'spend'
)

select
    delivery_id,
    line_number,
    source_id,
    partner_code,
    extract,
    department,
    supplier_name,
    supplier_ref,
    company_number,
    charity_number,
    vat_number,
    remit_postcode,
    registered_postcode,
    payment_date,
    {{ fy_label('fy_start_date') }} as financial_year,
    fy_start_date,
    {{ fy_quarter('payment_date') }} as quarter,
    transaction_number,
    amount_gbp,
    is_gross_basis,
    purpose,
    category_label,
    category_code,
    contract_ref,
    {{ is_sample_name('supplier_name') }} as is_sample,
    {{ vendor_record_key('partner_code', 'supplier_name', 'supplier_ref', 'company_number') }} as vendor_record_key
from current_line

select
    lot.delivery_id,
    lot.line_number,
    lot.opportunity_ref,
    lot.lot_number,
    lot.title,
    lot.buyer,
    nullif(partner_label.partner_code, '') as partner_code,
    {{ squeezed('lot.procedure') }} as procedure_code,
    {{ squeezed('lot.status') }} as status_code,
    lot.award_date,
    {{ fy_start_date('lot.award_date') }} as fy_start_date,
    lot.lot_value_gbp,
    lot.price_weight_pct,
    lot.quality_weight_pct,
    lot.social_value_weight_pct,
    lot.contract_ref,
    delivery.period_end_date as as_of_date,
    {{ is_sample_name('lot.title') }} as is_sample
from {{ source('raw', 'tender_lot') }} as lot
inner join {{ ref('stg_ledger__delivery') }} as delivery on lot.delivery_id = delivery.delivery_id
left join {{ ref('partner_label') }} as partner_label
    on {{ squeezed('lot.buyer') }} = {{ squeezed('partner_label.label') }}
where delivery.kind = 'tenders'

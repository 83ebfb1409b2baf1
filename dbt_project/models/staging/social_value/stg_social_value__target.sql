select
    target.delivery_id,
    target.line_number,
    target.project_id,
    target.supplier_name,
    {{ squeezed('target.stage') }} as stage_code,
    target.measure_code,
    target.target_quantity,
    target.target_gbp,
    target.recorded_date
from {{ source('raw', 'portal_target') }} as target
inner join {{ ref('stg_ledger__delivery') }} as delivery on target.delivery_id = delivery.delivery_id
where delivery.kind = 'social_value'

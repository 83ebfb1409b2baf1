select
    measure.delivery_id,
    measure.line_number,
    measure.measure_code,
    measure.toms_version,
    measure.theme,
    measure.outcome,
    measure.title,
    measure.unit,
    measure.value_type,
    measure.proxy_gbp
from {{ source('raw', 'portal_measure') }} as measure
inner join {{ ref('stg_ledger__delivery') }} as delivery on measure.delivery_id = delivery.delivery_id
where delivery.kind = 'social_value'

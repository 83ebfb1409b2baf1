select
    report.delivery_id,
    report.line_number,
    report.project_id,
    report.measure_code,
    report.period_start_date,
    report.period_end_date,
    report.reported_quantity,
    report.reported_gbp,
    {{ squeezed('report.evidence_status') }} as evidence_code,
    report.reported_date,
    report.validated_date,
    delivery.period_end_date as as_of_date
from {{ source('raw', 'portal_delivery') }} as report
inner join {{ ref('stg_ledger__delivery') }} as delivery on report.delivery_id = delivery.delivery_id
where delivery.kind = 'social_value'

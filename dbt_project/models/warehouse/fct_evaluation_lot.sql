select
    lot.delivery_id,
    lot.line_number,
    lot.opportunity_ref,
    lot.lot_number,
    lot.partner_code,
    lot.status_code,
    status_meaning.meaning as status_meaning,
    lot.procedure_code,
    procedure_meaning.meaning as procedure_meaning,
    lot.award_date,
    {{ fy_label('lot.fy_start_date') }} as financial_year,
    lot.fy_start_date,
    lot.lot_value_gbp,
    lot.social_value_weight_pct,
    lot.as_of_date,
    coalesce(
        status_meaning.meaning = 'awarded' and membership.partner_code is not null, false
    ) as is_awarded_by_member,
    coalesce(
        status_meaning.meaning = 'awarded'
        and membership.partner_code is not null
        and lot.lot_value_gbp >= threshold.threshold_gbp
        and procedure_meaning.meaning is distinct from 'direct',
        false
    ) as is_reportable,
    lot.is_sample
from {{ ref('stg_tenders__lot') }} as lot
left join {{ ref('code_meaning') }} as status_meaning
    on status_meaning.code_set = 'lot_status' and lot.status_code = status_meaning.code
left join {{ ref('code_meaning') }} as procedure_meaning
    on procedure_meaning.code_set = 'procedure' and lot.procedure_code = procedure_meaning.code
left join {{ ref('threshold') }} as threshold
    on
        threshold.threshold_id = 'evaluation'
        and {{ is_valid_on('lot.award_date', 'threshold.valid_from', 'threshold.valid_to') }}
left join {{ ref('membership') }} as membership
    on
        lot.partner_code = membership.partner_code
        and {{ is_valid_on('lot.award_date', 'membership.member_from_date', 'membership.member_to_date') }}

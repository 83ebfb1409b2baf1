select
    bid.delivery_id,
    bid.line_number,
    bid.opportunity_ref,
    bid.lot_number,
    lot.partner_code,
    lot.financial_year,
    lot.fy_start_date,
    lot.as_of_date,
    lot.is_awarded_by_member,
    bid.bidder_key,
    bid.stage_code,
    stage_meaning.meaning as stage_meaning,
    bid.size_code,
    size_meaning.meaning as size_meaning,
    bid.vcse_code,
    vcse_meaning.meaning as vcse_meaning,
    bid.outcome_code,
    outcome_meaning.meaning as outcome_meaning,
    coalesce(stage_meaning.meaning = 'compliant', false) as is_compliant_bid,
    coalesce(outcome_meaning.meaning = 'won', false) as is_win,
    -- Not known is neither: an unknown size is not large.
    size_meaning.meaning = 'sme' as is_sme,
    vcse_meaning.meaning = 'vcse' as is_vcse,
    bid.bid_value_gbp,
    bid.is_sample
from {{ ref('stg_tenders__bid') }} as bid
inner join {{ ref('fct_evaluation_lot') }} as lot
    on bid.opportunity_ref = lot.opportunity_ref and bid.lot_number = lot.lot_number
{%- for code_set in ['stage', 'size', 'vcse', 'outcome'] %}
left join {{ ref('code_meaning') }} as {{ code_set }}_meaning
    on
        {{ code_set }}_meaning.code_set = '{{ {"stage": "bid_stage", "size": "bidder_size", "vcse": "bidder_vcse", "outcome": "bid_outcome"}[code_set] }}'
        and bid.{{ code_set }}_code = {{ code_set }}_meaning.code
{%- endfor %}

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
    bidder.supplier_key,
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
left join {{ ref('stg_matching__membership') }} as bidder on bid.vendor_record_key = bidder.vendor_record_key
left join {{ ref('code_meaning') }} as stage_meaning
    on stage_meaning.code_set = 'bid_stage' and bid.stage_code = stage_meaning.code
left join {{ ref('code_meaning') }} as outcome_meaning
    on outcome_meaning.code_set = 'bid_outcome' and bid.outcome_code = outcome_meaning.code
left join {{ ref('code_meaning') }} as size_meaning
    on size_meaning.code_set = 'bidder_size' and bid.size_code = size_meaning.code
left join {{ ref('code_meaning') }} as vcse_meaning
    on vcse_meaning.code_set = 'bidder_vcse' and bid.vcse_code = vcse_meaning.code

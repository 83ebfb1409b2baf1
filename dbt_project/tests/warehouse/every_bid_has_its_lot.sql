select
    bid.opportunity_ref,
    bid.lot_number
from {{ ref('stg_tenders__bid') }} as bid
left join {{ ref('fct_evaluation_lot') }} as lot
    on bid.opportunity_ref = lot.opportunity_ref and bid.lot_number = lot.lot_number
where lot.opportunity_ref is null

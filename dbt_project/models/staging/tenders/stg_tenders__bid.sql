select
    bid.delivery_id,
    bid.line_number,
    bid.opportunity_ref,
    bid.lot_number,
    coalesce(
        'crn:' || {{ company_number_key('bid.company_number') }},
        'ref:' || nullif(btrim(bid.bidder_ref), ''),
        'name:' || {{ squeezed('bid.bidder_name') }}
    ) as bidder_key,
    bid.company_number,
    {{ squeezed('bid.bidder_size') }} as size_code,
    {{ squeezed('bid.vcse') }} as vcse_code,
    {{ squeezed('bid.stage') }} as stage_code,
    {{ squeezed('bid.outcome') }} as outcome_code,
    bid.bid_value_gbp,
    {{ is_sample_name('bid.bidder_name') }} as is_sample
from {{ source('raw', 'tender_bid') }} as bid
inner join {{ ref('stg_ledger__delivery') }} as delivery on bid.delivery_id = delivery.delivery_id
where delivery.kind = 'tenders'

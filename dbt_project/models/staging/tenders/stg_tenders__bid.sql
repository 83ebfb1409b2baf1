select
    bid.delivery_id,
    bid.line_number,
    bid.opportunity_ref,
    bid.lot_number,
    bid.bidder_name,
    bid.bidder_ref,
    bid.company_number,
    {{ vendor_record_key("'tenders'", 'bid.bidder_name', 'bid.bidder_ref', 'bid.company_number') }}
        as vendor_record_key,
    {{ squeezed('bid.bidder_size') }} as size_code,
    {{ squeezed('bid.vcse') }} as vcse_code,
    {{ squeezed('bid.stage') }} as stage_code,
    {{ squeezed('bid.outcome') }} as outcome_code,
    bid.bid_value_gbp,
    {{ is_sample_name('bid.bidder_name') }} as is_sample
from {{ source('raw', 'tender_bid') }} as bid
inner join {{ ref('stg_ledger__delivery') }} as delivery on bid.delivery_id = delivery.delivery_id
where delivery.kind = 'tenders'

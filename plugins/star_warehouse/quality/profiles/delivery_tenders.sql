-- Each row is one export of tenders and bids that waits for its verdict, with what can be said of it as a whole.
with delivery as (
    select delivery_id, lines_loaded
    from ops.delivery
    where delivery_id = any(%(delivery_ids)s)
),

lot as (
    select
        *,
        lower(btrim(status)) as status_key,
        price_weight_pct + quality_weight_pct + social_value_weight_pct as weights_pct
    from raw.tender_lot
    where delivery_id = any(%(delivery_ids)s)
),

bid as (
    select
        *,
        lower(btrim(stage)) in ('submitted', 'evaluated', 'awarded') as is_compliant,
        lower(btrim(outcome)) = 'won' as is_won
    from raw.tender_bid
    where delivery_id = any(%(delivery_ids)s)
),

winner as (
    select delivery_id, opportunity_ref, lot_number, count(*) as winners_count
    from bid
    where is_won
    group by delivery_id, opportunity_ref, lot_number
),

lot_figures as (
    select
        lot.delivery_id,
        count(*) as lots_count,
        count(*) - count(distinct (lot.opportunity_ref, lot.lot_number)) as repeated_lots_count,
        count(*) filter (where lot.status_key = 'awarded' and lot.award_date is null) as awarded_without_date_count,
        count(*) filter (where lot.status_key = 'awarded' and winner.winners_count is null)
            as awarded_without_winner_count,
        count(*) filter (where winner.winners_count > 1) as lots_with_several_winners_count,
        nullif(count(*) filter (where lot.status_key = 'awarded'), 0) as awarded_count,
        -- Weights given as fractions (0.2 for 20 per cent) never pass 1.
        max(lot.social_value_weight_pct)::float8 as highest_social_value_weight_pct,
        count(*) filter (
            where greatest(lot.price_weight_pct, lot.quality_weight_pct, lot.social_value_weight_pct) > 100
            or least(lot.price_weight_pct, lot.quality_weight_pct, lot.social_value_weight_pct) < 0
        ) as impossible_weights_count,
        count(*) filter (where abs(lot.weights_pct - 100) > 0.01) as weights_not_adding_up_count
    from lot
    left join winner using (delivery_id, opportunity_ref, lot_number)
    group by lot.delivery_id
),

bid_figures as (
    select
        bid.delivery_id,
        count(*) as bids_count,
        count(*) filter (where known_lot.delivery_id is null) as orphan_bids_count,
        count(*) filter (where bid.is_won and not bid.is_compliant) as winners_without_bid_count,
        (count(*) filter (where bid.is_compliant and bid.bidder_size is null))::float8
        / nullif(count(*) filter (where bid.is_compliant), 0) as size_blank_share
    from bid
    left join (select distinct delivery_id, opportunity_ref, lot_number from lot) as known_lot
        using (delivery_id, opportunity_ref, lot_number)
    group by bid.delivery_id
)

select
    delivery.delivery_id,
    coalesce(lot_figures.lots_count, 0) as lots_count,
    coalesce(bid_figures.bids_count, 0) as bids_count,
    coalesce(lot_figures.lots_count, 0) + coalesce(bid_figures.bids_count, 0) - delivery.lines_loaded
        as lines_difference,
    lot_figures.repeated_lots_count,
    lot_figures.awarded_without_date_count,
    lot_figures.awarded_without_date_count::float8 / lot_figures.awarded_count as awarded_without_date_share,
    lot_figures.awarded_without_winner_count,
    lot_figures.awarded_without_winner_count::float8 / lot_figures.awarded_count as awarded_without_winner_share,
    lot_figures.lots_with_several_winners_count,
    lot_figures.highest_social_value_weight_pct,
    lot_figures.impossible_weights_count,
    lot_figures.weights_not_adding_up_count,
    bid_figures.orphan_bids_count,
    bid_figures.winners_without_bid_count,
    bid_figures.size_blank_share
from delivery
left join lot_figures using (delivery_id)
left join bid_figures using (delivery_id)
order by delivery.delivery_id

-- The account of a delivery in pounds beside the one in lines, and its layout by name.

-- Pounds of the lines whose amount reads: in = loaded + rejected. layout holds the headers, layout_name what they are
-- called in the source's declaration.
alter table ops.delivery add column amount_in_gbp numeric(18, 2);
alter table ops.delivery add column amount_rejected_gbp numeric(18, 2);
alter table ops.delivery add column layout_name text;
update ops.delivery set amount_in_gbp = amount_loaded_gbp, amount_rejected_gbp = 0 where lines_rejected = 0;
alter table ops.delivery add constraint every_pound_is_accounted_for check (
    amount_in_gbp = amount_loaded_gbp + amount_rejected_gbp
);

-- PostgreSQL looks up a foreign key line by line, which takes longer than loading the lines. The loader writes the lines
-- of a delivery in the transaction that finishes its ledger row, so there cannot be one without the other.
alter table raw.spend_line drop constraint spend_line_delivery_id_fkey;
alter table raw.portal_project drop constraint portal_project_delivery_id_fkey;
alter table raw.portal_measure drop constraint portal_measure_delivery_id_fkey;
alter table raw.portal_target drop constraint portal_target_delivery_id_fkey;
alter table raw.portal_delivery drop constraint portal_delivery_delivery_id_fkey;
alter table raw.contract drop constraint contract_delivery_id_fkey;
alter table raw.tender_lot drop constraint tender_lot_delivery_id_fkey;
alter table raw.tender_bid drop constraint tender_bid_delivery_id_fkey;

-- Nor is an index entry for each line worth a third of the loading. Lines are only ever looked for by delivery, whose
-- lines lie together; that no line number comes twice, the loader sees to, since they only ever rise.
alter table raw.spend_line drop constraint spend_line_pkey;
create index spend_line_by_delivery on raw.spend_line using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);
alter table raw.portal_project drop constraint portal_project_pkey;
create index portal_project_by_delivery on raw.portal_project using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);
alter table raw.portal_measure drop constraint portal_measure_pkey;
create index portal_measure_by_delivery on raw.portal_measure using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);
alter table raw.portal_target drop constraint portal_target_pkey;
create index portal_target_by_delivery on raw.portal_target using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);
alter table raw.portal_delivery drop constraint portal_delivery_pkey;
create index portal_delivery_by_delivery on raw.portal_delivery using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);
alter table raw.contract drop constraint contract_pkey;
create index contract_by_delivery on raw.contract using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);
alter table raw.tender_lot drop constraint tender_lot_pkey;
create index tender_lot_by_delivery on raw.tender_lot using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);
alter table raw.tender_bid drop constraint tender_bid_pkey;
create index tender_bid_by_delivery on raw.tender_bid using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);

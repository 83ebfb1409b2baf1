-- The rejected lines of which no amount reads: their pounds are in no sum. NULL: no payments, or loaded before this count.
alter table ops.delivery add column lines_unpriced bigint;
alter table ops.delivery add constraint only_rejected_lines_are_unpriced check (lines_unpriced between 0 and lines_rejected);
update ops.delivery set lines_unpriced = 0 where lines_rejected = 0 and amount_rejected_gbp is not null;

-- The rows that ended before the header did and whose missing cells were read as blank. NULL: loaded before this count.
alter table ops.delivery add column lines_filled bigint;
alter table ops.delivery add constraint filled_lines_are_lines check (lines_filled between 0 and lines_in);

-- One alert for all the periods that a source owes, instead of one a period.
alter table ops.alert drop constraint alert_kind_check;
alter table ops.alert drop constraint an_alert_is_about_a_period_or_a_delivery;
drop index ops.one_open_alert_a_thing;
alter table ops.alert add column late_period_keys text[] not null default '{}';
alter table ops.alert add column missing_period_keys text[] not null default '{}';

update ops.alert
set late_period_keys = case kind when 'late' then array[period_key] else '{}' end,
    missing_period_keys = case kind when 'missing' then array[period_key] else '{}' end,
    kind = 'overdue',
    period_key = null
where kind in ('late', 'missing');

-- What was told already is not told anew: the open ones of a source become one, by the run of the newest of them.
with apart as (delete from ops.alert where kind = 'overdue' and closed_at is null returning *)
insert into ops.alert (kind, source_id, message, late_period_keys, missing_period_keys, run_id, opened_at)
select
    'overdue',
    source_id,
    string_agg(message, ' ' order by alert_id desc),
    coalesce(array_agg(late_period_keys[1]) filter (where late_period_keys <> '{}'), '{}'),
    coalesce(array_agg(missing_period_keys[1]) filter (where missing_period_keys <> '{}'), '{}'),
    (array_agg(run_id order by alert_id desc))[1],
    max(opened_at)
from apart
group by source_id;

alter table ops.alert add constraint alert_kind_check check (kind in ('overdue', 'refused', 'held'));
alter table ops.alert add constraint an_alert_is_about_what_is_owed_or_a_delivery check (
    (
        kind = 'overdue' and period_key is null and delivery_id is null
        and cardinality(late_period_keys) + cardinality(missing_period_keys) > 0
    )
    or (
        kind in ('refused', 'held') and delivery_id is not null
        and cardinality(late_period_keys) + cardinality(missing_period_keys) = 0
    )
);
create unique index one_open_alert_a_thing on ops.alert (kind, source_id, coalesce(delivery_id, 0))
where closed_at is null;

-- Held deliveries and what people decide about them, readings of a landed delivery anew, and alerts.

-- When a period is late, and from when on it is final: days after its end.
alter table ops.source add column late_after_days integer check (late_after_days >= 0);
alter table ops.source add column final_after_days integer check (final_after_days >= 0);

-- Its life: seen, landed, checking (lines committed, verdict awaited), held (a person decides), loaded (current),
-- superseded, refused, repeat. A row with reprocess_of is the bytes of an earlier delivery read anew.
alter table ops.delivery add column reprocess_of bigint references ops.delivery;
-- What the server calls this version of the file, where it gives no time of writing.
alter table ops.delivery add column etag text;
alter table ops.delivery drop constraint delivery_state_check;
alter table ops.delivery add constraint delivery_state_check check (
    state in ('seen', 'landed', 'checking', 'held', 'loaded', 'superseded', 'refused', 'repeat')
);
alter table ops.delivery drop constraint every_line_is_accounted_for;
alter table ops.delivery add constraint every_line_is_accounted_for check (
    state not in ('checking', 'held', 'loaded', 'superseded')
    or lines_in = lines_loaded + lines_rejected + lines_skipped
);
alter table ops.delivery drop constraint a_loaded_delivery_has_a_period;
alter table ops.delivery add constraint a_loaded_delivery_has_a_period check (
    state not in ('checking', 'held', 'loaded', 'superseded')
    or (period_key is not null and period_start_date is not null and period_end_date is not null)
);
alter table ops.delivery add constraint a_held_delivery_says_why check (
    state <> 'held' or (reason is not null and way_out is not null)
);
alter table ops.delivery add constraint what_is_read_anew_has_landed check (
    reprocess_of is null or sha256 is not null
);
create unique index one_reading_at_a_time on ops.delivery (reprocess_of) where state in ('seen', 'landed', 'checking');

-- A row is what one person decided about one delivery.
create table ops.delivery_decision (
    delivery_decision_id  bigint generated always as identity primary key,
    delivery_id           bigint not null references ops.delivery,
    decision              text not null check (decision in ('accept', 'refuse')),
    reason                text not null check (reason <> ''),
    decided_by            text not null check (decided_by <> ''),
    decided_at            timestamptz not null default now()
);
create index delivery_decision_by_delivery on ops.delivery_decision (delivery_id);

-- A row is one thing that somebody should look at, from when it was first noticed until it was mended.
create table ops.alert (
    alert_id     bigint generated always as identity primary key,
    kind         text not null check (kind in ('late', 'missing', 'refused', 'held')),
    source_id    text not null references ops.source,
    period_key   text,
    delivery_id  bigint references ops.delivery,
    message      text not null,
    run_id       text not null,
    opened_at    timestamptz not null default now(),
    closed_at    timestamptz,
    constraint an_alert_is_about_a_period_or_a_delivery check (
        (kind in ('late', 'missing') and period_key is not null and delivery_id is null)
        or (kind in ('refused', 'held') and delivery_id is not null)
    )
);
create unique index one_open_alert_a_thing on ops.alert (kind, source_id, coalesce(delivery_id::text, period_key))
where closed_at is null;

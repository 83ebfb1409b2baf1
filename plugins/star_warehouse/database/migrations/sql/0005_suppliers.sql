-- Who is the same supplier: vendor records as partners write them, decisions about them, the suppliers they make up,
-- and what became of those.

-- A row is one model that scores of names were or are made with: how often parts of names agree, learned without labels.
create table ops.supplier_model (
    supplier_model_id  bigint generated always as identity primary key,
    model              jsonb not null,
    profiles_count     bigint not null,
    run_id             text not null,
    trained_at         timestamptz not null default now()
);

-- A row is one way a partner (or a register) writes a supplier: its name, its number there, its company number.
-- record_key: md5 of origin, partner, name, number and company number as written; for spend lines, the key of the models.
-- is_current: whether a delivery that counts holds it; if none does, nothing was paid and it is no ground for anything.
create table ops.supplier_record (
    record_key          text primary key,
    origin              text not null check (origin in ('spend', 'contracts', 'tenders')),
    partner_code        text,
    supplier_ref        text,
    supplier_name       text,
    company_number      text,
    charity_number      text,
    vat_number          text,
    postcode_key        text,
    amount_gbp          numeric(18, 2) not null default 0,
    first_payment_date  date,
    last_payment_date   date,
    is_current          boolean not null default true,
    seen_at             timestamptz not null default now()
);

-- A row is one decision that two records are one supplier, or are not: by a rule, by a model or by a person.
-- It stands until valid_to. What a person decided ends only by another decision of a person about the same two.
create table ops.supplier_decision (
    supplier_decision_id  bigint generated always as identity primary key,
    record_key_l          text not null references ops.supplier_record,
    record_key_r          text not null references ops.supplier_record,
    verdict               text not null check (verdict in ('same', 'different')),
    rung                  text not null check (
        rung in ('person', 'company_number', 'charity_number', 'vendor_record', 'name_and_postcode', 'score')
    ),
    reason                text not null check (reason <> ''),
    weight                double precision,
    evidence              jsonb not null default '{}',
    decided_by            text not null check (decided_by <> ''),
    supplier_model_id     bigint references ops.supplier_model,
    run_id                text,
    valid_from            timestamptz not null default now(),
    valid_to              timestamptz,
    ended_because         text,
    constraint records_in_order check (record_key_l < record_key_r),
    constraint only_people_say_different check (verdict = 'same' or rung = 'person'),
    constraint an_end_has_a_reason check ((valid_to is null) = (ended_because is null))
);
create unique index one_standing_decision on ops.supplier_decision (
    record_key_l, record_key_r, (case when rung = 'person' then 'person' else 'rule' end)
) where valid_to is null;

-- A row is one supplier, as long as it has records. Its number never becomes another's.
create table ops.supplier_cluster (
    supplier_cluster_id  bigint generated always as identity primary key,
    valid_from           timestamptz not null default now(),
    valid_to             timestamptz,
    run_id               text not null
);

-- A row is one record's belonging to a supplier, from when it was decided until it was decided otherwise.
create table ops.supplier_membership (
    record_key           text not null references ops.supplier_record,
    supplier_cluster_id  bigint not null references ops.supplier_cluster,
    valid_from           timestamptz not null default now(),
    valid_to             timestamptz,
    run_id               text not null,
    primary key (record_key, valid_from)
);
create unique index one_supplier_a_record on ops.supplier_membership (record_key) where valid_to is null;
create index membership_by_cluster on ops.supplier_membership (supplier_cluster_id) where valid_to is null;

-- A row is one thing that became of a supplier: it took in another one, or some of its records became another one's.
create table ops.supplier_event (
    supplier_event_id    bigint generated always as identity primary key,
    kind                 text not null check (kind in ('merged', 'split')),
    supplier_cluster_id  bigint not null references ops.supplier_cluster,
    from_cluster_id      bigint not null references ops.supplier_cluster,
    records_count        bigint not null,
    amount_gbp           numeric(18, 2) not null,
    run_id               text not null,
    happened_at          timestamptz not null default now()
);

-- A row is one question of the review queue as it stands: may these two suppliers be one?
create table ops.supplier_question (
    record_key_l  text not null references ops.supplier_record,
    record_key_r  text not null references ops.supplier_record,
    reason        text not null,
    weight        double precision not null,
    evidence      jsonb not null,
    amount_gbp    numeric(18, 2) not null,
    run_id        text not null,
    asked_at      timestamptz not null default now(),
    primary key (record_key_l, record_key_r)
);

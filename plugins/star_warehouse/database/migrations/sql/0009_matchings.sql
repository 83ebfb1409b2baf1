-- A row is one matching that found something to do: what it was made from, in one number, and what it came to.
create table ops.supplier_matching (
    supplier_matching_id  bigint generated always as identity primary key,
    inputs_sha256         text not null,
    records_count         bigint not null,
    suppliers_count       bigint not null,
    questions_count       bigint not null,
    run_id                text not null,
    matched_at            timestamptz not null default now()
);

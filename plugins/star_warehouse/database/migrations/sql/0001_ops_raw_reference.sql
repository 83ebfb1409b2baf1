-- The warehouse's own tables: the ledger (ops), the lines as read (raw) and reference data.
-- Everything downstream of raw is built by dbt.

create schema ops;
create schema raw;
create schema reference;

-- ---------------------------------------------------------------- ops: the ledger

-- A row is one feed, as declared in dags/sources/<source_id>.yml at its last intake.
create table ops.source (
    source_id          text primary key,
    title              text not null,
    kind               text not null check (kind in ('spend', 'social_value', 'contracts', 'tenders')),
    partner_code       text,
    extract            text not null check (extract in ('internal', 'published')),
    vat_basis          text not null check (vat_basis in ('net', 'gross', 'both', 'none')),
    accepts_from_date  date not null,
    accepts_to_date    date,
    cadence            text not null,
    definition_sha256  char(64) not null,
    updated_at         timestamptz not null default now()
);

-- A row is one file seen for one source. Its life: seen, landed, checking (lines committed, verdict awaited),
-- loaded (current), superseded, refused, repeat.
create table ops.delivery (
    delivery_id          bigint generated always as identity primary key,
    source_id            text not null references ops.source,
    file_name            text not null,
    location             text not null,
    size_bytes           bigint not null,
    modified_at          timestamptz,
    sha256               char(64),
    state                text not null check (
        state in ('seen', 'landed', 'checking', 'loaded', 'superseded', 'refused', 'repeat')
    ),
    period_key           text,
    period_start_date    date,
    period_end_date      date,
    layout               text,
    encoding             text,
    lines_in             bigint,
    lines_loaded         bigint,
    lines_rejected       bigint,
    lines_skipped        bigint,
    skipped_by_reason    jsonb not null default '{}',
    amount_loaded_gbp    numeric(18, 2),
    control_total_gbp    numeric(18, 2),
    reason               text,
    way_out              text,
    repeat_of            bigint references ops.delivery,
    superseded_by        bigint references ops.delivery,
    definition_sha256    char(64),
    run_id               text,
    seen_at              timestamptz not null default now(),
    landed_at            timestamptz,
    loaded_at            timestamptz,
    settled_at           timestamptz,
    constraint every_line_is_accounted_for check (
        state not in ('checking', 'loaded', 'superseded')
        or lines_in = lines_loaded + lines_rejected + lines_skipped
    ),
    constraint a_refusal_says_why check (state <> 'refused' or (reason is not null and way_out is not null)),
    constraint a_loaded_delivery_has_a_period check (
        state not in ('checking', 'loaded', 'superseded')
        or (period_key is not null and period_start_date is not null and period_end_date is not null)
    )
);

create unique index one_current_delivery_a_period on ops.delivery (source_id, period_key) where state = 'loaded';
create index delivery_by_file on ops.delivery (source_id, file_name, size_bytes, modified_at);
create index delivery_by_sha256 on ops.delivery (source_id, sha256);

-- A row is one line of a delivery that could not be read, with its text.
create table ops.rejected_line (
    delivery_id   bigint not null references ops.delivery,
    file_name     text not null,
    sheet_name    text,
    line_number   bigint not null,
    column_name   text,
    reason_code   text not null,
    reason        text not null,
    line_text     text not null
);
create index rejected_line_by_delivery on ops.rejected_line (delivery_id);

-- A row is one run of a pipeline step, for people who watch progress.
create table ops.run_progress (
    run_id       text not null,
    step         text not null,
    subject      text not null,
    done_count   bigint not null default 0,
    total_count  bigint,
    note         text,
    started_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    primary key (run_id, step, subject)
);

-- A row is one dbt node (model, seed or test) run for a release.
create table ops.model_result (
    release_id     bigint,
    run_id         text not null,
    layer          text not null,
    node_id        text not null,
    resource_type  text not null,
    status         text not null,
    seconds        double precision,
    rows_affected  bigint,
    failures       bigint,
    message        text,
    finished_at    timestamptz not null default now()
);

-- A row is one release of the shared tables, published or not.
create table ops.release (
    release_id      bigint generated always as identity primary key,
    state           text not null check (
        state in ('building', 'audited', 'live', 'superseded', 'refused', 'failed', 'abandoned')
    ),
    fingerprint     char(64) not null,
    code_version    text not null,
    delivery_ids    bigint[] not null,
    run_id          text not null,
    reason          text,
    schema_name     text,
    started_at      timestamptz not null default now(),
    audited_at      timestamptz,
    published_at    timestamptz,
    superseded_at   timestamptz
);
create unique index one_live_release on ops.release ((true)) where state = 'live';

-- A row is one expectation checked on one subject (a delivery, or a table of the candidate).
create table ops.quality_result (
    quality_result_id  bigint generated always as identity primary key,
    run_id             text not null,
    boundary           text not null check (boundary in ('delivery', 'warehouse', 'candidate')),
    suite              text not null,
    subject            text not null,
    delivery_id        bigint references ops.delivery,
    release_id         bigint references ops.release,
    expectation        text not null,
    column_name        text,
    severity           text not null check (severity in ('critical', 'warning', 'info')),
    is_success         boolean not null,
    observed           text,
    expected           text,
    unexpected_count   bigint,
    message            text not null,
    checked_at         timestamptz not null default now()
);

-- A row is one load of a reference dataset.
create table ops.reference_load (
    dataset     text not null,
    version     text not null,
    row_count   bigint not null,
    loaded_at   timestamptz not null default now(),
    primary key (dataset, version)
);

-- ---------------------------------------------------------------- reference

-- A row is one UK postcode, live or terminated, with its district. postcode_key: upper case, no blanks.
create table reference.postcode (
    postcode_key  text primary key,
    gss_code      text
);

-- ---------------------------------------------------------------- raw: append-only lines as read

-- A row is one line of a spend extract, typed; names and texts as they were written.
create table raw.spend_line (
    delivery_id            bigint not null references ops.delivery,
    line_number            bigint not null,
    organisation           text,
    department             text,
    supplier_name          text,
    supplier_ref           text,
    company_number         text,
    charity_number         text,
    vat_number             text,
    remit_postcode         text,
    registered_postcode    text,
    payment_date           date not null,
    transaction_number     text,
    invoice_number         text,
    amount_net_gbp         numeric(18, 2),
    amount_gross_gbp       numeric(18, 2),
    vat_irrecoverable_gbp  numeric(18, 2),
    purpose                text,
    category_label         text,
    category_code          text,
    contract_ref           text,
    primary key (delivery_id, line_number),
    constraint a_line_has_an_amount check (amount_net_gbp is not null or amount_gross_gbp is not null)
);

-- A row is one portal project for one client (a project of several clients has a row each, shares summing to 100).
create table raw.portal_project (
    delivery_id              bigint not null references ops.delivery,
    line_number              bigint not null,
    project_id               text not null,
    project_name             text,
    client                   text not null,
    client_share_pct         numeric(9, 4) not null,
    supplier_name            text,
    supplier_company_number  text,
    status                   text not null,
    contract_ref             text,
    contract_value_gbp       numeric(18, 2),
    award_date               date,
    start_date               date,
    end_date                 date,
    toms_set                 text,
    toms_version             text,
    primary key (delivery_id, line_number)
);

-- A row is one measure of one version of the TOMs set in use, as the portal's export states it.
create table raw.portal_measure (
    delivery_id   bigint not null references ops.delivery,
    line_number   bigint not null,
    measure_code  text not null,
    toms_version  text not null,
    theme         text not null,
    outcome       text,
    title         text,
    unit          text,
    value_type    text not null,
    proxy_gbp     numeric(18, 2),
    primary key (delivery_id, line_number)
);

-- A row is one target of a project for one measure: at bid, at award, or a signed variation.
create table raw.portal_target (
    delivery_id      bigint not null references ops.delivery,
    line_number      bigint not null,
    project_id       text not null,
    supplier_name    text,
    stage            text not null,
    measure_code     text not null,
    target_quantity  numeric(18, 4),
    target_gbp       numeric(18, 2),
    recorded_date    date,
    primary key (delivery_id, line_number)
);

-- A row is what was reported for one project, measure and period, with the status of its evidence.
create table raw.portal_delivery (
    delivery_id        bigint not null references ops.delivery,
    line_number        bigint not null,
    project_id         text not null,
    measure_code       text not null,
    period_start_date  date not null,
    period_end_date    date not null,
    reported_quantity  numeric(18, 4),
    reported_gbp       numeric(18, 2),
    evidence_status    text not null,
    reported_date      date,
    validated_date     date,
    primary key (delivery_id, line_number)
);

-- A row is one contract of the contracts register.
create table raw.contract (
    delivery_id         bigint not null references ops.delivery,
    line_number         bigint not null,
    contract_ref        text not null,
    contract_title      text,
    client              text not null,
    supplier_name       text,
    company_number      text,
    contract_type       text,
    process_type        text,
    award_date          date,
    start_date          date,
    end_date            date,
    contract_value_gbp  numeric(18, 2),
    sme_supplier        text,
    vcse_supplier       text,
    primary key (delivery_id, line_number)
);

-- A row is one lot of a tender.
create table raw.tender_lot (
    delivery_id              bigint not null references ops.delivery,
    line_number              bigint not null,
    opportunity_ref          text not null,
    lot_number               text not null,
    title                    text,
    buyer                    text not null,
    procedure                text,
    status                   text not null,
    award_date               date,
    lot_value_gbp            numeric(18, 2),
    price_weight_pct         numeric(9, 4),
    quality_weight_pct       numeric(9, 4),
    social_value_weight_pct  numeric(9, 4),
    contract_ref             text,
    primary key (delivery_id, line_number)
);

-- A row is one bidder's involvement in one lot, whatever its stage.
create table raw.tender_bid (
    delivery_id      bigint not null references ops.delivery,
    line_number      bigint not null,
    opportunity_ref  text not null,
    lot_number       text not null,
    bidder_ref       text,
    bidder_name      text,
    company_number   text,
    bidder_size      text,
    vcse             text,
    stage            text not null,
    outcome          text,
    bid_value_gbp    numeric(18, 2),
    primary key (delivery_id, line_number)
);

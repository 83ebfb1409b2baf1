-- What a release was made from, kept so that it can still be explained years later.

-- suppliers_as_at: the moment of the matching whose suppliers and decisions the release reads; whatever is valid then,
-- and nothing else, went into it. reference_versions: of each reference dataset, the version that was current.
alter table ops.release
    add column suppliers_as_at timestamptz,
    add column reference_versions jsonb not null default '{}';

-- A row is one file of rules or partner reference, as one version of the code had it.
create table ops.rule_version (
    code_version  text not null,
    path          text not null,
    content       text not null,
    kept_at       timestamptz not null default now(),
    primary key (code_version, path)
);

-- Suppliers of portal projects are matched too.
alter table ops.supplier_record drop constraint supplier_record_origin_check;
alter table ops.supplier_record add constraint supplier_record_origin_check check (
    origin in ('spend', 'contracts', 'tenders', 'social_value')
);

-- Moments are given while nobody else matches or decides, each later than all before; what a moment shows never changes.
alter table ops.supplier_membership add constraint an_end_is_after_its_beginning check (valid_to > valid_from);
alter table ops.supplier_decision add constraint a_decision_ends_after_it_began check (valid_to > valid_from);

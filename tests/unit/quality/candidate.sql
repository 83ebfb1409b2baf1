-- A small release: one council, four payments in one year, one project, a few tenders; every figure can be worked out by hand.
create schema reference_seed;
create table reference_seed.membership (partner_code text, member_from_date date, member_to_date date);
insert into reference_seed.membership values ('town', '2014-01-01', null);
create table reference_seed.series_partner (series text, partner_code text);
insert into reference_seed.series_partner values ('constant_2021', 'town');
create table reference_seed.ring (ring text);
insert into reference_seed.ring values ('own_borough'), ('star_boroughs'), ('gm'), ('lcr'), ('north_west');

create schema rules;
create table rules.measure_definition (measure_id text, kind text, ratio_factor numeric);
insert into rules.measure_definition
select measure_id, case when measure_id in ('S1', 'S3', 'S3b') then 'sum' else 'ratio' end, case when measure_id = 'W1' then 1 else 100 end
from unnest(array['R1', 'R2', 'R3', 'R5', 'S1', 'S2', 'S2b', 'S3', 'S3b', 'S4', 'W1', 'B1', 'B2', 'B3']) as measure_id;
create table rules.reporting_period (period text, fy_from_date date, fy_to_date date);
insert into rules.reporting_period values ('since 2019/20', '2019-04-01', null);

insert into ops.source (source_id, title, kind, partner_code, extract, vat_basis, accepts_from_date, cadence, definition_sha256)
values
('town', 'Town', 'spend', 'town', 'internal', 'net', '2018-04-01', 'year', repeat('0', 64)),
('portal', 'Portal', 'social_value', null, 'internal', 'none', '2018-04-01', 'snapshot', repeat('0', 64)),
('tenders', 'Tenders', 'tenders', null, 'internal', 'none', '2018-04-01', 'snapshot', repeat('0', 64));
insert into ops.delivery (
    source_id, file_name, location, size_bytes, sha256, state, period_key, period_start_date, period_end_date,
    lines_in, lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp
)
values
('town', 'town_2019.csv', 'town', 1, repeat('a', 64), 'loaded', '2019/20', '2019-04-01', '2020-03-31', 6, 4, 1, 1, 40000),
-- An earlier export, which the later one replaces though both are current.
('portal', 'portal_2019.xlsx', 'portal', 1, repeat('b', 64), 'loaded', '2020-03-30', '2020-03-30', '2020-03-30', 1, 1, 0, 0, null),
('portal', 'portal_2020.xlsx', 'portal', 1, repeat('c', 64), 'loaded', '2020-03-31', '2020-03-31', '2020-03-31', 1, 1, 0, 0, null),
('tenders', 'tenders.xlsx', 'tenders', 1, repeat('d', 64), 'loaded', '2020-03-31', '2020-03-31', '2020-03-31', 9, 9, 0, 0, null);
insert into raw.spend_line (delivery_id, line_number, payment_date, amount_net_gbp)
select 1, number, date '2019-04-01' + number * interval '3 months' - interval '1 day', 10000
from generate_series(1, 4) as number;
insert into raw.portal_project (delivery_id, line_number, project_id, client, client_share_pct, status, contract_value_gbp)
values (2, 1, 'P1', 'Town', 100, 'Live', 1), (3, 1, 'P1', 'Town', 100, 'Live', 100000);
insert into ops.release (state, fingerprint, code_version, delivery_ids, run_id)
values ('building', repeat('0', 64), 'test', array[1, 2, 3, 4], 'test');

insert into candidate.partner (release_id, partner_code, partner_name, partner_type, gss_code, city_region, member_from_date, is_assumed)
values (1, 'town', 'Town', 'council', 'E08000007', 'gm', '2014-01-01', false);
insert into candidate.source_file (
    release_id, source_id, partner_code, file_name, sha256, period_key, period_start_date, period_end_date, state, lines_in,
    lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp
)
select
    1, source_id, source.partner_code, file_name, sha256, period_key, period_start_date, period_end_date, state, lines_in,
    lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp
from ops.delivery
join ops.source using (source_id)
where delivery_id <> 2;
insert into candidate.release (release_id, state, started_at, deliveries_count, lines_count, amount_gbp, code_version, is_sample)
values (1, 'building', now(), 3, 4, 40000, 'test', false);
insert into candidate.measure_definition (release_id, measure_id, name, numerator, filters, source)
select 1, measure_id, measure_id, 'as tested', 'none', 'this test' from rules.measure_definition;

insert into candidate.retention (
    release_id, partner_code, financial_year, fy_start_date, quarter, ring, scope, threshold_basis, location_basis, series,
    numerator_gbp, denominator_gbp, located_gbp, unknown_gbp, gross_basis_gbp, pct, pct_low, pct_high, coverage_pct,
    suppliers_count, lines_count, partners_expected, partners_received, months_expected, months_received, status, is_sample
)
select
    1, partner_code, '2019/20', '2019-04-01', quarter, ring, scope, threshold_basis, location_basis, series,
    7000 * quarters, 10000 * quarters, 9800 * quarters, 200 * quarters, 0, 70, 70, 72, 98,
    1, quarters, 1, 1, 3 * quarters, 3 * quarters, 'final', false
from unnest(array['town', 'all']) as partner_code
cross join (values ('FY', 4), ('Q1', 1), ('Q2', 1), ('Q3', 1), ('Q4', 1)) as period (quarter, quarters)
cross join reference_seed.ring
cross join unnest(array['influenceable', 'total']) as scope
cross join unnest(array['supplier_year', 'transaction', 'none']) as threshold_basis
cross join unnest(array['remit', 'registered']) as location_basis
cross join unnest(array['as_at_membership', 'constant_2021']) as series;

insert into candidate.social_value_partner (
    release_id, partner_code, award_year, theme, contracts_count, contracts_on_portal_count, register_contracts_count, value_gbp,
    register_value_gbp, secured_gbp, secured_pct, secured_all_pct, reported_gbp, validated_gbp, reported_not_validated_gbp,
    delivery_pct, as_of_date, is_sample
)
select
    1, partner_code, '2019/20', theme, 1, 1, 2, 100000, 200000, secured, secured / 1000, secured / 2000, secured * 0.6,
    secured * 0.5, secured * 0.1, 50, '2020-03-31', false
from unnest(array['town', 'all']) as partner_code
cross join (values ('all', 30000.0), ('Jobs', 20000.0), ('Growth', 10000.0)) as theme (theme, secured);
insert into candidate.participation (
    release_id, partner_code, financial_year, cohort, lots_count, bids_count, cohort_bids_count, known_bids_count, bidders_count,
    cohort_bidders_count, wins_count, cohort_wins_count, known_wins_count, cohort_win_value_gbp, known_win_value_gbp,
    bid_share_pct, win_share_pct, success_rate_pct, is_sample
)
select 1, partner_code, '2019/20', cohort, 5, 20, 5, 10, 8, 3, 5, 1, 4, 100, 400, 50, 25, 20, false
from unnest(array['town', 'all']) as partner_code
cross join unnest(array['SME', 'VCSE']) as cohort;

with figure (measure_id, cohort, unit, value, numerator, denominator) as (
    values
    ('R1', 'all', 'pct', 70, 28000, 40000), ('R2', 'all', 'pct', 70, 28000, 40000), ('R3', 'all', 'pct', 70, 28000, 40000),
    ('R5', 'all', 'pct', 98, 39200, 40000), ('S1', 'all', 'gbp', 30000, 30000, null), ('S2', 'all', 'pct', 30, 30000, 100000),
    ('S2b', 'all', 'pct', 15, 30000, 200000), ('S3', 'all', 'gbp', 15000, 15000, null), ('S3b', 'all', 'gbp', 3000, 3000, null),
    ('S4', 'all', 'pct', 50, 15000, 30000), ('W1', 'all', 'pct', 20, 100, 5), ('B1', 'SME', 'pct', 50, 5, 10),
    ('B1', 'VCSE', 'pct', 50, 5, 10), ('B2', 'SME', 'pct', 25, 1, 4), ('B2', 'VCSE', 'pct', 25, 1, 4),
    ('B3', 'SME', 'pct', 20, 1, 5), ('B3', 'VCSE', 'pct', 20, 1, 5)
)
insert into candidate.headline (
    release_id, measure_id, measure_name, partner_code, period, period_type, financial_year, fy_start_date, cohort, value, unit,
    numerator, denominator, status, is_sample
)
select
    1, measure_id, measure_id, partner_code, period, period_type, financial_year, '2019-04-01', cohort, value, unit, numerator,
    denominator, 'final', false
from figure
cross join unnest(array['town', 'all']) as partner_code
cross join (values ('2019/20', 'year', '2019/20'), ('since 2019/20', 'cumulative', null)) as period (period, period_type, financial_year);

-- Three suppliers: a firm, a person, and one of whom nothing is known; the firm is paid all of it.
create table rules.supplier_class (supplier_class text);
insert into rules.supplier_class values ('company'), ('sole_trader'), ('unknown');
create schema warehouse;
create table warehouse.dim_masked_name (masked_name text, is_person boolean);
-- Somebody was paid under a word that is a class, too.
insert into warehouse.dim_masked_name
values ('j smithers t/a smithers gardening', true), ('the orchards', false), ('sole_trader', false);
create table warehouse.fct_payment_line (supplier_key text, amount_gbp numeric(18, 2));
insert into warehouse.fct_payment_line values ('sup:1', 39000), ('sup:2', 500), ('sup:3', 500), (null, 0);
insert into candidate.supplier (release_id, supplier_key, name, supplier_class, class_basis, is_personal, is_public_body, gss_code, is_sample)
values
(1, 'sup:1', 'Smithers Gardening Ltd', 'company', 'name', false, false, 'E08000007', false),
(1, 'sup:2', null, 'sole_trader', 'person', true, false, 'E08000007', false),
(1, 'sup:3', null, 'unknown', 'unknown', true, false, 'E08000007', false),
-- It only bids.
(1, 'sup:4', 'Bidders Ltd', 'company', 'name', false, false, null, false);

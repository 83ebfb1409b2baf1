"""Failures planted in a small candidate: each is found, said plainly, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from psycopg import sql
from ruamel.yaml import YAML

from star_warehouse.database import Warehouse
from star_warehouse.quality import CandidateVerdict, check_candidate
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

WORLD = Path(__file__).with_name("candidate.sql")
MAIN_CELL = (
    "quarter = 'FY' and scope = 'influenceable' and threshold_basis = 'supplier_year' and location_basis = 'remit' "
    "and series = 'as_at_membership'"
)


@dataclass(frozen=True)
class Plant:
    """Something wrong: how it comes about, and what the gate says of it."""

    name: str
    statement: str
    subject: str
    says: str
    severity: str = "critical"


# In one candidate all at once, so none may hide another.
IN_THE_FIGURES = [
    Plant(
        "a share that its pounds do not make",
        f"update retention set pct = 55 where partner_code = 'town' and ring = 'star_boroughs' and {MAIN_CELL}",
        "retention",
        "rows hold a percentage that is not the share of their pounds, such as: partner_code town "
        "financial_year 2019/20 quarter FY ring star_boroughs",
    ),
    Plant(
        "a penny too many",
        "update retention set denominator_gbp = 10000.01, unknown_gbp = 200.01 "
        "where partner_code = 'town' and quarter = 'Q2' and ring = 'gm' and scope = 'total' "
        "and threshold_basis = 'none' and location_basis = 'registered' and series = 'as_at_membership'",
        "retention",
        "1 cells do not agree with the lines loaded, such as: series as_at_membership partner_code town "
        "financial_year 2019/20 quarter Q2 ring gm location_basis registered published_gbp 10000.01 "
        "loaded_gbp 10000.00",
    ),
    Plant(
        "rows gone",
        "delete from retention where partner_code = 'all' and quarter = 'Q4' and ring = 'lcr' "
        "and series = 'constant_2021'",
        "retention",
        "1 partners and periods do not have the rows they should have, such as: series constant_2021 "
        "partner_code all financial_year 2019/20 quarter Q4 found_cells 48 expected_cells 60",
    ),
    Plant(
        "final too early",
        "update retention set months_received = 2 where partner_code = 'town' and quarter = 'Q3'",
        "retention",
        "120 rows are final although months are missing",
    ),
    Plant(
        "too little located",
        f"update retention set located_gbp = 37000, unknown_gbp = 3000, coverage_pct = 92.5, pct_high = 77.5 "
        f"where partner_code = 'town' and {MAIN_CELL}",
        "retention",
        "1 partner-years are located below 95 %: partner_code town financial_year 2019/20 coverage_pct 92.50 "
        "unknown_gbp 3000.00",
    ),
    Plant(
        "a share above the whole",
        "update retention set numerator_gbp = 11000, pct = 110, pct_low = 110, pct_high = 112 "
        "where partner_code = 'all' and ring = 'gm' and quarter = 'Q1' and scope = 'total' "
        "and threshold_basis = 'none' and location_basis = 'remit' and series = 'constant_2021'",
        "retention",
        "1 percentages lie outside 0 to 100",
        "warning",
    ),
    Plant(
        "a figure that is no number",
        "update headline set value = 'NaN' where measure_id = 'W1' and partner_code = 'all' and period = '2019/20'",
        "headline",
        "1 rows hold a figure that is no number, such as: measure_id W1 partner_code all",
    ),
    Plant(
        "a figure that is not the one of its table",
        "update headline set value = 60, numerator = 6 "
        "where measure_id = 'B1' and cohort = 'SME' and partner_code = 'town' and period_type = 'year'",
        "headline",
        "yearly figures are not those of the tables behind them, such as: measure_id B1 partner_code town "
        "financial_year 2019/20 cohort SME headline_value 60.00 value_behind 50.00",
    ),
    Plant(
        "a ratio that was averaged",
        "update headline set value = 21 where measure_id = 'W1' and partner_code = 'town' and period = '2019/20'",
        "headline",
        "measure_id W1 partner_code town period 2019/20 cohort all value 21.00 numerator 100.000000",
    ),
    Plant(
        "a sum over years that is not one",
        "update headline set numerator = 2, value = 50 "
        "where measure_id = 'B2' and cohort = 'SME' and partner_code = 'all' and period_type = 'cumulative'",
        "headline",
        "measure_id B2 partner_code all period since 2019/20 cohort SME numerator 2.000000 years_numerator 1.000000",
    ),
    Plant(
        "a measure nobody knows",
        "update headline set measure_id = 'R9' where measure_id = 'W1' and period_type = 'cumulative'",
        "headline",
        "1 measures have no definition: measure_id R9 rows_count 2",
    ),
    Plant(
        "themes that do not add up",
        "update social_value_partner set validated_gbp = validated_gbp + 2 where theme = 'Jobs'",
        "social_value_partner",
        "2 totals differ from the sum of their themes",
    ),
    Plant(
        "a contract counted twice",
        "update social_value_partner set value_gbp = value_gbp + 1",
        "social_value_partner",
        "more value is counted than the portal states: counted_gbp 100001.00 stated_gbp 100000.00",
    ),
    Plant(
        "more lots won than bid for",
        "update participation set wins_count = 21 where partner_code = 'all' and cohort = 'VCSE'",
        "participation",
        "1 rows hold shares that their counts cannot make, such as: partner_code all financial_year 2019/20 "
        "cohort VCSE bids_count 20 wins_count 21",
    ),
    Plant(
        "a line unaccounted for",
        "update source_file set lines_skipped = 2 where source_id = 'town'",
        "source_file",
        "1 files have lines that are not accounted for, such as: source_id town file_name town_2019.csv lines_in 6 "
        "lines_loaded 4 lines_rejected 1 lines_skipped 2",
    ),
    Plant(
        "a supplier gone",
        "update warehouse.fct_payment_line set supplier_key = 'sup:99' where amount_gbp = 39000",
        "supplier",
        "1 suppliers that are paid are missing, such as: supplier_key sup:99",
    ),
    Plant(
        "a key that tells a name",
        "update supplier set supplier_key = 'town:name:bidders ltd' where supplier_key = 'sup:4'",
        "supplier",
        "1 keys are no bare numbers, such as: supplier_key town:name:bidders ltd",
    ),
    Plant(
        "a person not taken for one",
        "update supplier set is_personal = false, name = 'Smithers' where supplier_key = 'sup:2'",
        "supplier",
        "1 suppliers that are or may be persons are not marked so, such as: supplier_key sup:2 "
        "supplier_class sole_trader class_basis person",
    ),
    Plant(
        "a firm without a name",
        "update supplier set name = null where supplier_key = 'sup:1'",
        "supplier",
        "1 organisations have no name, such as: supplier_key sup:1 supplier_class company class_basis name",
    ),
    Plant(
        "a class nobody knows",
        "update supplier set supplier_class = 'guild' where supplier_key = 'town:name:bidders ltd'",
        "supplier",
        "1 suppliers are of no known class, such as: supplier_key town:name:bidders ltd supplier_class guild",
    ),
    Plant(
        "too little known of who is paid",
        "update warehouse.fct_payment_line set amount_gbp = 39000 where supplier_key = 'sup:3'",
        "supplier",
        "more than a fifth of the pounds go to suppliers of unknown class: unknown_pct 98.7",
        "warning",
    ),
    Plant(
        "too few located",
        "update supplier set gss_code = null where supplier_key = 'sup:3'",
        "supplier",
        "fewer than four in five suppliers that are paid have a district: without_district 1 suppliers 2",
        "warning",
    ),
    Plant(
        "a total that is not its files'",
        "update release set amount_gbp = 40000.01",
        "release",
        "what the release states of itself is not what its files add up to",
    ),
]

IN_THE_TABLES = [
    Plant(
        "a table missing",
        "drop table quality_result",
        "candidate_release",
        "these tables are missing: quality_result",
    ),
    Plant("a table empty", "delete from measure_definition", "measure_definition", "it is empty"),
    Plant("no rows from spend", "delete from retention", "retention", "1 spend files were delivered, but the table"),
    Plant("no rows from tenders", "delete from participation", "participation", "a tender export was delivered, but"),
    Plant(
        "no rows from the portal",
        "delete from social_value_partner",
        "social_value_partner",
        "a portal export was delivered, but the table is empty",
    ),
    Plant(
        "a measure gone",
        "delete from headline where measure_id = 'B2'",
        "headline",
        "1 measures have no row although their source was delivered: measure_id B2 kind tenders",
    ),
    Plant("another release's row", "update partner set release_id = 9", "partner", "1 rows belong to another release"),
    Plant(
        "a file corrected meanwhile",
        "update source_file set sha256 = repeat('f', 64) where source_id = 'town'",
        "source_file",
        "2 deliveries came or went while the release was built",
    ),
    Plant(
        "the release twice",
        "insert into release select * from release",
        "release",
        "the release does not tell of itself exactly once: release_id 1 rows_count 2",
    ),
    Plant(
        "a supplier's name",
        "alter table headline add column supplier_name text",
        "headline",
        "1 of its columns are named like personal data",
    ),
    Plant(
        "a postcode",
        "update source_file set file_name = 'SK1 3XE' where source_id = 'tenders'",
        "source_file",
        "1 of its values read like postcodes",
    ),
    Plant(
        "a person's name within a text",
        "update headline set published_note = 'left out: J. Smithers T/A Smithers Gardening' where measure_id = 'S1'",
        "headline",
        "1 of its texts hold the name of a supplier that is a person or may be one",
    ),
    Plant(
        "a name that may be a person's",
        "update supplier set name = 'THE  Orchards' where supplier_key = 'sup:4'",
        "supplier",
        "1 of its texts hold the name of a supplier that is a person or may be one",
    ),
    Plant("a view", "create view latest as select 1::bigint as release_id", "latest", "it is a view"),
]


@pytest.fixture(scope="module")
def candidate(make_database: Callable[[str | None], Warehouse], empty_warehouse: Warehouse) -> Warehouse:
    """The small release, built by hand in tables as the dbt project declares them."""
    warehouse = make_database(empty_warehouse.database)
    declared = YAML(typ="safe").load(
        (Settings.from_environment({}).dbt_project / "models" / "shared" / "_shared.yml").read_text(encoding="utf-8")
    )
    with warehouse.connect() as connection:
        connection.execute("create schema candidate")
        for model in declared["models"]:
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
            connection.execute(
                sql.SQL("create table {} ({})").format(
                    sql.Identifier("candidate", model["name"].removeprefix("shared_")), sql.SQL(columns)
                )
            )
        connection.execute(WORLD.read_bytes())
    return warehouse


@pytest.fixture(scope="module")
def judge(
    make_database: Callable[[str | None], Warehouse], candidate: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[list[Plant]], tuple[Warehouse, CandidateVerdict]]:
    """Plant something in a copy of the candidate, and have it judged."""

    def plant_and_judge(plants: list[Plant]) -> tuple[Warehouse, CandidateVerdict]:
        warehouse = make_database(candidate.database)
        with warehouse.connect() as connection:
            connection.execute("set search_path = candidate")
            for plant in plants:
                assert connection.execute(plant.statement.encode()).rowcount, plant.name
        settings = replace(Settings.from_environment({}), home=tmp_path_factory.mktemp("home"))
        return warehouse, check_candidate(warehouse, settings, 1, "run of the test")

    return plant_and_judge


@pytest.fixture(scope="module")
def sound(judge: Callable[[list[Plant]], tuple[Warehouse, CandidateVerdict]]) -> tuple[Warehouse, CandidateVerdict]:
    return judge([])


@pytest.fixture(scope="module")
def wrong_figures(judge: Callable[[list[Plant]], tuple[Warehouse, CandidateVerdict]]) -> CandidateVerdict:
    return judge(IN_THE_FIGURES)[1]


@pytest.fixture(scope="module")
def wrong_tables(judge: Callable[[list[Plant]], tuple[Warehouse, CandidateVerdict]]) -> CandidateVerdict:
    return judge(IN_THE_TABLES)[1]


def test_a_sound_candidate_passes(sound: tuple[Warehouse, CandidateVerdict]) -> None:
    _, verdict = sound
    assert verdict.failures == ()
    assert verdict.severity is None
    assert verdict.is_publishable


def test_what_was_checked_is_recorded(sound: tuple[Warehouse, CandidateVerdict]) -> None:
    warehouse, _ = sound
    with warehouse.connect() as connection:
        rows = connection.execute(
            """
            select suite, count(distinct expectation || message), bool_and(is_success), min(release_id), min(run_id)
            from ops.quality_result where boundary = 'candidate' group by suite order by suite
            """
        ).fetchall()
    assert [row[0] for row in rows] == [
        "candidate_agreement",
        "candidate_headline",
        "candidate_participation",
        "candidate_release",
        "candidate_retention",
        "candidate_social_value",
        "candidate_supplier",
    ]
    assert all(row[1] >= 5 and row[2:] == (True, 1, "run of the test") for row in rows)


@pytest.mark.parametrize("plant", IN_THE_FIGURES, ids=lambda plant: plant.name)
def test_a_wrong_figure_is_found(wrong_figures: CandidateVerdict, plant: Plant) -> None:
    _assert_found(wrong_figures, plant)


@pytest.mark.parametrize("plant", IN_THE_TABLES, ids=lambda plant: plant.name)
def test_a_wrong_table_is_found(wrong_tables: CandidateVerdict, plant: Plant) -> None:
    _assert_found(wrong_tables, plant)


def test_what_fails_says_what_to_do(wrong_figures: CandidateVerdict, wrong_tables: CandidateVerdict) -> None:
    assert not wrong_figures.is_publishable
    for failure in (*wrong_figures.failures, *wrong_tables.failures):
        assert failure.way_out.endswith(".")
        assert "None" not in failure.message


def test_a_check_is_repeated_without_a_trace_of_the_first(
    sound: tuple[Warehouse, CandidateVerdict], settings: Settings
) -> None:
    warehouse, _ = sound
    query = "select count(*) from ops.quality_result where boundary = 'candidate'"
    with warehouse.connect() as connection:
        before = connection.execute(query).fetchone()
    check_candidate(warehouse, settings, 1, "another run")
    with warehouse.connect() as connection:
        assert connection.execute(query).fetchone() == before
        assert connection.execute("select distinct run_id from ops.quality_result").fetchall() == [("another run",)]
        # Nothing is left that would keep the next release from dropping the candidate.
        connection.execute("set lock_timeout = '1s'")
        connection.execute("drop schema candidate cascade")
        connection.rollback()


def test_nothing_to_judge(warehouse: Warehouse, settings: Settings) -> None:
    with pytest.raises(Refusal, match="schema candidate: There is nothing to check for release 1"):
        check_candidate(warehouse, settings, 1, "run of the test")


def test_published_ledgers_need_not_be_located(
    judge: Callable[[list[Plant]], tuple[Warehouse, CandidateVerdict]],
) -> None:
    too_little = next(plant for plant in IN_THE_FIGURES if plant.name == "too little located")
    published = Plant("a published extract", "update ops.source set extract = 'published'", "", "")
    _, verdict = judge([too_little, published])
    located = [failure for failure in verdict.failures if "located below 95 %" in failure.message]
    assert [failure.severity for failure in located] == ["info"]


def test_what_the_live_release_has_is_not_taken_back(
    judge: Callable[[list[Plant]], tuple[Warehouse, CandidateVerdict]],
) -> None:
    live = Plant(
        "a live release",
        """
        create schema shared;
        create table shared.headline as
            select * from candidate.headline
            union all
            select * from candidate.headline where measure_id like 'B%';
        insert into shared.headline
            select (jsonb_populate_record(headline, '{"financial_year": "2018/19"}')).* from candidate.headline limit 1;
        create table shared.participation as table candidate.participation
        """,
        "",
        "",
    )
    emptied = Plant("an emptied table", "delete from participation", "", "")
    _, verdict = judge([live, emptied])
    beside = [failure for failure in verdict.failures if "live release" in failure.message]
    assert [(failure.subject, failure.severity, failure.message) for failure in beside] == [
        ("participation", "critical", "It is empty, and has rows in the live release."),
        ("headline", "warning", "It has 26.9 % fewer rows than in the live release."),
        ("participation", "warning", "It has 100.0 % fewer rows than in the live release."),
        ("headline", "warning", "1 partners and years of the live release are gone."),
        ("participation", "warning", "2 partners and years of the live release are gone."),
    ]


def _assert_found(verdict: CandidateVerdict, plant: Plant) -> None:
    said = [
        failure
        for failure in verdict.failures
        if failure.subject == plant.subject and plant.says.lower() in failure.message.lower()
    ]
    assert [failure.severity for failure in said] == [plant.severity], "\n".join(
        f"{failure.subject}: {failure.message}" for failure in verdict.failures
    )

"""The declared sources held against each other, the raw tables, the seeds of the partners and the sample files."""

from __future__ import annotations

import csv
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.onboard import count_doubts
from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import ENTITIES, ENTITIES_OF_KIND, ColumnType, Source, load_sources

SEEDS = REPOSITORY / "dbt_project" / "seeds" / "reference"
SPEND = {
    "stockport", "rochdale", "trafford", "tameside", "hmr_ccg", "trafford_ccg", "knowsley", "st_helens",
    "trafford_published",
}  # fmt: skip
POSTGRES_TYPES = {
    ColumnType.TEXT: ("text", None, None),
    ColumnType.IDENTIFIER: ("text", None, None),
    ColumnType.DATE: ("date", None, None),
    ColumnType.AMOUNT: ("numeric", 18, 2),
    ColumnType.QUANTITY: ("numeric", 18, 4),
    ColumnType.PERCENT: ("numeric", 9, 4),
}


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    return load_sources(REPOSITORY / "dags" / "sources")


def test_the_feeds_are_those_agreed(sources: dict[str, Source]) -> None:
    assert set(sources) == SPEND | {
        "social_value_portal", "contracts_register", "tenders", "companies_house", "charity_commission",
    }  # fmt: skip
    assert {source.id for source in sources.values() if source.kind == "spend"} == SPEND


def test_no_day_of_a_partner_comes_from_two_sources(sources: dict[str, Source]) -> None:
    for one, other in combinations(sources.values(), 2):
        if one.partner is not None and one.partner == other.partner:
            assert not one.accepts.overlaps(other.accepts), (one.id, other.id)


def test_no_file_name_is_taken_for_that_of_another_source(sources: dict[str, Source]) -> None:
    for one in sources.values():
        fitting = [other.id for other in sources.values() if _fits(other, one.file_name.example)]
        assert fitting == [one.id]


def _fits(source: Source, name: str) -> bool:
    try:
        source.period_of(name)
    except Exception:
        return False
    return True


def test_sources_know_the_columns_of_the_raw_tables(module_warehouse: Warehouse) -> None:
    with module_warehouse.connect() as connection:
        rows = connection.execute(
            """
            select table_name, column_name, data_type, numeric_precision, numeric_scale, is_nullable
            from information_schema.columns
            where table_schema = 'raw' and column_name not in ('delivery_id', 'line_number')
            order by table_name, ordinal_position
            """
        ).fetchall()
    in_database: dict[str, dict[str, tuple[str, int | None, int | None]]] = {}
    required: dict[str, set[str]] = {}
    for table, column, kind, precision, scale, nullable in rows:
        in_database.setdefault(table, {})[column] = (kind, precision, scale)
        if nullable == "NO":
            required.setdefault(table, set()).add(column)

    assert in_database == {
        name: {column: POSTGRES_TYPES[kind] for column, kind in entity.columns.items()}
        for name, entity in ENTITIES.items()
    }
    assert [list(columns) for columns in in_database.values()] == [
        list(ENTITIES[table].columns) for table in in_database
    ]
    assert required == {name: set(entity.required) for name, entity in ENTITIES.items()}
    assert set().union(*ENTITIES_OF_KIND.values()) == set(in_database)


def test_every_partner_of_a_source_is_a_partner(sources: dict[str, Source]) -> None:
    with (SEEDS / "partner.csv").open(encoding="utf-8") as file:
        partners = {row["partner_code"] for row in csv.DictReader(file)}

    assert {source.partner for source in sources.values() if source.partner} == partners


def test_nothing_is_accepted_after_a_partner_left(sources: dict[str, Source]) -> None:
    with (SEEDS / "membership.csv").open(encoding="utf-8") as file:
        left = {row["partner_code"]: row["member_to_date"] for row in csv.DictReader(file)}

    for source in sources.values():
        if source.partner and left[source.partner]:
            assert source.accepts.last_day == date.fromisoformat(left[source.partner]), source.id


def test_internal_extracts_bring_the_postcodes_that_retention_needs(sources: dict[str, Source]) -> None:
    for source in sources.values():
        if source.kind == "spend":
            columns = set(source.layouts[0].tables["spend_line"].columns)
            assert ("remit_postcode" in columns) == (source.extract == "internal"), source.id
            assert {"supplier_name", "supplier_ref", "payment_date", "transaction_number", "purpose"} <= columns


def test_every_declaration_says_in_its_first_line_what_it_is() -> None:
    for path in Path(REPOSITORY / "dags" / "sources").rglob("*.yml"):
        assert path.read_text(encoding="utf-8").startswith("# "), path.name


def test_nothing_in_a_declaration_is_still_a_guess() -> None:
    for path in Path(REPOSITORY / "dags" / "sources").rglob("*.yml"):
        assert count_doubts(path.read_text(encoding="utf-8")) == 0, path.name


def test_bodies_that_are_no_partners_are_declared_and_not_run(sources: dict[str, Source]) -> None:
    others = load_sources(REPOSITORY / "dags" / "sources" / "other_bodies")

    assert set(others) == {"manchester", "wakefield", "nwod_tameside", "nwod_bolton", "norfolk_contracts"}
    assert not set(others) & set(sources)

"""The hard names of the sample through the whole pipeline: each of its class, and no person's name published."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.integration.conftest import Published
from tests.samples.hard_cases import INCORPORATED_NAMES, INCORPORATED_REF, HardCase, hard_cases

pytestmark = pytest.mark.e2e

CASES = hard_cases()


@pytest.fixture(scope="module")
def owner(published: Published) -> Iterator[psycopg.Connection]:
    with psycopg.connect(published.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def reader(published: Published) -> Iterator[psycopg.Connection]:
    with psycopg.connect(published.reader_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def keys(owner: psycopg.Connection) -> dict[str, str]:
    """The key of each case's supplier by the name on its vendor record, blanks squeezed."""
    rows = owner.execute(
        "select reference.squeezed(supplier_name), supplier_key from intermediate.int_supplier__identified "
        "where partner_code = 'knowsley' and supplier_ref like 'H%'"
    ).fetchall()
    return dict(rows)


def squeezed(text: str) -> str:
    return " ".join(text.split()).lower()


def test_there_are_a_hundred_and_each_is_a_supplier_of_its_own(keys: dict[str, str]) -> None:
    assert len(CASES) >= 100
    assert set(keys) == {squeezed(case.supplier_name) for case in CASES}
    assert len(set(keys.values())) == len(CASES), "two cases were taken for one supplier"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.supplier_name)
def test_a_case_is_of_its_class(case: HardCase, keys: dict[str, str], reader: psycopg.Connection) -> None:
    row = reader.execute(
        "select supplier_class, is_personal, name is null from shared.supplier where supplier_key = %s",
        (keys[squeezed(case.supplier_name)],),
    ).fetchone()
    assert row == (case.supplier_class, case.is_personal, case.is_personal), case.why


def test_who_became_a_company_is_published_by_the_company_s_name_alone(
    owner: psycopg.Connection, reader: psycopg.Connection
) -> None:
    """One supplier by its vendor number; most lines bear the person's name, which must not leave."""
    rows = owner.execute(
        "select supplier_name, supplier_key, lines_count from intermediate.int_supplier__identified "
        "where partner_code = 'knowsley' and supplier_ref = %s",
        (INCORPORATED_REF,),
    ).fetchall()
    lines = {name: count for name, _, count in rows}
    person, company = INCORPORATED_NAMES
    assert set(lines) == {person, company} and lines[person] > lines[company]
    keys = {key for _, key, _ in rows}
    assert len(keys) == 1, "the two records were not taken for one supplier"
    published = reader.execute(
        "select name, supplier_class, is_personal from shared.supplier where supplier_key = any(%s)", (list(keys),)
    ).fetchall()
    assert published == [(company, "company", False)]
    guarded = owner.execute(
        "select count(*) from warehouse.dim_masked_name where masked_name = %s", (squeezed(person),)
    ).fetchone()
    assert guarded == (1,)


def test_the_names_of_organisations_are_published(reader: psycopg.Connection) -> None:
    """Otherwise a table without any name would pass as well kept."""
    rows = reader.execute("select name from shared.supplier where name is not null").fetchall()
    published = {squeezed(name) for (name,) in rows}
    assert {squeezed(case.supplier_name) for case in CASES if not case.is_personal} <= published


def test_no_name_of_a_person_is_in_any_text_of_what_is_published(reader: psycopg.Connection) -> None:
    """Every text column of every table the reader sees, without regard to case, blanks and signs."""
    columns = reader.execute(
        """
        select table_name, column_name from information_schema.columns
        where table_schema = 'shared' and data_type in ('text', 'character varying')
        """
    ).fetchall()
    assert len(columns) > 50
    # A name also without the word that says that it is invented.
    names = {
        f" {words(name)} ": case
        for case in CASES
        if case.is_personal
        for name in (case.supplier_name, case.supplier_name.removeprefix("Invented "))
    }
    found = []
    for table, column in columns:
        query = sql.SQL("select distinct {column} from {table} where {column} is not null").format(
            column=sql.Identifier(column), table=sql.Identifier("shared", table)
        )
        texts = "|".join(f" {words(text)} " for (text,) in reader.execute(query))
        found += [(table, column, case.supplier_name) for name, case in names.items() if name in texts]
    assert found == []


def words(text: str) -> str:
    """The words of a text in lower case, without signs, one blank between."""
    return " ".join(re.findall(r"\w+", text.lower()))

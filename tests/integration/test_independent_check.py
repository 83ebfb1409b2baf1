"""The published figures against a second calculation that shares no code with the pipeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Protocol

import psycopg
import pytest

from tests.integration.independent import comparison
from tests.integration.independent.calculation import Calculation, calculate
from tests.integration.independent.companies import company_key
from tests.integration.independent.facts import PARTNERS, STAR_FIGURES, StarFigure
from tests.integration.independent.figures import add_up, value
from tests.integration.independent.identity import Memberships, read_memberships
from tests.integration.independent.postcodes import Districts
from tests.integration.independent.published import Published, read_published

pytestmark = pytest.mark.e2e

SHOWN = 25
YEARS = ("2018/19", "2019/20", "2020/21", "2021/22", "2022/23", "2023/24")


class PublishedWarehouse(Protocol):
    """What this check needs of the shared run: where to read the tables, and the files they rest on."""

    reader_url: str
    owner_url: str
    sample_folder: Path


@pytest.fixture(scope="module")
def memberships(published: PublishedWarehouse) -> Memberships:
    """Who was one supplier when the live release was built."""
    return read_memberships(published.owner_url)


@pytest.fixture(scope="module")
def computed(published: PublishedWarehouse, memberships: Memberships) -> Calculation:
    """Every figure, from the delivered files."""
    return calculate(published.sample_folder, identity=memberships.supplier)


@pytest.fixture(scope="module")
def by_the_files(published: PublishedWarehouse) -> Calculation:
    """Every figure, if only what a line itself states told who was paid."""
    return calculate(published.sample_folder)


@pytest.fixture(scope="module")
def tables(published: PublishedWarehouse) -> Published:
    """Every figure, as the reader's role sees it."""
    return read_published(published.reader_url)


def _assert_none(differences: Iterator[str]) -> None:
    found = list(differences)
    assert not found, f"{len(found)} differences:\n" + "\n".join(islice(found, SHOWN))


def test_every_record_of_every_file_is_accounted_for(computed: Calculation, tables: Published) -> None:
    _assert_none(comparison.compare_files(computed, tables))


def test_retention_is_the_same_to_the_penny(computed: Calculation, tables: Published) -> None:
    _assert_none(comparison.compare_retention(computed, tables))


def test_headline_rests_on_the_same_sums(computed: Calculation, tables: Published) -> None:
    _assert_none(comparison.compare_headline(computed, tables))


def test_social_value_is_the_same_to_the_penny(computed: Calculation, tables: Published) -> None:
    _assert_none(comparison.compare_social_value(computed, tables))


def test_participation_is_the_same_to_the_bid(computed: Calculation, tables: Published) -> None:
    _assert_none(comparison.compare_participation(computed, tables))


def test_whom_the_files_show_to_be_one_supplier_is_one(computed: Calculation, memberships: Memberships) -> None:
    """A partner's payees with one company number, or one vendor number, or without either one name."""
    found: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for line in computed.lines:
        if line.supplier_key is not None:
            found[line.partner, line.supplier_key].add(memberships.supplier(line))
    assert len(found) > 3_000
    assert {payee: suppliers for payee, suppliers in found.items() if len(suppliers) != 1} == {}


def test_no_supplier_has_two_company_numbers(computed: Calculation, memberships: Memberships) -> None:
    numbers: dict[str | None, set[str]] = defaultdict(set)
    for line in computed.lines:
        if line.company_number is not None and not line.is_redacted:
            numbers[memberships.supplier(line)].add(company_key(line.company_number))
    assert len(numbers) > 1_000
    assert {supplier: found for supplier, found in numbers.items() if len(found) > 1} == {}


def test_no_share_hangs_on_a_judgement_of_who_is_who(computed: Calculation, by_the_files: Calculation) -> None:
    shares = [key for key in computed.figures if key.measure in ("R1", "R2", "R3")]
    assert len(shares) > 80
    for key in shares:
        judged, stated = value(key.measure, computed.figures[key]), value(key.measure, by_the_files.figures[key])
        assert judged is not None and stated is not None
        assert abs(judged - stated) <= Decimal("0.1"), f"{key}: {judged}, by the files alone {stated}"


@pytest.mark.parametrize("basis", ["remit", "registered"])
def test_a_supplier_that_moved_counts_by_payment_date(
    basis: str, computed: Calculation, published: PublishedWarehouse
) -> None:
    """From Stockport to Cheshire East in August, back in spring: by the line, and by its vendor record's history."""
    districts = Districts()
    paid: dict[tuple[str, str | None], int] = defaultdict(int)
    for line in computed.lines:
        if line.partner == "stockport" and (line.supplier_name or "").startswith("Invented Moving House"):
            day = "before August" if 4 <= line.payment_date.month < 8 else "from August"
            postcode = line.remit_postcode if basis == "remit" else line.registered_postcode
            paid[day, districts.gss_code(postcode)] += line.pence
    # Six years, £36,000 each spring and £24,000 each August.
    assert paid == {("before August", "E08000007"): 6 * 36_000_00, ("from August", "E06000049"): 6 * 24_000_00}
    with psycopg.connect(published.owner_url) as connection:
        rows = connection.execute(
            f"""
            select
                case when extract(month from line.payment_date) between 4 and 7
                    then 'before August' else 'from August' end,
                line.{basis}_gss_code, record.{basis}_gss_code, bool_or(ring.gss_code is not null),
                (sum(line.amount_gbp) * 100)::bigint
            from warehouse.fct_payment_line line
            join warehouse.dim_vendor_record record
                on record.vendor_record_key = line.vendor_record_key
                and line.payment_date between record.valid_from_date and coalesce(record.valid_to_date, 'infinity')
            left join warehouse.bridge_ring ring
                on ring.ring = 'own_borough' and ring.series = 'as_at_membership'
                and ring.partner_code = line.partner_code and ring.gss_code = line.{basis}_gss_code
            where line.partner_code = 'stockport' and record.supplier_name like 'Invented Moving House%'
            group by 1, 2, 3 order by 1
            """
        ).fetchall()
    assert rows == [
        ("before August", "E08000007", "E08000007", True, paid["before August", "E08000007"]),
        ("from August", "E06000049", "E06000049", False, paid["from August", "E06000049"]),
    ]


@pytest.mark.parametrize("measure", ["R1", "R2", "R3", "S1", "S2", "S2b", "S3", "S3b", "S4", "W1", "W1v", "W2"])
def test_the_check_reaches_every_partner_and_year(measure: str, computed: Calculation) -> None:
    """A comparison of nothing with nothing would pass, so the files must yield the whole grid."""
    reached = {(key.partner, key.year) for key in computed.figures if key.measure == measure}
    expected = {("all", year) for year in YEARS} | {(partner, "2019/20") for partner in PARTNERS if _early(partner)}
    assert expected <= reached


def _early(partner: str) -> bool:
    return PARTNERS[partner].member_from.year < 2019


@pytest.mark.parametrize("star", STAR_FIGURES, ids=lambda star: f"{star.measure}-{star.partner}-{star.years[0]}")
def test_the_sample_meets_what_star_published(star: StarFigure, computed: Calculation) -> None:
    figure = add_up(computed.figures, star.measure, star.partner, star.cohort, star.years)
    assert figure is not None
    found = value(star.measure, figure)
    assert found is not None
    unit = 1_000_000 if star.is_money else 1
    assert abs(found / unit - star.expected) <= Decimal("0.1"), f"{found} instead of {star.expected}"

"""The published figures against a second calculation that shares no code with the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Protocol

import pytest

from tests.integration.independent import comparison
from tests.integration.independent.calculation import Calculation, calculate
from tests.integration.independent.facts import PARTNERS, STAR_FIGURES, StarFigure
from tests.integration.independent.figures import add_up, value
from tests.integration.independent.published import Published, read_published

pytestmark = pytest.mark.e2e

SHOWN = 25
YEARS = ("2018/19", "2019/20", "2020/21", "2021/22", "2022/23", "2023/24")


class PublishedWarehouse(Protocol):
    """What this check needs of the shared run: where to read the tables, and the files they rest on."""

    reader_url: str
    sample_folder: Path


@pytest.fixture(scope="module")
def computed(published: PublishedWarehouse) -> Calculation:
    """Every figure, from the delivered files."""
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
    assert abs(found / unit - star.expected) <= Decimal("0.5"), f"{found} instead of {star.expected}"

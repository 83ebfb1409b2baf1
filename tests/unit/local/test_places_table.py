"""Postcodes that were not located, as people see them."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

from rich.console import Console

from star_warehouse.database import Warehouse
from star_warehouse.local.places_table import print_unresolved
from star_warehouse.release import UnresolvedPostcode, unresolved_postcodes


def row(written: str | None, reason: str, gbp: str, vendors: int = 1) -> UnresolvedPostcode:
    return UnresolvedPostcode(
        "stockport", written, reason, Decimal(gbp), Decimal(gbp), 3, vendors, "Invented [Acorn] Ltd", "77",
        date(2020, 4, 1), date(2020, 6, 1),
    )  # fmt: skip


def said(rows: list[UnresolvedPostcode], top: int = 40) -> str:
    stream = io.StringIO()
    print_unresolved(rows, Console(file=stream, width=200), top)
    return stream.getvalue()


def test_each_is_shown_as_written_with_its_pounds_and_the_way_out() -> None:
    text = said([row(" M33\u00a0", "not_a_postcode", "12345.60"), row(None, "not_stated", "-1.00", vendors=3)])
    assert "12,346" in text
    # Blanks that nobody sees are shown.
    assert "' M33\\xa0'" in text
    assert "2020-04-01 – 2020-06-01" in text
    assert "Invented [Acorn] Ltd (no. 77) and 2 more" in text
    assert "no postcode by its form: £12,346, of it influenceable £12,346. Have the partner correct" in text
    assert "no postcode: £-1, of it" in text


def test_the_sums_are_of_all_and_the_rest_can_be_asked_for() -> None:
    text = said([row("XX1 1XX", "not_in_directory", "5.00"), row("XX1 1XY", "not_in_directory", "2.00")], top=1)
    assert "XX1 1XY" not in text
    assert "in no directory: £7," in text
    assert "The other 1: --top 2" in text


def test_before_the_first_release_there_is_nothing(warehouse: Warehouse) -> None:
    assert unresolved_postcodes(warehouse, "remit") == []
    assert "Every line of the last release is located, or none was built yet." in said([])

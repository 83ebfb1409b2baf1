"""Retention (R1-R3): who was paid where, by ring, scope, threshold basis, location basis and series."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

from tests.integration.independent.facts import (
    ALL,
    FOUR_COUNCILS,
    GREATER_MANCHESTER,
    LIVERPOOL_CITY_REGION,
    NORTH_WEST,
    PARTNERS,
    SPEND_THRESHOLD_PENCE,
    quarter,
)
from tests.integration.independent.figures import Figure, FigureKey, Figures, pounds
from tests.integration.independent.lines import SpendLine
from tests.integration.independent.offices import Offices
from tests.integration.independent.postcodes import Districts
from tests.integration.independent.scope import INTRA_PARTNER, Scope, is_influenceable

RINGS = ("own_borough", "star_boroughs", "gm", "lcr", "north_west")
MEASURE_OF_RING = {"own_borough": "R1", "star_boroughs": "R2", "gm": "R3"}
AS_AT_MEMBERSHIP = "as_at_membership"
CONSTANT_2021 = "constant_2021"
FULL_YEAR = "FY"
_HEADLINE = ("influenceable", "supplier_year", "remit", AS_AT_MEMBERSHIP)


class CellKey(NamedTuple):
    """One row of the retention table."""

    partner: str
    year: str
    quarter: str
    ring: str
    scope: str
    threshold_basis: str
    location_basis: str
    series: str


class Cell:
    """The sums of one row in pence, its lines (all, located, with an invented payee) and its suppliers."""

    __slots__ = (
        "denominator",
        "gross",
        "invented_lines",
        "lines",
        "located",
        "located_lines",
        "numerator",
        "suppliers",
    )

    def __init__(self) -> None:
        self.numerator = self.denominator = self.located = self.gross = 0
        self.lines = self.located_lines = self.invented_lines = 0
        self.suppliers: set[str] = set()


class _Group(NamedTuple):
    """What lines must share to be summed before the rows are laid out."""

    partner: str
    year: str
    quarter: str
    series: str
    location_basis: str
    scopes: tuple[str, ...]
    is_intra: bool
    bases: tuple[str, ...]
    is_gross: bool
    is_located: bool
    rings: tuple[str, ...]


class _Sums:
    """What the lines of a group add up to."""

    __slots__ = ("invented_lines", "lines", "pence", "suppliers")

    def __init__(self) -> None:
        self.pence = self.lines = self.invented_lines = 0
        self.suppliers: set[str] = set()

    def add(self, line: SpendLine) -> None:
        self.pence += line.pence
        self.lines += 1
        self.invented_lines += line.is_invented
        if line.supplier_key is not None:
            self.suppliers.add(line.supplier_key)


def retention_cells(
    lines: list[SpendLine], scope: Scope, districts: Districts, offices: Offices
) -> dict[CellKey, Cell]:
    """Compute every row of the retention table that has at least one line."""
    groups: dict[_Group, _Sums] = defaultdict(_Sums)
    bases = _Bases(lines)
    for place, line in enumerate(lines):
        places = (("remit", line.remit_postcode), ("registered", _registered(line, offices)))
        for group in _groups_of(line, bases.of(place, line), scope.scope_class(line), districts, places):
            groups[group].add(line)
    cells: dict[CellKey, Cell] = defaultdict(Cell)
    for group, sums in groups.items():
        for key in _keys_of(group):
            cell = cells[key]
            cell.denominator += sums.pence
            cell.lines += sums.lines
            cell.invented_lines += sums.invented_lines
            cell.suppliers |= sums.suppliers
            cell.located += sums.pence if group.is_located else 0
            cell.located_lines += sums.lines if group.is_located else 0
            cell.gross += sums.pence if group.is_gross else 0
            cell.numerator += sums.pence if key.ring in group.rings else 0
    return dict(cells)


def retention_figures(cells: dict[CellKey, Cell]) -> Figures:
    """Pick the headline rows: whole years, influenceable, supplier-year threshold, remittance postcode, members.

    R5, the coverage, is taken from the cell of R2; R3 is a figure of the partners in Greater Manchester.
    """
    figures: Figures = {}
    for key, cell in cells.items():
        if key != (key.partner, key.year, FULL_YEAR, key.ring, *_HEADLINE):
            continue
        denominator = pounds(cell.denominator)
        if key.ring in MEASURE_OF_RING and (key.ring != "gm" or key.partner == ALL or _is_in_gm(key.partner)):
            measure = MEASURE_OF_RING[key.ring]
            figures[FigureKey(measure, key.partner, key.year)] = Figure(pounds(cell.numerator), denominator)
        if key.ring == "star_boroughs":
            figures[FigureKey("R5", key.partner, key.year)] = Figure(pounds(cell.located), denominator)
    return figures


def _is_in_gm(partner: str) -> bool:
    return PARTNERS[partner].gss_code in GREATER_MANCHESTER


class _Bases:
    """Which threshold bases a line passes: its group's value in the year, whatever scope or series."""

    def __init__(self, lines: list[SpendLine]) -> None:
        self._suppliers: dict[tuple[str, str, str], int] = defaultdict(int)
        self._transactions: dict[tuple[str, str, str | int], int] = defaultdict(int)
        for place, line in enumerate(lines):
            self._transactions[self._transaction(place, line)] += line.pence
            if line.supplier_key is not None:
                self._suppliers[line.partner, line.financial_year, line.supplier_key] += line.pence

    def of(self, place: int, line: SpendLine) -> tuple[str, ...]:
        """Name the bases under which the line counts."""
        transaction = self._transactions[self._transaction(place, line)]
        supplier = line.supplier_key
        paid = transaction if supplier is None else self._suppliers[line.partner, line.financial_year, supplier]
        return (
            "none",
            *(("transaction",) if transaction >= SPEND_THRESHOLD_PENCE else ()),
            *(("supplier_year",) if paid >= SPEND_THRESHOLD_PENCE else ()),
        )

    @staticmethod
    def _transaction(place: int, line: SpendLine) -> tuple[str, str, str | int]:
        # A line without a number is a transaction of its own: its place in the list is unique.
        return line.partner, line.financial_year, line.transaction_number or place


def _registered(line: SpendLine, offices: Offices) -> str | None:
    """The registered postcode that the partner wrote; where it wrote none, the register's for the payment date."""
    return line.registered_postcode or offices.postcode(line.company_number, line.payment_date)


def _groups_of(
    line: SpendLine,
    bases: tuple[str, ...],
    scope_class: str,
    districts: Districts,
    places: tuple[tuple[str, str | None], ...],
) -> Iterator[_Group]:
    scopes = ("total", "influenceable") if is_influenceable(scope_class) else ("total",)
    for location_basis, postcode in places:
        district = None if line.is_redacted else districts.gss_code(postcode)
        for series in _series_of(line):
            yield _Group(
                partner=line.partner,
                year=line.financial_year,
                quarter=quarter(line.payment_date),
                series=series,
                location_basis=location_basis,
                scopes=scopes,
                is_intra=scope_class == INTRA_PARTNER,
                bases=bases,
                is_gross=line.is_gross,
                is_located=district is not None,
                rings=_rings(line.partner, _star_boroughs(line.payment_date, series), district),
            )


def _series_of(line: SpendLine) -> Iterator[str]:
    if PARTNERS[line.partner].is_member(line.payment_date):
        yield AS_AT_MEMBERSHIP
    if line.partner in FOUR_COUNCILS:
        yield CONSTANT_2021


@cache
def _star_boroughs(day: dt.date, series: str) -> frozenset[str]:
    if series == CONSTANT_2021:
        return frozenset(PARTNERS[code].gss_code for code in FOUR_COUNCILS)
    return frozenset(p.gss_code for p in PARTNERS.values() if p.is_council and p.is_member(day))


@cache
def _rings(partner: str, star_boroughs: frozenset[str], district: str | None) -> tuple[str, ...]:
    inside = {
        "own_borough": frozenset((PARTNERS[partner].gss_code,)),
        "star_boroughs": star_boroughs,
        "gm": GREATER_MANCHESTER,
        "lcr": LIVERPOOL_CITY_REGION,
        "north_west": NORTH_WEST,
    }
    return tuple(ring for ring in RINGS if district in inside[ring])


def _keys_of(group: _Group) -> Iterator[CellKey]:
    for ring in RINGS:
        partners = [group.partner]
        if not group.is_intra and (ring != "gm" or _is_in_gm(group.partner)):
            partners.append(ALL)
        for partner, period, scope, basis in product(partners, (FULL_YEAR, group.quarter), group.scopes, group.bases):
            yield CellKey(partner, group.year, period, ring, scope, basis, group.location_basis, group.series)

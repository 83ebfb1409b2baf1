"""The invented payment lines of every partner, year by year.

The lines that stand on the edges of the rules and the redacted ones are written first. The other suppliers over the
threshold then share out what is missing from the season's plan, so the published shares come out by construction.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random

from tests.samples.amounts import ORDINARY, STEADY, Habit, split
from tests.samples.edges import EdgeLine, edge_lines
from tests.samples.hard_cases import PURPOSE as HARD_PURPOSE
from tests.samples.hard_cases import hard_vendors, incorporated_vendor
from tests.samples.lines import Documents, Line, Sheet
from tests.samples.partners import PARTNERS, Partner
from tests.samples.payees import CARE_CATEGORY, CORPORATE_CATEGORY, Payee, fellow_partner, payees_of, purpose_between
from tests.samples.plan import GROUPS, Season, seasons
from tests.samples.seed import draw_for
from tests.samples.suppliers import Company, Register, Supplier, Vendor
from tests.samples.words import CATEGORIES, Category

THRESHOLD = 25_000_00

# A supplier over the threshold gets at least this much a year, so that it stays over it.
_FLOOR = 27_000_00
# On average it needs this much, or the group is too small for so many suppliers.
_ROOM = 60_000_00
# A supplier's sum is paid in lines of about this part of the partner's pounds a year, or smaller ones.
_INSTALMENTS = 300
_SMALL_MOST = 19_000_00

# Beside the influenceable pounds over the threshold: pounds nobody can influence, and pounds paid to persons.
_FIXED_PART = {True: 0.42, False: 0.70}
_PERSONAL_PART = {True: 0.21, False: 0.12}
# Part of the unknown places that is held back as commercially confidential.
_CONFIDENTIAL_PART = 0.6

_PERSONAL_NAMES = ("Redacted", "REDACTED PERSONAL DATA", "Redacted – personal data")
_PERSONAL_PURPOSES = (
    "Care package", "Foster care allowance", "Direct payment to service user", "Redacted", None,
)  # fmt: skip
_CONFIDENTIAL_NAMES = ("REDACTED COMMERCIAL CONFIDENTIALITY", "Redacted Commercial Data")

# Parts of a partner's lines.
_LINES_OVER, _LINES_SMALL, _LINES_PERSONAL = 0.55, 0.19, 0.155


@dataclass(frozen=True, slots=True)
class Commitment:
    """A contract under which a supplier is paid."""

    ref: str
    start: date
    end: date


Commitments = dict[Supplier, list[Commitment]]


def spend_lines(
    books: dict[str, list[Supplier]], register: Register, commitments: Commitments
) -> dict[tuple[str, date], list[Line]]:
    """All lines by partner code and first day of the month, in order of date.

    Args:
        books: the suppliers of each partner.
        register: where further vendor records come from.
        commitments: contracts by supplier.
    """
    planned: dict[tuple[str, int], list[Season]] = defaultdict(list)
    for season in seasons():
        planned[season.partner.code, season.year].append(season)
    found: dict[tuple[str, date], list[Line]] = {}
    for partner in PARTNERS:
        bookkeeper = _Bookkeeper(partner, books[partner.code], register, commitments)
        for (code, year), parts in planned.items():
            if code == partner.code:
                found.update(bookkeeper.year(year, parts))
    return found


class _Bookkeeper:
    """Writes one partner's lines, a year at a time."""

    def __init__(self, partner: Partner, books: list[Supplier], register: Register, commitments: Commitments) -> None:
        rng = draw_for("bookkeeper", partner.code)
        self._partner = partner
        self._books = books
        self._commitments = commitments
        self._edges = edge_lines(partner, register, rng)
        self._payees = [(payee, self._vendor_of(payee, register, rng)) for payee in payees_of(partner)]
        self._personal = [_redacted(name, CARE_CATEGORY) for name in _PERSONAL_NAMES]
        self._confidential = [_redacted(name, CATEGORIES[2]) for name in _CONFIDENTIAL_NAMES]
        self._hard = hard_vendors(partner, register)
        self._incorporated = {
            is_company: incorporated_vendor(partner, register, is_company=is_company) for is_company in (False, True)
        }
        self._documents = Documents(partner)

    def year(self, year: int, parts: list[Season]) -> dict[tuple[str, date], list[Line]]:
        """The lines of one financial year by month."""
        rng = draw_for("spend", self._partner.code, year)
        months = [month for season in parts for month in season.months]
        sheet = Sheet(months, rng)
        counts = {
            season.months: self._partner.lines_a_month * len(season.months) * rng.uniform(0.95, 1.05)
            for season in parts
        }
        known = self._edge_pounds(sheet, parts)
        for season in parts:
            self._confidential_lines(sheet, season, known)
        over, small = self._sort_suppliers(year, parts, rng)
        self._over_lines(sheet, parts, over, known, counts)
        for season in parts:
            self._small_lines(sheet, season, small, counts[season.months] * _LINES_SMALL, len(months))
            self._fixed_lines(sheet, season)
            self._personal_lines(sheet, season, counts[season.months] * _LINES_PERSONAL)
        self._hard_lines(sheet, months)
        return self._documents.number(sheet, months)

    # ------------------------------------------------------------ what is written first

    def _edge_pounds(self, sheet: Sheet, parts: list[Season]) -> dict[tuple[tuple[date, ...], str], int]:
        """Write the edge lines; return the pence that count in the headline by season and group."""
        months = [month for season in parts for month in season.months]
        groups: dict[str, int] = {}
        days: dict[str, date] = {}
        sums: dict[object, int] = defaultdict(int)
        placed: list[tuple[EdgeLine, date]] = []
        for edge in self._edges:
            month = months[edge.month % len(months)]
            if placed and placed[-1][0].same_as(edge):
                sheet.repeat()
            else:
                if edge.document not in groups:
                    groups[edge.document] = sheet.new_group()
                    days[edge.document] = sheet.day_in(month, groups[edge.document])
                sheet.add(edge.vendor, days[edge.document], edge.pence, groups[edge.document], edge.vendor.category)
            sums[_key(edge)] += edge.pence
            placed.append((edge, month))
        known: dict[tuple[tuple[date, ...], str], int] = defaultdict(int)
        for edge, month in placed:
            if sums[_key(edge)] >= THRESHOLD:
                season = next(s for s in parts if month in s.months)
                known[season.months, season.group_of(edge.district)] += edge.pence
        return known

    def _confidential_lines(self, sheet: Sheet, season: Season, known: dict[tuple[tuple[date, ...], str], int]) -> None:
        rng = sheet.rng
        key = (season.months, "unknown")
        left = (round(season.pence * season.shares["unknown"]) - known[key]) * _CONFIDENTIAL_PART
        while left > 40_000_00:
            pence = round(min(left, max(26_000_00, rng.lognormvariate(15.5, 0.5))))
            if pence < 26_000_00:
                break
            group = sheet.new_group()
            day = sheet.day_in(sheet.month_of(season.months), group)
            vendor = rng.choice(self._confidential)
            first = pence * rng.randrange(30, 70) // 100
            for part in (first, pence - first):
                sheet.add(vendor, day, part, group, vendor.category)
            known[key] += pence
            left -= pence
        # Small confidential ones stay under the threshold.
        for _ in range(len(season.months)):
            vendor = rng.choice(self._confidential)
            group = sheet.new_group()
            day = sheet.day_in(sheet.month_of(season.months), group)
            sheet.add(vendor, day, rng.randrange(50_00, 4_000_00), group, vendor.category)

    # ------------------------------------------------------------ ordinary suppliers

    def _sort_suppliers(
        self, year: int, parts: list[Season], rng: Random
    ) -> tuple[list[tuple[Supplier, float]], list[Supplier]]:
        """The year's suppliers over the threshold with their weights, and the small ones."""
        active = [(s, s.weight * rng.lognormvariate(0, 0.35)) for s in self._books if rng.random() < 0.9]
        active.sort(key=lambda pair: -pair[1])
        months_count = sum(len(season.months) for season in parts)
        wanted: dict[str | None, int] = defaultdict(int)
        for supplier, _ in active:
            wanted[supplier.district] += 1
        members: dict[tuple[tuple[date, ...], str], int] = defaultdict(int)
        districts: dict[str | None, int] = defaultdict(int)
        over, small = [], []
        for supplier, weight in active:
            district = supplier.district
            keys = [(season, (season.months, season.group_of(district))) for season in parts]
            fits = all(
                (members[key] + 1) * _ROOM * len(season.months) / months_count < season.pence * season.shares[key[1]]
                for season, key in keys
            )
            # The top half of each district; one at least where there is room.
            if fits and districts[district] < max(1, round(wanted[district] * 0.5)):
                districts[district] += 1
                for _, key in keys:
                    members[key] += 1
                over.append((supplier, weight))
            else:
                small.append(supplier)
        return over, small

    def _over_lines(
        self,
        sheet: Sheet,
        parts: list[Season],
        over: list[tuple[Supplier, float]],
        known: dict[tuple[tuple[date, ...], str], int],
        counts: dict[tuple[date, ...], float],
    ) -> None:
        months_count = sum(len(season.months) for season in parts)
        instalment = self._partner.local_gbp * 100 // _INSTALMENTS
        busyness = {supplier: weight**0.3 * sheet.rng.lognormvariate(0, 0.5) for supplier, weight in over}
        for season in parts:
            floor = _FLOOR * len(season.months) // months_count
            by_group: dict[str, list[tuple[Supplier, float]]] = {group: [] for group in GROUPS}
            for supplier, weight in over:
                by_group[season.group_of(supplier.district)].append((supplier, weight))
            lines_each = counts[season.months] * _LINES_OVER / sum(busyness.values())
            for group, pence in _pounds_left(season, known, by_group, floor).items():
                for supplier, total in _shared_out(pence, by_group[group], floor):
                    count = max(3, round(busyness[supplier] * lines_each), total // instalment)
                    self._supplier_lines(sheet, season, supplier, total, count)

    def _small_lines(
        self, sheet: Sheet, season: Season, small: list[Supplier], count: float, months_count: int
    ) -> None:
        rng = sheet.rng
        most = _SMALL_MOST * len(season.months) // months_count
        busyness = [rng.lognormvariate(0, 0.6) for _ in small]
        for supplier, busy in zip(small, busyness, strict=True):
            lines = max(1, round(busy * count / sum(busyness)))
            total = min(most, max(2_000, round(lines * rng.lognormvariate(10.3, 0.8))))
            self._supplier_lines(sheet, season, supplier, total, lines)

    def _supplier_lines(self, sheet: Sheet, season: Season, supplier: Supplier, total: int, count: int) -> None:
        rng = sheet.rng
        # Big suppliers are paid in instalments, small ones now and then.
        spread = max(0.5, 1.7 - 0.55 * math.log10(max(1.0, total / _FLOOR)))
        habit = Habit(ORDINARY.petty, ORDINARY.credits, spread)
        group = sheet.new_group()
        day = sheet.day_in(sheet.month_of(season.months), group)
        vendor = supplier.vendors[0]
        for piece in split(total, count, habit, rng):
            if piece.repeats:
                sheet.repeat()
                continue
            if not piece.follows:
                group = sheet.new_group()
                day = sheet.day_in(sheet.month_of(season.months), group)
                vendor = supplier.vendors[0] if rng.random() < 0.6 else rng.choice(supplier.vendors)
            line = sheet.add(vendor, day, piece.pence, group, vendor.category)
            line.contract_ref = self._contract_on(supplier, day, rng)

    def _contract_on(self, supplier: Supplier, day: date, rng: Random) -> str | None:
        for commitment in self._commitments.get(supplier, ()):
            if commitment.start <= day <= commitment.end and rng.random() < 0.8:
                return commitment.ref
        return None

    # ------------------------------------------------------------ what nobody can influence

    def _fixed_lines(self, sheet: Sheet, season: Season) -> None:
        payees = [(payee, vendor, self._months_with(payee, season)) for payee, vendor in self._payees]
        payees = [entry for entry in payees if entry[2]]
        whole = season.pence * _FIXED_PART[self._partner.is_council]
        shares = sum(payee.share for payee, _, _ in payees)
        for payee, vendor, months in payees:
            fellow = fellow_partner(payee)
            count = max(1, round(payee.lines * len(months) / 12))
            first = sheet.rng.randrange(len(months))
            pieces = split(round(whole * payee.share / shares), count, STEADY, sheet.rng)
            for number, piece in enumerate(pieces):
                group = sheet.new_group()
                day = sheet.day_in(months[(first + number) % len(months)], group)
                purpose = sheet.rng.choice(payee.purposes)
                if fellow is not None:
                    purpose = purpose_between(self._partner, fellow, day, purpose)
                sheet.add(vendor, day, piece.pence, group, vendor.category, purpose)

    def _months_with(self, payee: Payee, season: Season) -> list[date]:
        fellow = fellow_partner(payee)
        if fellow is None or fellow.member_to is None:
            return list(season.months)
        return [month for month in season.months if month <= fellow.member_to]

    def _personal_lines(self, sheet: Sheet, season: Season, count: float) -> None:
        total = round(season.pence * _PERSONAL_PART[self._partner.is_council])
        each = len(season.months)
        for month in season.months:
            group = sheet.new_group()
            day = sheet.day_in(month, group)
            vendor = self._personal[0]
            for piece in split(total // each, round(count / each), ORDINARY, sheet.rng):
                if piece.repeats:
                    sheet.repeat()
                    continue
                if not piece.follows:
                    group = sheet.new_group()
                    day = sheet.day_in(month, group)
                    vendor = sheet.rng.choice(self._personal)
                purpose = sheet.rng.choice(_PERSONAL_PURPOSES)
                sheet.add(vendor, day, piece.pence, group, vendor.category, purpose)

    def _hard_lines(self, sheet: Sheet, months: list[date]) -> None:
        for number, vendor in enumerate(self._hard):
            group = sheet.new_group()
            day = sheet.day_in(months[0], group)
            sheet.add(vendor, day, 10_00 + number, group, vendor.category, HARD_PURPOSE)
        for month in months:
            incorporated = self._incorporated[month == months[-1]]
            if incorporated is not None:
                group = sheet.new_group()
                sheet.add(incorporated, sheet.day_in(month, group), 10_00, group, incorporated.category, HARD_PURPOSE)

    def _vendor_of(self, payee: Payee, register: Register, rng: Random) -> Vendor:
        number = register.number() if rng.random() < 0.4 else None
        name = payee.name
        if self._partner.code == "knowsley":
            name = name.replace("St Helens", "St. Helens")
        company = Company(name, number, payee.district, CORPORATE_CATEGORY, "Large", False)
        return register.vendor(self._partner, company, rng, name=name)


def _redacted(name: str, category: Category) -> Vendor:
    return Vendor("Redacted", name, None, None, None, None, category)


def _key(edge: EdgeLine) -> object:
    vendor = edge.vendor
    if vendor.company_number:
        return ("number", vendor.company_number.upper())
    if vendor.ref:
        return ("ref", vendor.ref)
    if vendor.name:
        return ("name", " ".join(vendor.name.lower().split()))
    return ("document", edge.document)


def _pounds_left(
    season: Season,
    known: dict[tuple[tuple[date, ...], str], int],
    by_group: dict[str, list[tuple[Supplier, float]]],
    floor: int,
) -> dict[str, int]:
    """Pence each group of suppliers still has to be paid, the rest of the season's plan in ``elsewhere``."""
    left = {}
    for group in GROUPS:
        pence = round(season.pence * season.shares[group]) - known[season.months, group]
        if len(by_group[group]) * floor < pence and by_group[group]:
            left[group] = pence
        elif group in ("own", "star_gm", "gm") or (group == "star_lcr" and season.shares[group]):
            raise ValueError(f"{season.partner.code} {season.months[0]}: no room in {group} for {pence} pence")
    missing = season.pence - sum(left.values()) - sum(known[season.months, group] for group in GROUPS)
    left["elsewhere"] += missing
    return left


def _shared_out(pence: int, suppliers: list[tuple[Supplier, float]], floor: int) -> Iterable[tuple[Supplier, int]]:
    above = pence - floor * len(suppliers)
    weights = sum(weight for _, weight in suppliers)
    given = 0
    for supplier, weight in suppliers[1:]:
        total = floor + int(above * weight / weights)
        given += total
        yield supplier, total
    yield suppliers[0][0], pence - given

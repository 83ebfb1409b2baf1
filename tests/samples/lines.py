"""Payment lines, the sheet a year's lines are collected on, and the numbering of their documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from tests.samples.partners import Partner
from tests.samples.periods import working_days
from tests.samples.suppliers import Vendor
from tests.samples.words import Category


@dataclass(slots=True, eq=False)
class Line:
    """One payment line.

    Attributes:
        vendor: who is paid, with the vendor record's texts.
        day: payment date.
        pence: the amount: net for councils; gross for CCGs, which give no other.
        vat_pence: VAT on top, 0 where the supply is exempt.
        purpose: its text, None where blank.
        category_label, category_code: None where blank.
        document: transaction number, None where blank.
        invoice: the supplier's own number, None where blank.
        contract_ref: the contract it is paid under, None where unknown.
    """

    vendor: Vendor
    day: date
    pence: int
    vat_pence: int
    purpose: str | None
    category_label: str | None
    category_code: str | None
    document: str | None = None
    invoice: str | None = None
    contract_ref: str | None = None


@dataclass(slots=True, eq=False)
class Draft:
    """A line before its document is numbered; lines with the same ``group`` share a document."""

    line: Line
    group: int


class Sheet:
    """Collects the lines of one partner and year."""

    def __init__(self, months: Sequence[date], rng: Random) -> None:
        self.rng = rng
        self.drafts: list[Draft] = []
        self._days = {month: working_days(month) for month in months}
        self._weights = {month: rng.uniform(0.8, 1.2) * (1.15 if month.month == 3 else 1.0) for month in months}
        self._paid = dict.fromkeys(months, 0)
        self._groups = 0

    def new_group(self) -> int:
        """A new document."""
        self._groups += 1
        return self._groups

    def month_of(self, months: Sequence[date]) -> date:
        """Draw one of some months; some are busier than others, none runs far ahead in pounds paid."""
        drawn = self.rng.choices(months, [self._weights[month] for month in months], k=self.rng.choice((1, 1, 2)))
        return min(drawn, key=lambda month: self._paid[month] / self._weights[month])

    def day_in(self, month: date, group: int) -> date:
        """A payment day of a month; a document's lines are paid on one day."""
        days = self._days[month]
        return days[group % len(days)] if self.rng.random() < 0.3 else self.rng.choice(days)

    def add(
        self, vendor: Vendor, day: date, pence: int, group: int, category: Category, purpose: str | None = ""
    ) -> Line:
        """Write a line; without a purpose given, it is one of the category's."""
        rng = self.rng
        if purpose == "":
            purpose = rng.choice(category.purposes)
        chance = rng.random()
        label: str | None = category.label
        code: str | None = category.code
        if chance < 0.24:
            label = code = None
        elif chance < 0.32:
            label, code = "Not Classified", None
        vat = round(pence * category.vat_pct / 100)
        line = Line(vendor, day, pence, vat, purpose, label, code)
        self.drafts.append(Draft(line, group))
        self._paid[day.replace(day=1)] += pence
        return line

    def repeat(self) -> None:
        """Write the last line once more, in the same document: a split invoice."""
        last = self.drafts[-1]
        self.drafts.append(Draft(replace(last.line), last.group))


class Documents:
    """Numbers a partner's documents, year after year."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner
        self._count = 0

    def number(self, sheet: Sheet, months: Sequence[date]) -> dict[tuple[str, date], list[Line]]:
        """Put a sheet's lines in order of date and number their documents; lines by partner code and month."""
        rng, code = sheet.rng, self._partner.code
        drafts = sorted(sheet.drafts, key=lambda draft: (draft.line.day, draft.group))
        sizes: dict[int, int] = defaultdict(int)
        for draft in drafts:
            sizes[draft.group] += 1
        numbers: dict[int, tuple[str | None, str | None]] = {}
        found: dict[tuple[str, date], list[Line]] = {(code, month): [] for month in months}
        for draft in drafts:
            line = draft.line
            if draft.group not in numbers:
                self._count += 1
                is_blank = sizes[draft.group] == 1 and line.vendor.company_number is not None and rng.random() < 0.003
                document = None if is_blank else _document(self._partner, self._count)
                numbers[draft.group] = (document, _invoice(rng))
            line.document, line.invoice = numbers[draft.group]
            found[code, line.day.replace(day=1)].append(line)
        return found


def _document(partner: Partner, number: int) -> str:
    if partner.code == "rochdale":
        return f"RT/{number:06d}"
    if partner.code == "trafford":
        return f"51{number:08d}"
    return f"{number:08d}" if partner.code == "tameside" else f"{partner.prefix}{number:07d}"


def _invoice(rng: Random) -> str | None:
    style = rng.random()
    number = rng.randrange(10, 900_000)
    if style < 0.4:
        return f"INV-{number}"
    if style < 0.75:
        return f"{number:08d}"
    return f"SI/{number // 7}/{number % 7}" if style < 0.92 else None

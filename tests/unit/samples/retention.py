"""A second, plain reckoning of the retention figures from drawn lines, by the definitions alone."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from tests.samples.lines import Line

GM = {f"E080000{number:02d}" for number in range(1, 11)}
OWN = {
    "stockport": "E08000007", "rochdale": "E08000005", "trafford": "E08000009", "tameside": "E08000008",
    "hmr_ccg": "E08000005", "trafford_ccg": "E08000009", "knowsley": "E08000011", "st_helens": "E08000013",
}  # fmt: skip
_COUNCILS = ("stockport", "rochdale", "trafford", "tameside", "knowsley", "st_helens")
_JOINED = {"tameside": date(2018, 9, 1), "knowsley": date(2023, 10, 1), "st_helens": date(2023, 10, 1)}
_LEFT = {"hmr_ccg": date(2022, 6, 30), "trafford_ccg": date(2022, 6, 30)}

_EXCLUDED_NAME = re.compile(
    r"combined authorit|greater manchester combine|waste authority|environment agency|parish precept"
    r"|hm revenue|pension|payroll|public works loan|treasury|direct payments|housing benefit"
    r"|council|nhs|school|college|university|police|fire and rescue|metropolitan bor"
)
_EXCLUDED_PURPOSE = re.compile(
    r"levy|precept|paye and|vat settlement|construction industry scheme|pension|payroll|loan |treasury deposit"
    r"|direct payment|housing benefit|^grant:|^recharge between partners"
)


def year_of(day: date) -> int:
    """Financial year of a day."""
    return day.year - (day.month < 4)


def is_member(code: str, day: date) -> bool:
    """Whether a partner is a member on a day."""
    return _JOINED.get(code, date.min) <= day <= _LEFT.get(code, date.max)


def scope_of(line: Line) -> str:
    """``influenceable``, ``fixed``, ``personal`` or ``confidential``."""
    name = " ".join((line.vendor.name or "").lower().split())
    if "redacted" in name:
        return "confidential" if "commercial" in name else "personal"
    purpose = (line.purpose or "").lower()
    # A name is looked at as the shortest of the layouts writes it.
    if _EXCLUDED_NAME.search(name[:35]) or _EXCLUDED_PURPOSE.search(purpose):
        return "fixed"
    return "influenceable"


def company_numbers(spend: dict[tuple[str, date], list[Line]]) -> dict[tuple[str, str], str]:
    """Company numbers by partner and vendor reference: a record may state its number on some lines only."""
    return {
        (code, line.vendor.ref): line.vendor.company_number
        for (code, _), lines in spend.items()
        for line in lines
        if line.vendor.ref and line.vendor.company_number
    }


def supplier_of(code: str, line: Line, numbers: dict[tuple[str, str], str]) -> str | None:
    """Supplier key within a partner."""
    vendor = line.vendor
    name = " ".join((vendor.name or "").lower().split())
    if "redacted" in name:
        return None
    if number := vendor.company_number or numbers.get((code, vendor.ref or "")):
        return "crn:" + number.upper().replace(" ", "").zfill(8)
    if vendor.ref:
        return f"ref:{vendor.ref}"
    return f"name:{name}" if name else None


@dataclass(slots=True)
class Cell:
    """Pence of one partner and year: all over the threshold, and by ring."""

    pence: int = 0
    located: int = 0
    own: int = 0
    star: int = 0
    gm: int = 0

    def pct(self, ring: str) -> float:
        """Share of a ring in percent."""
        return 100 * float(getattr(self, ring)) / self.pence


def retention(spend: dict[tuple[str, date], list[Line]], districts: dict[str, str]) -> dict[tuple[str, int], Cell]:
    """Influenceable, supplier-year, remit, as at membership: by partner (and ``all``) and year.

    The ring ``gm`` of ``all`` has its own cell, ``all gm``, of partners in Greater Manchester.
    """
    sums: dict[object, int] = defaultdict(int)
    groups: list[tuple[str, Line, object]] = []
    numbers = company_numbers(spend)
    for (code, _), lines in spend.items():
        for number, line in enumerate(lines):
            key: object = supplier_of(code, line, numbers) or ("document", line.document or (line.day, number))
            group: object = (code, year_of(line.day), key)
            sums[group] += line.pence
            groups.append((code, line, group))
    cells: dict[tuple[str, int], Cell] = defaultdict(Cell)
    for code, line, group in groups:
        if sums[group] < 25_000_00 or not is_member(code, line.day):
            continue
        if scope_of(line) in ("fixed", "personal"):
            continue
        postcode = re.sub(r"[^A-Z0-9]", "", (line.vendor.remit_postcode or "").upper())
        district = districts.get(postcode) or districts.get(_without_letters_for_digits(postcode))
        star = {OWN[council] for council in _COUNCILS if is_member(council, line.day)}
        year = year_of(line.day)
        names = [code, "all", *(["all gm"] if OWN[code] in GM else [])]
        for cell in (cells[name, year] for name in names):
            cell.pence += line.pence
            cell.located += line.pence if district else 0
            cell.own += line.pence if district == OWN[code] else 0
            cell.star += line.pence if district in star else 0
            cell.gm += line.pence if district in GM else 0
    return dict(cells)


def _without_letters_for_digits(postcode: str) -> str:
    # The sample mistypes the signs around the blank only.
    return postcode[:-4] + postcode[-4:-2].replace("O", "0").replace("I", "1") + postcode[-2:]

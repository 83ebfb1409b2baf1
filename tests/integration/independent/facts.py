"""What is known about the partners, typed by hand: who, where, from when, and STAR's own published figures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

ALL = "all"


@dataclass(frozen=True)
class Partner:
    """One body of the partnership: its district (GSS code), its kind and the days on which it was a member."""

    code: str
    gss_code: str
    is_council: bool
    member_from: dt.date
    member_to: dt.date | None = None

    def is_member(self, day: dt.date) -> bool:
        """Tell whether ``day`` lies inside the membership, both ends included."""
        return self.member_from <= day and (self.member_to is None or day <= self.member_to)


_FOUNDED = dt.date(2014, 4, 1)
_CCGS_END = dt.date(2022, 6, 30)

PARTNERS = {
    partner.code: partner
    for partner in (
        Partner("stockport", "E08000007", True, _FOUNDED),
        Partner("rochdale", "E08000005", True, _FOUNDED),
        Partner("trafford", "E08000009", True, _FOUNDED),
        Partner("tameside", "E08000008", True, dt.date(2018, 9, 1)),
        Partner("hmr_ccg", "E08000005", False, _FOUNDED, _CCGS_END),
        Partner("trafford_ccg", "E08000009", False, _FOUNDED, _CCGS_END),
        Partner("knowsley", "E08000011", True, dt.date(2023, 10, 1)),
        Partner("st_helens", "E08000013", True, dt.date(2023, 10, 1)),
    )
}
FOUR_COUNCILS = ("stockport", "rochdale", "trafford", "tameside")

GREATER_MANCHESTER = frozenset(f"E080000{number:02d}" for number in range(1, 11))
LIVERPOOL_CITY_REGION = frozenset(
    ("E08000011", "E08000012", "E08000013", "E08000014", "E08000015", "E06000006")  # and Halton
)
# Region E12000002 as its districts stand since April 2023 (Cumberland; Westmorland and Furness).
NORTH_WEST = (
    GREATER_MANCHESTER
    | LIVERPOOL_CITY_REGION
    | frozenset(f"E070001{number}" for number in range(17, 29))  # Burnley … Wyre: the twelve of Lancashire
    | frozenset(("E06000007", "E06000008", "E06000009", "E06000049", "E06000050", "E06000063", "E06000064"))
)

SPEND_THRESHOLD_PENCE = 25_000_00
PORTAL_THRESHOLD_PENCE = 50_000_00
WEIGHT_THRESHOLD_PENCE = 25_000_00

LABELS = {
    "stockport metropolitan borough council": "stockport",
    "rochdale borough council": "rochdale",
    "trafford council": "trafford",
    "tameside metropolitan borough council": "tameside",
    "nhs heywood, middleton and rochdale ccg": "hmr_ccg",
    "nhs trafford ccg": "trafford_ccg",
    "knowsley metropolitan borough council": "knowsley",
    "st helens borough council": "st_helens",
    "st. helens borough council": "st_helens",
}


def partner_of(label: str | None) -> Partner | None:
    """Find the partner behind a client's or buyer's name; None for a body that is no partner."""
    code = LABELS.get(" ".join((label or "").lower().split()))
    return PARTNERS[code] if code else None


def financial_year(day: dt.date) -> str:
    """Name the financial year (1 April to 31 March) of a day, as in ``2023/24``."""
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def quarter(day: dt.date) -> str:
    """Name the quarter of the financial year: Q1 is April to June."""
    return f"Q{(day.month - 4) % 12 // 3 + 1}"


@dataclass(frozen=True)
class StarFigure:
    """One figure of STAR's own reports that the sample is drawn to meet.

    Attributes:
        years: first and last award or payment year; the last is None for "since".
        expected: percentage, or million pounds where ``is_money``.
    """

    measure: str
    partner: str
    years: tuple[str, str | None]
    cohort: str
    expected: Decimal
    is_money: bool = False


def _one(year: str) -> tuple[str, str | None]:
    return year, year


_SINCE_2019: tuple[str, str | None] = ("2019/20", None)

STAR_FIGURES = (
    StarFigure("R2", ALL, _one("2018/19"), ALL, Decimal("42.0")),
    StarFigure("R2", ALL, _one("2020/21"), ALL, Decimal("53.9")),
    StarFigure("R3", ALL, _one("2020/21"), ALL, Decimal("77.0")),
    StarFigure("R1", "stockport", _one("2023/24"), ALL, Decimal("85.0")),
    StarFigure("S2", ALL, _one("2019/20"), ALL, Decimal("25.0")),
    StarFigure("S2", ALL, _one("2020/21"), ALL, Decimal("28.0")),
    StarFigure("S2", "stockport", _SINCE_2019, ALL, Decimal("38.0")),
    StarFigure("S1", ALL, ("2019/20", "2020/21"), ALL, Decimal("62.0"), is_money=True),
    StarFigure("S1", "stockport", _SINCE_2019, ALL, Decimal("58.0"), is_money=True),
    StarFigure("S3", "stockport", _SINCE_2019, ALL, Decimal("31.0"), is_money=True),
    StarFigure("S4", "stockport", _SINCE_2019, ALL, Decimal("53.4")),
    StarFigure("W1", ALL, _one("2019/20"), ALL, Decimal("20.0")),
    StarFigure("W1", ALL, _one("2020/21"), ALL, Decimal("20.0")),
    StarFigure("B1", ALL, _one("2020/21"), "SME", Decimal("20.0")),
    StarFigure("B1", ALL, _one("2020/21"), "VCSE", Decimal("11.5")),
    StarFigure("B2", ALL, _one("2020/21"), "SME", Decimal("4.9")),
    StarFigure("B2", ALL, _one("2020/21"), "VCSE", Decimal("9.0")),
)

"""The eight bodies that deliver in the sample, when they were members and how big their invented ledgers are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

GREATER_MANCHESTER = tuple(f"E080000{number:02d}" for number in range(1, 11))
LIVERPOOL_CITY_REGION = ("E08000011", "E08000012", "E08000013", "E08000014", "E08000015", "E06000006")

AS_AT = date(2024, 3, 31)
FIRST_YEAR = 2018
LAST_YEAR = 2023
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


@dataclass(frozen=True, slots=True)
class Partner:
    """A body that delivers.

    Attributes:
        code: partner code, also its source id.
        label: its name as it stands in registers and exports.
        gss_code: its district (a CCG: its borough's).
        is_council: councils make up the ring of STAR boroughs.
        member_from, member_to: days of membership, both inside it; None is open.
        delivers_from, delivers_to: first day of the first and of the last month delivered.
        local_gbp: influenceable pounds a full year over the threshold, before growth.
        lines_a_month: lines in an ordinary month.
        suppliers_count: invented suppliers on its books.
        prefix: two letters that start its document and contract numbers.
    """

    code: str
    label: str
    gss_code: str
    is_council: bool
    member_from: date
    member_to: date | None
    delivers_from: date
    delivers_to: date
    local_gbp: int
    lines_a_month: int
    suppliers_count: int
    prefix: str

    @property
    def is_greater_manchester(self) -> bool:
        """Whether the body lies in Greater Manchester."""
        return self.gss_code in GREATER_MANCHESTER

    def is_member(self, day: date) -> bool:
        """Whether the body is a member on a day."""
        return self.member_from <= day and (self.member_to is None or day <= self.member_to)


_APRIL_2018 = date(2018, 4, 1)
_OCTOBER_2023 = date(2023, 10, 1)
_MARCH_2024 = date(2024, 3, 1)
_JUNE_2022 = date(2022, 6, 1)
_FOUNDED = date(2014, 4, 1)
_CCGS_END = date(2022, 6, 30)

PARTNERS = (
    Partner(
        "stockport", "Stockport Metropolitan Borough Council", "E08000007", True,
        _FOUNDED, None, _APRIL_2018, _MARCH_2024, 70_000_000, 620, 520, "SK",
    ),
    Partner(
        "rochdale", "Rochdale Borough Council", "E08000005", True,
        _FOUNDED, None, _APRIL_2018, _MARCH_2024, 58_000_000, 560, 450, "RO",
    ),
    Partner(
        "trafford", "Trafford Council", "E08000009", True,
        _FOUNDED, None, _APRIL_2018, _MARCH_2024, 64_000_000, 640, 500, "TR",
    ),
    Partner(
        "tameside", "Tameside Metropolitan Borough Council", "E08000008", True,
        date(2018, 9, 1), None, _APRIL_2018, _MARCH_2024, 52_000_000, 560, 430, "TA",
    ),
    Partner(
        "hmr_ccg", "NHS Heywood, Middleton and Rochdale CCG", "E08000005", False,
        _FOUNDED, _CCGS_END, _APRIL_2018, _JUNE_2022, 26_000_000, 230, 300, "HM",
    ),
    Partner(
        "trafford_ccg", "NHS Trafford CCG", "E08000009", False,
        _FOUNDED, _CCGS_END, _APRIL_2018, _JUNE_2022, 24_000_000, 230, 300, "TC",
    ),
    Partner(
        "knowsley", "Knowsley Metropolitan Borough Council", "E08000011", True,
        _OCTOBER_2023, None, _OCTOBER_2023, _MARCH_2024, 40_000_000, 420, 320, "KN",
    ),
    Partner(
        "st_helens", "St Helens Borough Council", "E08000013", True,
        _OCTOBER_2023, None, _OCTOBER_2023, _MARCH_2024, 44_000_000, 420, 330, "SH",
    ),
)  # fmt: skip

BY_CODE = {partner.code: partner for partner in PARTNERS}


def star_districts(day: date) -> frozenset[str]:
    """Districts of the councils that are members on a day."""
    return frozenset(p.gss_code for p in PARTNERS if p.is_council and p.is_member(day))

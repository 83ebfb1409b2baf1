"""The invented contracts: one list, which the register, the portal and the tenders each show in their own way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.samples.partners import AS_AT, BY_CODE, Partner
from tests.samples.periods import financial_year, months_of_year, working_days
from tests.samples.seed import draw_for
from tests.samples.spend import Commitment, Commitments
from tests.samples.suppliers import Company, Supplier
from tests.samples.words import PLACE_WORDS

# On the portal from this value.
PORTAL_THRESHOLD = 50_000_00

OUTSIDER = "Invented Combined Authority commission"

# Value of the contracts on the portal, in pounds, by partner and award year. With the secured shares in ``portal`` they
# give STAR's published figures: £124m at 25 % and £111m at 28 %; Stockport £152,631,579 since 2019/20 at 38 %.
PORTAL_VALUE_GBP: dict[str, dict[int, int]] = {
    "stockport": {
        2018: 20_000_000, 2019: 22_000_000, 2020: 24_000_000, 2021: 33_000_000, 2022: 36_000_000, 2023: 37_631_579,
    },
    "rochdale": {
        2018: 24_000_000, 2019: 34_000_000, 2020: 27_000_000, 2021: 30_000_000, 2022: 31_000_000, 2023: 32_000_000,
    },
    "trafford": {
        2018: 26_000_000, 2019: 32_000_000, 2020: 28_000_000, 2021: 29_000_000, 2022: 30_000_000, 2023: 33_000_000,
    },
    "tameside": {
        2018: 12_000_000, 2019: 26_000_000, 2020: 22_000_000, 2021: 25_000_000, 2022: 26_000_000, 2023: 27_000_000,
    },
    "hmr_ccg": {2018: 4_000_000, 2019: 6_000_000, 2020: 6_000_000, 2021: 4_000_000, 2022: 1_400_000},
    "trafford_ccg": {2018: 3_000_000, 2019: 4_000_000, 2020: 4_000_000, 2021: 3_000_000, 2022: 1_200_000},
    "knowsley": {2023: 9_000_000},
    "st_helens": {2023: 10_000_000},
}  # fmt: skip

# Joint contracts: award date, value in pence, clients with their shares; the first leads.
_JOINT: tuple[tuple[date, int, tuple[tuple[str, str], ...]], ...] = (
    (date(2018, 11, 12), 640_000_00, (("stockport", "60"), ("trafford", "40"))),
    (date(2019, 7, 3), 1_200_000_00, (("stockport", "50"), ("rochdale", "30"), ("trafford", "20"))),
    (date(2019, 12, 2), 800_000_00, (("tameside", "55"), (OUTSIDER, "45"))),
    (date(2020, 6, 15), 900_000_00, (("rochdale", "50"), ("hmr_ccg", "50"))),
    (date(2020, 9, 21), 1_500_000_00, (("stockport", "33.34"), ("trafford", "33.33"), ("tameside", "33.33"))),
    # Pounds and pence that do not divide: the larger share takes the remainder.
    (date(2020, 10, 5), 123_456_79, (("trafford", "60"), ("tameside", "40"))),
    (date(2021, 5, 10), 700_000_00, (("trafford_ccg", "40"), ("trafford", "60"))),
    # One client of each of these is no member (any more, or yet) on the day of the award.
    (date(2022, 8, 8), 500_000_00, (("rochdale", "70"), ("hmr_ccg", "30"))),
    (date(2023, 6, 19), 1_000_000_00, (("trafford", "50"), ("knowsley", "50"))),
    (date(2023, 11, 13), 2_000_000_00, (("knowsley", "50"), ("st_helens", "50"))),
)

# On the portal, but not counted: awarded before the client joined, or to a body that never did; and awards of 2017/18.
_APART: tuple[tuple[date, int, str], ...] = (
    (date(2018, 6, 11), 410_000_00, "tameside"),
    (date(2022, 3, 7), 650_000_00, "knowsley"),
    (date(2021, 9, 6), 380_000_00, "st_helens"),
    (date(2019, 10, 14), 2_500_000_00, OUTSIDER),
    (date(2022, 11, 21), 1_750_000_00, OUTSIDER),
    (date(2017, 10, 9), 260_000_00, "stockport"),
    (date(2018, 1, 15), 330_000_00, "rochdale"),
)

# Pence of contracts too small for the portal, and of those that ought to be there and are not.
_SMALL = (49_999_99, 25_000_00, 24_999_99, 31_500_00, 12_750_00, 8_400_00)
_OFF_PORTAL_COUNT = {True: 3, False: 1}
_PORTAL_COUNT = {"hmr_ccg": 5, "trafford_ccg": 5, "knowsley": 8, "st_helens": 8}
_PORTAL_COUNT_COUNCIL = 14
_LEAST = 65_000_00

_SME_PART = 0.04
_VCSE_PART = 0.07


@dataclass(frozen=True, slots=True, eq=False)
class Award:
    """A contract, or a tender that is not awarded yet.

    Attributes:
        ref: its contract reference.
        title: starts with ``Invented``.
        clients: (partner code or the outsider's name, share in percent as text); shares sum to 100, the first leads.
        company: who won it.
        pence: value over the initial term, net; of a framework its ceiling.
        award_date, start, end: days.
        kind: type as the register calls it.
        on_portal: whether the portal has it as a project.
        status: of the project: Tender, Awarded, Live or Closed.
    """

    ref: str
    title: str
    clients: tuple[tuple[str, str], ...]
    company: Company
    pence: int
    award_date: date
    start: date
    end: date
    kind: str
    on_portal: bool
    status: str

    @property
    def lead(self) -> str:
        """Partner code (or the outsider's name) of the client that leads."""
        return self.clients[0][0]

    @property
    def year(self) -> int:
        """Calendar year in which the financial year of the award begins."""
        return financial_year(self.award_date)

    @property
    def is_regular(self) -> bool:
        """Whether it is one of the portal's ordinary projects: one client, a member, £50,000 and more, awarded."""
        if not self.on_portal or len(self.clients) > 1 or self.pence < PORTAL_THRESHOLD or self.status == "Tender":
            return False
        return self.lead in BY_CODE and BY_CODE[self.lead].is_member(self.award_date) and self.year >= 2018


def label_of(client: str) -> str:
    """The name of a client as exports write it."""
    return BY_CODE[client].label if client in BY_CODE else client


def member_shares(award: Award) -> list[tuple[str, float]]:
    """Partners that are members on the day of the award, with their part (0–1) of it."""
    return [
        (client, float(share) / 100)
        for client, share in award.clients
        if client in BY_CODE and BY_CODE[client].is_member(award.award_date)
    ]


def awards(books: dict[str, list[Supplier]]) -> tuple[list[Award], Commitments]:
    """All invented contracts in order of reference, and those under which each supplier is paid.

    Args:
        books: the suppliers of each partner, of whom the winners are.
    """
    clerk = _Clerk(books)
    joint = [clerk.award(day, pence, clients, on_portal=True) for day, pence, clients in _JOINT]
    for day, pence, client in _APART:
        clerk.award(day, pence, ((client, "100"),), on_portal=True)
    for code, values in PORTAL_VALUE_GBP.items():
        for year, gbp in values.items():
            shared = sum(
                round(award.pence * part) for award in joint if award.year == year
                for client, part in member_shares(award) if client == code
            )  # fmt: skip
            clerk.year(BY_CODE[code], year, gbp * 100 - shared)
    return sorted(clerk.found, key=lambda award: award.ref), clerk.commitments


class _Clerk:
    """Writes contracts and keeps count of their references."""

    def __init__(self, books: dict[str, list[Supplier]]) -> None:
        self.found: list[Award] = []
        self.commitments: Commitments = {}
        self._rng = draw_for("awards")
        self._books = books
        self._count = 0

    def year(self, partner: Partner, year: int, portal_pence: int) -> None:
        """A partner's contracts of one award year; those on the portal sum to a value."""
        rng = self._rng
        days = _days_of_membership(partner, year)
        alone = ((partner.code, "100"),)
        # The first of the year is exactly on the portal's threshold.
        values = [PORTAL_THRESHOLD, *_values(portal_pence - PORTAL_THRESHOLD, _portal_count(partner) - 1, rng)]
        for pence in values:
            self.award(rng.choice(days), pence, alone, on_portal=True)
        for _ in range(_OFF_PORTAL_COUNT[partner.is_council]):
            self.award(rng.choice(days), rng.randrange(60_000, 700_000) * 100, alone, on_portal=False)
        for pence in _SMALL:
            # One just below the threshold stands on the portal all the same.
            self.award(rng.choice(days), pence, alone, on_portal=pence == _SMALL[0])
        ceiling = rng.randrange(50, 400) * 100_000_00
        self.award(rng.choice(days), ceiling, alone, on_portal=False, kind="Framework agreement")
        if year == financial_year(AS_AT):
            day = rng.choice(days)
            self.award(day, rng.randrange(100_000, 900_000) * 100, alone, on_portal=True, is_tender=True)

    def award(
        self,
        day: date,
        pence: int,
        clients: tuple[tuple[str, str], ...],
        on_portal: bool,
        kind: str = "Single award",
        is_tender: bool = False,
    ) -> Award:
        """Write one contract (or tender) and, where its lead is a partner, let its supplier be paid under it."""
        rng = self._rng
        self._count += 1
        start = day + timedelta(days=rng.randrange(20, 75))
        end = start.replace(year=start.year + rng.choice((1, 2, 2, 3, 3, 4, 5)), day=1) - timedelta(days=1)
        supplier = self._winner(clients[0][0])
        lead = clients[0][0]
        prefix = BY_CODE[lead].prefix if lead in BY_CODE else "CA"
        status = "Closed" if end < AS_AT else "Live" if start <= AS_AT else "Awarded"
        purpose = rng.choice(supplier.company.category.purposes)
        made = Award(
            ref=f"{prefix}-{day.year}-{self._count:04d}",
            title=f"Invented contract: {purpose}, {rng.choice(PLACE_WORDS)}",
            clients=clients,
            company=supplier.company,
            pence=pence,
            award_date=day,
            start=start,
            end=end,
            kind="Multiple award" if kind == "Single award" and rng.random() < 0.05 else kind,
            on_portal=on_portal,
            status="Tender" if is_tender else status,
        )
        self.found.append(made)
        if lead in BY_CODE and not is_tender:
            self.commitments.setdefault(supplier, []).append(Commitment(made.ref, start, end))
        return made

    def _winner(self, lead: str) -> Supplier:
        rng = self._rng
        books = self._books[lead if lead in BY_CODE else "stockport"]
        is_sme, is_vcse = rng.random() < _SME_PART, rng.random() < _VCSE_PART
        fitting = [
            s for s in books
            if s.district is not None and s.company.is_vcse == is_vcse and (s.company.size != "Large") == is_sme
        ]  # fmt: skip
        return rng.choice(fitting)


def _portal_count(partner: Partner) -> int:
    return _PORTAL_COUNT.get(partner.code, _PORTAL_COUNT_COUNCIL)


def _days_of_membership(partner: Partner, year: int) -> Sequence[date]:
    days = [day for month in months_of_year(year) for day in working_days(month)]
    return [day for day in days if partner.is_member(day)]


def _values(total: int, count: int, rng: Random) -> list[int]:
    """So many contract values, whole pounds but for the largest, that sum to a total."""
    weights = sorted(rng.lognormvariate(0, 0.9) for _ in range(count))
    above = total - _LEAST * count
    values = [_LEAST + int(above * weight / sum(weights)) // 100 * 100 for weight in weights]
    values[-1] += total - sum(values)
    return values

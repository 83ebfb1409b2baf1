"""The invented registers of companies and charities: two editions of each, over the suppliers of the sample.

Between the editions registered offices move, companies are dissolved and struck off, and charities are removed. The number
of a company starts with ``ZZ`` and that of a charity with ``99``: the real registers have neither.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tests.samples.places import Places
from tests.samples.seed import draw_for
from tests.samples.suppliers import Company

# The first edition lies after two years of payments, which go by the earliest office known.
EDITIONS = (date(2020, 8, 1), date(2023, 9, 1))

_CATEGORY_OF_ENDING = {
    "LLP": "Limited Liability Partnership",
    "CIC": "Community Interest Company",
    "plc": "Public Limited Company",
}
_PRIVATE = "Private Limited Company"
_GUARANTEE = "PRI/LTD BY GUAR/NSC (Private, limited by guarantee, no share capital)"
_EXEMPT_GUARANTEE = "PRI/LBG/NSC (Private, Limited by guarantee, no share capital, use of 'Limited' exemption)"
_CIO = "Charitable Incorporated Organisation"
_SOCIETY = "Registered Society"
# What a voluntary body is that calls itself limited, and one that does not.
_LIMITED_VCSE = ((_GUARANTEE, 80), (_SOCIETY, 20))
_OTHER_VCSE = ((_EXEMPT_GUARANTEE, 50), (_CIO, 50))

_ACCOUNTS = {
    "Micro": (("MICRO ENTITY", 7), ("DORMANT", 1), ("NO ACCOUNTS FILED", 2)),
    "Small": (("TOTAL EXEMPTION FULL", 7), ("SMALL", 2), ("UNAUDITED ABRIDGED", 1)),
    "Medium": (("FULL", 5), ("MEDIUM", 4), ("AUDIT EXEMPTION SUBSIDIARY", 1)),
    "Large": (("FULL", 6), ("GROUP", 3), ("AUDIT EXEMPTION SUBSIDIARY", 1)),
}
_NO_COMPANY_ACCOUNTS = "ACCOUNTS TYPE NOT AVAILABLE"
_STATUSES = (
    ("Active", 955), ("Active - Proposal to Strike off", 20), ("Liquidation", 15), ("In Administration", 5),
    ("Voluntary Arrangement", 5),
)  # fmt: skip

# Of a thousand companies between the editions: moved, dissolved, struck off so long ago that they are there no more.
_MOVED, _DISSOLVED, _GONE = 60, 12, 8
_MOVES_TO = ("gm", "north_west", "elsewhere")

_CHARITY_KINDS = {
    _CIO: "CIO",
    _GUARANTEE: "Charitable company",
    _EXEMPT_GUARANTEE: "Charitable company",
    _SOCIETY: "Other",
}
_REMOVED, _LINKED = 40, 80
_INCOME_GBP = {"Micro": 80_000, "Small": 900_000, "Medium": 6_000_000, "Large": 28_000_000}


@dataclass(frozen=True, slots=True)
class RegisteredCompany:
    """A company in one edition; texts as the register has them."""

    number: str
    name: str
    category: str
    status: str
    incorporated: date
    dissolved: date | None
    postcode: str | None
    accounts: str
    previous_name: str | None


@dataclass(frozen=True, slots=True)
class RegisteredCharity:
    """A charity, or one linked to it, in one edition."""

    organisation: int
    number: int
    linked: int
    name: str
    kind: str | None
    registered: date
    removed: date | None
    income_pence: int | None
    postcode: str | None
    company_number: str | None
    is_cio: bool | None


@dataclass(frozen=True, slots=True)
class Registers:
    """The lines of every edition, by its day, in order of their numbers."""

    companies: dict[date, list[RegisteredCompany]]
    charities: dict[date, list[RegisteredCharity]]


def registers(companies: list[Company], places: Places) -> Registers:
    """Register every company with a number; those that are voluntary and no social enterprise are charities, too."""
    listed: dict[date, list[RegisteredCompany]] = {day: [] for day in EDITIONS}
    charities: dict[date, list[RegisteredCharity]] = {day: [] for day in EDITIONS}
    numbers = iter(range(9_900_001, 9_999_999))
    for company in sorted((one for one in companies if one.number), key=lambda one: one.number or ""):
        rng = draw_for("register", company.number)
        editions = _editions(company, places, rng)
        for day, entry in editions.items():
            listed[day].append(entry)
        first = next(iter(editions.values()))
        if first.category in _CHARITY_KINDS:
            for day, entries in _charity(company, first, next(numbers), rng).items():
                charities[day] += entries
    return Registers(listed, charities)


def _editions(company: Company, places: Places, rng: Random) -> dict[date, RegisteredCompany]:
    first_day, last_day = EDITIONS
    category = _category(company, rng)
    accounts = _drawn(_ACCOUNTS[company.size], rng)
    first = RegisteredCompany(
        number=company.number or "",
        name=company.name.upper(),
        category=category,
        status="Registered" if category in (_CIO, _SOCIETY) else _drawn(_STATUSES, rng),
        incorporated=date(1985, 1, 1) + timedelta(days=rng.randrange(33 * 365)),
        dissolved=None,
        postcode=_office(company, places, rng),
        accounts=_NO_COMPANY_ACCOUNTS if category in (_CIO, _SOCIETY) else accounts,
        previous_name=f"{company.name} (HOLDINGS)".upper() if rng.random() < 0.03 else None,
    )
    fate = rng.random() * 1000
    last = first
    if fate < _MOVED:
        district = places.district(rng.choice(_MOVES_TO), rng)
        last = replace(first, postcode=places.postcode(district, rng))
    elif fate < _MOVED + _DISSOLVED:
        last = replace(first, status="Dissolved", dissolved=last_day - timedelta(days=rng.randrange(1, 90)))
    elif fate < _MOVED + _DISSOLVED + _GONE:
        return {first_day: first}
    return {first_day: first, last_day: last}


def _category(company: Company, rng: Random) -> str:
    ending = company.name.split()[-1]
    if ending in _CATEGORY_OF_ENDING:
        return _CATEGORY_OF_ENDING[ending]
    if not company.is_vcse:
        return _PRIVATE
    return _drawn(_LIMITED_VCSE if ending in ("Ltd", "Limited") else _OTHER_VCSE, rng)


def _office(company: Company, places: Places, rng: Random) -> str | None:
    # Two in a hundred have no office on the register: overseas, or withheld.
    if rng.random() < 0.02:
        return None
    if company.district is not None and rng.random() < 0.72:
        return places.postcode(company.district, rng)
    return places.postcode(places.district(rng.choice(("gm", "north_west", "elsewhere")), rng), rng)


def _charity(
    company: Company, entry: RegisteredCompany, number: int, rng: Random
) -> dict[date, list[RegisteredCharity]]:
    charity = RegisteredCharity(
        organisation=number - 5_000_000,
        number=number,
        linked=0,
        name=company.name.upper(),
        kind=_CHARITY_KINDS[entry.category],
        registered=entry.incorporated + timedelta(days=rng.randrange(30, 400)),
        removed=None,
        income_pence=_income(company, rng),
        postcode=entry.postcode,
        # The extract has the number of a charitable company; a CIO's and a society's is none of Companies House's.
        company_number=entry.number if entry.category in (_GUARANTEE, _EXEMPT_GUARANTEE) else None,
        is_cio=entry.category == _CIO,
    )
    entries = [charity]
    if rng.random() * 1000 < _LINKED:
        linked = replace(
            charity, organisation=number - 4_000_000, linked=1, name=f"{company.name} (HARDSHIP)".upper(), kind=None,
            income_pence=None, postcode=None, company_number=None, is_cio=None,
        )  # fmt: skip
        entries.append(linked)
    removed = EDITIONS[-1] - timedelta(days=rng.randrange(1, 900)) if rng.random() * 1000 < _REMOVED else None
    editions: dict[date, list[RegisteredCharity]] = {}
    for day in EDITIONS:
        there = [one for one in entries if one.registered < day]
        is_removed = removed is not None and removed < day
        editions[day] = [replace(one, removed=removed) for one in there] if is_removed else there
    return editions


def _income(company: Company, rng: Random) -> int | None:
    """Whole pounds, in pence; None for one in twenty, which filed no return yet."""
    most = _INCOME_GBP[company.size]
    return rng.randrange(most // 10, most) * 100 if rng.random() < 0.95 else None


def _drawn(choices: tuple[tuple[str, int], ...], rng: Random) -> str:
    return rng.choices([text for text, _ in choices], [weight for _, weight in choices])[0]

"""Invented suppliers: companies that several partners share, and each partner's own vendor records of them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.samples.partners import PARTNERS, Partner
from tests.samples.places import AREAS, INVALID_POSTCODES, Places, as_typed
from tests.samples.seed import draw_for
from tests.samples.words import HEALTH_CATEGORIES, Category, Names, category_for

_STAR_DISTRICTS = ("E08000005", "E08000007", "E08000008", "E08000009")

# How many of a partner's suppliers are where: of each hundred.
_GM_MIX = {"own": 36, "star": 14, "gm": 20, "lcr": 6, "north_west": 9, "elsewhere": 13, "unknown": 2}
_LCR_MIX = {"own": 32, "star": 10, "gm": 14, "lcr": 20, "north_west": 10, "elsewhere": 12, "unknown": 2}

# Part of the suppliers, outside the own borough and in it, that other partners may have on their books too.
_SHARED_PART, _SHARED_PART_OWN = 0.45, 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """An invented company, whoever pays it.

    Attributes:
        name: starts with ``Invented``.
        number: company number (``ZZ`` and six digits: no real company has it), or None.
        district: GSS code of where it trades, None if no partner knows.
        category: what it sells.
        size: Micro, Small, Medium or Large.
        is_vcse: a voluntary, community or social enterprise.
    """

    name: str
    number: str | None
    district: str | None
    category: Category
    size: str
    is_vcse: bool


@dataclass(frozen=True, slots=True, eq=False)
class Vendor:
    """One vendor record of a partner, with its texts as the partner's ledger has them; None is blank."""

    ref: str | None
    name: str | None
    company_number: str | None
    vat_number: str | None
    remit_postcode: str | None
    registered_postcode: str | None
    category: Category
    charity_number: str | None = None


@dataclass(slots=True, eq=False)
class Supplier:
    """A company on the books of one partner.

    Attributes:
        company: who it is.
        district: where it trades (GSS code), None if unknown.
        vendors: its records: usually one, at times two or three with the same company number.
        weight: how much this partner buys of it, beside its other suppliers.
    """

    company: Company
    district: str | None
    vendors: list[Vendor]
    weight: float


class Register:
    """Hands out companies, numbers and vendor records, none twice.

    Attributes:
        places: where the postcodes come from.
        companies: every company handed out, which the register of companies lists if it has a number.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self.companies: list[Company] = []
        self._rng = draw_for("companies")
        self._names = Names(self._rng)
        self._numbers = iter(self._rng.sample(range(1_000, 400_000), 20_000))
        self._refs = {p.code: iter(draw_for("refs", p.code).sample(range(1_000, 99_999), 9_000)) for p in PARTNERS}

    def company(self, district: str | None, is_health: bool = False) -> Company:
        """A new company in a district, if wanted one that the health service buys of."""
        rng = self._rng
        category = category_for(rng, is_health)
        size = rng.choices(("Micro", "Small", "Medium", "Large"), (16, 16, 13, 55))[0]
        number = self.number() if rng.random() < 0.72 else None
        return self.enlisted(Company(self._names.draw(category), number, district, category, size, rng.random() < 0.12))

    def enlisted(self, company: Company) -> Company:
        """The company, now among those handed out."""
        self.companies.append(company)
        return company

    def number(self) -> str:
        """A new company number, with leading zeros after its letters."""
        return f"ZZ{next(self._numbers):06d}"

    def ref(self, partner: Partner) -> str:
        """A new vendor number in the style of a partner: digits with leading zeros."""
        return f"{partner.prefix}{next(self._refs[partner.code]):07d}"

    def vendor(
        self,
        partner: Partner,
        company: Company,
        rng: Random,
        district: str | None = None,
        name: str | None = None,
        ref: str | None = None,
    ) -> Vendor:
        """A partner's record of a company.

        Args:
            partner: whose record.
            company: of whom.
            rng: where to draw from.
            district: where this record trades, if not where the company does.
            name: how the record is written, if not as the company's name.
            ref: the vendor number, if it is to stay that of an earlier record.
        """
        district = district or company.district
        remit: str | None
        if district is None:
            remit = rng.choice(INVALID_POSTCODES) or None
            home = None
        else:
            home = self.places.postcode(district, rng)
            remit = as_typed(home, rng)
        return Vendor(
            ref=ref or self.ref(partner),
            name=name or _as_recorded(company.name, rng),
            company_number=_number_as_typed(company.number, rng),
            vat_number=f"ZZ{rng.randrange(10**8):09d}" if rng.random() < 0.28 else None,
            remit_postcode=remit,
            registered_postcode=self._registered(home, rng),
            category=company.category,
        )

    def _registered(self, home: str | None, rng: Random) -> str | None:
        chance = rng.random()
        if chance < 0.015:
            return None
        if home is not None and chance < 0.72:
            return home
        area = rng.choices(("elsewhere", "north_west", "gm"), (6, 2, 2))[0]
        return self.places.postcode(self.places.district(area, rng), rng)


def suppliers_by_partner(register: Register) -> dict[str, list[Supplier]]:
    """The suppliers on every partner's books; many of those outside its own borough are on others' books too."""
    shared = {
        district: [register.company(district) for _ in range(14)]
        for area in ("gm", "lcr", "north_west", "elsewhere")
        for district in AREAS[area]
    }
    return {partner.code: _books_of(partner, register, shared) for partner in PARTNERS}


def _books_of(partner: Partner, register: Register, shared: dict[str, list[Company]]) -> list[Supplier]:
    rng = draw_for("suppliers", partner.code)
    mix = _GM_MIX if partner.is_greater_manchester else _LCR_MIX
    known: set[Company] = set()
    books = []
    for area, share in mix.items():
        for _ in range(round(partner.suppliers_count * share / 100)):
            district = _district_in(area, partner, register.places, rng)
            chance = _SHARED_PART if area != "own" else _SHARED_PART_OWN
            company = _company_for(partner, district, rng, register, shared, known, chance)
            known.add(company)
            books.append(Supplier(company, district, _records(partner, company, register, rng), _weight(rng)))
    rng.shuffle(books)
    return books


def _district_in(area: str, partner: Partner, places: Places, rng: Random) -> str | None:
    if area == "unknown":
        return None
    if area == "own":
        return partner.gss_code
    others = [code for code in _STAR_DISTRICTS if code != partner.gss_code]
    if area == "star":
        return rng.choice(others)
    return places.district(area, rng, without=frozenset([partner.gss_code, *others]))


def _company_for(
    partner: Partner,
    district: str | None,
    rng: Random,
    register: Register,
    shared: dict[str, list[Company]],
    known: set[Company],
    shared_part: float,
) -> Company:
    is_health = not partner.is_council
    if district is not None and rng.random() < shared_part:
        free = [
            company for company in shared[district]
            if company not in known and (company.category in HEALTH_CATEGORIES or not is_health)
        ]  # fmt: skip
        if free:
            return rng.choice(free)
    return register.company(district, is_health)


def _records(partner: Partner, company: Company, register: Register, rng: Random) -> list[Vendor]:
    # Only a company number holds several records together, so a company without one has one record.
    several = company.number is not None and rng.random() < 0.08
    records = [register.vendor(partner, company, rng)]
    if several:
        for addition in rng.sample((" - North", " (Remittances)"), rng.choice((1, 1, 2))):
            records.append(register.vendor(partner, company, rng, name=company.name + addition))
    return records


def _weight(rng: Random) -> float:
    return rng.lognormvariate(0, 1.3)


def _as_recorded(name: str, rng: Random) -> str:
    chance = rng.random()
    if chance < 0.80:
        return name
    if chance < 0.92:
        return name.upper()
    if chance < 0.95:
        return f"{name} "
    if chance < 0.98:
        return name.replace(" Ltd", " Limited") if name.endswith(" Ltd") else name
    return name.replace(" ", "  ", 2)


def _number_as_typed(number: str | None, rng: Random) -> str | None:
    if number is not None and rng.random() < 0.03:
        return number.lower()
    return number

"""Invented vendor records with known truth: every name is made of made-up words, no firm or person is meant.

What is in them: slips of the pen, names cut at 35 characters, other ways of writing the legal form, trading names,
second lines, branches; group companies under one VAT number; the same name in two towns; sole traders; suppliers that
moved; company numbers on some records only.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import polars as pl

from star_warehouse.suppliers.ladder import RECORD_SCHEMA

_PARTNERS = ("stockport", "rochdale", "trafford", "tameside", "knowsley", "st_helens")
_BEGIN = (
    *("Bra", "Cor", "Dun", "El", "Fen", "Gar", "Hol", "Ir", "Kel", "Lor", "Mar", "Nor", "Or", "Pen", "Quil", "Ros"),
    *("Sel", "Tor", "Ul", "Ven", "Wal", "Yar", "Zen", "Ash", "Bex", "Cal", "Dra", "Ev", "Fal", "Gren", "Hax", "Jor"),
)
_MIDDLE = (
    "ba",
    "de",
    "fi",
    "go",
    "la",
    "mi",
    "no",
    "ra",
    "se",
    "ti",
    "vo",
    "wen",
    "lo",
    "ki",
    "ru",
    "sta",
    "co",
    "dra",
)
_END = (
    *("ck", "dale", "field", "ford", "ley", "ling", "mere", "nex", "ris", "ston", "tek", "ton", "tree", "vale"),
    *("wick", "worth", "x", "ngham", "shaw", "sby", "gate", "more"),
)
_TRADES = ("Construction", "Care", "Services", "Building Services", "Plumbing", "Electrical", "Consulting", "Training",
           "Scaffolding", "Roofing", "Catering", "Transport", "Cleaning Services", "Landscapes", "Fostering",
           "Healthcare", "Engineering", "Solutions", "Recruitment", "Office Supplies", "Software", "Security",
           "Flooring", "Psychology Services", "Education", "Facilities Management", "Waste Management")  # fmt: skip
_HOMES = ("Care Home", "Nursing Home", "Primary School", "Nursery", "Community Centre", "Residential Home")
_HOME_NAMES = ("The Willows", "The Limes", "Orchard", "Oakfield", "Rose", "The Grove", "Parkside", "Woodlands", "Elm",
               "The Beeches", "Sunny", "Riverside", "St Ninian's", "St Aldhelm's", "Hillside", "Spring")  # fmt: skip
_GROUP_ARMS = ("Civil Engineering", "Estates", "Homes", "Holdings", "Plant Hire", "Developments")
_INITIALS = "ABCDEFGHJKLMNPRSTW"


@dataclass(frozen=True)
class Invented:
    """Records and whose they are.

    Attributes:
        records: columns of ``RECORD_SCHEMA``.
        supplier_of: by record key, the supplier it is of.
        kinds: by supplier, what kind of case it is.
    """

    records: pl.DataFrame
    supplier_of: dict[str, str]
    kinds: dict[str, str]


@dataclass(frozen=True)
class _Supplier:
    key: str
    kind: str
    name: str
    form: str | None
    number: str | None
    postcodes: tuple[str, ...]
    trading: str | None = None


def invent(records_count: int, seed: int = 1) -> Invented:
    """About so many vendor records; the same for the same numbers."""
    rng = Random(seed)
    words = _words(rng, max(400, records_count // 6))
    taken: set[str] = set()
    rows: list[tuple[object, ...]] = []
    supplier_of: dict[str, str] = {}
    kinds: dict[str, str] = {}
    while len(rows) < records_count:
        for supplier in _suppliers(rng, words, taken, len(kinds)):
            kinds[supplier.key] = supplier.kind
            for _ in range(rng.choices((1, 2, 3, 4), (45, 30, 15, 10))[0]):
                key = f"r{len(rows):07d}"
                rows.append(_record(key, supplier, rng))
                supplier_of[key] = supplier.key
    return Invented(pl.DataFrame(rows, schema=RECORD_SCHEMA, orient="row"), supplier_of, kinds)


def _words(rng: Random, count: int) -> list[str]:
    words: set[str] = set()
    while len(words) < count:
        middle = "".join(rng.choices(_MIDDLE, k=rng.choice((0, 1, 1, 2))))
        words.add(rng.choice(_BEGIN) + middle + rng.choice(_END))
    return sorted(words)


def _suppliers(rng: Random, words: list[str], taken: set[str], number: int) -> list[_Supplier]:
    """One supplier, or several that are easily taken for one."""

    def word() -> str:
        # Some words come up often.
        return rng.choice(words[: len(words) // 10] if rng.random() < 0.3 else words)

    def company(kind: str, name: str, offset: int = 0, form: str | None = None) -> _Supplier:
        form = form or rng.choices(("Ltd", "LLP", "PLC", "CIC"), (90, 4, 3, 3))[0]
        homes = tuple(_postcode(rng) for _ in range(2 if kind == "moved" else 1))
        return _Supplier(f"s{number + offset}", kind, name, form, f"{rng.randrange(10**8):08d}", homes)

    def free(make: Callable[[], str]) -> str:
        # The register lets no two companies have one name.
        while (name := make()) in taken:
            pass
        taken.add(name)
        return name

    chance = rng.random()
    if chance < 0.63:
        kind = "company" if chance < 0.55 else "moved"
        ending = rng.choice(_TRADES) if rng.random() < 0.85 else word()
        return [company(kind, free(lambda: f"{word()} {ending}"))]
    if chance < 0.70:
        first = free(word)
        arms = rng.sample(_GROUP_ARMS, 3)
        return [company("group", free(lambda arm=arm: f"{first} {arm}"), n, "Ltd") for n, arm in enumerate(arms)]
    if chance < 0.75:
        first = rng.choice(_HOME_NAMES) if rng.random() < 0.2 else word()
        name = f"{first} {rng.choice(_HOMES)}"
        return [_Supplier(f"s{number + n}", "two towns", name, None, None, (_postcode(rng),)) for n in range(2)]
    if chance < 0.90:
        person = free(lambda: f"{rng.choice(_INITIALS)} {rng.choice(_INITIALS)} {word()}")
        trading = free(lambda: f"{word()} {rng.choice(_TRADES)}") if rng.random() < 0.5 else None
        return [_Supplier(f"s{number}", "sole trader", person, None, None, (_postcode(rng),), trading)]
    name = free(lambda: f"{word()} {rng.choice(('Trust', 'Community Association', 'Hospice', 'Advice Centre'))}")
    return [_Supplier(f"s{number}", "charity", name, None, None, (_postcode(rng),))]


def _record(key: str, supplier: _Supplier, rng: Random) -> tuple[object, ...]:
    name = _written(supplier, rng)
    partner = rng.choice(_PARTNERS)
    postcode = rng.choice(supplier.postcodes) if rng.random() < 0.8 else None
    number = supplier.number if supplier.number and rng.random() < 0.3 else None
    return (key, partner, f"V{key}", name, number, None, postcode, round(rng.lognormvariate(8, 2), 2))


def _written(supplier: _Supplier, rng: Random) -> str:
    name = supplier.name
    if rng.random() < 0.06:
        name = _slip(name, rng)
    if supplier.form:
        forms = {
            "Ltd": ("Ltd", "Limited", "LTD.", ""),
            "PLC": ("PLC", "plc"),
            "LLP": ("LLP",),
            "CIC": ("CIC", "C.I.C."),
        }
        name = f"{name} {rng.choice(forms[supplier.form])}".strip()
    if supplier.trading and rng.random() < 0.5:
        name = f"{name} {rng.choice(('T/A', 't/a', 'trading as'))} {supplier.trading}"
    if rng.random() < 0.08:
        name += rng.choice((" - North", " (Remittances)", "#2", "#PAYMENTS", " - Head Office"))
    return rng.choice(_HABITS)(name)


_FORMS = {
    "Ltd": ("Ltd", "Limited", "LTD.", "Ltd", "Limited", ""),
    "PLC": ("PLC", "plc"),
    "LLP": ("LLP", ""),
    "CIC": ("CIC", "C.I.C.", "Community Interest Company"),
}

_HABITS: tuple[Callable[[str], str], ...] = (
    str,
    str,
    str.upper,
    str.upper,
    lambda name: name[:35],
    lambda name: name.replace(" and ", " & "),
    lambda name: name.replace(" ", "  ", 1),
    lambda name: name.replace(" ", "\u00a0", 1),
)


def _slip(name: str, rng: Random) -> str:
    at = rng.randrange(1, len(name) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if kind == 2:
        return name[:at] + name[at] + name[at:]
    return name[:at] + rng.choice(string.ascii_lowercase) + name[at + 1 :]


def _postcode(rng: Random) -> str:
    # Areas that no postcode has.
    return f"{rng.choice(('QX', 'ZX', 'QV', 'ZV'))}{rng.randrange(1, 60)}{rng.randrange(10)}" + "".join(
        rng.choices("ABDEFGHJLNPQRSTUWXYZ", k=2)
    )

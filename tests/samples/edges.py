"""Suppliers that stand exactly on the edges of the rules, the same every year, for every partner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tests.samples.partners import Partner
from tests.samples.suppliers import Company, Register, Vendor
from tests.samples.words import CATEGORIES, Category

_CATEGORY: Category = next(category for category in CATEGORIES if category.code == "050100")
_NOBODY = Vendor(None, None, None, None, None, None, _CATEGORY)


@dataclass(frozen=True, slots=True, eq=False)
class EdgeLine:
    """One line of an edge.

    Attributes:
        vendor: who is paid.
        district: where that vendor record trades, None if unknown.
        month: which month of the partner's year (0 is the first; counted round where the year is short).
        pence: the amount.
        document: lines of one partner with the same text share a document.
    """

    vendor: Vendor
    district: str | None
    month: int
    pence: int
    document: str

    def same_as(self, other: EdgeLine) -> bool:
        """Whether the other line is this one once more."""
        return (self.vendor, self.pence, self.document) == (other.vendor, other.pence, other.document)


def edge_lines(partner: Partner, register: Register, rng: Random) -> list[EdgeLine]:
    """A partner's edge lines of one year; the same vendor records serve every year."""
    own = partner.gss_code
    star = "E08000009" if own != "E08000009" else "E08000007"
    gm, elsewhere = "E08000003", "E08000035"

    def company(name: str, district: str, has_number: bool = True) -> Company:
        number = register.number() if has_number else None
        return register.enlisted(Company(f"Invented {name}", number, district, _CATEGORY, "Small", False))

    def record(known: Company, district: str | None = None) -> Vendor:
        return register.vendor(partner, known, rng, district=district, name=known.name)

    lines: list[EdgeLine] = []

    def pay(vendor: Vendor, district: str | None, month: int, pence: int, document: str | None = None) -> None:
        lines.append(EdgeLine(vendor, district, month, pence, document or f"edge {len(lines)}"))

    # Exactly on the threshold, a penny below (with VAT well above), a penny above, and twice the threshold.
    pay(record(company("Boundary Exact Ltd", own)), own, 1, 25_000_00)
    pay(record(company("Boundary Below Ltd", own)), own, 2, 24_999_99)
    pay(record(company("Boundary Above Ltd", star)), star, 3, 25_000_01)
    pay(record(company("Boundary Fifty Ltd", own)), own, 4, 50_000_00)

    # An invoice on the threshold that a credit takes below it; one that a credit brings down to it.
    credited = record(company("Boundary Credited Ltd", gm))
    pay(credited, gm, 5, 25_000_00)
    pay(credited, gm, 7, -1_00)
    returned = record(company("Boundary Returned Ltd", elsewhere))
    pay(returned, elsewhere, 0, 26_500_00)
    pay(returned, elsewhere, 8, -1_500_00)

    # Two vendor records with one company number: only together do they reach the threshold.
    twice = company("Boundary Two Records Ltd", own)
    pay(record(twice), own, 1, 12_500_00)
    pay(record(twice), own, 6, 12_500_00)

    # One document of two identical lines.
    split = record(company("Boundary Split Ltd", gm))
    pay(split, gm, 4, 12_500_00, "one document, two lines")
    pay(split, gm, 4, 12_500_00, "one document, two lines")

    # A vendor that moves to another district within the year, under the same number.
    mover = company("Moving House Removals Ltd", own)
    before = record(mover)
    after = register.vendor(partner, mover, rng, district=elsewhere, name=mover.name, ref=before.ref)
    pay(before, own, 0, 36_000_00)
    pay(after, elsewhere, 9, 24_000_00)

    # One company with sites in two districts.
    sites = company("Two Sites Engineering Ltd", own)
    pay(record(sites), own, 3, 18_000_00)
    pay(record(sites, gm), gm, 10, 16_000_00)

    # Neither number nor reference: held together by the name, however it is written.
    stall = replace(record(company("Plain Name Market Stall", own, has_number=False)), ref=None)
    pay(stall, own, 2, 15_000_00)
    pay(replace(stall, name="INVENTED  PLAIN NAME  MARKET STALL"), own, 11, 10_000_00)

    # The company number is missing on some lines, which then count by the vendor's reference.
    numbered = record(company("Sometimes Numbered Ltd", star))
    pay(numbered, star, 5, 30_000_00)
    pay(replace(numbered, company_number=None), star, 6, 9_000_00)

    # Two suppliers in one document: it is over the threshold, they are not.
    pay(record(company("Sharing One Ltd", own)), own, 7, 14_000_00, "one document, two suppliers")
    pay(record(company("Sharing Two Ltd", elsewhere)), elsewhere, 7, 12_000_00, "one document, two suppliers")

    # Nothing is known of the payee; the two lines of the document are exactly on the threshold.
    pay(_NOBODY, None, 8, 20_000_00, "nobody")
    pay(_NOBODY, None, 8, 5_000_00, "nobody")
    pay(_NOBODY, None, 2, 12_34)
    return lines

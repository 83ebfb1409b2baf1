"""Names that are hard to tell apart: companies named like persons, persons who trade, saints, schools; each invented.

``hard_cases.csv`` says beside each what kind of supplier it is, and whether its name is to be kept back. Knowsley pays
each of them once a year, a few pounds. Somebody besides is paid under her own name for months, then by her company's.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tests.samples.partners import Partner
from tests.samples.payees import CORPORATE_CATEGORY
from tests.samples.seed import draw_for
from tests.samples.suppliers import Register, Vendor

PAYER = "knowsley"
PURPOSE = "Sundry supplies"
# A person's name, and the company's that takes over her vendor number in the last month.
INCORPORATED_NAMES = ("Invented Jane Dowbury", "Invented Jane Dowbury Cleaning Ltd")
INCORPORATED_REF = "I00001"
_FILE = Path(__file__).with_name("hard_cases.csv")


@dataclass(frozen=True, slots=True)
class HardCase:
    """One name, and what it should be taken for.

    Attributes:
        supplier_name: starts with ``Invented``.
        company_number, charity_number: None where the vendor record has none; no real body has these.
        supplier_class: the expected class.
        is_personal: whether the name must not be published.
        why: what makes it hard.
    """

    supplier_name: str
    company_number: str | None
    charity_number: str | None
    supplier_class: str
    is_personal: bool
    why: str


def hard_cases() -> list[HardCase]:
    """Every case, in the order of the file."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return [
            HardCase(
                row["supplier_name"], row["company_number"] or None, row["charity_number"] or None,
                row["supplier_class"], row["is_personal"] == "true", row["why"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def incorporated_vendor(partner: Partner, register: Register, *, is_company: bool) -> Vendor | None:
    """Her own vendor record, or that of the company she became; None for a partner that does not pay her."""
    if partner.code != PAYER:
        return None
    return Vendor(
        ref=INCORPORATED_REF,
        name=INCORPORATED_NAMES[is_company],
        company_number=None,
        vat_number=None,
        remit_postcode=register.places.postcode(partner.gss_code, draw_for("incorporated")),
        registered_postcode=None,
        category=CORPORATE_CATEGORY,
        charity_number=None,
    )


def hard_vendors(partner: Partner, register: Register) -> list[Vendor]:
    """The vendor records of the cases on the books of the partner that pays them; of no other partner."""
    if partner.code != PAYER:
        return []
    rng = draw_for("hard cases")
    return [
        Vendor(
            # A reference of its own for each, in a style that the partner's other ones do not have.
            ref=f"H{number:05d}",
            name=case.supplier_name,
            company_number=case.company_number,
            vat_number=None,
            remit_postcode=register.places.postcode(partner.gss_code, rng),
            registered_postcode=None,
            category=CORPORATE_CATEGORY,
            charity_number=case.charity_number,
        )
        for number, case in enumerate(hard_cases(), 1)
    ]

"""Payments nobody can influence: who is paid, for what, how much of the whole.

Each name or purpose says what it is (see the rules in ``dbt_project/seeds/rules``); the category says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.samples.partners import PARTNERS, Partner
from tests.samples.words import PLACE_WORDS, Category

CORPORATE_CATEGORY = Category("990100", "Corporate Items", "Corporate Services", (), (), 0, 0)
CARE_CATEGORY = Category("010900", "Care Packages", "Adult Care", (), (), 0, 0)

RECHARGES = (
    "Recharge between partners: shared procurement service",
    "Recharge between partners: integrated commissioning",
    "Recharge between partners: joint highways depot",
)
BEFORE_MEMBERSHIP = "Placement with another authority"


@dataclass(frozen=True, slots=True)
class Payee:
    """A payee that no procurement decides about.

    Attributes:
        name: starts with ``Invented``.
        purposes: texts of its payment lines.
        share: its part of the partner's payments that cannot be influenced, in parts of the sum of all shares.
        lines: payment lines a year.
        district: where it is.
    """

    name: str
    purposes: tuple[str, ...]
    share: float
    lines: int
    district: str


_MANCHESTER = "E08000003"
_LIVERPOOL = "E08000012"

_EVERYBODY = (
    Payee("Invented HM Revenue & Customs",
          ("PAYE and National Insurance", "VAT settlement", "Construction Industry Scheme deduction"),
          24, 30, "E09000033"),
    Payee("Invented Payroll Bureau", ("Payroll: net pay",), 4, 12, "E08000035"),
    Payee("Invented NHS Foundation Trust", ("Contribution to joint service",), 4, 30, _MANCHESTER),
    Payee("Invented University of Pendleton", ("Course fees",), 1, 24, "E08000006"),
    Payee("Invented Police and Crime Commissioner", ("Community safety contribution",), 1, 6, _MANCHESTER),
)  # fmt: skip
_COUNCILS = (
    Payee("Invented Environment Agency", ("Flood defence levy",), 1, 2, "E06000007"),
    Payee("Invented Parish Precept Account", ("Parish precept",), 1, 4, "E06000049"),
    Payee("Invented Teachers' Pensions", ("Teachers pension contributions",), 5, 12, "E08000024"),
    Payee("Invented Public Works Loan Board", ("Loan interest", "Loan principal repayment"), 5, 16, "E09000033"),
    Payee("Invented Treasury Deposits Account", ("Treasury deposit",), 3, 6, "E09000033"),
    Payee("Invented Direct Payments Card Account", ("Direct payment to service user",), 4, 70, "E08000025"),
    Payee("Invented Housing Benefit Account", ("Housing benefit payment run",), 5, 52, "E08000035"),
    Payee("Invented Primary School", ("Course fees", "Contribution to joint service"), 2, 80, _MANCHESTER),
    Payee("Invented High School", ("Course fees", "Contribution to joint service"), 1, 40, "E08000006"),
    Payee("Invented Sixth Form College", ("Course fees",), 1, 20, "E08000010"),
    Payee("Invented Warrington Borough Council", (BEFORE_MEMBERSHIP,), 1, 12, "E06000007"),
    Payee("Invented Fire and Rescue Authority", ("Community safety contribution",), 1, 6, "E08000006"),
)
_GREATER_MANCHESTER_COUNCILS = (
    Payee("Invented Greater Manchester Combined Authority", ("Waste disposal levy", "Transport levy"),
          30, 24, _MANCHESTER),
    Payee("Invented Greater Manchester Pension Fund", ("Employer pension contributions",), 13, 14, "E08000008"),
    Payee("Invented Manchester City Council", (BEFORE_MEMBERSHIP, "Contribution to joint service"),
          2, 30, _MANCHESTER),
    Payee("Invented Oldham Borough Council", (BEFORE_MEMBERSHIP,), 1, 20, "E08000004"),
    Payee("Invented Salford City Council", (BEFORE_MEMBERSHIP,), 1, 16, "E08000006"),
    Payee("Invented Bury Council", (BEFORE_MEMBERSHIP,), 1, 12, "E08000002"),
)  # fmt: skip
_LIVERPOOL_COUNCILS = (
    Payee("Invented Liverpool City Region Combined Authority", ("Transport levy",), 22, 24, _LIVERPOOL),
    Payee("Invented Merseyside Waste Authority", ("Waste disposal levy",), 10, 12, _LIVERPOOL),
    Payee("Invented Merseyside Pension Fund", ("Employer pension contributions",), 13, 14, _LIVERPOOL),
    Payee("Invented Liverpool City Council", (BEFORE_MEMBERSHIP, "Contribution to joint service"), 3, 30, _LIVERPOOL),
)
_HEALTH = (
    Payee("Invented NHS Integrated Care Board", ("Contribution to joint service",), 4, 12, _MANCHESTER),
    Payee("Invented NHS Mental Health Trust", ("Acute services contract",), 25, 60, "E08000006"),
    Payee("Invented NHS Property Services", ("Contribution to joint service",), 5, 40, "E09000033"),
    Payee("Invented NHS Pension Scheme", ("Employer pension contributions",), 5, 12, "E08000024"),
)

# Recharges to each other partner; grants to each of some voluntary groups.
_RECHARGE_SHARE, _RECHARGE_LINES = 0.8, 10
_GRANT_SHARE, _GRANT_LINES, _GRANT_PAYEES = 0.25, 4, 15
_GRANT_PURPOSES = ("Grant: community projects", "Grant: youth activities", "Grant: small equipment")


def payees_of(partner: Partner) -> list[Payee]:
    """Everybody a partner pays without choice, its fellow partners and those it gives grants to included."""
    payees = list(_EVERYBODY)
    if partner.is_council:
        payees += _COUNCILS
        payees += _GREATER_MANCHESTER_COUNCILS if partner.is_greater_manchester else _LIVERPOOL_COUNCILS
    else:
        payees += _HEALTH
    for other in PARTNERS:
        if other.gss_code != partner.gss_code or (other.is_council != partner.is_council):
            name = f"Invented {other.label}"
            payees.append(Payee(name, RECHARGES, _RECHARGE_SHARE, _RECHARGE_LINES, other.gss_code))
    if partner.is_council:
        for number in range(_GRANT_PAYEES):
            place = PLACE_WORDS[number * 3]
            name = f"Invented {place} {'Community Association' if number % 2 else 'Youth Forum'}"
            payees.append(Payee(name, _GRANT_PURPOSES, _GRANT_SHARE, _GRANT_LINES, partner.gss_code))
    return payees


def fellow_partner(payee: Payee) -> Partner | None:
    """The partner a payee is, if it is one."""
    return next((partner for partner in PARTNERS if payee.name == f"Invented {partner.label}"), None)


def purpose_between(payer: Partner, payee: Partner, day: date, purpose: str) -> str:
    """What a payment to another body is called: a recharge only while both are members."""
    return purpose if payer.is_member(day) and payee.is_member(day) else BEFORE_MEMBERSHIP

"""What the scope rules make of names and purposes: invented ones, and those in a published ledger."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest

from tests.dbt.conftest import Built, read_seed
from tests.dbt.supplier_classes import Known, supplier_class
from tests.realdata import REAL_DATA

LEDGER = REAL_DATA / "trafford" / "trafford-supplier-spend-2024-25.zip"


class Line(NamedTuple):
    """A line as far as the rules look at it, and what it should be."""

    supplier_name: str
    purpose: str
    payment_date: str
    scope_class: str


LINES = [
    Line("Redacted", "DIRECT PAYMENTS", "2024-05-01", "redacted_personal"),
    Line("REDACTED PERSONAL DATA", "Care package", "2020-05-01", "redacted_personal"),
    Line("Redacted – personal data", "", "2020-05-01", "redacted_personal"),
    Line("REDACTED COMMERCIAL CONFIDENTIALITY", "Placement", "2020-05-01", "redacted_commercial"),
    Line("Redacted Commercial Data", "Placement", "2020-05-01", "redacted_commercial"),
    Line("REDACTED OTHER", "", "2020-05-01", "redacted_personal"),
    Line("Redacted Personal Information", "Levy", "2021-05-01", "redacted_personal"),
    Line("REDACTED - Personal Data#ALSTON ASSOCIATES", "", "2019-05-01", "redacted_personal"),
    Line("Grosvenor Guest House#Redacted - Personal Data", "", "2019-05-01", "redacted_personal"),
    Line("Celebrate With Redacted - Personal Data", "", "2019-05-01", "redacted_personal"),
    Line(" Redact ", "", "2019-05-01", "redacted_personal"),
    Line("Personal\u00a0Data", "", "2019-05-01", "redacted_personal"),
    Line("NAME WITHHELD", "", "2019-05-01", "redacted_personal"),
    Line("Withheld", "", "2019-05-01", "redacted_personal"),
    Line("EXEMPT", "", "2019-05-01", "redacted_personal"),
    Line("Information withheld", "", "2019-05-01", "redacted_personal"),
    Line("Personal-Data", "", "2019-05-01", "redacted_personal"),
    Line("[Name removed]", "", "2019-05-01", "redacted_personal"),
    Line("Confidential.", "", "2019-05-01", "redacted_personal"),
    Line("Supplier has been anonymised", "", "2019-05-01", "redacted_personal"),
    Line("Private and Confidential", "", "2019-05-01", "redacted_personal"),
    Line("Not Disclosed", "", "2019-05-01", "redacted_personal"),
    Line("Private Individual", "", "2019-05-01", "redacted_personal"),
    Line("Individual", "", "2019-05-01", "redacted_personal"),
    Line("S40(2) Exempt", "", "2019-05-01", "redacted_personal"),
    Line("Confidential - GDPR", "", "2019-05-01", "redacted_personal"),
    Line("Name Removed by request", "", "2019-05-01", "redacted_personal"),
    Line("Individual Data Ltd", "Software", "2024-05-01", "influenceable"),
    Line("Personal Best Physiotherapy", "Care", "2024-05-01", "influenceable"),
    Line("Disclosure & Barring Service (CRB)", "Checks", "2024-05-01", "public_body"),
    Line("HMCTS", "Court fees", "2024-05-01", "public_body"),
    Line("HM Prison and Probation", "", "2024-05-01", "public_body"),
    Line("LONDON BOROUGH OF HARINGEY", "", "2024-05-01", "public_body"),
    Line("Royal Courts Cafe Ltd", "Catering", "2024-05-01", "influenceable"),
    Line("School Transport Solutions", "Taxis", "2024-05-01", "influenceable"),
    Line("Invented Agency", "Foster carers allowances", "2024-05-01", "benefit"),
    Line("Commercial in confidence", "", "2019-05-01", "redacted_commercial"),
    Line("Confidential Waste Shredding Ltd", "Shredding", "2024-05-01", "influenceable"),
    Line("Exempt Housing Ltd", "Rent", "2024-05-01", "influenceable"),
    Line("Name Removed Signs Ltd", "Signs", "2024-05-01", "influenceable"),
    Line("Redact Ltd", "Software", "2024-05-01", "influenceable"),
    Line("Redactive Events Ltd", "Conference", "2024-05-01", "influenceable"),
    Line("Personal Data Protection Advisers Ltd", "Advice", "2024-05-01", "influenceable"),
    Line("Personal Care Consultants Ltd", "Care", "2024-05-01", "influenceable"),
    Line("Withheld Brewery", "Redacted", "2024-05-01", "influenceable"),
    Line("Greater Manchester Combined Authori", "GMITA LEVY (GMCA)", "2024-05-01", "levy"),
    Line("Invented Greater Manchester Combine", "Transport levy", "2020-05-01", "levy"),
    Line("GMCA GMUTC Other Work", "Signals", "2024-05-01", "levy"),
    Line("TfGM T/A DriveSafe", "Course", "2024-05-01", "levy"),
    Line("Invented Environment Agency", "Flood defence levy", "2020-05-01", "levy"),
    Line("Environment Agency", "Permit", "2024-05-01", "public_body"),
    Line("Levy Bakery", "Levying boards", "2024-05-01", "influenceable"),
    Line("HMRC CUMBERNAULD", "Apprenticeship Levy", "2024-05-01", "tax"),
    Line("Invented HM\u00a0Revenue  & Customs", "VAT settlement", "2020-05-01", "tax"),
    Line("Revenue Consulting Ltd", "Advice", "2024-05-01", "influenceable"),
    Line("GREATER MANCHESTER SUPERANN FUND", "SUPER ADD ALLOWANCES", "2024-05-01", "pension"),
    Line("TEACHERS PENSIONS", "Teachers Supn Fund", "2024-05-01", "pension"),
    Line("Invented Teachers' Pensions", "Employer pension contributions", "2020-05-01", "pension"),
    Line("Tameside MB-GMPF", "SUPER ADD ALLOWANCES", "2024-05-01", "pension"),
    Line("Pensions Management Institute", "CONFERENCE EXP OFF", "2024-05-01", "influenceable"),
    Line("Invented Payroll Bureau", "Payroll: net pay", "2020-05-01", "payroll"),
    Line("UNISON", "Unison", "2024-05-01", "payroll"),
    Line("Invented Public Works Loan Board", "Loan interest", "2020-05-01", "debt"),
    Line("BARCLAYS CAPITAL", "EXT INT MONEY MARK", "2024-05-01", "debt"),
    Line("Stationer Ltd", "STATIONERY - treasury tags 152mm", "2024-05-01", "influenceable"),
    Line("Improving Young Lives Limited", "DIRECT PAYMENTS", "2024-05-01", "benefit"),
    Line("Invented Housing Benefit Account", "Housing benefit payment run", "2020-05-01", "benefit"),
    Line("Mrs A Patelson", "Fostering allowance", "2024-05-01", "benefit"),
    Line("Mrs A Patelson", "Grants to individuals", "2024-05-01", "grant"),
    Line("Mr P Oakden T/A Oakden Roofing", "Repairs", "2024-05-01", "influenceable"),
    Line("Bookshop", "SUBSCRIPTIONS - Housing Benefits handbook", "2024-05-01", "influenceable"),
    Line("Invented Moss Community Association", "Grant: youth work", "2020-05-01", "grant"),
    Line("Trafford Rape Crisis Ltd", "GRANTS TO VOL ORGS", "2024-05-01", "grant"),
    Line("Grant Brothers Ltd", "External audit", "2024-05-01", "influenceable"),
    Line("Salford City Council", "Placement", "2024-05-01", "public_body"),
    Line("Barnsley MBC", "Placement", "2024-05-01", "public_body"),
    Line("Cheshire West & Chester Council", "Placement", "2024-05-01", "public_body"),
    Line("Partington Parish Council", "Hire of hall", "2024-05-01", "public_body"),
    Line("Council for Learning Outside Classr", "Badge", "2024-05-01", "influenceable"),
    Line("Assoc of Lib Dem Councillors", "Course", "2024-05-01", "influenceable"),
    Line("Manchester University NHS FT", "PAYMENTS TO HA'S", "2024-05-01", "public_body"),
    Line("Greater Manchester Mental Health NH", "PAYMENTS TO HA'S", "2024-05-01", "public_body"),
    Line("Acre Hall Primary School", "Places", "2024-05-01", "public_body"),
    Line("Manor Academy (Sovereign Trust)", "Places", "2024-05-01", "public_body"),
    Line("Miss Chloe Invented", "LEGAL FEES", "2024-05-01", "influenceable"),
    Line("K L Invented", "Services", "2024-05-01", "influenceable"),
    Line("Mrs Ann Invented (foster carer)", "Fees", "2024-05-01", "benefit"),
    Line("Foster Carer - Hilda Invented", "", "2024-05-01", "benefit"),
    Line("Invented Foster Carers Association", "Subscription", "2024-05-01", "influenceable"),
    Line("Exors of Ann Invented", "Refund", "2024-05-01", "benefit"),
    Line("The estate of the late Ann Invented", "Refund", "2024-05-01", "benefit"),
    Line("Ann Invented Dec'd", "Refund", "2024-05-01", "benefit"),
    Line("Estate of Mind Ltd", "Consultancy", "2024-05-01", "influenceable"),
    Line("Invented Foster Care Ltd", "Placement", "2024-05-01", "influenceable"),
    Line("Invented Town Council", "Legal fees", "2024-05-01", "public_body"),
    Line("The Trafford College Group", "Course fees", "2024-05-01", "public_body"),
    Line("Home to Schools Travel Ltd", "Taxis", "2024-05-01", "influenceable"),
    Line("Kedleston (High Peak School) Ltd", "Placement", "2024-05-01", "influenceable"),
    Line("Bowdon Preparatory School", "Places", "2024-05-01", "influenceable"),
    Line("Little Sunshines Preschool", "Places", "2024-05-01", "influenceable"),
    Line("Invented Police and Crime Commissioner", "Community safety contribution", "2020-05-01", "public_body"),
    Line("Invented Fire and Rescue Authority", "Community safety contribution", "2020-05-01", "public_body"),
    Line("ADT Fire & Security PLC", "Alarm", "2024-05-01", "influenceable"),
    Line("Stockport MBC (Accts Receiveable)", "Placement", "2024-05-01", "intra_partner"),
    Line("Invented Stockport Metropolitan Bor", "Recharge between partners: IT", "2020-05-01", "intra_partner"),
    Line("Stockport Homes Ltd", "Rent", "2024-05-01", "influenceable"),
    Line("Trafford Carers Centre", "Service", "2024-05-01", "influenceable"),
    Line("Tameside MBC", "Placement", "2018-08-31", "public_body"),
    Line("Tameside MBC", "Placement", "2018-09-01", "intra_partner"),
    Line("Invented NHS Heywood, Middleton and", "Joint team", "2022-06-30", "intra_partner"),
    Line("Invented NHS Heywood, Middleton and", "Joint team", "2022-07-01", "public_body"),
    Line("Invented NHS Trafford CCG", "Joint team", "2022-06-30", "intra_partner"),
    Line("Invented NHS Trafford CCG", "Joint team", "2022-07-01", "public_body"),
    Line("Invented St.\u00a0Helens Borough Council", "Placement", "2023-09-30", "public_body"),
    Line("Invented St. Helens Borough Council", "Placement", "2023-10-01", "intra_partner"),
    Line("Invented Knowsley Metropolitan Boro", "Placement", "2023-10-01", "intra_partner"),
    Line("Invented Birch Care Ltd", "Residential care placement", "2020-05-01", "influenceable"),
]

# A withheld name decides before the rules, whenever it was paid.
TOKENS = [
    {**row, "field": "supplier_name", "valid_from": "", "valid_to": ""} for row in read_seed("rules/redaction_token")
]
RULES = sorted([*TOKENS, *read_seed("rules/scope_rule")], key=lambda row: int(row["priority"]))


def decide(texts: dict[str, str], payment_date: str) -> str:
    """The class the rules give a line, in plain Python; the supplier's class by its name alone."""
    squeezed = {field: " ".join(text.split()).lower() for field, text in texts.items()}
    squeezed["supplier_class"] = supplier_class(Known(texts["supplier_name"]))
    for rule in RULES:
        if (
            rule["valid_from"] <= payment_date <= (rule["valid_to"] or "9999")
            and rule["field"] in squeezed
            and re.search(rule["pattern"], squeezed[rule["field"]])
        ):
            return rule["scope_class"]
    return "influenceable"


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.supplier_name}, {line.payment_date}")
def test_a_line_is_of_its_class(line: Line) -> None:
    texts = {"supplier_name": line.supplier_name, "purpose": line.purpose}
    assert decide(texts, line.payment_date) == line.scope_class


def test_postgres_decides_as_python_does(built: Built) -> None:
    """The same lines through the seed as loaded and PostgreSQL's regular expressions."""
    query = """
        with word_set as (
            select '{' || word_set || '}' as placeholder, string_agg(word, '|') as words
            from rules.name_word
            group by word_set
        ),
        class_rule as (
            select priority, supplier_class, (
                with recursive put (text, place) as (
                    select pattern, 0::bigint
                    union all
                    select replace(put.text, numbered.placeholder, numbered.words), numbered.place
                    from put
                    join (select *, row_number() over (order by placeholder) as place from word_set) as numbered
                        on numbered.place = put.place + 1
                )
                select text from put order by place desc limit 1
            ) as pattern
            from rules.supplier_class_rule
            where field = 'supplier_name'
        ),
        supplier as (
            select coalesce((
                select supplier_class from class_rule
                where regexp_replace(reference.squeezed(%(name)s), '^invented ', '') ~ pattern
                order by priority limit 1
            ), 'unknown') as supplier_class
        )
        select coalesce((
            select scope_class
            from (
                select priority, field, pattern, scope_class, valid_from, valid_to from rules.scope_rule
                union all
                select priority, 'supplier_name', pattern, scope_class, null, null from rules.redaction_token
            ) as rule
            where
                case field
                    when 'supplier_name' then %(name)s
                    when 'purpose' then %(purpose)s
                    when 'supplier_class' then (select supplier_class from supplier)
                end ~* pattern
                and (valid_from is null or valid_from <= %(date)s)
                and (valid_to is null or valid_to >= %(date)s)
            order by priority
            limit 1
        ), 'influenceable')
    """
    with built.warehouse.connect() as connection:
        for line in LINES:
            values = {
                "name": " ".join(line.supplier_name.split()),
                "purpose": " ".join(line.purpose.split()),
                "date": date.fromisoformat(line.payment_date),
            }
            assert connection.execute(query, values).fetchone() == (line.scope_class,), line


@pytest.mark.skipif(not LEDGER.exists(), reason=f"the published ledger of Trafford Council is not at {LEDGER}")
def test_shares_of_a_published_ledger_are_those_measured() -> None:
    """Share of £565.2m by class, within half a point of what was counted by hand for 2024-25."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    decided: dict[tuple[str, str, str, str], str] = {}
    with zipfile.ZipFile(LEDGER) as archive, archive.open(archive.namelist()[0]) as member:
        for row in csv.DictReader(io.TextIOWrapper(member, encoding="utf-8", newline="")):
            texts = (row["BeneficiaryName"], row["Purpose"], row["ProclassLabel"], row["OrganisationalUnit"])
            if texts not in decided:
                fields = ("supplier_name", "purpose", "category_label", "department")
                decided[texts] = decide(dict(zip(fields, texts, strict=True)), "2024-10-01")
            sums[decided[texts]] += Decimal(row["Amount"])
    total = sum(sums.values(), Decimal())
    assert total == Decimal("565219573.74")
    shares = {name: float(100 * amount / total) for name, amount in sums.items()}
    expected = {
        "levy": 12.1,
        "tax": 8.2,
        # 4.5 % are named pensions; the fund of Greater Manchester is named a superannuation fund and adds 4.9 %.
        "pension": 9.4,
        "redacted_personal": 16.4,
        "intra_partner": 0.3,
        # NHS 1.9 %, other councils 0.8 %, schools, colleges and universities 1.7 %.
        "public_body": 4.4,
    }
    for name, share in expected.items():
        assert shares[name] == pytest.approx(share, abs=0.5), name

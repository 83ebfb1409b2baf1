"""Faults planted in deliveries that wait: each is found on the delivery that has it, and on no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.quality import DeliveryVerdict, check_deliveries
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, load_sources

# A source of each kind; what is loaded for it is made here. The second one of spend has months before; both state net
# and gross amounts.
SOURCES = {
    "spend": "stockport",
    "spend_history": "tameside",
    "social_value": "social_value_portal",
    "contracts": "contracts_register",
    "tenders": "tenders",
    "register": "companies_house",
}


@dataclass(frozen=True)
class Plant:
    """A fault of one delivery: the statement that makes it, and what the verdict says; None where it says nothing."""

    name: str
    statement: str
    says: str | None
    outcome: str = "refuse"


def _line(columns: str, where: str = "true") -> str:
    return f"update raw.spend_line set {columns} where delivery_id = %(id)s and {where}"


_REJECTED = "update ops.delivery set lines_rejected = 1, lines_in = lines_in + 1 where delivery_id = %(id)s"

_SHORT_ROWS = Plant(
    "short rows",
    "update ops.delivery set lines_filled = 3 where delivery_id = %(id)s",
    "3 rows end before the header does; their missing cells were read as blank.",
    outcome="accept",
)

SPEND = [
    Plant("sound", "select 1", None, outcome="accept"),
    Plant("empty", "delete from raw.spend_line where delivery_id = %(id)s", "No line of the file could be loaded."),
    Plant(
        "a line lost",
        "delete from raw.spend_line where delivery_id = %(id)s and line_number = 7",
        "Raw differs from the ledger by -1 lines.",
    ),
    Plant(
        "another total",
        "update ops.delivery set control_total_gbp = 4000.01 where delivery_id = %(id)s",
        "The lines loaded differ from the file's own total by −£0.01.",
    ),
    Plant(
        "another total, with rejected lines",
        "update ops.delivery set control_total_gbp = 4100, lines_rejected = 1, lines_in = 41 "
        "where delivery_id = %(id)s",
        "2.4 % of the lines did not read and would be left out.",
        outcome="hold",
    ),
    Plant(
        "lines of another month",
        "update ops.delivery set lines_rejected = 1, lines_in = 41 where delivery_id = %(id)s; "
        "insert into ops.rejected_line (delivery_id, file_name, line_number, reason_code, reason, line_text) "
        "values (%(id)s, 'a.csv', 7, 'outside_period', 'It is outside.', '')",
        "2.4 % of the lines were paid outside the period and would be left out.",
        outcome="hold",
    ),
    _SHORT_ROWS,
    Plant(
        "pounds left out",
        "update ops.delivery set amount_in_gbp = 4100, amount_rejected_gbp = 100 where delivery_id = %(id)s",
        "2.4 % of the pounds stand on lines that did not read and would be left out.",
        outcome="hold",
    ),
    Plant(
        "the total of the gross amounts",
        "update ops.delivery set control_total_gbp = 4800 where delivery_id = %(id)s",
        None,
        outcome="accept",
    ),
    Plant("all signs turned", _line("amount_net_gbp = -100, amount_gross_gbp = -120"), "100.0 % of the lines are neg"),
    Plant(
        "many credit notes",
        _line("amount_net_gbp = -10, amount_gross_gbp = -12", "line_number <= 17"),
        "42.5 % of the lines are negative.",
        outcome="hold",
    ),
    Plant(
        "one great credit note",
        _line("amount_net_gbp = -9000, amount_gross_gbp = -9000", "line_number = 1"),
        "The lines add up to −£5,100.00.",
        outcome="hold",
    ),
    Plant(
        "a grand total among the lines",
        _line("amount_net_gbp = 3900, amount_gross_gbp = 4680", "line_number = 1"),
        "One line is as much as all others together, as a totals row is.",
    ),
    Plant("no suppliers", _line("supplier_name = null", "line_number <= 10"), "25.0 % of the lines name no supplier."),
    Plant(
        "a supplier missing",
        _line("supplier_name = null", "line_number = 1"),
        "2.5 % of the lines name no supplier.",
        outcome="accept",
    ),
    Plant(
        "no transaction numbers",
        _line("transaction_number = null", "line_number <= 10"),
        "25.0 % of the lines have no transaction number.",
        outcome="accept",
    ),
    Plant(
        "two organisations",
        _line("organisation = 'Village'", "line_number = 1"),
        "The file speaks of 2 organisations.",
        outcome="accept",
    ),
    Plant(
        "the file of another partner",
        _line("organisation = 'KNOWSLEY MBC'"),
        "The lines say that they are payments of “KNOWSLEY MBC”.",
    ),
    Plant("one organisation, two spellings", _line("organisation = 'Town'", "line_number = 1"), None, outcome="accept"),
    Plant(
        "redacted",
        _line("supplier_name = 'REDACTED personal data', remit_postcode = null", "line_number <= 21"),
        "52.5 % of the pounds are redacted",
        outcome="hold",
    ),
    Plant("no postcodes", _line("remit_postcode = null"), "100.0 % of the pounds carry no postcode"),
    Plant(
        "some unknown postcodes",
        _line("remit_postcode = 'ZZ99 9ZZ'", "line_number <= 4"),
        "10.0 % of the pounds carry no postcode",
        outcome="accept",
    ),
    Plant("postcodes written otherwise", _line("remit_postcode = ' aa1  1aa'"), None, outcome="accept"),
    Plant("postcodes mistyped", _line("remit_postcode = 'aa1\u00a0Iaa'"), None, outcome="accept"),
    Plant("net and gross swapped", _line("amount_net_gbp = 120, amount_gross_gbp = 100"), "are 0.83 times the net"),
    Plant("gross beyond any VAT", _line("amount_gross_gbp = 125"), "Gross amounts are 1.25 times the net amounts."),
    Plant(
        "no net amounts",
        _line("amount_net_gbp = null"),
        "40 lines (100.0 %), 100.0 % of the pounds, have no net amount and count gross, VAT included.",
        outcome="hold",
    ),
    Plant(
        "a twentieth of the pounds gross",
        _line("amount_net_gbp = null", "line_number <= 2"),
        # 240 of 4,040.
        "2 lines (5.0 %), 5.9 % of the pounds, have no net amount and count gross, VAT included.",
        outcome="hold",
    ),
    Plant(
        "a line without net amount",
        _line("amount_net_gbp = null", "line_number = 1"),
        "1 lines (2.5 %), 3.0 % of the pounds, have no net amount and count gross, VAT included.",
        outcome="accept",
    ),
    Plant("no gross amounts", _line("amount_gross_gbp = null"), None, outcome="accept"),
    Plant("no VAT at all", _line("amount_gross_gbp = 100"), None, outcome="accept"),
    Plant(
        "a null called NULL",
        _line("supplier_name = ' null'", "line_number = 1"),
        "2.5 % of the lines name a supplier that reads like a missing value.",
        outcome="hold",
    ),
    Plant(
        "a wrong encoding",
        _line("supplier_name = 'CafÃ© SociÃ©tÃ©'", "line_number = 1"),
        "1 supplier names look as if read in a wrong encoding.",
        outcome="accept",
    ),
    Plant("an accented name", _line("supplier_name = 'Café Société ÂNGSTRÖM'"), None, outcome="accept"),
    Plant(
        "invoices from a spreadsheet",
        _line("invoice_number = '5E+10'", "line_number = 1"),
        "1 lines have an invoice number like 1.2E+15.",
        outcome="accept",
    ),
    Plant(
        "appended to itself",
        _line("transaction_number = 'T' || (line_number %% 20)"),
        "100.0 % of the lines of 2023-04 stand there an even number of times",
    ),
    Plant(
        "three fifths of it appended again",
        _line("transaction_number = 'T' || (line_number %% 12)", "line_number <= 24"),
        "60.0 % of the lines of 2023-04 stand there an even number of times.",
        outcome="hold",
    ),
    Plant(
        "supplier names redacted in other words", _line("supplier_name = 'Redact'"), "100.0 % of the pounds are", "hold"
    ),
    Plant("a firm whose name only looks like it", _line("supplier_name = 'Redact Ltd'"), None, "accept"),
    Plant(
        "a month missing",
        "update ops.delivery set period_end_date = '2023-06-30' where delivery_id = %(id)s",
        "2 months of the period have no line.",
        outcome="hold",
    ),
]

SOCIAL_VALUE = [
    Plant(
        "a body that nobody knows",
        "update raw.portal_project set client = 'Elsewhere' where delivery_id = %(id)s and line_number = 3",
        "No rule knows body “Elsewhere”.",
    ),
    Plant(
        "a client twice",
        "update raw.portal_project set client = 'trafford council' where delivery_id = %(id)s and line_number = 2",
        "1 projects name a client twice.",
    ),
    Plant("sound", "select 1", None, outcome="accept"),
    Plant(
        "no projects",
        "delete from raw.portal_project where delivery_id = %(id)s",
        "The export holds no project.",
    ),
    Plant("no measures", "delete from raw.portal_measure where delivery_id = %(id)s", "The export holds no measure."),
    Plant("no targets", "delete from raw.portal_target where delivery_id = %(id)s", "The export holds no target."),
    Plant(
        "shares that do not sum",
        "update raw.portal_project set client_share_pct = 50 where delivery_id = %(id)s and line_number = 1",
        "1 projects have clients whose shares do not sum to 100 %.",
    ),
    Plant(
        "a project told two ways",
        "update raw.portal_project set contract_value_gbp = 1 where delivery_id = %(id)s and line_number = 1",
        "1 projects have rows that differ",
    ),
    Plant(
        "a target of no project",
        "update raw.portal_target set project_id = 'P9' where delivery_id = %(id)s and line_number = 1",
        "1 targets name a project that the export does not hold.",
    ),
    Plant(
        "a report of no project",
        "update raw.portal_delivery set project_id = 'P9' where delivery_id = %(id)s",
        "1 reports name a project that the export does not hold.",
    ),
    Plant(
        "a measure of another version",
        "update raw.portal_measure set toms_version = '2019' where delivery_id = %(id)s",
        "2 targets name a measure that the export does not list at the project's TOMs version. 1 reports",
    ),
    Plant(
        "a measure twice",
        "insert into raw.portal_measure (delivery_id, line_number, measure_code, toms_version, theme, value_type) "
        "values (%(id)s, 2, 'XT1', '2022', 'Jobs', 'Monetised')",
        "1 measures stand there twice",
    ),
    Plant(
        "an award without date",
        "update raw.portal_project set award_date = null where delivery_id = %(id)s",
        "100.0 % of the awarded projects have no award date.",
        outcome="hold",
    ),
    Plant(
        "an award without value",
        "update raw.portal_project set contract_value_gbp = null where delivery_id = %(id)s and project_id = 'P2'",
        "50.0 % of the awarded projects have no contract value.",
        outcome="hold",
    ),
    Plant(
        "an award without target",
        "update raw.portal_target set stage = 'Bid' where delivery_id = %(id)s and project_id = 'P2'",
        "1 awarded projects of £50,000 and more have no target in pounds.",
        outcome="accept",
    ),
    Plant(
        "a slip of the decimal point",
        "update raw.portal_target set target_gbp = 1000000 where delivery_id = %(id)s and project_id = 'P2'",
        "1 projects secure more than three times their contract value.",
        outcome="hold",
    ),
    Plant(
        "a negative target",
        "update raw.portal_target set target_gbp = -1 where delivery_id = %(id)s and project_id = 'P2'",
        "1 targets at award are negative.",
        outcome="hold",
    ),
    Plant(
        "a report of the future",
        "update raw.portal_delivery set period_end_date = '2025-01-01' where delivery_id = %(id)s",
        "1 reports are about periods that end after the export's date",
        outcome="accept",
    ),
    Plant(
        "no reports yet",
        "delete from raw.portal_delivery where delivery_id = %(id)s; "
        "update ops.delivery set lines_loaded = lines_loaded - 1, lines_in = lines_in - 1 where delivery_id = %(id)s",
        "The export holds no report of delivery.",
        outcome="accept",
    ),
    Plant("a row that did not read", _REJECTED, "12.5 % of the lines did not read", "hold"),
    _SHORT_ROWS,
]

CONTRACTS = [
    Plant(
        "a body that nobody knows",
        "update raw.contract set client = 'Elsewhere' where delivery_id = %(id)s and line_number = 3",
        "No rule knows body “Elsewhere”.",
    ),
    Plant("sound", "select 1", None, outcome="accept"),
    Plant("empty", "delete from raw.contract where delivery_id = %(id)s", "The register holds no contract."),
    Plant(
        "no values", "update raw.contract set contract_value_gbp = null where delivery_id = %(id)s", "100.0 % of the"
    ),
    Plant("no dates", "update raw.contract set award_date = null where delivery_id = %(id)s", "have no award date."),
    Plant(
        "one contract twice",
        "update raw.contract set contract_ref = 'C1' where delivery_id = %(id)s and line_number = 2",
        "33.3 % of the value stands on rows that repeat a contract of the same council and supplier.",
        outcome="hold",
    ),
    Plant(
        "a multiple award",
        "update raw.contract set contract_ref = 'C1', supplier_name = 'Another' "
        "where delivery_id = %(id)s and line_number = 2",
        None,
        outcome="accept",
    ),
    Plant(
        "a negative value",
        "update raw.contract set contract_value_gbp = -1 where delivery_id = %(id)s and line_number = 2",
        "1 contracts have a negative value.",
        outcome="hold",
    ),
    Plant(
        "a huge value",
        "update raw.contract set contract_value_gbp = 1e9 where delivery_id = %(id)s and line_number = 2",
        "1 contracts are worth a billion pounds or more.",
        outcome="hold",
    ),
    Plant(
        "an end before the start",
        "update raw.contract set end_date = '2020-01-01' where delivery_id = %(id)s and line_number = 2",
        "1 contracts end before they start.",
        outcome="accept",
    ),
    Plant(
        "no sizes",
        "update raw.contract set sme_supplier = null where delivery_id = %(id)s",
        "100.0 % of the contracts do not say it.",
        outcome="accept",
    ),
    Plant("a row that did not read", _REJECTED, "25.0 % of the lines did not read", "hold"),
    _SHORT_ROWS,
]

TENDERS = [
    Plant("sound", "select 1", None, outcome="accept"),
    Plant(
        "a procedure that no rule knows",
        "update raw.tender_lot set procedure = 'Light touch' where delivery_id = %(id)s and lot_number = '1'",
        "No rule knows procedure “Light touch”.",
    ),
    Plant("no lots", "delete from raw.tender_lot where delivery_id = %(id)s", "The export holds no lot."),
    Plant("no bids", "delete from raw.tender_bid where delivery_id = %(id)s", "The export holds no bid."),
    Plant(
        "a lot twice",
        "update raw.tender_lot set lot_number = '1' where delivery_id = %(id)s",
        "1 lots stand there more than once.",
    ),
    Plant(
        "a bid for no lot",
        "update raw.tender_bid set lot_number = '9' where delivery_id = %(id)s and line_number = 2",
        "1 bids name a lot that the export does not hold.",
    ),
    Plant(
        "weights as fractions",
        "update raw.tender_lot set price_weight_pct = 0.5, quality_weight_pct = 0.3, social_value_weight_pct = 0.2 "
        "where delivery_id = %(id)s",
        "No social value weight passes 0.20",
    ),
    Plant(
        "an impossible weight",
        "update raw.tender_lot set price_weight_pct = 120, quality_weight_pct = -40 "
        "where delivery_id = %(id)s and line_number = 1",
        "1 lots have a weight below 0 or above 100.",
    ),
    Plant(
        "weights that do not add up",
        "update raw.tender_lot set price_weight_pct = 40 where delivery_id = %(id)s and line_number = 1",
        "1 lots have weights that do not add up to 100.",
        outcome="accept",
    ),
    Plant(
        "no weights",
        "update raw.tender_lot set social_value_weight_pct = null where delivery_id = %(id)s and line_number = 1",
        None,
        outcome="accept",
    ),
    Plant(
        "an award without date",
        "update raw.tender_lot set award_date = null where delivery_id = %(id)s and line_number = 1",
        "100.0 % of the awarded lots have no award date.",
        outcome="hold",
    ),
    Plant(
        "nobody won",
        "update raw.tender_bid set outcome = 'Lost' where delivery_id = %(id)s",
        "100.0 % of the awarded lots have no winning bid.",
        outcome="hold",
    ),
    Plant(
        "a winner who did not bid",
        "update raw.tender_bid set stage = 'Opted out' where delivery_id = %(id)s and outcome = 'Won'",
        "1 winners have a stage that is no bid.",
        outcome="hold",
    ),
    Plant(
        "two winners",
        "update raw.tender_bid set outcome = 'Won' where delivery_id = %(id)s",
        "1 lots have several winners.",
        outcome="accept",
    ),
    Plant("a row that did not read", _REJECTED, "20.0 % of the lines did not read", "hold"),
    _SHORT_ROWS,
    Plant(
        "sizes unknown",
        "update raw.tender_bid set bidder_size = null where delivery_id = %(id)s",
        "100.0 % of the compliant bids do not say the bidder's size.",
        outcome="accept",
    ),
]

# Of sixty lines of £20,000 like the months before; every 25th is £100, and its supplier's only ones.
HISTORY = [
    Plant("sound", "select 1", None, "accept"),
    Plant(
        "a line that did not read",
        _REJECTED,
        "1.6 % of the lines did not read and are left out.",
        "accept",
    ),
    Plant(
        "half of it",
        "delete from raw.spend_line where delivery_id = %(id)s and line_number > 30; "
        "update ops.delivery set lines_loaded = 30, lines_in = 30 where delivery_id = %(id)s",
        # ln ½ = −0.693, over the narrowest spread of 0.2.
        "Lines of 2023-04: 60 usually → 30 now. Pounds of 2023-04: £1,160,200.00 usually → £580,100.00 now.",
        "hold",
    ),
    Plant(
        "each line once more under another number",
        "insert into raw.spend_line (delivery_id, line_number, supplier_name, supplier_ref, remit_postcode, "
        "payment_date, transaction_number, amount_net_gbp, purpose) "
        "select delivery_id, line_number + 60, supplier_name, supplier_ref, remit_postcode, payment_date, "
        "'U' || line_number, amount_net_gbp, purpose from raw.spend_line where delivery_id = %(id)s; "
        "update ops.delivery set lines_loaded = 120, lines_in = 120 where delivery_id = %(id)s",
        "Lines of 2023-04: 60 usually → 120 now.",
        "hold",
    ),
    Plant(
        "twice the pounds",
        _line("amount_net_gbp = 2 * amount_net_gbp"),
        "Pounds of 2023-04: £1,160,200.00 usually → £2,320,400.00 now.",
        "hold",
    ),
    Plant(
        "amounts in pence",
        _line("amount_net_gbp = 100 * amount_net_gbp"),
        "The pounds and the usual line of 2023-04 are both 100.00 times the usual ones.",
    ),
    Plant(
        "a misplaced decimal point",
        _line("amount_net_gbp = amount_net_gbp / 10"),
        "The pounds and the usual line of 2023-04 are both 0.10 times the usual ones.",
    ),
    Plant(
        "only the large lines",
        # The usual line is ten times as large, but the pounds are not: that is another extract, no other unit.
        "delete from raw.spend_line where delivery_id = %(id)s and line_number > 6; "
        + _line("amount_net_gbp = 200000")
        + "; update ops.delivery set lines_loaded = 6, lines_in = 6 where delivery_id = %(id)s",
        "Lines of 2023-04: 60 usually → 6 now",
        "hold",
    ),
    Plant(
        "more credit notes than usual",
        _line("amount_net_gbp = -100", "line_number <= 18"),
        "30.0 % of the lines of 2023-04 are negative, 0.0 % usually.",
        "hold",
    ),
    Plant(
        "more redacted than usual",
        _line("supplier_name = 'Name withheld', remit_postcode = null", "line_number <= 24"),
        "41.4 % of the pounds of 2023-04 are redacted, 0.0 % usually.",
        "hold",
    ),
    Plant(
        "more unknown postcodes than usual",
        _line("remit_postcode = 'ZZ99 9ZZ'", "line_number <= 9"),
        "15.5 % of the pounds of 2023-04 carry no postcode that the directory knows, 0.0 % usually.",
        "hold",
    ),
    Plant(
        "cut in the middle of the month",
        _line("payment_date = payment_date - 14", "extract(day from payment_date) > 14"),
        "No payment on 16 days on end in 2023-04, 3 usually.",
        "hold",
    ),
    Plant(
        "a column lost",
        _line("purpose = null"),
        "Purpose (2023-04) went blank against the month before.",
        "hold",
    ),
    Plant(
        "net amounts lost",
        _line("amount_gross_gbp = amount_net_gbp, amount_net_gbp = null"),
        "Amount_net_gbp (2023-04) went blank against the month before.",
        "hold",
    ),
    Plant(
        "more gross than usual",
        _line("amount_gross_gbp = amount_net_gbp, amount_net_gbp = null", "line_number <= 2"),
        "3.4 % of the pounds of 2023-04 have no net amount and count gross, 0.0 % usually.",
        "hold",
    ),
    Plant(
        "a supplier renamed",
        _line("supplier_name = 'Invented Successor'", "supplier_ref = 'S3'"),
        "1 of 25 known supplier numbers have a new name in 2023-04 (4.0 %).",
        "accept",
    ),
    Plant(
        "names written otherwise",
        _line("supplier_name = upper(supplier_name) || '.'"),
        None,
        "accept",
    ),
    Plant(
        "supplier numbers given out anew",
        _line("supplier_ref = 'S' || (line_number + 1) %% 25"),
        "25 of 25 known supplier numbers have a new name in 2023-04 (100.0 %).",
        "hold",
    ),
    Plant(
        "supplier numbers written otherwise",
        _line("supplier_ref = '00' || supplier_ref"),
        "25 of 25 supplier numbers of 2023-04 (100.0 %) were never paid before.",
        "hold",
    ),
    Plant(
        "a payment out of scale",
        _line("amount_net_gbp = 25000", "line_number = 25"),
        "Payments of £25,000.00 in 2023-04, 2.1 % of its pounds, are fifty times and more what their",
        "accept",
    ),
    Plant(
        "a decimal point lost on one line",
        _line("amount_net_gbp = 140000", "line_number = 25"),
        "Payments of £140,000.00 in 2023-04, 10.8 % of its pounds,",
        "hold",
    ),
]


def _company(columns: str, where: str = "true") -> str:
    return f"update raw.register_company set {columns} where delivery_id = %(id)s and {where}"


def _later_with(lines: int) -> str:
    """A later edition of so many lines, with those before it to be held against."""
    return (
        "update ops.delivery set period_end_date = '2024-04-30', "
        f"lines_in = {lines}, lines_loaded = {lines} where delivery_id = %(id)s; "
        f"delete from raw.register_company where delivery_id = %(id)s and line_number > {lines}; "
        "insert into raw.register_company (delivery_id, line_number, company_number, company_name, company_status) "
        f"select %(id)s, n, 'ZZ' || lpad(n::text, 6, '0'), 'INVENTED', 'Active' from generate_series(41, {lines}) as n"
    )


_CHARITIES = """
    delete from raw.register_company where delivery_id = %(id)s;
    insert into raw.register_charity (
        delivery_id, line_number, charity_number, linked_charity_number, charity_name, registration_status, extract_date
    )
    select %(id)s, n, (9900000 + n / 2)::text, (n %% 2)::text, 'INVENTED ' || n, 'Registered', '2024-03-31'
    from generate_series(1, 40) as n
"""

REGISTER = [
    Plant("empty", "delete from raw.register_company where delivery_id = %(id)s", "The register holds no entry."),
    Plant("lines not read", _REJECTED, "2.4 % of the lines did not read and are left out.", outcome="accept"),
    _SHORT_ROWS,
    Plant(
        "a number twice, in lower case",
        _company("company_number = 'zz000001'", "line_number = 2"),
        "1 numbers stand there more than once.",
    ),
    Plant(
        "numbers without their zeros",
        _company("company_number = line_number::text"),
        "100.0 % of the numbers have not the form of this register's.",
    ),
    Plant("no names", _company("company_name = null", "line_number <= 3"), "7.5 % of the entries have no name."),
    Plant("no statuses", _company("company_status = null"), "100.0 % of the entries have no status."),
    Plant(
        "most offices lost",
        _company("registered_postcode = null", "line_number <= 21"),
        "52.5 % of the companies have no postcode of their registered office.",
    ),
    Plant(
        "some offices lost",
        _company("registered_postcode = null", "line_number <= 5"),
        "12.5 % of the companies have no postcode of their registered office.",
        outcome="hold",
    ),
    Plant(
        "a company of next year",
        _company("incorporation_date = '2025-01-01'", "line_number = 1"),
        "1 companies were incorporated after the day that the file's name says.",
        outcome="accept",
    ),
    Plant("a part of the register", _later_with(6), "It has 0.15 times the entries of the edition before it."),
    Plant("a shorter one", _later_with(35), "It has 0.88 times the entries of the edition before it.", outcome="hold"),
    Plant("a far longer one", _later_with(64), "It has 1.60 times the entries of the edition", outcome="hold"),
    Plant("charities, linked ones among them", _CHARITIES, None, outcome="accept"),
    Plant(
        "a linked charity twice",
        _CHARITIES + "; update raw.register_charity set linked_charity_number = '0' "
        "where delivery_id = %(id)s and line_number = 3",
        "1 numbers stand there more than once.",
    ),
    Plant("sound", "select 1", None, outcome="accept"),
]
PLANTS = {
    "spend": SPEND,
    "spend_history": HISTORY,
    "social_value": SOCIAL_VALUE,
    "contracts": CONTRACTS,
    "tenders": TENDERS,
    "register": REGISTER,
}

_LOADED = {
    "spend_history": """
        insert into raw.spend_line (
            delivery_id, line_number, supplier_name, supplier_ref, remit_postcode, payment_date, transaction_number,
            amount_net_gbp, purpose
        )
        select %(id)s, n, 'Invented Trader ' || n %% 25, 'S' || n %% 25, 'AA1 1AA', start + (n %% 28), 'T' || n,
            case when n %% 25 = 0 then 100 else 20000 end, 'Pens'
        from generate_series(1, 60) as n, (
            select period_start_date as start from ops.delivery where delivery_id = %(id)s
        ) as period
        """,
    "spend": """
        insert into raw.spend_line (
            delivery_id, line_number, organisation, supplier_name, supplier_ref, remit_postcode, payment_date,
            transaction_number, amount_net_gbp, amount_gross_gbp
        )
        select %(id)s, n, 'TOWN', 'Invented Trader', 'S1', 'AA1 1AA', '2023-04-03', 'T' || n, 100, 120
        from generate_series(1, 40) as n
        """,
    "social_value": """
        insert into raw.portal_project (
            delivery_id, line_number, project_id, client, client_share_pct, supplier_name, status, contract_value_gbp,
            award_date, toms_version
        ) values
        (%(id)s, 1, 'P1', 'Trafford Council', 33.33, 'Invented Trader', 'Live', 90000, '2023-05-01', '2022'),
        (%(id)s, 2, 'P1', 'Stockport MBC', 66.67, 'Invented Trader', 'Live', 90000, '2023-05-01', '2022'),
        (%(id)s, 3, 'P2', 'Trafford Council', 100, 'Invented Trader', 'awarded ', 50000, '2023-06-01', '2022');
        insert into raw.portal_measure (delivery_id, line_number, measure_code, toms_version, theme, value_type)
        values (%(id)s, 1, 'XT1', '2022', 'Jobs', 'Monetised');
        insert into raw.portal_target (delivery_id, line_number, project_id, stage, measure_code, target_gbp) values
        (%(id)s, 1, 'P1', 'Award', 'XT1', 25000), (%(id)s, 2, 'P2', 'Award', 'XT1', 12000);
        insert into raw.portal_delivery (
            delivery_id, line_number, project_id, measure_code, period_start_date, period_end_date, evidence_status
        ) values (%(id)s, 1, 'P1', 'XT1', '2023-07-01', '2023-09-30', 'Accepted')
        """,
    "contracts": """
        insert into raw.contract (
            delivery_id, line_number, contract_ref, client, supplier_name, contract_type, award_date, start_date,
            end_date, contract_value_gbp, sme_supplier, vcse_supplier
        )
        select %(id)s, n, 'C' || n, 'Trafford Council', 'Invented Trader', 'Single award', '2023-05-01', '2023-06-01',
            '2025-05-31', 60000, 'Yes', 'No'
        from generate_series(1, 3) as n
        """,
    "tenders": """
        insert into raw.tender_lot (
            delivery_id, line_number, opportunity_ref, lot_number, buyer, status, award_date, price_weight_pct,
            quality_weight_pct, social_value_weight_pct
        ) values
        (%(id)s, 1, 'O1', '1', 'Trafford Council', 'Awarded', '2023-05-01', 50, 30, 20),
        (%(id)s, 2, 'O1', '2', 'Trafford Council', 'Cancelled', null, 50, 30, 20);
        insert into raw.tender_bid (
            delivery_id, line_number, opportunity_ref, lot_number, bidder_name, bidder_size, stage, outcome
        ) values
        (%(id)s, 1, 'O1', '1', 'Invented Trader', 'Small', 'Awarded', 'Won'),
        (%(id)s, 2, 'O1', '1', 'Invented Rival', 'Large', 'Evaluated', 'Lost')
        """,
    "register": """
        insert into raw.register_company (
            delivery_id, line_number, company_number, company_name, company_status, incorporation_date,
            registered_postcode
        )
        select %(id)s, n, 'ZZ' || lpad(n::text, 6, '0'), 'INVENTED ' || n || ' LTD', 'Active', '2001-02-03', 'AA1 1AA'
        from generate_series(1, 40) as n
        """,
}
_LINES = {"spend": 40, "spend_history": 60, "social_value": 7, "contracts": 3, "tenders": 4, "register": 40}


@pytest.fixture(scope="module")
def sources(module_warehouse: Warehouse) -> dict[str, Source]:
    """The project's own sources, by kind, registered."""
    from star_warehouse.load import register_source

    known = load_sources(Settings.from_environment({}).sources_folder)
    chosen = {kind: known[source_id] for kind, source_id in SOURCES.items()}
    with module_warehouse.connect() as connection:
        for source in chosen.values():
            register_source(connection, source)
        connection.execute("insert into reference.postcode values ('AA11AA', 'E08000007')")
    return chosen


@pytest.fixture(scope="module")
def checked(
    module_warehouse: Warehouse, sources: dict[str, Source], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], tuple[int, DeliveryVerdict]]]:
    """Delivery and verdict for each plant, all of one kind checked in one go."""
    from dataclasses import replace

    settings = replace(Settings.from_environment({}), home=tmp_path_factory.mktemp("home"))
    found: dict[tuple[str, str], tuple[int, DeliveryVerdict]] = {}
    for number in range(6):
        before = _delivery(module_warehouse, "spend_history", number, HISTORY[0])
        with module_warehouse.connect() as connection:
            connection.execute(
                """
                update ops.delivery set state = 'loaded', period_key = to_char(month, 'YYYY-MM'),
                    period_start_date = month, period_end_date = (month + interval '1 month - 1 day')::date
                from (select (date '2023-04-01' - make_interval(months => %(number)s))::date as month) as earlier
                where delivery_id = %(id)s
                """,
                {"number": number + 1, "id": before},
            )
            connection.execute(
                """
                update raw.spend_line
                set payment_date = (payment_date - make_interval(months => %(number)s))::date
                where delivery_id = %(id)s
                """,
                {"number": number + 1, "id": before},
            )
    for kind, plants in PLANTS.items():
        ids = [_delivery(module_warehouse, kind, number, plant) for number, plant in enumerate(plants)]
        verdicts = check_deliveries(module_warehouse, settings, sources[kind], ids, "run")
        assert list(verdicts) == ids
        found |= {
            (kind, plant.name): (delivery_id, verdicts[delivery_id])
            for plant, delivery_id in zip(plants, ids, strict=True)
        }
    yield found


def _delivery(warehouse: Warehouse, kind: str, number: int, plant: Plant) -> int:
    with warehouse.connect() as connection:
        row = connection.execute(
            """
            insert into ops.delivery (
                source_id, file_name, location, size_bytes, state, period_key, period_start_date, period_end_date,
                lines_in, lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp
            ) values (%s, %s, 'inbox', 1, 'checking', %s, '2023-04-01', '2023-04-30', %s, %s, 0, 0, 4000)
            returning delivery_id
            """,
            (SOURCES[kind], f"{kind} {plant.name}", str(number), _LINES[kind], _LINES[kind]),
        ).fetchone()
        assert row is not None
        if not kind.startswith("spend"):
            connection.execute("update ops.delivery set period_end_date = '2024-03-31' where delivery_id = %s", row)
        for statement in (_LOADED[kind] + ";" + plant.statement).split(";"):
            connection.execute(statement, {"id": row[0]})
    return int(row[0])


@pytest.mark.parametrize(
    ("kind", "plant"),
    [pytest.param(kind, plant, id=f"{kind}: {plant.name}") for kind, plants in PLANTS.items() for plant in plants],
)
def test_each_delivery_is_judged_by_its_own_faults(
    checked: dict[tuple[str, str], tuple[int, DeliveryVerdict]], kind: str, plant: Plant
) -> None:
    verdict = checked[kind, plant.name][1]
    assert verdict.outcome == plant.outcome, verdict
    if plant.says is None:
        assert (verdict.reason, verdict.way_out) == (None, None)
    else:
        assert plant.says in (verdict.reason or "")
        assert verdict.way_out


def test_every_expectation_of_a_delivery_is_seen_to_fail(
    module_warehouse: Warehouse, checked: dict[tuple[str, str], tuple[int, DeliveryVerdict]]
) -> None:
    with module_warehouse.connect() as connection:
        rows = connection.execute(
            """
            select suite, column_name, severity from ops.quality_result
            group by suite, column_name, severity having bool_and(is_success)
            """
        ).fetchall()
    assert rows == []


def test_what_was_checked_is_recorded_once_for_each_delivery(
    module_warehouse: Warehouse, checked: dict[tuple[str, str], tuple[int, DeliveryVerdict]]
) -> None:
    delivery_id = checked["spend", "redacted"][0]
    with module_warehouse.connect() as connection:
        rows = connection.execute(
            """
            select run_id, boundary, suite, subject, release_id, severity, is_success, observed, expected,
                unexpected_count, message
            from ops.quality_result where delivery_id = %s and column_name = 'redacted_amount_share'
            """,
            (delivery_id,),
        ).fetchall()
        counts = connection.execute(
            "select distinct count(*) from ops.quality_result where suite = 'delivery_spend' group by delivery_id"
        ).fetchall()
    assert rows == [
        (
            "run",
            "delivery",
            "delivery_spend",
            "spend redacted",
            None,
            "warning",
            False,
            "52.5 %",
            "at most 50.0 %",
            1,
            "52.5 % of the pounds are redacted, so without supplier and place.",
        )
    ]
    assert len(counts) == 1


def test_more_failures_than_the_library_lists_are_all_told_and_a_repeat_replaces_the_first(
    warehouse: Warehouse, sources: dict[str, Source], settings: Settings
) -> None:
    from star_warehouse.load import register_source

    with warehouse.connect() as connection:
        register_source(connection, sources["contracts"])
    empty = Plant("no values", "update raw.contract set contract_value_gbp = null where delivery_id = %(id)s", "")
    ids = [_delivery(warehouse, "contracts", number, empty) for number in range(45)]
    for _ in range(2):
        verdicts = check_deliveries(warehouse, settings, sources["contracts"], ids, "run")
        assert [verdicts[delivery_id].outcome for delivery_id in ids] == ["refuse"] * 45
    with warehouse.connect() as connection:
        failed = connection.execute(
            "select count(*) from ops.quality_result where not is_success and severity = 'critical'"
        ).fetchone()
    assert failed == (45,)


def test_nothing_waits(warehouse: Warehouse, settings: Settings, sources: dict[str, Source]) -> None:
    assert check_deliveries(warehouse, settings, sources["spend"], [], "run") == {}
    assert not settings.home.exists()


def test_a_delivery_that_is_not_in_the_ledger(
    warehouse: Warehouse, settings: Settings, sources: dict[str, Source]
) -> None:
    with pytest.raises(Refusal, match="Not in the ledger: delivery 77"):
        check_deliveries(warehouse, settings, sources["spend"], [77], "run")

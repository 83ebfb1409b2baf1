"""Suppliers that became something else in 2023, through the real matching: each payment counts by its day.

The expected kinds and pounds are worked out on paper from the lines below. All names are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.settings import Settings
from star_warehouse.suppliers import decide, match_suppliers, open_questions
from tests.dbt.conftest import run_dbt

# The company register had Willow as a private limited company in June and has it as a community interest company since
# 15 August; Jane Pike's company was founded on 1 August. The charity register says of Larkhill that it was removed on
# 10 August, and of Hazelbank that it was registered on 1 September. Nobody registers Plain. What the contracts register
# says of Oakhurst changed with the award of 15 August.
FIRST_EDITION, LAST_EDITION = "2023-06-01", "2023-08-15"
WILLOW, SHINE, OAKHURST, LARKHILL, HAZELBANK = "ZZ001111", "ZZ002222", "ZZ003333", "9900111", "9900222"

# Number, name, category, accounts, founded; the edition is that of the group.
COMPANIES = {
    FIRST_EDITION: [
        (WILLOW, "INVENTED WILLOW CARE LTD", "Private Limited Company", "MICRO ENTITY", "2015-03-01"),
        (OAKHURST, "INVENTED OAKHURST LTD", "PRI/LTD BY GUAR/NSC", "FULL", "2015-03-01"),
    ],
    LAST_EDITION: [
        (WILLOW, "INVENTED WILLOW CARE CIC", "Community Interest Company", "FULL", "2015-03-01"),
        (SHINE, "INVENTED SHINE CLEANING LTD", "Private Limited Company", "NO ACCOUNTS FILED", "2023-08-01"),
        (OAKHURST, "INVENTED OAKHURST LTD", "PRI/LTD BY GUAR/NSC", "FULL", "2015-03-01"),
    ],
}
# Number, name, status, registered, removed.
CHARITIES = {
    FIRST_EDITION: [(LARKHILL, "INVENTED LARKHILL SCHOOL", "Registered", "2011-05-01", None)],
    "2023-09-30": [
        (LARKHILL, "INVENTED LARKHILL SCHOOL", "Removed", "2011-05-01", "2023-08-10"),
        (HAZELBANK, "INVENTED HAZELBANK SCHOOL", "Registered", "2023-09-01", None),
    ],
}
# Its name does not say so, but Willow runs it: a person looked it up.
HOME = "Invented Foxcote Nursing Home"
CONTRACTS = (("2023-06-20", "No"), ("2023-08-15", "Yes"))


@dataclass(frozen=True)
class Line:
    """One payment by Stockport to a supplier in Stockport."""

    reference: str
    date: str
    gbp: int
    name: str
    company_number: str | None = None
    charity_number: str | None = None


LINES = (
    Line("W", "2023-07-31", 30_000, "Invented Willow Care Ltd", WILLOW),
    Line("W", "2023-08-14", 1_000, "Invented Willow Care Ltd", WILLOW),
    Line("W", "2023-08-15", 2_000, "Invented Willow Care CIC", WILLOW),
    Line("W", "2023-09-15", 4_000, "Invented Willow Care CIC", WILLOW),
    Line("L", "2023-08-09", 50_000, "Invented Larkhill School", charity_number=LARKHILL),
    Line("L", "2023-08-10", 60_000, "Invented Larkhill School", charity_number=LARKHILL),
    Line("N", "2023-08-31", 15_000, "Invented Hazelbank School", charity_number=HAZELBANK),
    Line("N", "2023-09-01", 16_000, "Invented Hazelbank School", charity_number=HAZELBANK),
    Line("J", "2023-07-31", 8_000, "Invented Mrs Jane Pike"),
    Line("J", "2023-08-01", 9_000, "Invented Shine Cleaning Ltd", SHINE),
    Line("P", "2023-07-31", 5_000, "Invented Plain CIC"),
    Line("P", "2023-09-15", 5_000, "Invented Plain CIC"),
    Line("O", "2023-05-01", 6_000, "Invented Oakhurst Ltd", OAKHURST),
    Line("O", "2023-08-14", 6_000, "Invented Oakhurst Ltd", OAKHURST),
    Line("O", "2023-08-15", 6_000, "Invented Oakhurst Ltd", OAKHURST),
    Line("H", "2023-07-31", 3_000, HOME),
    Line("H", "2023-09-15", 7_000, HOME),
)


@pytest.fixture(scope="module")
def changed(
    make_database: Callable[[str | None], Warehouse],
    empty_warehouse: Warehouse,
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    """A warehouse with these lines and registers, built by dbt with every data test."""
    warehouse = make_database(empty_warehouse.database)
    with warehouse.connect() as connection:
        connection.execute("insert into reference.postcode values ('SK13XE', 'E08000007')")
        for kind, source in (
            ("spend", "stockport"),
            ("register", "companies"),
            ("register", "charities"),
            ("contracts", "contracts"),
        ):
            _declare(connection, source, kind)
        spend = _deliver(connection, "stockport", "2024-03-31", len(LINES), sum(line.gbp for line in LINES))
        for number, line in enumerate(LINES, 1):
            connection.execute(
                """
                insert into raw.spend_line (
                    delivery_id, line_number, supplier_name, supplier_ref, company_number, charity_number,
                    remit_postcode, payment_date, amount_net_gbp
                ) values (%s, %s, %s, %s, %s, %s, 'SK1 3XE', %s, %s)
                """,
                (
                    spend,
                    number,
                    line.name,
                    line.reference,
                    line.company_number,
                    line.charity_number,
                    line.date,
                    line.gbp,
                ),
            )
        for edition, companies in COMPANIES.items():
            delivery = _deliver(connection, "companies", edition, len(companies))
            for number, (company_number, name, category, accounts, founded) in enumerate(companies, 1):
                connection.execute(
                    """
                    insert into raw.register_company (
                        delivery_id, line_number, company_number, company_name, company_category, company_status,
                        accounts_category, incorporation_date
                    ) values (%s, %s, %s, %s, %s, 'Active', %s, %s)
                    """,
                    (delivery, number, company_number, name, category, accounts, founded),
                )
        for edition, charities in CHARITIES.items():
            delivery = _deliver(connection, "charities", edition, len(charities))
            for number, charity in enumerate(charities, 1):
                connection.execute(
                    """
                    insert into raw.register_charity (
                        delivery_id, line_number, linked_charity_number, charity_number, charity_name,
                        registration_status, registration_date, removal_date, extract_date
                    ) values (%s, %s, '0', %s, %s, %s, %s, %s, %s)
                    """,
                    (delivery, number, *charity, edition),
                )
        contracts = _deliver(connection, "contracts", "2024-03-31", len(CONTRACTS))
        for number, (award_date, vcse) in enumerate(CONTRACTS, 1):
            connection.execute(
                """
                insert into raw.contract (
                    delivery_id, line_number, contract_ref, client, supplier_name, company_number, vcse_supplier,
                    award_date, contract_value_gbp
                ) values (%s, %s, %s, 'Stockport', 'Invented Oakhurst Ltd', %s, %s, %s, 1)
                """,
                (contracts, number, f"C{number}", OAKHURST, vcse, award_date),
            )
    folder = tmp_path_factory.mktemp("changed")
    match_suppliers(warehouse, Settings.from_environment({}), "run 1")
    (home,) = (question.record_key_l for question in open_questions(warehouse) if question.name_l == HOME)
    (folder / "answers.csv").write_text(
        "record_key_l,record_key_r,identified_name,identified_company_number,decision,decided_by,reason\n"
        f"{home},,Invented Willow Care CIC,{WILLOW},identified,Invented Steward,Looked up.\n",
        encoding="utf-8",
    )
    decide(warehouse, folder / "answers.csv", "review")
    match_suppliers(warehouse, Settings.from_environment({}), "run 2")
    done = run_dbt(
        *("build", "--exclude-resource-type", "unit_test"),
        target=folder,
        environment=warehouse.environment(),
    )
    assert done.returncode == 0, done.stdout
    return warehouse


def _declare(connection, source: str, kind: str) -> None:  # type: ignore[no-untyped-def]
    connection.execute(
        """
        insert into ops.source (
            source_id, title, kind, partner_code, extract, vat_basis, accepts_from_date, cadence, definition_sha256
        ) values (%s, %s, %s, %s, 'internal', 'net', '2018-04-01', 'year', repeat('0', 64))
        """,
        (source, source, kind, source if kind == "spend" else None),
    )


def _deliver(connection, source: str, as_at: str, lines: int, gbp: int = 0) -> int:  # type: ignore[no-untyped-def]
    row = connection.execute(
        """
        insert into ops.delivery (
            source_id, file_name, location, size_bytes, sha256, state, period_key, period_start_date, period_end_date,
            lines_in, lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp, loaded_at
        ) values (%s, 'invented', 'inbox', 1, repeat('0', 64), 'loaded', %s, '2023-04-01', %s, %s, %s, 0, 0, %s, now())
        returning delivery_id
        """,
        (source, as_at, as_at, lines, lines, gbp),
    ).fetchone()
    return int(row[0])


def ask(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(query).fetchall()


def paid(warehouse: Warehouse, reference: str, column: str) -> list[tuple[str, Any]]:
    """What a supplier was on each of its payment dates, by joining its history as an analyst would."""
    return ask(
        warehouse,
        f"""
        select line.payment_date::text, history.{column}
        from warehouse.fct_payment_line as line
        inner join staging.stg_spend__line as stated using (delivery_id, line_number)
        inner join warehouse.dim_supplier_history as history
            on line.supplier_key = history.supplier_key
            and line.payment_date between coalesce(history.valid_from_date, '-infinity')
                and coalesce(history.valid_to_date, 'infinity')
        where stated.supplier_ref = '{reference}'
        order by line.payment_date
        """,
    )


def test_each_reference_is_one_supplier(changed: Warehouse) -> None:
    rows = ask(
        changed,
        "select supplier_ref, count(distinct supplier_key) from intermediate.int_supplier__identified group by 1",
    )
    assert dict(rows) == {"W": 1, "L": 1, "J": 1, "N": 1, "P": 1, "O": 1, "H": 1}


def test_a_home_is_whoever_a_person_says_runs_it(changed: Warehouse) -> None:
    rows = ask(
        changed,
        """
        select count(distinct supplier_key), min(supplier.published_name)
        from intermediate.int_supplier__identified as record
        inner join warehouse.dim_supplier as supplier using (supplier_key)
        where record.supplier_ref in ('W', 'H')
        """,
    )
    assert rows == [(1, "Invented Willow Care CIC")]
    assert paid(changed, "H", "is_vcse") == [("2023-07-31", False), ("2023-09-15", True)]


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        ("supplier_class", "company", "cic"),
        ("is_vcse", False, True),
        ("vcse_source", "company register", "community interest company"),
        # Whoever files full accounts may be of any size.
        ("is_sme_companies_act", True, None),
        ("registered_name", "INVENTED WILLOW CARE LTD", "INVENTED WILLOW CARE CIC"),
    ],
)
def test_a_company_is_a_social_enterprise_from_the_day_the_register_has_it(
    changed: Warehouse, column: str, before: object, after: object
) -> None:
    """The name that ends in CIC, first written a month later, makes none of the payments of July."""
    assert paid(changed, "W", column) == [
        ("2023-07-31", before),
        ("2023-08-14", before),
        ("2023-08-15", after),
        ("2023-09-15", after),
    ]


def test_its_history_is_two_stretches(changed: Warehouse) -> None:
    rows = ask(
        changed,
        """
        select distinct history.valid_from_date::text, history.valid_to_date::text, history.is_first_known,
            history.is_current
        from warehouse.dim_supplier_history as history
        inner join intermediate.int_supplier__identified as record using (supplier_key)
        where record.supplier_ref = 'W' order by 1 nulls first
        """,
    )
    assert rows == [(None, "2023-08-14", True, False), ("2023-08-15", None, False, True)]


def test_pounds_paid_to_social_enterprises_are_those_of_their_days(changed: Warehouse) -> None:
    (row,) = ask(
        changed,
        """
        select sum(line.amount_gbp) filter (where history.is_vcse),
            sum(line.amount_gbp) filter (where not history.is_vcse),
            sum(line.amount_gbp) filter (where history.is_vcse is null)
        from warehouse.fct_payment_line as line
        inner join warehouse.dim_supplier_history as history
            on line.supplier_key = history.supplier_key
            and (history.valid_from_date is null or line.payment_date >= history.valid_from_date)
            and (history.valid_to_date is null or line.payment_date <= history.valid_to_date)
        """,
    )
    # Willow's £6,000 and its home's £7,000 as a CIC, Larkhill's £50,000 as a charity, Plain's £10,000, Oakhurst's
    # £6,000 since its award, Hazelbank's £16,000 since its registration. Not: Willow's £31,000 and its home's £3,000,
    # Larkhill's £60,000 and Hazelbank's £15,000 as schools, Mrs Pike's £8,000 and her company's £9,000,
    # Oakhurst's £12,000.
    assert row == (Decimal(95_000), Decimal(138_000), None)


def test_a_removed_charity_is_one_until_the_day_before(changed: Warehouse) -> None:
    assert paid(changed, "L", "supplier_class") == [("2023-08-09", "charity"), ("2023-08-10", "school")]


def test_a_charity_is_one_from_the_day_of_its_registration(changed: Warehouse) -> None:
    assert paid(changed, "N", "supplier_class") == [("2023-08-31", "school"), ("2023-09-01", "charity")]


def test_a_published_measure_counts_a_payment_by_what_its_supplier_was(changed: Warehouse) -> None:
    """What is paid to a charity can be influenced, what is paid to a school cannot; the year decides the threshold."""
    (row,) = ask(
        changed,
        """
        select denominator_gbp, suppliers_count from candidate.retention
        where partner_code = 'stockport' and financial_year = '2023/24' and quarter = 'FY' and ring = 'own_borough'
            and scope = 'influenceable' and threshold_basis = 'supplier_year' and location_basis = 'remit'
            and series = 'as_at_membership'
        """,
    )
    # Willow's £37,000, its home's £10,000, Larkhill's £50,000 and Hazelbank's £16,000 as charities.
    assert row == (Decimal(113_000), 3)


def test_who_founded_a_company_was_a_person_until_then(changed: Warehouse) -> None:
    assert paid(changed, "J", "supplier_class") == [("2023-07-31", "individual"), ("2023-08-01", "company")]
    (guarded,) = ask(
        changed, "select is_person from warehouse.dim_masked_name where masked_name = 'invented mrs jane pike'"
    )
    assert guarded == (True,)


def test_a_declaration_counts_from_its_day_and_the_first_before_it(changed: Warehouse) -> None:
    assert paid(changed, "O", "is_vcse") == [("2023-05-01", False), ("2023-08-14", False), ("2023-08-15", True)]


def test_who_is_on_no_register_is_the_same_all_the_time(changed: Warehouse) -> None:
    assert paid(changed, "P", "valid_from_date") == [("2023-07-31", None), ("2023-09-15", None)]
    assert paid(changed, "P", "is_vcse") == [("2023-07-31", True), ("2023-09-15", True)]


def test_the_release_tells_what_a_supplier_is_now(changed: Warehouse) -> None:
    rows = ask(
        changed,
        """
        select distinct record.supplier_ref, supplier.supplier_class, supplier.is_vcse
        from candidate.supplier as supplier
        inner join intermediate.int_supplier__identified as record using (supplier_key) order by 1
        """,
    )
    assert rows == [
        ("H", "cic", True),
        ("J", "company", False),
        ("L", "school", False),
        ("N", "charity", True),
        ("O", "company", True),
        ("P", "cic", True),
        ("W", "cic", True),
    ]

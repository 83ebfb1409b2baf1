"""Three releases with a person's decision before the second and its withdrawal before the third, by the real steps.

All expected pounds are worked out on paper from the lines below. All names are invented.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.local.release_table import print_release
from star_warehouse.refusal import Refusal
from star_warehouse.release import (
    LAYERS,
    build,
    explain_release,
    identify_suppliers,
    list_releases,
    open_release,
    publish,
    release_is_due,
    write_explanation,
)
from star_warehouse.settings import Settings
from star_warehouse.suppliers import decide, open_questions, write_questions

NURSERY = "Invented Brackle Lodge Nursery"
STOCKPORT, CHESHIRE_EAST = "SK1 3XE", "SK9 1AA"
# Name, vendor number, company number, remittance and registered postcode, payment date, pounds.
LINES = (
    # One nursery in two places? Neither record reaches £25,000 by itself; together they are paid £27,000.
    (NURSERY, "V1", None, STOCKPORT, None, "2023-05-10", 15_000),
    (NURSERY, "V2", None, CHESHIRE_EAST, None, "2023-06-12", 12_000),
    # From Stockport to Cheshire East in August, the registered office a month later.
    ("Invented Moving House Ltd", "V3", "ZZ001234", STOCKPORT, STOCKPORT, "2023-07-31", 30_000),
    ("Invented Moving House Ltd", "V3", "ZZ001234", CHESHIRE_EAST, STOCKPORT, "2023-08-15", 20_000),
    ("Invented Moving House Ltd", "V3", "ZZ001234", CHESHIRE_EAST, CHESHIRE_EAST, "2023-09-15", 5_000),
    ("Invented Ottoline Roofing Ltd", "V4", "ZZ007654", STOCKPORT, STOCKPORT, "2023-09-01", 40_000),
    # A name withheld and a payee of whom nothing is stated are nobody's supplier; one without a name, but a number, is.
    ("Redacted", "Redacted", None, None, None, "2023-09-01", 500),
    (None, None, None, None, None, "2023-09-01", 70),
    (None, "V9", None, STOCKPORT, None, "2023-09-01", 100),
)


def rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with warehouse.connect() as connection:
        return connection.execute(query).fetchall()


def deliver(warehouse: Warehouse) -> None:
    """Make the lines one current delivery of Stockport, and give the postcodes their districts."""
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into reference.postcode values ('SK13XE', 'E08000007'), ('SK91AA', 'E06000049');
            insert into ops.reference_load values ('postcode', '2024-02', 2);
            insert into ops.source (
                source_id, title, kind, partner_code, extract, vat_basis, accepts_from_date, cadence, definition_sha256
            )
            select
                'stockport', 'Stockport', 'spend', 'stockport', 'internal', 'net', date '2018-04-01', 'month',
                repeat('0', 64)
            """
        )
        delivery = connection.execute(
            """
            insert into ops.delivery (
                source_id, file_name, location, size_bytes, sha256, state, period_key, period_start_date,
                period_end_date, lines_in, lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp, loaded_at
            ) values (
                'stockport', '2023.csv', 'inbox', 1, repeat('a', 64), 'loaded', '2023-24', '2023-04-01', '2024-03-31',
                %(lines)s, %(lines)s, 0, 0, %(pounds)s, now()
            ) returning delivery_id
            """,
            {"lines": len(LINES), "pounds": sum(line[-1] for line in LINES)},
        ).fetchone()
        assert delivery is not None
        with connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into raw.spend_line (
                    delivery_id, line_number, supplier_name, supplier_ref, company_number, remit_postcode,
                    registered_postcode, payment_date, amount_net_gbp
                ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
                """,
                [(*delivery, number, *line) for number, line in enumerate(LINES, 1)],
            )


def release(warehouse: Warehouse, settings: Settings) -> int:
    """A whole release; only its gate, which asks for whole years of all partners, is taken as passed."""
    release_id = open_release(warehouse, settings, "run")
    assert release_id is not None
    identify_suppliers(warehouse, settings, release_id, "run")
    for layer in LAYERS:
        build(warehouse, settings, release_id, "run", layer)
    with warehouse.connect() as connection:
        connection.execute("update ops.release set state = 'audited' where release_id = %s", (release_id,))
    publish(warehouse, release_id)
    return release_id


def answer(warehouse: Warehouse, folder: Path, verdict: str) -> None:
    """A person's word about the nurseries, given through the file of the queue; taken back through the same file."""
    path = folder / "queue.csv"
    if not path.exists():
        write_questions(open_questions(warehouse), path)
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    (about,) = [line for line in lines if (line["name_l"], line["name_r"]) == (NURSERY, NURSERY)]
    about |= {"decision": verdict, "decided_by": "Invented Steward", "reason": "Asked the nursery."}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    assert decide(warehouse, path, "review") == 1


@dataclass(frozen=True)
class History:
    """A warehouse after the three releases, and what stood after each.

    Attributes:
        suppliers: after each release, by vendor number, the number of the supplier.
        figures: of each release, Stockport's own-borough cell of the year: numerator, denominator, suppliers.
    """

    warehouse: Warehouse
    settings: Settings
    suppliers: list[dict[str, str]]
    figures: list[tuple[Decimal, Decimal, int]]


@pytest.fixture(scope="module")
def history(
    make_database: Callable[[str | None], Warehouse],
    empty_warehouse: Warehouse,
    tmp_path_factory: pytest.TempPathFactory,
) -> History:
    warehouse = make_database(empty_warehouse.database)
    folder = tmp_path_factory.mktemp("history")
    settings = replace(Settings.from_environment({}), home=folder / "home")
    deliver(warehouse)
    suppliers, figures = [], []
    for verdict in (None, "same", "different"):
        if verdict is not None:
            answer(warehouse, folder, verdict)
        assert release_is_due(warehouse, settings)
        release(warehouse, settings)
        found = rows(
            warehouse,
            """
            select supplier_ref, supplier_key from intermediate.int_supplier__identified
            where supplier_key is not null
            """,
        )
        suppliers.append(dict(found))
        (cell,) = rows(
            warehouse,
            """
            select numerator_gbp, denominator_gbp, suppliers_count from shared.retention
            where partner_code = 'stockport' and financial_year = '2023/24' and quarter = 'FY' and ring = 'own_borough'
                and scope = 'influenceable' and threshold_basis = 'supplier_year' and location_basis = 'remit'
                and series = 'as_at_membership'
            """,
        )
        figures.append(cell)
    return History(warehouse, settings, suppliers, figures)


def test_figures_follow_a_merge_and_a_split(history: History) -> None:
    # Removals £55,000, roofing £40,000; in Stockport £30,000 and £40,000 of it.
    apart = (Decimal(70_000), Decimal(95_000), 2)
    # With the nursery's £27,000, £15,000 of it in Stockport.
    together = (Decimal(85_000), Decimal(122_000), 3)
    assert history.figures == [apart, together, apart]


def test_numbers_stay_and_who_was_taken_in_by_mistake_has_its_own_again(history: History) -> None:
    first, second, third = history.suppliers
    assert set(first) == {"V1", "V2", "V3", "V4", "V9"}
    assert len(set(first.values())) == 5
    assert second == first | {"V2": first["V1"]}
    assert third == first


def test_merge_and_split_are_events_with_their_pounds(history: History) -> None:
    first, _, third = history.suppliers
    events = rows(
        history.warehouse,
        """
        select kind, 'sup:' || supplier_cluster_id, 'sup:' || from_cluster_id, records_count, amount_gbp
        from ops.supplier_event order by supplier_event_id
        """,
    )
    assert events == [
        ("merged", first["V1"], first["V2"], 1, 12_000),
        ("split", third["V2"], first["V1"], 1, 12_000),
    ]


def test_no_release_loses_what_a_person_decided(history: History) -> None:
    decisions = rows(
        history.warehouse,
        """
        select verdict, decided_by, valid_to is null from ops.supplier_decision
        where rung = 'person' order by supplier_decision_id
        """,
    )
    assert decisions == [("same", "Invented Steward", False), ("different", "Invented Steward", True)]
    # A fourth build of the same things changes nothing, and none is due.
    assert not release_is_due(history.warehouse, history.settings)


def test_the_moment_it_began_does_not_explain_a_release(history: History) -> None:
    (before,) = rows(
        history.warehouse,
        """
        select count(*) from ops.supplier_membership as membership
        inner join ops.release on membership.valid_from <= release.started_at where release_id = 1
        """,
    )
    assert before == (0,)
    order = rows(
        history.warehouse,
        "select bool_and(started_at < suppliers_as_at and suppliers_as_at < published_at) from ops.release",
    )
    assert order == [(True,)]


@pytest.mark.parametrize("release_id", [1, 2, 3])
def test_a_release_is_explained_by_what_was_kept(history: History, release_id: int, tmp_path: Path) -> None:
    """From its files alone and the lines, its published denominator comes out again."""
    write_explanation(history.warehouse, release_id, tmp_path)
    with (tmp_path / "suppliers.csv").open(encoding="utf-8", newline="") as stream:
        told = {line["supplier_ref"]: f"sup:{line['supplier_cluster_id']}" for line in csv.DictReader(stream)}
    assert told == history.suppliers[release_id - 1]
    paid: dict[str, int] = defaultdict(int)
    for _, reference, *_, pounds in LINES:
        if reference in told:
            paid[told[reference]] += pounds
    over = [pounds for pounds in paid.values() if pounds >= 25_000]
    assert (sum(over), len(over)) == history.figures[release_id - 1][1:]
    with (tmp_path / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        people = [line["verdict"] for line in csv.DictReader(stream) if line["rung"] == "person"]
    assert people == [[], ["same"], ["different"]][release_id - 1]
    with (tmp_path / "deliveries.csv").open(encoding="utf-8", newline="") as stream:
        assert [(line["file_name"], line["sha256"]) for line in csv.DictReader(stream)] == [("2023.csv", "a" * 64)]
    threshold = (history.settings.dbt_project / "seeds" / "rules" / "threshold.csv").read_text(encoding="utf-8")
    assert (tmp_path / "rules" / "rules" / "threshold.csv").read_text(encoding="utf-8") == threshold


def test_an_old_release_tells_what_it_was_made_from_and_what_came_after(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    first = explain_release(history.warehouse, history.settings, 1)
    assert (first.records, first.suppliers) == (5, 5)
    assert (first.merged_since, first.split_since, first.decided_since) == (1, 1, 2)
    assert first.release.reference_versions == {"postcode": "2024-02"}
    assert (first.rules_kept, first.other_rules, first.superseded_deliveries) == (True, (), 0)
    second = explain_release(history.warehouse, history.settings, 2)
    assert (second.suppliers, second.decisions, second.merged_since) == (4, {"person": 1}, 0)
    print_release(second, Console(width=120))
    said = capsys.readouterr().out
    for words in (
        "postcode 2024-02",
        "4 of 5 vendor records",
        "1 by person",
        "0 suppliers merged, 1 split, 1 decisions",
    ):
        assert words in said
    with pytest.raises(Refusal, match="no release 99"):
        explain_release(history.warehouse, history.settings, 99)


def test_a_rule_that_changed_since_is_named(history: History, tmp_path: Path) -> None:
    seeds = tmp_path / "dbt_project" / "seeds" / "rules"
    seeds.mkdir(parents=True)
    (seeds / "threshold.csv").write_text("threshold_id\nretention\n", encoding="utf-8")
    elsewhere = replace(history.settings, repository=tmp_path)
    assert "rules/threshold.csv" in explain_release(history.warehouse, elsewhere, 1).other_rules


@pytest.mark.parametrize(
    ("basis", "expected"),
    [("remit", {True: 30_000, False: 25_000}), ("registered", {True: 50_000, False: 5_000})],
)
def test_a_supplier_that_moved_counts_by_payment_date(history: History, basis: str, expected: dict[bool, int]) -> None:
    """The line's district, and that of its vendor record on the payment date, in the ring of Stockport."""
    for place in (f"line.{basis}_gss_code", f"record.{basis}_gss_code"):
        found = rows(
            history.warehouse,
            f"""
            select ring.gss_code is not null, sum(line.amount_gbp)
            from warehouse.fct_payment_line as line
            inner join warehouse.dim_vendor_record as record
                on line.vendor_record_key = record.vendor_record_key
                and line.payment_date between record.valid_from_date and coalesce(record.valid_to_date, 'infinity')
            left join warehouse.bridge_ring as ring
                on ring.ring = 'own_borough' and ring.series = 'as_at_membership' and ring.partner_code = 'stockport'
                and ring.gss_code = {place}
            where record.supplier_ref = 'V3' group by 1
            """,
        )
        assert dict(found) == expected


def test_its_stretches_follow_one_another(history: History) -> None:
    stretches = rows(
        history.warehouse,
        """
        select valid_from_date::text, valid_to_date::text, remit_gss_code, registered_gss_code
        from warehouse.dim_vendor_record where supplier_ref = 'V3' order by valid_from_date
        """,
    )
    assert stretches == [
        ("2023-07-31", "2023-08-14", "E08000007", "E08000007"),
        ("2023-08-15", "2023-09-14", "E06000049", "E08000007"),
        ("2023-09-15", None, "E06000049", "E06000049"),
    ]


def test_the_withheld_and_the_unknown_are_nobodys(history: History) -> None:
    found = rows(
        history.warehouse,
        """
        select supplier_name, is_redacted from intermediate.int_supplier__identified
        where supplier_key is null order by supplier_name
        """,
    )
    assert found == [("Redacted", True), (None, False)]


def test_a_release_parses_only_what_changed_since_the_last(history: History) -> None:
    folder = history.settings.home / "dbt"
    logs = [(folder / f"release_{number}" / "logs" / "dbt.log").read_text(encoding="utf-8") for number in (1, 2, 3)]
    assert ["full parse" in log for log in logs] == [True, False, False]
    for number in (1, 2, 3):
        compiled = folder / f"release_{number}" / "compiled" / "star_warehouse" / "models" / "shared"
        assert f"{number}::bigint as release_id" in (compiled / "shared_partner.sql").read_text(encoding="utf-8")


def test_a_release_without_matching_is_not_built(
    history: History, make_database: Callable[[str | None], Warehouse]
) -> None:
    warehouse = make_database(history.warehouse.database)
    with warehouse.connect() as connection:
        connection.execute("insert into ops.reference_load values ('postcode', '2024-05', 2)")
    release_id = open_release(warehouse, history.settings, "run")
    assert release_id == 4
    with pytest.raises(Refusal, match="every_payee_has_its_supplier: Got 5 results"):
        build(warehouse, history.settings, release_id, "run", "warehouse")
    assert list_releases(warehouse)[1].state == "live"

"""The verdict on a delivery is carried out whole, and once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    DeliveryLines,
    FileSeen,
    Original,
    RejectedLine,
    SourceOverview,
    TableLines,
    delivery_overview,
    list_deliveries,
    load_delivery,
    pending_deliveries,
    record_landed,
    record_refused,
    record_repeat,
    record_seen,
    register_source,
    register_sources,
    settle,
)
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source
from tests.builders import SNAPSHOT, SPEND, declare

APRIL = Period("2018-04", date(2018, 4, 1), date(2018, 4, 30))
MAY = Period("2018-05", date(2018, 5, 1), date(2018, 5, 31))


@pytest.fixture
def town(tmp_path: Path) -> Source:
    return declare(tmp_path)


@pytest.fixture
def register(tmp_path: Path) -> Source:
    return declare(tmp_path, SNAPSHOT)


def file(name: str) -> FileSeen:
    return FileSeen(name, 1, datetime(2024, 1, 1, tzinfo=UTC))


def bring(warehouse: Warehouse, source: Source, name: str, period: Period, amount: str = "1.00") -> int:
    """A delivery of one line, with one rejected, that awaits its verdict."""
    if source.kind == "spend":
        columns = {"payment_date": [period.start], "amount_net_gbp": [Decimal(amount)]}
    else:
        columns = {"contract_ref": ["C1"], "client": ["Town"]}
    frame = pl.DataFrame({"line_number": [2], **columns})
    (entity,) = source.tables
    bad = RejectedLine(3, None, "wrong_field_count", "It has 1 field.", "x")
    lines = DeliveryLines([TableLines(entity, None, frame, [bad], Counter(header=1))], "utf-8")
    with warehouse.connect(autocommit=True) as connection:
        register_source(connection, source)
        delivery_id = record_seen(connection, source, "inbox", file(name), "run-1")
        record_landed(connection, delivery_id, "ab" * 32)
        load_delivery(connection, delivery_id, name, period, lines)
    return delivery_id


def states(warehouse: Warehouse) -> list[tuple[int, str, int | None]]:
    with warehouse.connect() as connection:
        return connection.execute(
            "select delivery_id, state, superseded_by from ops.delivery order by delivery_id"
        ).fetchall()


def owners(warehouse: Warehouse, table: str) -> list[int]:
    with warehouse.connect() as connection:
        rows = connection.execute(f"select delivery_id from {table} order by 1").fetchall()
    return [row[0] for row in rows]


def test_an_accepted_delivery_becomes_current(warehouse: Warehouse, town: Source) -> None:
    one = bring(warehouse, town, "a.csv", APRIL)
    assert pending_deliveries(warehouse, "town") == [one]

    settle(warehouse, one, accepted=True)

    assert states(warehouse) == [(one, "loaded", None)]
    assert pending_deliveries(warehouse, "town") == []


def test_a_corrected_file_supersedes_the_one_of_its_period_only(warehouse: Warehouse, town: Source) -> None:
    april, may, again = (bring(warehouse, town, f"{period.key}.csv", period) for period in (APRIL, MAY, APRIL))
    settle(warehouse, april, accepted=True)
    settle(warehouse, may, accepted=True)

    settle(warehouse, again, accepted=True)

    assert states(warehouse) == [(april, "superseded", again), (may, "loaded", None), (again, "loaded", None)]
    assert owners(warehouse, "raw.spend_line") == [april, may, again]


def test_a_refused_delivery_is_taken_out_and_the_earlier_one_stays(warehouse: Warehouse, town: Source) -> None:
    one, two = (bring(warehouse, town, f"{number}.csv", APRIL) for number in range(2))
    settle(warehouse, one, accepted=True)

    settle(warehouse, two, accepted=False, reason="Month total is ten times the usual.", way_out="Ask the sender.")

    assert states(warehouse) == [(one, "loaded", None), (two, "refused", None)]
    assert owners(warehouse, "raw.spend_line") == [one]
    assert owners(warehouse, "ops.rejected_line") == [one]
    (row,) = list_deliveries(warehouse, [two])
    assert (row.reason, row.way_out) == ("Month total is ten times the usual.", "Ask the sender.")


def test_a_verdict_is_carried_out_once(warehouse: Warehouse, town: Source) -> None:
    one = bring(warehouse, town, "a.csv", APRIL)
    settle(warehouse, one, accepted=True)

    settle(warehouse, one, accepted=True)
    settle(warehouse, one, accepted=False, reason="Late.", way_out="None.")

    assert states(warehouse) == [(one, "loaded", None)]
    assert owners(warehouse, "raw.spend_line") == [one]


def snapshot(day: date) -> Period:
    return Period(day.isoformat(), day, day)


def test_a_newer_snapshot_supersedes_all_earlier_ones(warehouse: Warehouse, register: Source) -> None:
    days = [date(2023, 12, 31), date(2024, 3, 31), date(2024, 3, 31)]
    ids = [bring(warehouse, register, f"{number}.csv", snapshot(day)) for number, day in enumerate(days)]
    for delivery_id in ids:
        settle(warehouse, delivery_id, accepted=True)

    assert [state for _, state, _ in states(warehouse)] == ["superseded", "superseded", "loaded"]


def test_an_older_snapshot_is_refused_though_it_was_accepted(warehouse: Warehouse, register: Source) -> None:
    old = bring(warehouse, register, "old.csv", snapshot(date(2023, 12, 31)))
    new = bring(warehouse, register, "new.csv", snapshot(date(2024, 3, 31)))
    settle(warehouse, new, accepted=True)

    settle(warehouse, old, accepted=True)

    assert states(warehouse) == [(old, "refused", None), (new, "loaded", None)]
    assert owners(warehouse, "raw.contract") == [new]
    (row,) = list_deliveries(warehouse, [old])
    assert row.reason == "The snapshot of 2023-12-31 is older than the current one, new.csv of 2024-03-31."


def test_what_cannot_be_settled_is_refused(warehouse: Warehouse, town: Source) -> None:
    with warehouse.connect(autocommit=True) as connection:
        register_source(connection, town)
        seen = record_seen(connection, town, "inbox", file("a.csv"), "run-1")

    for number in (seen, seen + 1):
        with pytest.raises(Refusal, match="There is no loaded delivery of that number"):
            settle(warehouse, number, accepted=True)
    with pytest.raises(Refusal, match="without reason or way out"):
        settle(warehouse, seen, accepted=False, reason="Because.")


def test_the_overview_counts_by_state(warehouse: Warehouse, town: Source, register: Source) -> None:
    register_sources(warehouse, [town, register])
    for period, amount in ((APRIL, "1.00"), (APRIL, "2.00"), (MAY, "3.00")):
        settle(warehouse, bring(warehouse, town, f"{period.key}.csv", period, amount), accepted=True)
    bring(warehouse, town, "pending.csv", MAY)
    with warehouse.connect(autocommit=True) as connection:
        for name, reason in (("bad.csv", "First."), ("worse.csv", "Second."), ("2018-05.csv", "Mended since.")):
            record_refused(
                connection,
                record_seen(connection, town, "inbox", file(name), "run-1"),
                Refusal(reason, where=name, way_out="Way out."),
            )
        again = record_seen(connection, town, "inbox", file("2018-05.csv"), "run-1")
        record_repeat(connection, again, Original(1, "2018-04.csv", None))
        record_seen(connection, town, "inbox", file("waiting.csv"), "run-1")

    empty, full = delivery_overview(warehouse)

    assert empty.source_id == "register"
    assert (empty.loaded, empty.first_period, empty.amount_loaded_gbp, empty.last_seen_at) == (0, None, None, None)
    assert full == SourceOverview(
        source_id="town",
        title="Town Council, payments to suppliers",
        partner_code="town",
        loaded=2,
        checking=1,
        waiting=1,
        superseded=1,
        refused=3,
        repeats=1,
        first_period="2018-04",
        last_period="2018-05",
        lines_loaded=2,
        lines_rejected=2,
        amount_loaded_gbp=Decimal("5.00"),
        last_seen_at=full.last_seen_at,
        last_refusal="worse.csv: Second.",
        last_way_out="Way out.",
    )


def test_a_changed_declaration_is_registered(warehouse: Warehouse, tmp_path: Path) -> None:
    register_sources(warehouse, [declare(tmp_path / "one")])
    register_sources(warehouse, [declare(tmp_path / "one", SPEND, ("2024-03-31", "2025-03-31"))])

    with warehouse.connect() as connection:
        rows = connection.execute("select source_id, cadence, accepts_to_date from ops.source").fetchall()
    assert rows == [("town", "month", date(2025, 3, 31))]

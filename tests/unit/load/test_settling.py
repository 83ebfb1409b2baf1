"""The verdict on a delivery is carried out whole, and once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import psycopg
import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    FileSeen,
    Original,
    RejectedLine,
    SourceOverview,
    decide,
    delivery_overview,
    list_deliveries,
    load_delivery,
    pending_deliveries,
    record_landed,
    record_refused,
    record_repeat,
    record_seen,
    register_source,
)
from star_warehouse.load.settling import Decision
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source
from star_warehouse.sources.schema import Tolerance
from tests.builders import SNAPSHOT, SPEND, declare
from tests.reading import MadeUp
from tests.settling import settle

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
    (entity,) = source.layouts[0].tables
    bad = RejectedLine(3, None, "wrong_field_count", "It has 1 field.", "x")
    # One line of two is rejected.
    lenient = source.model_copy(update={"tolerance": Tolerance(rejected_pct=Decimal(50))})
    pounds = Decimal(amount) if source.kind == "spend" else None
    lines = MadeUp(frame, [bad], entity, amount_loaded_gbp=pounds, amount_rejected_gbp=pounds and Decimal(0))
    with warehouse.connect(autocommit=True) as connection:
        register_source(connection, source)
        delivery_id = record_seen(connection, source, "inbox", file(name), "run-1")
        record_landed(connection, delivery_id, "ab" * 32)
        load_delivery(connection, delivery_id, lenient, name, period, lines)
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

    settle(warehouse, one, "accept")

    assert states(warehouse) == [(one, "loaded", None)]
    assert pending_deliveries(warehouse, "town") == []


def test_a_corrected_file_supersedes_the_one_of_its_period_only(warehouse: Warehouse, town: Source) -> None:
    april, may, again = (bring(warehouse, town, f"{period.key}.csv", period) for period in (APRIL, MAY, APRIL))
    settle(warehouse, april, "accept")
    settle(warehouse, may, "accept")

    settle(warehouse, again, "accept")

    assert states(warehouse) == [(april, "superseded", again), (may, "loaded", None), (again, "loaded", None)]
    assert owners(warehouse, "raw.spend_line") == [april, may, again]


def test_a_refused_delivery_is_taken_out_and_the_earlier_one_stays(warehouse: Warehouse, town: Source) -> None:
    one, two = (bring(warehouse, town, f"{number}.csv", APRIL) for number in range(2))
    settle(warehouse, one, "accept")

    settle(warehouse, two, "refuse", reason="Month total is ten times the usual.", way_out="Ask the sender.")

    assert states(warehouse) == [(one, "loaded", None), (two, "refused", None)]
    assert owners(warehouse, "raw.spend_line") == [one]
    assert owners(warehouse, "ops.rejected_line") == [one]
    (row,) = list_deliveries(warehouse, [two])
    assert (row.reason, row.way_out) == ("Month total is ten times the usual.", "Ask the sender.")


def test_a_verdict_is_carried_out_once(warehouse: Warehouse, town: Source) -> None:
    one = bring(warehouse, town, "a.csv", APRIL)
    settle(warehouse, one, "accept")

    settle(warehouse, one, "accept")
    settle(warehouse, one, "refuse", reason="Late.", way_out="None.")

    assert states(warehouse) == [(one, "loaded", None)]
    assert owners(warehouse, "raw.spend_line") == [one]


def snapshot(day: date) -> Period:
    return Period(day.isoformat(), day, day)


def test_a_newer_snapshot_supersedes_all_earlier_ones(warehouse: Warehouse, register: Source) -> None:
    days = [date(2023, 12, 31), date(2024, 3, 31), date(2024, 3, 31)]
    ids = [bring(warehouse, register, f"{number}.csv", snapshot(day)) for number, day in enumerate(days)]
    for delivery_id in ids:
        settle(warehouse, delivery_id, "accept")

    assert [state for _, state, _ in states(warehouse)] == ["superseded", "superseded", "loaded"]


def test_an_older_snapshot_is_refused_though_it_was_accepted(warehouse: Warehouse, register: Source) -> None:
    old = bring(warehouse, register, "old.csv", snapshot(date(2023, 12, 31)))
    new = bring(warehouse, register, "new.csv", snapshot(date(2024, 3, 31)))
    settle(warehouse, new, "accept")

    settle(warehouse, old, "accept")

    assert states(warehouse) == [(old, "refused", None), (new, "loaded", None)]
    assert owners(warehouse, "raw.contract") == [new]
    (row,) = list_deliveries(warehouse, [old])
    assert row.reason == "The snapshot of 2023-12-31 is older than the current one, new.csv of 2024-03-31."


def reason_of(warehouse: Warehouse, delivery_id: int) -> tuple[str | None, str | None]:
    (row,) = list_deliveries(warehouse, [delivery_id])
    return row.reason, row.way_out


def hold(warehouse: Warehouse, delivery_id: int) -> None:
    settle(warehouse, delivery_id, "hold", reason="Twice the usual.", way_out="Compare it with the ledger.")


def test_a_held_delivery_keeps_its_lines_and_the_earlier_one_stays_current(warehouse: Warehouse, town: Source) -> None:
    one, two = (bring(warehouse, town, f"{number}.csv", APRIL) for number in range(2))
    settle(warehouse, one, "accept")

    hold(warehouse, two)

    assert states(warehouse) == [(one, "loaded", None), (two, "held", None)]
    assert owners(warehouse, "raw.spend_line") == [one, two]
    assert owners(warehouse, "ops.rejected_line") == [one, two]
    assert reason_of(warehouse, two) == (
        f"Twice the usual. Lines 1 → 1, pounds £1.00 → £1.00, instead of 0.csv (delivery {one}).",
        f"Compare it with the ledger. To count it: `star-warehouse accept {two} --reason …`. "
        f"To leave all as it is: `star-warehouse refuse {two} --reason …`.",
    )
    assert pending_deliveries(warehouse, "town") == []
    # A verdict that comes twice changes nothing.
    settle(warehouse, two, "accept")
    assert states(warehouse)[1] == (two, "held", None)


def test_the_ledger_keeps_no_held_row_without_reason_or_account(warehouse: Warehouse, town: Source) -> None:
    one = bring(warehouse, town, "a.csv", APRIL)
    hold(warehouse, one)
    for change in ("reason = null", "way_out = null", "lines_skipped = 7", "period_key = null"):
        with pytest.raises(psycopg.errors.CheckViolation), warehouse.connect() as connection:
            connection.execute(f"update ops.delivery set {change}")


def test_a_newer_delivery_of_the_period_supersedes_a_held_one(warehouse: Warehouse, town: Source) -> None:
    held, other, newer = (
        bring(warehouse, town, f"{number}.csv", period) for number, period in enumerate((APRIL, MAY, APRIL))
    )
    hold(warehouse, held)
    hold(warehouse, other)

    settle(warehouse, newer, "accept")

    assert states(warehouse) == [(held, "superseded", newer), (other, "held", None), (newer, "loaded", None)]


def test_a_held_one_accepted_leaves_a_newer_held_one_for_its_own_decision(warehouse: Warehouse, town: Source) -> None:
    older, newer = (bring(warehouse, town, f"{number}.csv", APRIL) for number in range(2))
    hold(warehouse, older)
    hold(warehouse, newer)

    decide(warehouse, older, "accept", "Seen.", "Ann")
    assert states(warehouse) == [(older, "loaded", None), (newer, "held", None)]
    decide(warehouse, newer, "accept", "Seen.", "Ann")
    assert states(warehouse) == [(older, "superseded", newer), (newer, "loaded", None)]


def decisions(warehouse: Warehouse) -> list[tuple[int, str, str, str]]:
    with warehouse.connect() as connection:
        return connection.execute(
            "select delivery_id, decision, reason, decided_by from ops.delivery_decision order by 1"
        ).fetchall()


def test_a_person_accepts_what_is_held(warehouse: Warehouse, town: Source) -> None:
    one, two = (bring(warehouse, town, f"{number}.csv", APRIL) for number in range(2))
    settle(warehouse, one, "accept")
    hold(warehouse, two)

    settled = decide(warehouse, two, "accept", " A grant was paid. ", "Ann")

    assert states(warehouse) == [(one, "superseded", two), (two, "loaded", None)]
    assert (settled.state, settled.replaced) == ("loaded", ("0.csv",))
    assert "is current instead of 0.csv. The next `star-warehouse run` publishes it" in str(settled)
    assert decisions(warehouse) == [(two, "accept", "A grant was paid.", "Ann")]
    assert reason_of(warehouse, two) == ("Accepted by Ann: A grant was paid.", None)


def test_a_person_refuses_what_is_held(warehouse: Warehouse, town: Source) -> None:
    one, two = (bring(warehouse, town, f"{number}.csv", APRIL) for number in range(2))
    settle(warehouse, one, "accept")
    hold(warehouse, two)

    assert str(decide(warehouse, two, "refuse", "Not ours.", "Ann")) == (
        f"Delivery {two}, 1.csv, is refused. If that was a mistake, deliver the same file again: it is checked anew "
        "and, if it passes, held for you."
    )

    assert states(warehouse) == [(one, "loaded", None), (two, "refused", None)]
    assert owners(warehouse, "raw.spend_line") == [one]
    assert owners(warehouse, "ops.rejected_line") == [one]
    assert decisions(warehouse) == [(two, "refuse", "Not ours.", "Ann")]
    assert reason_of(warehouse, two)[0] == "Refused by Ann: Not ours."


def test_what_a_person_refused_is_not_refused_twice(warehouse: Warehouse, town: Source) -> None:
    one, two = (bring(warehouse, town, f"{number}.csv", period) for number, period in enumerate((APRIL, MAY)))
    hold(warehouse, one)
    settle(warehouse, two, "refuse", "Bad.", "None.")
    for number in (one, two):
        decide(warehouse, number, "refuse", "Not ours.", "Ann")

        for decision in ("refuse", "accept"):
            with pytest.raises(Refusal) as refused:
                decide(warehouse, number, decision, "Again.", "Bob")  # type: ignore[arg-type]
            assert "is refused by Ann (Not ours.), so there is nothing to" in refused.value.what
            assert "deliver the same file again" in refused.value.way_out

    assert decisions(warehouse) == [(one, "refuse", "Not ours.", "Ann"), (two, "refuse", "Not ours.", "Ann")]
    assert reason_of(warehouse, one)[0] == "Refused by Ann: Not ours."


def test_a_person_withdraws_what_is_current_and_its_lines_stay(warehouse: Warehouse, town: Source) -> None:
    one = bring(warehouse, town, "a.csv", APRIL)
    settle(warehouse, one, "accept")

    decide(warehouse, one, "refuse", "It was the draft.", "Ann")

    assert states(warehouse) == [(one, "refused", None)]
    assert owners(warehouse, "raw.spend_line") == [one]


def test_the_bytes_that_a_person_refused_are_held_when_they_come_again(warehouse: Warehouse, town: Source) -> None:
    one = bring(warehouse, town, "a.csv", APRIL)
    settle(warehouse, one, "accept")
    decide(warehouse, one, "refuse", "It was the draft.", "Ann")

    again = bring(warehouse, town, "b.csv", APRIL)
    settle(warehouse, again, "accept")

    assert states(warehouse) == [(one, "refused", None), (again, "held", None)]
    assert f"The same bytes came as delivery {one}, which Ann refused: It was the draft." in (
        reason_of(warehouse, again)[0] or ""
    )


def test_the_bytes_of_one_source_are_held_when_they_come_for_another(
    warehouse: Warehouse, town: Source, tmp_path: Path
) -> None:
    village = declare(tmp_path, SPEND, ("id: town", "id: village"), ("partner: town", "partner: village"))
    one = bring(warehouse, town, "a.csv", APRIL)
    settle(warehouse, one, "accept")

    other = bring(warehouse, village, "a.csv", APRIL)
    settle(warehouse, other, "accept")

    assert states(warehouse) == [(one, "loaded", None), (other, "held", None)]
    assert f"The same bytes came for town too, as a.csv (delivery {one}); they are one partner's only." in (
        reason_of(warehouse, other)[0] or ""
    )


@pytest.mark.parametrize(("decision", "state"), [("accept", "loaded"), ("accept", "refused"), ("refuse", "superseded")])
def test_there_is_nothing_to_decide_about_others(
    warehouse: Warehouse, town: Source, decision: Decision, state: str
) -> None:
    one, two = (bring(warehouse, town, f"{number}.csv", APRIL) for number in range(2))
    settle(warehouse, one, "accept")
    if state == "superseded":
        settle(warehouse, two, "accept")
    elif state == "refused":
        settle(warehouse, two, "refuse", "Bad.", "None.")

    with pytest.raises(Refusal, match=f"is {state}, so there is nothing to {decision}"):
        decide(warehouse, two if state == "refused" else one, decision, "Because.", "Ann")
    with pytest.raises(Refusal, match="There is no loaded delivery of that number"):
        decide(warehouse, 99, "accept", "Because.", "Ann")
    with pytest.raises(Refusal, match="gives no reason"):
        decide(warehouse, one, "refuse", "  ", "Ann")
    assert decisions(warehouse) == []


def grow(warehouse: Warehouse, delivery_id: int, lines: int) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            "update ops.delivery set lines_loaded = %s, lines_in = %s + 2 where delivery_id = %s",
            (lines, lines, delivery_id),
        )


def test_a_file_that_shrinks_by_half_is_held_though_its_checks_passed(warehouse: Warehouse, town: Source) -> None:
    one, two, three = (bring(warehouse, town, f"{number}.csv", APRIL, "10.00") for number in range(3))
    settle(warehouse, one, "accept")
    grow(warehouse, one, 3)

    settle(warehouse, two, "accept")
    assert states(warehouse)[:2] == [(one, "loaded", None), (two, "held", None)]
    assert reason_of(warehouse, two)[0] == (
        "It has less than half of the lines of what it would replace. "
        f"Lines 3 → 1, pounds £10.00 → £10.00, instead of 0.csv (delivery {one})."
    )

    # With a reason of the checks' own, both are told.
    settle(warehouse, three, "hold", "Many negatives.", "Ask.")
    assert (reason_of(warehouse, three)[0] or "").startswith("Many negatives. It has less than half of the lines")


def test_a_file_for_a_final_period_is_held(warehouse: Warehouse, tmp_path: Path) -> None:
    town = declare(tmp_path, SPEND, ("late_after_days: 20", "late_after_days: 20, final_after_days: 60"))
    one, two = (bring(warehouse, town, f"{number}.csv", APRIL) for number in range(2))
    settle(warehouse, one, "accept")
    assert states(warehouse)[0] == (one, "loaded", None), "a first file is not held, however late it is"

    settle(warehouse, two, "accept")

    assert states(warehouse)[1] == (two, "held", None)
    assert (reason_of(warehouse, two)[0] or "").startswith("2018-04 has been final since 2018-06-29")


def test_a_year_takes_the_place_of_its_months_only_when_a_person_says_so(
    warehouse: Warehouse, town: Source, tmp_path: Path
) -> None:
    months = [bring(warehouse, town, f"{period.key}.csv", period) for period in (APRIL, MAY)]
    for number in months:
        settle(warehouse, number, "accept")
    text = SPEND.replace("id: town", "id: town_published").replace("2018-04-01, to: 2024-03-31", "2018-04-01")
    published = declare(tmp_path / "other", text)
    year = bring(warehouse, published, "year.csv", Period("2018/19", date(2018, 4, 1), date(2019, 3, 31)), "2.00")

    settle(warehouse, year, "accept")
    assert [state for _, state, _ in states(warehouse)] == ["loaded", "loaded", "held"]

    assert decide(warehouse, year, "accept", "They publish years now.", "Ann").replaced == (
        "2018-04.csv",
        "2018-05.csv",
    )
    assert states(warehouse) == [
        (months[0], "superseded", year),
        (months[1], "superseded", year),
        (year, "loaded", None),
    ]

    # A month on its own would now take the rest of the year away.
    june = bring(warehouse, town, "june.csv", Period("2018-06", date(2018, 6, 1), date(2018, 6, 30)))
    settle(warehouse, june, "accept")
    assert states(warehouse)[-1] == (june, "refused", None)
    assert "counted twice" in (reason_of(warehouse, june)[0] or "")
    assert owners(warehouse, "raw.spend_line") == [*months, year]


def test_what_cannot_be_settled_is_refused(warehouse: Warehouse, town: Source) -> None:
    with warehouse.connect(autocommit=True) as connection:
        register_source(connection, town)
        seen = record_seen(connection, town, "inbox", file("a.csv"), "run-1")

    for number in (seen, seen + 1):
        with pytest.raises(Refusal, match="There is no loaded delivery of that number"):
            settle(warehouse, number, "accept")
    with pytest.raises(Refusal, match="without reason or way out"):
        settle(warehouse, seen, "refuse", reason="Because.")


def test_the_overview_counts_by_state(warehouse: Warehouse, town: Source, register: Source) -> None:
    with warehouse.connect() as connection:
        register_source(connection, town)
        register_source(connection, register)
    for period, amount in ((APRIL, "1.00"), (APRIL, "2.00"), (MAY, "3.00")):
        settle(warehouse, bring(warehouse, town, f"{period.key}.csv", period, amount), "accept")
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
        held=0,
        waiting=1,
        superseded=1,
        refused=3,
        repeats=1,
        first_period="2018-04",
        last_period="2018-05",
        lines_loaded=2,
        lines_rejected=2,
        amount_loaded_gbp=Decimal("5.00"),
        amount_rejected_gbp=Decimal("0.00"),
        lines_unpriced=0,
        last_seen_at=full.last_seen_at,
    )


def test_a_changed_declaration_is_registered(warehouse: Warehouse, tmp_path: Path) -> None:
    changes = [
        ("to: 2024-03-31", "to: 2025-03-31"),
        ("late_after_days: 20", "late_after_days: 25, final_after_days: 90"),
    ]
    with warehouse.connect() as connection:
        register_source(connection, declare(tmp_path / "one"))
        register_source(connection, declare(tmp_path / "one", SPEND, *changes))

        rows = connection.execute(
            "select source_id, cadence, accepts_to_date, late_after_days, final_after_days from ops.source"
        ).fetchall()
    assert rows == [("town", "month", date(2025, 3, 31), 25, 90)]

"""Lines go into raw all or nothing, together with their ledger row."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import psycopg
import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    Connection,
    FileSeen,
    RejectedLine,
    WarehouseFull,
    load_delivery,
    record_landed,
    record_seen,
    register_source,
)
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source
from tests.builders import declare
from tests.reading import MadeUp

APRIL = Period("2018-04", date(2018, 4, 1), date(2018, 4, 30))
FILE = FileSeen("town_2018-04.csv", 100, datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=UTC))


def frame(*amounts: str, names: list[str | None] | None = None) -> pl.DataFrame:
    count = len(amounts)
    return pl.DataFrame(
        {
            "line_number": range(2, count + 2),
            "supplier_name": names or ["Acme"] * count,
            "payment_date": [date(2018, 4, 3)] * count,
            "amount_net_gbp": [Decimal(amount) for amount in amounts],
        },
        schema_overrides={"amount_net_gbp": pl.Decimal(18, 2), "supplier_name": pl.String},
    )


def lines(loaded: pl.DataFrame, *rejected: RejectedLine) -> MadeUp:
    return MadeUp(
        loaded,
        list(rejected),
        skipped=Counter(header=1, blank=2),
        control_totals={"amount_net_gbp": Decimal("9.99")},
        encoding="cp1252",
        amount_loaded_gbp=Decimal("999998.95"),
        amount_rejected_gbp=Decimal("11.05"),
        unpriced_count=len(rejected),
        filled_count=2,
    )


def begin(connection: Connection, source: Source) -> int:
    register_source(connection, source)
    delivery_id = record_seen(connection, source, "inbox/town", FILE, "run-1")
    record_landed(connection, delivery_id, "ab" * 32)
    return delivery_id


def test_lines_and_ledger_are_there_together(warehouse: Warehouse, tmp_path: Path) -> None:
    names = ['a "quoted", name', None, " blanks \n and a line ", "\\."]
    rejected = RejectedLine(6, "amount_net_gbp", "unreadable_amount", "Net is 'x\0'.", "Acme,x\0,£")
    with warehouse.connect(autocommit=True) as connection:
        town = declare(tmp_path)
        delivery_id = begin(connection, town)
        content = lines(frame("1.10", "-2.20", "1000000.00", "0.05", names=names), rejected)
        load_delivery(connection, delivery_id, town, FILE.name, APRIL, content)

        raw = connection.execute(
            "select delivery_id, line_number, supplier_name, payment_date, amount_net_gbp, amount_gross_gbp, purpose "
            "from raw.spend_line order by line_number"
        ).fetchall()
        ledger = connection.execute(
            "select state, period_key, period_start_date, period_end_date, layout, encoding, lines_in, lines_loaded, "
            "lines_rejected, lines_skipped, skipped_by_reason, amount_in_gbp, amount_loaded_gbp, amount_rejected_gbp, "
            "control_total_gbp, layout_name, lines_unpriced, lines_filled from ops.delivery"
        ).fetchall()
        bad = connection.execute("select * from ops.rejected_line").fetchall()

    paid = date(2018, 4, 3)
    assert raw == [
        (delivery_id, 2, 'a "quoted", name', paid, Decimal("1.10"), None, None),
        (delivery_id, 3, None, paid, Decimal("-2.20"), None, None),
        (delivery_id, 4, " blanks \n and a line ", paid, Decimal("1000000.00"), None, None),
        (delivery_id, 5, "\\.", paid, Decimal("0.05"), None, None),
    ]
    assert ledger == [
        ("checking", "2018-04", APRIL.start, APRIL.end, "Supplier | Paid | Net", "cp1252", 8, 4, 1, 3,
         {"blank": 2, "header": 1}, Decimal("1000010.00"), Decimal("999998.95"), Decimal("11.05"),
         Decimal("9.99"), "only", 1, 2)
    ]  # fmt: skip
    assert bad == [
        (delivery_id, FILE.name, None, 6, "amount_net_gbp", "unreadable_amount", "Net is 'x␀'.", "Acme,x␀,£")
    ]


def test_a_line_that_the_database_refuses_leaves_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.connect(autocommit=True) as connection:
        town = declare(tmp_path)
        delivery_id = begin(connection, town)
        no_day = frame("1.00", "2.00").with_columns(payment_date=pl.lit(None, pl.Date))
        with pytest.raises(psycopg.errors.NotNullViolation):
            load_delivery(connection, delivery_id, town, FILE.name, APRIL, lines(no_day))

        assert nothing_is_left(connection)


def test_no_line_is_loaded_twice(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.connect(autocommit=True) as connection:
        town = declare(tmp_path)
        delivery_id = begin(connection, town)
        same_line_twice = frame("1.00", "2.00").with_columns(line_number=pl.lit(2))
        with pytest.raises(RuntimeError, match="line 2 of spend_line was read twice"):
            load_delivery(connection, delivery_id, town, FILE.name, APRIL, lines(same_line_twice))

        assert nothing_is_left(connection)


def test_a_delivery_that_is_not_tolerated_leaves_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    bad = [RejectedLine(number, None, "short", "It is short.", "x") for number in range(3, 9)]
    with warehouse.connect(autocommit=True) as connection:
        town = declare(tmp_path)
        delivery_id = begin(connection, town)
        with pytest.raises(Refusal, match="6 of 7 lines do not read"):
            load_delivery(connection, delivery_id, town, FILE.name, APRIL, lines(frame("1.00"), *bad))

        assert nothing_is_left(connection)


def nothing_is_left(connection: Connection) -> bool:
    lines = connection.execute("select count(*) from raw.spend_line").fetchone()
    rejected = connection.execute("select count(*) from ops.rejected_line").fetchone()
    ledger = connection.execute("select state, lines_in from ops.delivery").fetchall()
    return (lines, rejected, ledger) == ((0,), (0,), [("landed", None)])


def test_a_full_disk_of_the_database_is_told(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise psycopg.errors.DiskFull("could not extend file")

    monkeypatch.setattr("star_warehouse.load.loading.copy_lines", full)
    with warehouse.connect(autocommit=True) as connection:
        town = declare(tmp_path)
        delivery_id = begin(connection, town)
        with pytest.raises(WarehouseFull, match=r"is full; nothing of town_2018-04\.csv was loaded"):
            load_delivery(connection, delivery_id, town, FILE.name, APRIL, lines(frame("1.00")))

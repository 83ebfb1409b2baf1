"""Two readings of one file, compared line by line."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    FileSeen,
    LineChanges,
    load_delivery,
    record_landed,
    record_seen,
    register_source,
    total_changes,
)
from star_warehouse.load.differences import line_changes
from star_warehouse.sources import Period
from tests.builders import declare
from tests.reading import MadeUp

APRIL = Period("2018-04", date(2018, 4, 1), date(2018, 4, 30))
Line = tuple[int, str | None, str, str | None]


def bring(warehouse: Warehouse, folder: Path, *lines: Line) -> int:
    """A delivery of these lines: number, supplier, pounds and purpose."""
    frame = pl.DataFrame(
        {
            "line_number": [number for number, *_ in lines],
            "supplier_name": [supplier for _, supplier, _, _ in lines],
            "payment_date": [APRIL.start] * len(lines),
            "amount_net_gbp": [Decimal(pounds) for *_, pounds, _ in lines],
            "purpose": [purpose for *_, purpose in lines],
        }
    )
    source = declare(folder)
    pounds = sum((Decimal(line[2]) for line in lines), Decimal(0))
    content = MadeUp(frame, amount_loaded_gbp=pounds, amount_rejected_gbp=Decimal(0))
    with warehouse.connect(autocommit=True) as connection:
        register_source(connection, source)
        delivery_id = record_seen(connection, source, "inbox", FileSeen("a.csv", 1, None, "x"), "run-1")
        record_landed(connection, delivery_id, "ab" * 32)
        load_delivery(connection, delivery_id, source, "a.csv", APRIL, content)
    return delivery_id


def test_lines_are_told_apart_by_their_number_and_values_by_column(warehouse: Warehouse, tmp_path: Path) -> None:
    before = bring(
        warehouse, tmp_path,
        (2, "Acme", "1.00", "Pens"), (3, "Caf\u00c3\u00a9", "2.00", None), (4, None, "3.00", "x"),
        (5, "Bolt", "4.00", "y"),
    )  # fmt: skip
    after = bring(
        warehouse, tmp_path,
        (2, "Acme", "1.00", "Pens"), (3, "Caf\u00e9", "2.00", "NA"), (4, None, "3.10", "x"), (6, "Bolt", "4.00", "y"),
        (7, "Cog", "5.00", None),
    )  # fmt: skip

    with warehouse.connect() as connection:
        changes = line_changes(connection, "spend", before, after)
        same = line_changes(connection, "spend", before, before)

    assert changes == LineChanges(2, 1, 2, Counter(supplier_name=1, purpose=1, amount_net_gbp=1))
    assert str(changes) == "2 changed, 2 added, 1 gone"
    assert (same, str(same)) == (LineChanges(), "none")
    assert total_changes([changes, changes]) == LineChanges(
        4, 2, 4, Counter(supplier_name=2, purpose=2, amount_net_gbp=2)
    )


def test_of_several_tables_the_column_says_which(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into raw.tender_lot (delivery_id, line_number, opportunity_ref, lot_number, buyer, status)
            values (1, 2, 'O1', '1', 'Town', 'awarded'), (2, 2, 'O1', '01', 'Town', 'awarded')
            """
        )
        connection.execute(
            """
            insert into raw.tender_bid (delivery_id, line_number, opportunity_ref, lot_number, stage)
            values (1, 2, 'O1', '1', 'awarded'), (1, 3, 'O1', '1', 'submitted')
            """
        )
        changes = line_changes(connection, "tenders", 1, 2)
        connection.rollback()

    assert changes == LineChanges(gone=2, changed=1, by_column=Counter({"tender_lot.lot_number": 1}))

"""How long matching takes in the warehouse, on a PostgreSQL server of its own: first, again, after another month."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl
import psutil

from star_warehouse.database import Warehouse, migrate
from star_warehouse.local.postgres import EmbeddedPostgres
from star_warehouse.settings import Settings
from star_warehouse.suppliers import match_suppliers
from tests.bench.matching_invented import invent
from tests.ports import free_port
from tests.releases import delivered

# Lines that another month brings, in thousandths of those before, and how many of them are of new vendor records.
_ANOTHER_MONTH = 0.02


def in_the_warehouse(sizes: tuple[int, ...]) -> list[dict[str, float]]:
    """Seconds of ``match_suppliers`` by number of vendor records: lines in PostgreSQL to suppliers in PostgreSQL.

    Processor seconds are this process's and the server's together.
    """
    measured = []
    with tempfile.TemporaryDirectory(prefix="star-bench-") as name:
        settings = replace(Settings.from_environment({}), home=Path(name) / "home")
        with EmbeddedPostgres(Path(name) / "pg", free_port(), secrets.token_hex(8)) as server:
            for size in sizes:
                warehouse = Warehouse(server.host, server.port, server.user, server.password, f"matching_{size}")
                with replace(warehouse, database="postgres").connect(autocommit=True) as connection:
                    connection.execute(f"create database matching_{size}")
                migrate(warehouse)
                invented = invent(round(size * (1 + _ANOTHER_MONTH))).records
                _paid(warehouse, 1, invented.head(size))
                figures: dict[str, float] = {"records": size}
                for run in ("first", "again", "another_month"):
                    if run == "another_month":
                        _paid(warehouse, 2, invented.tail(-size))
                    with _timed() as spent:
                        outcome = match_suppliers(warehouse, settings, run)
                    figures |= {f"{run}_{what}": seconds for what, seconds in spent.items()}
                    if run == "first":
                        figures |= {"suppliers": outcome.suppliers, "questions": outcome.questions}
                measured.append(figures)
    return measured


def _paid(warehouse: Warehouse, month: int, records: pl.DataFrame) -> None:
    """Deliver a month with one line a record; the partner's code goes into the vendor's number."""
    delivery_id = delivered(warehouse, month)
    rows = records.select(
        pl.lit(delivery_id).alias("delivery_id"),
        pl.int_range(1, pl.len() + 1).alias("line_number"),
        "name",
        pl.concat_str("partner_code", "supplier_ref", separator="-").alias("supplier_ref"),
        "company_number",
        "postcode",
        pl.lit(f"2023-{month:02}-15").alias("payment_date"),
        pl.col("amount_gbp").round(2),
    )
    with warehouse.connect() as connection, connection.cursor() as cursor:
        columns = "delivery_id, line_number, supplier_name, supplier_ref, company_number, remit_postcode, payment_date"
        with cursor.copy(f"copy raw.spend_line ({columns}, amount_net_gbp) from stdin") as copy:
            for row in rows.iter_rows():
                copy.write_row(row)


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    spent: dict[str, float] = {}
    began, worked = time.perf_counter(), _processor_seconds()
    yield spent
    spent["seconds"] = round(time.perf_counter() - began, 2)
    spent["processor_seconds"] = round(_processor_seconds() - worked, 2)


def _processor_seconds() -> float:
    """Of this process, of the server it started, and of the server's processes that have ended."""
    me = psutil.Process()
    times = [me.cpu_times()]
    for process in me.children(recursive=True):
        try:
            times.append(process.cpu_times())
        except psutil.NoSuchProcess:
            continue
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)

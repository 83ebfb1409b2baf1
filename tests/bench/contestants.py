"""One way of getting a file into the database, timed in a process of its own.

``python -m tests.bench.contestants NAME PATH`` prints seconds, peak memory and rows as JSON; the database is that of
the environment (``PGHOST`` and the others). Imports, the connection and a first small file come before the clock
starts: a worker pays for them once, not for each file.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from star_warehouse.database import Warehouse

Timed = tuple[float, int]


def warehouse() -> Warehouse:
    """The database of the environment."""
    names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")
    host, port, user, password, database = (os.environ[name] for name in names)
    return Warehouse(host, int(port), user, password, database)


def ingest(path: Path) -> Timed:
    """This project: from the landed file to committed rows, rejected lines and the ledger's account."""
    from star_warehouse.load import FileSeen, load_delivery, record_landed, record_seen, register_source
    from star_warehouse.read import open_delivery
    from star_warehouse.sources import read_declaration

    source = read_declaration(path.parent / "bench.yml")
    period = source.period_of("bench_2024-04.csv")
    with warehouse().connect(autocommit=True) as connection:
        register_source(connection, source)

        def take(landed: Path) -> Timed:
            began = time.perf_counter()
            file = FileSeen(landed.name, landed.stat().st_size, datetime.now(UTC))
            delivery_id = record_seen(connection, source, "bench", file, "bench")
            record_landed(connection, delivery_id, f"{time.time_ns():064x}")
            with open_delivery(source, landed.name, landed, period) as content:
                summary = load_delivery(connection, delivery_id, source, landed.name, period, content)
            return time.perf_counter() - began, summary.lines_loaded + summary.lines_rejected

        take(path.parent / "first.csv")
        return take(path)


def dlt_arrow(path: Path) -> Timed:
    """dlt 1.31, its own CSV reader's peer: an Arrow table from polars, typed alike."""
    import dlt
    import polars as pl

    house = warehouse()
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.postgres(
            f"postgresql://{house.user}:{house.password}@{house.host}:{house.port}/{house.database}"
        ),
        dataset_name="bench_dlt",
        pipelines_dir=str(path.parent / "dlt"),
        progress=None,
    )
    began = time.perf_counter()
    frame = _typed(path)
    pipeline.run(frame.to_arrow(), table_name="spend_line", write_disposition="replace")
    return time.perf_counter() - began, pl.DataFrame(frame).height


def pandas_to_sql(path: Path) -> Timed:
    """pandas: ``read_csv`` and ``to_sql`` as they are."""
    import pandas
    import sqlalchemy

    house = warehouse()
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("postgresql+psycopg", house.user, house.password, house.host, house.port, house.database)
    )
    with engine.begin() as connection:
        began = time.perf_counter()
        frame = pandas.read_csv(path, dtype=str, keep_default_na=False, na_values=["NA"])
        frame["PaymentDate"] = pandas.to_datetime(frame["PaymentDate"], format="%Y-%m-%d", errors="coerce").dt.date
        frame["Amount"] = frame["Amount"].astype(float)
        frame.to_sql("bench_pandas", connection, if_exists="replace", index=False, chunksize=10_000)
    return time.perf_counter() - began, len(frame)


def workbook(path: Path) -> Timed:
    """This project: an XLSX to typed, checked lines."""
    from star_warehouse.read import open_delivery
    from star_warehouse.sources import read_declaration

    source = read_declaration(path.parent / "workbook" / "bench.yml")
    period = source.period_of("bench_2024-04.xlsx")
    began = time.perf_counter()
    with open_delivery(source, path.name, path, period) as content:
        for _ in content.chunks():
            pass
        count = content.summary().lines_loaded
    return time.perf_counter() - began, count


def openpyxl_values(path: Path) -> Timed:
    """openpyxl: the values of all cells, nothing typed or checked."""
    import openpyxl

    began = time.perf_counter()
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    count = sum(1 for _ in book["Payments"].iter_rows(values_only=True)) - 1
    return time.perf_counter() - began, count


def first_run(folder: Path) -> Timed:
    """This project: all files of an inbox taken in, checked and settled, imports and all."""
    began = time.perf_counter()
    from star_warehouse.load import settle_all
    from star_warehouse.quality import check_deliveries
    from star_warehouse.receive import take_in
    from star_warehouse.settings import Settings
    from star_warehouse.sources import read_declaration

    settings = Settings.from_environment()
    source = read_declaration(folder / "bench.yml")
    report = take_in(source, settings, warehouse(), "bench")
    verdicts = check_deliveries(warehouse(), settings, source, report.delivery_ids, "bench")
    if others := [one.reason for one in verdicts.values() if one.outcome != "accept"]:
        # What is held or refused would make the run shorter.
        raise RuntimeError(f"{len(others)} deliveries were not accepted: {others[0]}")
    settle_all(warehouse(), {number: (one.outcome, one.reason, one.way_out) for number, one in verdicts.items()})
    return time.perf_counter() - began, report.lines_loaded + report.lines_rejected


def _typed(path: Path):  # type: ignore[no-untyped-def]
    import polars as pl

    return pl.read_csv(path, infer_schema=False, null_values=["NA"]).with_columns(
        pl.col("PaymentDate").str.to_date("%Y-%m-%d", strict=False),
        pl.col("Amount", "IrrecoverableVATAmount").cast(pl.Decimal(18, 2)),
    )


CONTESTANTS: dict[str, Callable[[Path], Timed]] = {
    contestant.__name__: contestant
    for contestant in (ingest, dlt_arrow, pandas_to_sql, workbook, openpyxl_values, first_run)
}


if __name__ == "__main__":
    seconds, rows = CONTESTANTS[sys.argv[1]](Path(sys.argv[2]))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "rows": rows, "peak_mb": peak_mb}))

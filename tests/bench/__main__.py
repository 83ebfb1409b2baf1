"""``python -m tests.bench OUTPUT``: measure, print the table, write the figures as JSON. Takes about five minutes."""

from __future__ import annotations

import json
import os
import platform
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from star_warehouse.database import Warehouse, migrate
from star_warehouse.local.postgres import EmbeddedPostgres
from star_warehouse.local.server import psql_program
from star_warehouse.local.signals import interruptible
from star_warehouse.settings import REPOSITORY
from tests.bench.files import DECLARATION, HEADER, workbook_declaration, write_csv, write_months, write_workbook
from tests.ports import free_port

_LINES = 1_000_000
_SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
_PAIRS = 5
_MONTHS, _LINES_A_MONTH = 500, 400
_WORKBOOK_LINES = 100_000
# What is called flat: the same machine does not measure the same twice.
_MOST_BESIDE_FIRST = 1.1


@dataclass(frozen=True)
class Measured:
    """One contestant's result: the median of its runs."""

    name: str
    rows: int
    seconds: float
    peak_mb: float | None = None
    beside: str = ""
    ratio: float | None = None


@dataclass(frozen=True)
class Figure:
    """A figure that is wanted to be no greater than so much.

    Attributes:
        name: what it says.
        measured: what it is.
        at_most: what is wanted.
        unit: of both, with the blank before it; empty for a ratio.
        is_met: whether it is no greater.
    """

    name: str
    measured: float
    at_most: float
    unit: str = ""
    is_met: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_met", self.measured <= self.at_most)


Results = tuple[list[Measured], list[Figure]]


class Bench:
    """The server, the folder and the child processes of one run."""

    def __init__(self, folder: Path, warehouse: Warehouse) -> None:
        self.folder = folder
        self.warehouse = warehouse
        self.environment = {
            **os.environ,
            "PGHOST": warehouse.host,
            "PGPORT": str(warehouse.port),
            "PGUSER": warehouse.user,
            "PGPASSWORD": warehouse.password,
            "PGDATABASE": warehouse.database,
            "DO_NOT_TRACK": "1",
            "GX_ANALYTICS_ENABLED": "false",
            "RUNTIME__DLTHUB_TELEMETRY": "false",
        }

    def run(self, contestant: str, path: Path) -> dict[str, float]:
        """Let a contestant take a file, on an empty and settled database."""
        self._settle()
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.contestants", contestant, str(path)],
            env=self.environment,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def raw_copy(self, path: Path) -> float:
        r"""Seconds that ``psql \copy`` takes for the bytes, into columns of text."""
        columns = ", ".join(f'"{name}" text' for name in HEADER)
        self._sql(f"drop table if exists bench_raw; create table bench_raw ({columns})")
        self._settle()
        began = time.perf_counter()
        self._sql(f"\\copy bench_raw from '{path}' with (format csv, header)")
        return time.perf_counter() - began

    def forget(self) -> None:
        """Empty the ledger, so that no earlier delivery is history."""
        self._sql("truncate ops.delivery cascade")

    def _settle(self) -> None:
        self._sql("truncate raw.spend_line, ops.rejected_line")
        self._sql("checkpoint")

    def _sql(self, statement: str) -> None:
        subprocess.run([str(psql_program()), "-qc", statement], env=self.environment, check=True)


def one_file(bench: Bench) -> Results:
    """A million lines: raw copy and ingest in turns, then dlt and pandas."""
    path = bench.folder / f"{_LINES}.csv"
    write_csv(path, _LINES)
    raw, ours = [], []
    for _ in range(_PAIRS):
        raw.append(bench.raw_copy(path))
        ours.append(bench.run("ingest", path))
    copied = statistics.median(raw)
    seconds = statistics.median(run["seconds"] for run in ours)
    measured = [
        Measured("psql \\copy, bytes to text", _LINES, copied),
        Measured("ingest", _LINES, seconds, _peak(ours), "psql \\copy", seconds / copied),
    ]
    for name, contestant in (("dlt", "dlt_arrow"), ("pandas to_sql", "pandas_to_sql")):
        run = bench.run(contestant, path)
        ratio = run["seconds"] / copied
        measured.append(Measured(name, _LINES, run["seconds"], run["peak_mb"], "psql \\copy", ratio))
    return measured, [Figure("ingest of a million lines, beside psql \\copy", seconds / copied, 2.0)]


def sizes(bench: Bench) -> Results:
    """The cost of a line and the peak memory from ten thousand lines to five million."""
    measured: list[Measured] = []
    for count in _SIZES:
        path = bench.folder / f"{count}.csv"
        if not path.exists():
            write_csv(path, count)
        runs = [bench.run("ingest", path) for _ in range(3)]
        seconds = statistics.median(run["seconds"] for run in runs)
        first = measured[0] if measured else None
        ratio = (seconds / count) / (first.seconds / first.rows) if first else None
        name = f"ingest, {seconds / count * 1e6:.2f} µs a line"
        beside = "a line of 10,000" if first else ""
        measured.append(Measured(name, count, seconds, _peak(runs), beside, ratio))
        path.unlink()
    dearest = max(one.ratio or 0 for one in measured)
    peak = max(one.peak_mb or 0 for one in measured)
    return measured, [
        Figure("a line of the greatest files, beside one of 10,000", dearest, _MOST_BESIDE_FIRST),
        Figure("peak memory of the greatest files", peak, 600, " MB"),
    ]


def workbook(bench: Bench) -> Results:
    """A workbook of a hundred thousand lines, beside openpyxl."""
    path = bench.folder / "bench.xlsx"
    write_workbook(path, _WORKBOOK_LINES)
    ours, theirs = [], []
    for _ in range(3):
        theirs.append(bench.run("openpyxl_values", path))
        ours.append(bench.run("workbook", path))
    other = statistics.median(run["seconds"] for run in theirs)
    seconds = statistics.median(run["seconds"] for run in ours)
    measured = [
        Measured("openpyxl, values only", _WORKBOOK_LINES, other, _peak(theirs)),
        Measured("XLSX read", _WORKBOOK_LINES, seconds, _peak(ours), "openpyxl", seconds / other),
    ]
    return measured, [Figure("XLSX read, beside openpyxl", seconds / other, 0.1)]


def many_files(bench: Bench) -> Results:
    """A first run of five hundred waiting monthly files, and one of a single file with as many lines."""
    measured: list[Measured] = []
    beyond = 0.0
    for count, line_count in ((1, _MONTHS * _LINES_A_MONTH), (_MONTHS, _LINES_A_MONTH)):
        home = bench.folder / f"home-{count}"
        inbox = home / "inbox" / "bench"
        inbox.mkdir(parents=True)
        write_months(inbox, count, line_count)
        bench.environment["STAR_HOME"] = str(home)
        bench.forget()
        run = bench.run("first_run", bench.folder)
        each = ""
        if measured:
            beyond = (run["seconds"] - measured[0].seconds) / (count - 1)
            each = f", {beyond * 1000:.1f} ms a file beyond its lines"
        name = f"first run, checks and verdicts included, of {count} file{'s' if count > 1 else ''}{each}"
        measured.append(Measured(name, int(run["rows"]), run["seconds"], run["peak_mb"]))
    return measured, [Figure("a file of many, beyond its lines", beyond * 1000, 50, " ms")]


def _peak(runs: list[dict[str, float]]) -> float:
    return max(run["peak_mb"] for run in runs)


def report(measured: list[Measured], figures: list[Figure], output: Path) -> None:
    """Print the tables and write the figures."""
    ways = Table(title="Ingest, beside others in the same run", title_justify="left")
    ways.add_column("way")
    for heading in ("rows", "seconds", "peak MB", "ratio"):
        ways.add_column(heading, justify="right")
    ways.add_column("beside")
    for one in measured:
        peak = "" if one.peak_mb is None else f"{one.peak_mb:,.0f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        ways.add_row(one.name, f"{one.rows:,}", f"{one.seconds:.2f}", peak, ratio, one.beside)
    wanted = Table(title="What is wanted of it", title_justify="left")
    wanted.add_column("figure")
    for heading in ("measured", "at most"):
        wanted.add_column(heading, justify="right")
    wanted.add_column("")
    for figure in figures:
        told = (f"{number:,.2f}{figure.unit}" for number in (figure.measured, figure.at_most))
        wanted.add_row(figure.name, *told, "met" if figure.is_met else "not met")
    console = Console(width=140)
    console.print(ways)
    console.print(wanted)
    output.parent.mkdir(parents=True, exist_ok=True)
    written = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.machine()},
        "measured": [asdict(one) for one in measured],
        "wanted": [asdict(figure) for figure in figures],
    }
    output.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(output: Path) -> None:
    """Measure everything on a server of its own, which is gone afterwards."""
    with (
        interruptible(),
        tempfile.TemporaryDirectory(prefix="star-bench-") as name,
        EmbeddedPostgres(Path(name) / "pg", free_port(), secrets.token_hex(8)) as server,
    ):
        warehouse = Warehouse(server.host, server.port, server.user, server.password, "bench")
        with Warehouse(server.host, server.port, server.user, server.password, "postgres").connect(
            autocommit=True
        ) as connection:
            connection.execute("create database bench")
        migrate(warehouse)
        folder = Path(name) / "files"
        (folder / "workbook").mkdir(parents=True)
        write_csv(folder / "first.csv", 1_000)
        (folder / "bench.yml").write_text(DECLARATION, encoding="utf-8")
        (folder / "workbook" / "bench.yml").write_text(workbook_declaration(), encoding="utf-8")
        bench = Bench(folder, warehouse)
        results = [part(bench) for part in (one_file, sizes, workbook, many_files)]
    measured = [one for part, _ in results for one in part]
    report(measured, [figure for _, part in results for figure in part], output)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

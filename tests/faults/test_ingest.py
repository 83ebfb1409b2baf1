"""Ingest under faults: killed in the middle, two at once, a full disk. Nothing half, and the next run converges."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.receive import FolderRefusal, find_waiting, take_in
from star_warehouse.settings import REPOSITORY, Settings
from star_warehouse.sources import Source
from tests.builders import SPEND, declare, spend_file

LINES = 60_000
ACME = "Acme,7,03/04/2018,10.00,Pens"

# Takes in as usual, but stops at one place, says so, and waits there to be killed.
STOPPING = """
import sys, time
from dataclasses import replace
from pathlib import Path
import psycopg
from star_warehouse import receive
from star_warehouse.database import Warehouse
from star_warehouse.receive import intake
from star_warehouse.settings import Settings
from star_warehouse.sources import read_declaration

place, home, declaration, host, port, user, password, database = sys.argv[1:]

def stop(*_):
    print("there", flush=True)
    time.sleep(300)

if place == "copy":
    real_write = psycopg.Copy.write
    written = []
    def write(self, data):
        real_write(self, data)
        written.append(data)
        if len(written) == 2:
            stop()
    psycopg.Copy.write = write
elif place == "copied":
    from star_warehouse.load import loading
    loading._check_counts = stop
elif place == "landing":
    import os
    os.fsync = stop
else:
    setattr(intake, place, stop)

settings = replace(Settings.from_environment({}), home=Path(home))
warehouse = Warehouse(host, int(port), user, password, database)
receive.take_in(read_declaration(Path(declaration)), settings, warehouse, "killed")
"""


@pytest.fixture
def town(tmp_path: Path, settings: Settings) -> Source:
    source = declare(tmp_path, SPEND, ("rejected_pct: 25", "rejected_pct: 5"))
    inbox = settings.inbox / "town"
    inbox.mkdir(parents=True)
    (inbox / "town_2018-04.csv").write_bytes(spend_file(*[ACME] * (LINES - 1), "Acme,7,31/04/2018,10.00,Pens"))
    (inbox / "town_2018-05.csv").write_bytes(spend_file("Acme,7,03/05/2018,20.00,Pens"))
    for path in inbox.iterdir():
        # Written some time ago, so that nobody waits to see whether it still grows.
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return source


def counts(warehouse: Warehouse) -> dict[str, int]:
    with warehouse.connect() as connection:
        return {
            table: len(connection.execute(f"select 1 from {table}").fetchall())
            for table in ("raw.spend_line", "ops.rejected_line", "ops.delivery")
        }


def states(warehouse: Warehouse) -> list[tuple[str, str, int | None]]:
    with warehouse.connect() as connection:
        return connection.execute("select file_name, state, lines_in from ops.delivery order by 1").fetchall()


def kill_at(place: str, tmp_path: Path, settings: Settings, warehouse: Warehouse) -> None:
    """Start an intake in another process and kill it where it stopped."""
    script = tmp_path / "stopping.py"
    script.write_text(textwrap.dedent(STOPPING))
    where = [warehouse.host, str(warehouse.port), warehouse.user, warehouse.password, warehouse.database]
    process = subprocess.Popen(
        [sys.executable, str(script), place, str(settings.home), str(tmp_path / "town.yml"), *where],
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "WAREHOUSE_URL"},
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    process.stdout.close()


def wait_until_gone(warehouse: Warehouse) -> None:
    """Wait until the server has noticed the death of the killed process's connection."""
    for _ in range(100):
        with warehouse.connect() as connection:
            others = connection.execute(
                "select count(*) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
                (warehouse.database,),
            ).fetchone()
        if others == (0,):
            return
        time.sleep(0.1)
    raise AssertionError("the killed process is still connected")


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("landing", "seen"),
        ("record_landed", "seen"),
        ("open_delivery", "landed"),
        ("load_delivery", "landed"),
        ("copy", "landed"),
        ("copied", "landed"),
    ],
)
def test_a_killed_intake_leaves_nothing_and_the_next_one_goes_on(
    place: str, left: str, town: Source, tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    kill_at(place, tmp_path, settings, warehouse)
    wait_until_gone(warehouse)

    assert counts(warehouse) == {"raw.spend_line": 0, "ops.rejected_line": 0, "ops.delivery": 1}
    assert states(warehouse) == [("town_2018-04.csv", left, None)]
    assert [found.file.name for found in find_waiting(town, settings, warehouse)] == [
        "town_2018-04.csv",
        "town_2018-05.csv",
    ]

    report = take_in(town, settings, warehouse, "next")

    assert report.counts == Counter(checking=2)
    assert counts(warehouse) == {"raw.spend_line": LINES, "ops.rejected_line": 1, "ops.delivery": 2}
    assert states(warehouse) == [
        ("town_2018-04.csv", "checking", LINES + 1),
        ("town_2018-05.csv", "checking", 2),
    ]
    assert take_in(town, settings, warehouse, "third").counts == Counter()


def test_a_kill_between_two_deliveries_keeps_the_first(
    town: Source, tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    (settings.inbox / "town" / "town_2018-04.csv").write_bytes(spend_file(ACME))
    take_in(town, settings, warehouse, "first")
    (settings.inbox / "town" / "town_2018-06.csv").write_bytes(spend_file("Acme,7,03/06/2018,1.00,x"))

    kill_at("load_delivery", tmp_path, settings, warehouse)
    wait_until_gone(warehouse)

    assert [state for _, state, _ in states(warehouse)] == ["checking", "checking", "landed"]
    assert take_in(town, settings, warehouse, "next").counts == Counter(checking=1)


def test_two_takers_at_once_load_each_delivery_once(town: Source, settings: Settings, warehouse: Warehouse) -> None:
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda run_id: take_in(town, settings, warehouse, run_id), ["one", "two"]))

    assert sorted(report.counts["checking"] for report in reports) == [0, 2]
    assert counts(warehouse) == {"raw.spend_line": LINES, "ops.rejected_line": 1, "ops.delivery": 2}


def test_the_lock_of_a_killed_taker_is_free_again(
    town: Source, tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    kill_at("load_delivery", tmp_path, settings, warehouse)

    started = time.monotonic()
    take_in(town, settings, warehouse, "next")

    assert time.monotonic() - started < 30


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False).returncode
    ):
        pytest.skip("mounting a small file system needs rights that are not given here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_full_stops_the_intake_with_one_sentence(
    town: Source, tiny_disk: Path, settings: Settings, warehouse: Warehouse
) -> None:
    settings.landing.symlink_to(tiny_disk)

    with pytest.raises(FolderRefusal, match=r"The disk is full; nothing of the file was kept\."):
        take_in(town, settings, warehouse, "full")

    assert list(tiny_disk.iterdir()) == []
    assert counts(warehouse) == {"raw.spend_line": 0, "ops.rejected_line": 0, "ops.delivery": 1}

    settings.landing.unlink()
    assert take_in(town, settings, warehouse, "next").counts == Counter(checking=2)

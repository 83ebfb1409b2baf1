"""Ingest under faults: killed in the middle, two at once, a full disk. Nothing half, and the next run converges."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import pending_deliveries
from star_warehouse.receive import FolderRefusal, find_waiting, take_in
from star_warehouse.settings import Settings
from star_warehouse.sources import Source
from tests.builders import SPEND, declare
from tests.faults.town import check_account, check_months, counts, month, put, states
from tests.faults.worker import worker

# Lines that do not read stand in the first, a middle and the last chunk.
APRIL = month(4, 9_000, [5, 4_001, 8_999])
MAY = month(5, 300, [7], blank_count=2)


@pytest.fixture
def town(tmp_path: Path, settings: Settings) -> Source:
    for delivered in (APRIL, MAY):
        put(delivered, settings.inbox / "town")
    return declare(tmp_path, SPEND, ("rejected_pct: 25", "rejected_pct: 5"))


def kill_at(place: str, source: Source, settings: Settings, warehouse: Warehouse) -> None:
    """Kill an intake where it stopped, and wait until the server has noticed."""
    with worker(source, settings, warehouse, place) as process:
        process.wait_until_there()
        process.kill()
    for _ in range(100):
        with warehouse.connect() as connection:
            others = connection.execute(
                "select count(*) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
                (warehouse.database,),
            ).fetchone()
        if others == (0,):
            return
        time.sleep(0.05)
    raise AssertionError("the killed process is still connected")


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("before the ledger knows the file", None),
        ("once the ledger knows the file", "seen"),
        ("half copied", "seen"),
        ("copied but not safe", "seen"),
        ("landed", "seen"),
        ("landed, and the ledger knows", "landed"),
        ("opening", "landed"),
        ("within the first chunk", "landed"),
        ("first chunk copied", "landed"),
        ("between two chunks", "landed"),
        ("last chunk copied", "landed"),
        ("ledger updated", "landed"),
    ],
)
def test_a_killed_intake_leaves_nothing_and_the_next_one_goes_on(
    place: str, left: str | None, town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    kill_at(place, town, settings, warehouse)

    assert counts(warehouse) == (0, 0)
    assert states(warehouse) == ([(APRIL.name, left)] if left else [])
    check_account(warehouse, settings)
    waiting = [found.file.name for found in find_waiting(town, settings, warehouse)]
    assert waiting == [APRIL.name, MAY.name]

    report = take_in(town, settings, warehouse, "next")

    assert report.counts == Counter(checking=2)
    check_months(warehouse, settings, [APRIL, MAY])
    assert take_in(town, settings, warehouse, "third").counts == Counter()


def test_an_intake_killed_after_the_commit_keeps_what_it_loaded(
    town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    kill_at("committed", town, settings, warehouse)

    check_months(warehouse, settings, [APRIL])
    assert take_in(town, settings, warehouse, "next").counts == Counter(checking=1)
    check_months(warehouse, settings, [APRIL, MAY])
    assert len(pending_deliveries(warehouse, "town")) == 2


def test_what_is_stopped_between_chunks_has_sent_some_of_several(
    town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    """The kills above are in the middle of something: the server holds lines that nobody sees."""
    with worker(town, settings, warehouse, "between two chunks") as process:
        process.wait_until_there()
        with warehouse.connect() as connection:
            size = connection.execute("select pg_relation_size('raw.spend_line')").fetchone()
        assert size
        assert size[0] > 0
        assert counts(warehouse) == (0, 0)
        process.go_on()
        ended = process.end()

    assert ended.report
    assert ended.report.counts == Counter(checking=2)
    check_months(warehouse, settings, [APRIL, MAY])


def test_killed_again_and_again_it_still_converges(town: Source, settings: Settings, warehouse: Warehouse) -> None:
    for place in ("half copied", "landed", "between two chunks", "ledger updated"):
        kill_at(place, town, settings, warehouse)
        check_account(warehouse, settings)

    take_in(town, settings, warehouse, "next")

    check_months(warehouse, settings, [APRIL, MAY])
    assert states(warehouse) == [(APRIL.name, "checking"), (MAY.name, "checking")]


def test_two_workers_on_one_delivery_load_it_once(town: Source, settings: Settings, warehouse: Warehouse) -> None:
    with worker(town, settings, warehouse) as one, worker(town, settings, warehouse) as other:
        reports = [process.end().report for process in (one, other)]

    assert sorted(report.counts["checking"] for report in reports if report) == [0, 2]
    check_months(warehouse, settings, [APRIL, MAY])


def test_a_second_worker_waits_for_the_first_and_takes_what_replaced_the_file(
    town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    later = month(4, 500, seed=9)
    with worker(town, settings, warehouse, "between two chunks") as first:
        first.wait_until_there()
        put(later, settings.inbox / "town")
        with worker(town, settings, warehouse) as second:
            # It waits at the lock that the first one holds.
            time.sleep(0.5)
            assert counts(warehouse) == (0, 0)
            first.go_on()
            reports = [first.end().report, second.end().report]

    assert [report.counts for report in reports if report] == [Counter(checking=2), Counter(checking=1)]
    check_months(warehouse, settings, [APRIL, MAY, later])


def test_a_file_replaced_before_it_is_copied_waits_for_the_next_run(
    town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    later = month(4, 500, seed=9)
    with worker(town, settings, warehouse, "half copied") as process:
        process.wait_until_there()
        put(later, settings.inbox / "town")
        process.go_on()
        report = process.end().report

    assert report
    assert report.counts == Counter(waiting=1, checking=1)
    assert "The file is still being written." in str(report.refusals[0])
    check_months(warehouse, settings, [MAY])

    assert take_in(town, settings, warehouse, "next").counts == Counter(checking=1)
    check_months(warehouse, settings, [later, MAY])
    assert states(warehouse) == [(APRIL.name, "checking"), (MAY.name, "checking")]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[dict[int, int]]:
    """A landing zone on a file system of half a megabyte.

    Where mounting is not permitted, the limits under which a process sees a disk that takes no larger files.
    """
    folder = tmp_path / "home" / "landing"
    folder.mkdir(parents=True)
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode:
        yield {resource.RLIMIT_FSIZE: 256 << 10}
        return
    yield {}
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_full_stops_the_intake_with_one_sentence(
    tmp_path: Path, tiny_disk: dict[int, int], settings: Settings, warehouse: Warehouse
) -> None:
    town = declare(tmp_path)
    too_large, never_reached = month(5, 20_000), month(6, 10)
    for delivered in (small := month(4, 500, [7]), too_large, never_reached):
        put(delivered, settings.inbox / "town")

    with worker(town, settings, warehouse, limits=tiny_disk) as process:
        refusal = process.end().refusal

    assert isinstance(refusal, FolderRefusal)
    assert refusal.what == "The disk is full; nothing of the file was kept."
    assert refusal.where == str(settings.landing)
    check_months(warehouse, settings, [small])
    assert states(warehouse) == [(small.name, "checking"), (too_large.name, "seen")]
    with warehouse.connect() as connection:
        told = connection.execute("select reason from ops.delivery where state = 'seen'").fetchall()
    assert told == [(f"{settings.landing}: The disk is full; nothing of the file was kept.",)]

    # Room is made.
    if not tiny_disk:
        subprocess.run(["mount", "-o", "remount,size=8m", settings.landing], check=True)
    assert take_in(town, settings, warehouse, "next").counts == Counter(checking=2)
    check_months(warehouse, settings, [small, too_large, never_reached])

"""Ingest while PostgreSQL is killed: the intake says so, nothing is half, and once the server is back it converges."""

from __future__ import annotations

import os
import secrets
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from star_warehouse.database import Warehouse, WarehouseLost, migrate
from star_warehouse.local.postgres import EmbeddedPostgres
from star_warehouse.receive import take_in
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source
from tests.builders import declare
from tests.faults.test_ingest import APRIL, MAY
from tests.faults.town import check_account, check_months, counts, empty, put, states
from tests.faults.worker import worker
from tests.ports import free_port


@pytest.fixture(scope="module")
def own_server() -> Iterator[EmbeddedPostgres]:
    """A server of this module's own, to be killed; it keeps what it said was safe."""
    with (
        tempfile.TemporaryDirectory(prefix="star-test-", ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder) / "pg", free_port(), secrets.token_hex(8)) as server,
    ):
        migrate(Warehouse(server.host, server.port, server.user, server.password, "postgres"))
        yield server


@pytest.fixture
def own_warehouse(own_server: EmbeddedPostgres) -> Warehouse:
    """An empty warehouse on that server."""
    warehouse = Warehouse(own_server.host, own_server.port, own_server.user, own_server.password, "postgres")
    empty(warehouse)
    return warehouse


@pytest.fixture
def town(tmp_path: Path, settings: Settings) -> Source:
    for delivered in (APRIL, MAY):
        put(delivered, settings.inbox / "town")
    return declare(tmp_path)


def kill(server: EmbeddedPostgres) -> None:
    """Kill the postmaster, and wait until none of its processes is left."""
    postmaster = psutil.Process(int((server.data_folder / "postmaster.pid").read_text().split()[0]))
    processes = [postmaster, *postmaster.children(recursive=True)]
    postmaster.send_signal(signal.SIGKILL)
    # The others notice that it is gone as soon as they wait for anything; where one does not, it is ended.
    _, left = psutil.wait_procs(processes, timeout=5)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("landed", [(APRIL.name, "seen")]),
        ("within the first chunk", [(APRIL.name, "landed")]),
        ("ledger updated", [(APRIL.name, "landed")]),
    ],
)
def test_a_killed_server_is_told_and_once_it_is_back_the_next_run_goes_on(
    place: str,
    left: list[tuple[str, str]],
    town: Source,
    settings: Settings,
    own_server: EmbeddedPostgres,
    own_warehouse: Warehouse,
) -> None:
    with worker(town, settings, own_warehouse, place) as process:
        process.wait_until_there()
        kill(own_server)
        process.go_on()
        refusal = process.end().refusal

    assert isinstance(refusal, WarehouseLost)
    assert refusal.what.startswith("The warehouse stopped answering: ")
    assert refusal.where == f"127.0.0.1:{own_server.port}/postgres"
    assert "run again" in refusal.way_out
    with pytest.raises(Refusal, match="The warehouse does not answer"):
        take_in(town, settings, own_warehouse, "too early")

    own_server.start()

    assert counts(own_warehouse) == (0, 0)
    assert states(own_warehouse) == left
    check_account(own_warehouse, settings)
    assert take_in(town, settings, own_warehouse, "next").counts == Counter(checking=2)
    check_months(own_warehouse, settings, [APRIL, MAY])


def test_a_server_that_is_shut_down_is_told_likewise(
    town: Source, settings: Settings, own_server: EmbeddedPostgres, own_warehouse: Warehouse
) -> None:
    with worker(town, settings, own_warehouse, "between two chunks") as process:
        process.wait_until_there()
        own_server.stop()
        process.go_on()
        refusal = process.end().refusal
    own_server.start()

    assert isinstance(refusal, WarehouseLost)
    assert "terminating connection" in refusal.what
    assert take_in(town, settings, own_warehouse, "next").counts == Counter(checking=2)
    check_months(own_warehouse, settings, [APRIL, MAY])


def test_what_was_committed_before_the_server_died_is_kept(
    town: Source, settings: Settings, own_server: EmbeddedPostgres, own_warehouse: Warehouse
) -> None:
    with worker(town, settings, own_warehouse, "committed") as process:
        process.wait_until_there()
        kill(own_server)
        process.go_on()
        assert isinstance(process.end().refusal, WarehouseLost)
    own_server.start()

    check_months(own_warehouse, settings, [APRIL])
    assert take_in(town, settings, own_warehouse, "next").counts == Counter(checking=1)
    check_months(own_warehouse, settings, [APRIL, MAY])

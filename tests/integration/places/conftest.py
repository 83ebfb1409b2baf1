"""A town whose files come from a server, with the server behind a wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.receive import IntakeReport, Patience, find_waiting, take_in
from star_warehouse.settings import Settings
from star_warehouse.sources import Source
from tests.builders import SPEND, declare
from tests.integration.places.shelves import VARIABLE, BlobShelf, S3Shelf, Shelf, SshShelf, WebShelf
from tests.servers.wire import Wire

# As in real life, but for tests nobody waits a minute.
HASTY = Patience(
    attempts=2, seconds_between=0.05, connect_seconds=1.5, stall_seconds=1.0, settle_seconds=0.15, recent_seconds=0
)
LOCATION = "extract: internal\n"


class RemoteTown:
    """A source whose files come from a server."""

    def __init__(self, source: Source, settings: Settings, warehouse: Warehouse) -> None:
        self.source, self.settings, self.warehouse = source, settings, warehouse

    def take_in(self, patience: Patience = HASTY) -> IntakeReport:
        """Take in what waits."""
        return take_in(self.source, self.settings, self.warehouse, "run", patience=patience)

    def waiting(self) -> list[str]:
        """The names of what waits."""
        return [found.file.name for found in find_waiting(self.source, self.settings, self.warehouse, patience=HASTY)]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with self.warehouse.connect() as connection:
            return connection.execute(query).fetchall()

    def states(self) -> list[tuple[str, str]]:
        """Every delivery's name and state."""
        return self.rows("select file_name, state from ops.delivery order by delivery_id")

    def lines(self) -> int:
        """How many lines are loaded."""
        return int(self.rows("select count(*) from raw.spend_line")[0][0])

    def landed(self) -> list[bytes]:
        """What lies in the landing zone, half copies too."""
        return [path.read_bytes() for path in sorted(self.settings.landing.rglob("*")) if path.is_file()]


@pytest.fixture(scope="package")
def only_warehouse(make_database: Callable[[str | None], Warehouse], empty_warehouse: Warehouse) -> Warehouse:
    """One database for all tests of this folder: making and dropping one for each takes longer than they do."""
    return make_database(empty_warehouse.database)


@pytest.fixture
def warehouse(only_warehouse: Warehouse) -> Warehouse:
    """A warehouse with nothing in it."""
    with only_warehouse.connect() as connection:
        connection.execute(
            "truncate ops.source, ops.delivery, raw.spend_line, ops.run_progress restart identity cascade"
        )
    return only_warehouse


@pytest.fixture(scope="package")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshShelf]:
    """An SSH server."""
    shelf = SshShelf(tmp_path_factory.mktemp("ssh"))
    yield shelf
    shelf.close()


@pytest.fixture(scope="package")
def web() -> Iterator[WebShelf]:
    """A web server."""
    shelf = WebShelf()
    yield shelf
    shelf.close()


@pytest.fixture(scope="package")
def s3() -> Iterator[S3Shelf]:
    """An S3 server."""
    shelf = S3Shelf()
    yield shelf
    shelf.close()


@pytest.fixture(scope="package")
def azure() -> Iterator[BlobShelf]:
    """A server of Azure blobs."""
    shelf = BlobShelf()
    yield shelf
    shelf.close()


@pytest.fixture(params=["ssh", "web", "s3", "azure"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """Each kind of server in turn, with nothing on it."""
    shelf: Shelf = request.getfixturevalue(request.param)
    shelf.clear()
    return shelf


@pytest.fixture
def wire_to() -> Iterator[Callable[[int], Wire]]:
    """Make a wire to a server."""
    wires = []

    def make(port: int) -> Wire:
        wires.append(Wire(port))
        return wires[-1]

    yield make
    for wire in wires:
        wire.close()


@pytest.fixture
def wire(shelf: Shelf, wire_to: Callable[[int], Wire]) -> Wire:
    """The wire to the server."""
    return wire_to(shelf.port)


@pytest.fixture
def town(
    shelf: Shelf,
    wire: Wire,
    tmp_path: Path,
    settings: Settings,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> RemoteTown:
    """A source at the server, with its credentials in the environment."""
    monkeypatch.setenv(VARIABLE, shelf.variable(wire))
    source = declare(tmp_path, SPEND, (LOCATION, f"{LOCATION}location: {shelf.location(wire)}\n"))
    return RemoteTown(source, settings, warehouse)

"""What waits to be taken in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from star_warehouse.database import Warehouse
from star_warehouse.load import Connection, FileSeen, LedgerEntry, newest_entries, waiting_readings
from star_warehouse.receive.connections import ConnectionOf, connection_from_environment
from star_warehouse.receive.landing import landed_path
from star_warehouse.receive.patience import ONE_LOOK, Patience
from star_warehouse.receive.places import FoundFile, place_of
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source

_UNFINISHED = ("seen", "landed")
_UNKNOWN_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class WaitingFile:
    """A delivery that waits to be taken in.

    Attributes:
        file: its name, size, time and version.
        found: where its bytes are to be fetched, or None.
        delivery_id: the ledger row that an interrupted run began for it, or None.
        landed: SHA-256 of its bytes when they are in the landing zone already; with neither, they are nowhere any more.
    """

    file: FileSeen
    found: FoundFile | None
    delivery_id: int | None
    landed: str | None = None


def find_waiting(
    source: Source,
    settings: Settings,
    warehouse: Warehouse,
    connection_of: ConnectionOf = connection_from_environment,
    patience: Patience = ONE_LOOK,
) -> list[WaitingFile]:
    """The deliveries of a source that wait, in the order of their periods.

    These are the files that the ledger does not know, those refused under another declaration of the source (but by
    a person), what an interrupted run left unfinished, and what is to be read anew.

    Args:
        source: the feed.
        settings: where the home folder is.
        warehouse: whose ledger is asked.
        connection_of: finds the connection that the source's location names.
        patience: how long a server is waited for.

    Raises:
        PlaceRefusal: the place of the source's files does not say what is there.
        Refusal: the warehouse does not answer.
    """
    with place_of(source, settings, connection_of, patience) as place:
        files = place.files()
    with warehouse.connect() as connection:
        return waiting_files(source, settings, connection, files)


def waiting_files(
    source: Source, settings: Settings, connection: Connection, files: list[FoundFile] | None
) -> list[WaitingFile]:
    """As ``find_waiting``, on a connection that is open.

    Args:
        source: the feed.
        settings: where the landing zone is.
        connection: to the ledger.
        files: what is at the source's place; None when it does not say, and only what landed can be gone on with.
    """
    entries = newest_entries(connection, source.id)
    found_by_file = {found.file: found for found in files or []}
    waiting: dict[FileSeen, WaitingFile] = {}
    for file, found in found_by_file.items():
        entry = entries.get(file)
        if entry is None or _may_try_again(entry, source):
            waiting[file] = WaitingFile(file, found, None)
        elif entry.state in _UNFINISHED and not entry.is_reading:
            waiting[file] = WaitingFile(file, found, entry.delivery_id, _landed(entry, settings))
    now_called = {file.name: file for file in waiting if waiting[file].delivery_id is None}
    for file, entry in entries.items():
        if entry.state not in _UNFINISHED or file in found_by_file or entry.is_reading:
            continue
        landed = _landed(entry, settings)
        if landed is None and files is None:
            continue
        if landed is None and file.name in now_called:
            # It was still being written when it was seen; what there is now goes on in its row.
            now = now_called.pop(file.name)
            waiting[now] = replace(waiting[now], delivery_id=entry.delivery_id)
        else:
            waiting[file] = WaitingFile(file, None, entry.delivery_id, landed)
    return _in_order([*waiting.values(), *readings_waiting(source, settings, connection)], source)


def readings_waiting(source: Source, settings: Settings, connection: Connection) -> list[WaitingFile]:
    """The landed deliveries of a source that somebody asked to be read anew, in the order of their periods."""
    readings = [
        WaitingFile(entry.file, None, entry.delivery_id, _landed(entry, settings))
        for entry in waiting_readings(connection, source.id)
    ]
    return _in_order(readings, source)


def _may_try_again(entry: LedgerEntry, source: Source) -> bool:
    # What a person refused is not tried again because of a change of the declaration.
    return entry.state == "refused" and not entry.is_decided and entry.definition_sha256 != source.definition_sha256


def _landed(entry: LedgerEntry, settings: Settings) -> str | None:
    """SHA-256 of an unfinished delivery's bytes when they are in the landing zone."""
    return entry.sha256 if entry.sha256 and landed_path(settings, entry.sha256).is_file() else None


def _in_order(waiting: list[WaitingFile], source: Source) -> list[WaitingFile]:
    return sorted(waiting, key=lambda found: _order(found, source))


def _order(found: WaitingFile, source: Source) -> tuple[date, date, datetime, str]:
    # Of two files for one period the later written one comes last, and so becomes the current one.
    try:
        period = source.period_of(found.file.name)
        days = period.start, period.end
    except Refusal:
        days = date.max, date.max
    return *days, found.file.modified_at or _UNKNOWN_TIME, found.file.name

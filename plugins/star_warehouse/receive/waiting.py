"""What waits to be taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from star_warehouse.database import Warehouse
from star_warehouse.load import Connection, FileSeen, LedgerEntry, newest_entries
from star_warehouse.receive.landing import landed_path
from star_warehouse.receive.location import folder_of, list_files
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source

_UNFINISHED = ("seen", "landed")


@dataclass(frozen=True)
class WaitingFile:
    """A delivery that waits to be taken in.

    Attributes:
        file: its name, size and time.
        path: where its bytes are, or None when they are nowhere any more.
        delivery_id: the ledger row that an interrupted run began for it, or None.
    """

    file: FileSeen
    path: Path | None
    delivery_id: int | None


def find_waiting(source: Source, settings: Settings, warehouse: Warehouse) -> list[WaitingFile]:
    """The deliveries of a source that wait, in the order of their periods.

    These are the files that the ledger does not know, those refused under another declaration of the source, and what
    an interrupted run left unfinished.

    Raises:
        Refusal: the source's location is not a folder, or the warehouse does not answer.
    """
    with warehouse.connect() as connection:
        return waiting_files(source, settings, connection)


def waiting_files(source: Source, settings: Settings, connection: Connection) -> list[WaitingFile]:
    """As ``find_waiting``, on a connection that is open."""
    entries = newest_entries(connection, source.id)
    files = dict(list_files(folder_of(source, settings)))
    waiting = []
    for file, path in files.items():
        entry = entries.get(file)
        if entry is None or _may_try_again(entry, source):
            waiting.append(WaitingFile(file, path, None))
        elif entry.state in _UNFINISHED:
            waiting.append(WaitingFile(file, path, entry.delivery_id))
    for file, entry in entries.items():
        if entry.state in _UNFINISHED and file not in files:
            waiting.append(_left_behind(entry, settings))
    return sorted(waiting, key=lambda found: _order(found, source))


def _may_try_again(entry: LedgerEntry, source: Source) -> bool:
    return entry.state == "refused" and entry.definition_sha256 != source.definition_sha256


def _left_behind(entry: LedgerEntry, settings: Settings) -> WaitingFile:
    """An unfinished delivery whose file is gone or was replaced: if it landed, it can still be taken in."""
    landed = landed_path(settings, entry.sha256) if entry.sha256 else None
    return WaitingFile(entry.file, landed if landed and landed.is_file() else None, entry.delivery_id)


def _order(found: WaitingFile, source: Source) -> tuple[date, object, str]:
    # Of two files for one period the later written one comes last, and so becomes the current one.
    try:
        day = source.period_of(found.file.name).start
    except Refusal:
        day = date.max
    return day, found.file.modified_at, found.file.name

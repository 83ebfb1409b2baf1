"""Where a source's files come to, and which of them are there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from star_warehouse.load import FileSeen
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What copying programs, editors and file managers leave in a folder; never a delivery.
_STRAY_ENDINGS = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".swp", "~")
_STRAY_STARTS = (".", "~$", "#")
_STRAY_NAMES = ("thumbs.db", "desktop.ini")


def location_of(source: Source) -> str:
    """The location as the ledger keeps it: as declared, or the source's folder in the inbox."""
    return source.location or f"inbox/{source.id}"


def folder_of(source: Source, settings: Settings) -> Path:
    """The folder of a source's files; relative locations are relative to the home folder.

    Raises:
        Refusal: the location is not a folder.
    """
    if source.location is None:
        return settings.inbox / source.id
    location = source.location
    parts = urlsplit(location)
    if len(parts.scheme) > 1:
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            raise Refusal(
                f"The location {location} is not a folder; others cannot be read yet.",
                where=f"source {source.id}",
                way_out="Declare a folder, relative to the home folder or as file:///….",
            )
        location = unquote(parts.path)
    return settings.home / location


def list_files(folder: Path) -> list[tuple[FileSeen, Path]]:
    """The files of a folder that may be deliveries; none when the folder is not there yet."""
    if not folder.is_dir():
        return []
    files = []
    for path in folder.iterdir():
        if not _is_stray(path.name) and (seen := look_at(path)):
            files.append((seen, path))
    return files


def look_at(path: Path) -> FileSeen | None:
    """Name, size and time of a file; None when it is not there (any more) or no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    if not path.is_file():
        return None
    # In whole microseconds, as the database keeps it; a float would not come back the same.
    modified_at = _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
    return FileSeen(path.name, status.st_size, modified_at)


def _is_stray(name: str) -> bool:
    lower = name.lower()
    return lower.startswith(_STRAY_STARTS) or lower.endswith(_STRAY_ENDINGS) or lower in _STRAY_NAMES

"""Where a source's files come to, and which of the names there may be deliveries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from star_warehouse.load import FileSeen
from star_warehouse.receive.faults import PlaceRefusal
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, read_location

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What copying programs, editors and file managers leave in a folder; never a delivery.
_STRAY_ENDINGS = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".swp", "~")
_STRAY_STARTS = (".", "~$", "#")
_STRAY_NAMES = ("thumbs.db", "desktop.ini")
_LONGEST_NAME = 255


def location_of(source: Source) -> str:
    """The location as the ledger keeps it: as declared, or the source's folder in the inbox."""
    return source.location or f"inbox/{source.id}"


def is_remote(source: Source) -> bool:
    """Whether a source's files are on another machine."""
    return source.location is not None and read_location(source.location).scheme != "folder"


def folder_of(source: Source, settings: Settings) -> Path:
    """The folder of a source's files; relative locations are relative to the home folder.

    Raises:
        Refusal: the location is not a folder of this machine.
    """
    if source.location is None:
        return settings.inbox / source.id
    location = read_location(source.location)
    if location.scheme != "folder":
        raise Refusal(
            f"The location {location.text} is not a folder of this machine.",
            where=f"source {source.id}",
            way_out="Put the file there; the next run fetches it.",
        )
    return settings.home / location.path


def list_files(folder: Path) -> list[tuple[FileSeen, Path]]:
    """The files of a folder that may be deliveries; none when the folder is not there yet.

    Raises:
        PlaceRefusal: the folder cannot be read.
    """
    try:
        paths = list(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise PlaceRefusal(
            f"The folder cannot be read: {error.strerror}.",
            where=str(folder),
            way_out="Check its rights, or whether what it is mounted from still answers.",
        ) from error
    files = []
    for path in paths:
        if may_be_delivery(path.name) and (seen := look_at(path)):
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
    return FileSeen(written_name(path.name), status.st_size, modified_at)


def written_name(name: str) -> str:
    """A file's name as the ledger and logs can hold it: signs that cannot be printed are escaped (``\\n``).

    A line end, or bytes that are no UTF-8, say no period; so such a file is refused with a reason instead of unseen.
    """
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name)


def may_be_delivery(name: str) -> bool:
    """Whether a name is that of a file of one folder, and not one that programs leave behind.

    Args:
        name: as a folder or a server says it; whatever could lead elsewhere is no delivery.
    """
    if "/" in name or "\\" in name or len(name.encode(errors="surrogatepass")) > _LONGEST_NAME:
        return False
    lower = name.lower()
    is_stray = lower.startswith(_STRAY_STARTS) or lower.endswith(_STRAY_ENDINGS) or lower in _STRAY_NAMES
    return bool(name.strip()) and not is_stray

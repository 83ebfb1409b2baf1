"""The places that files come from: a folder of this machine, or a server reached by SSH, web, S3 or Azure."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from star_warehouse.load import FileSeen
from star_warehouse.receive.connections import ConnectionOf, connection_from_environment
from star_warehouse.receive.faults import Interruption, fault
from star_warehouse.receive.filesystems import FileSystem, open_filesystem
from star_warehouse.receive.landing import read_file
from star_warehouse.receive.location import folder_of, list_files, look_at, may_be_delivery, written_name
from star_warehouse.receive.patience import PATIENT, Patience
from star_warehouse.settings import Settings
from star_warehouse.sources import Location, PeriodAddress, Source, addresses, read_location

T = TypeVar("T")

log = logging.getLogger(__name__)

_BYTES_AT_ONCE = 1 << 18
# Stores are asked for a range at a time: large enough for speed, small enough for memory.
_BYTES_A_RANGE = 1 << 22
_ASKED_AT_ONCE = 8


@dataclass(frozen=True)
class FoundFile:
    """A file where it was found.

    Attributes:
        file: its name, size, time and version.
        address: path or URL, as its place understands it.
    """

    file: FileSeen
    address: str


class Place(Protocol):
    """Where a source's files are."""

    def files(self) -> list[FoundFile]:
        """The files that may be deliveries.

        Raises:
            Refusal: the place does not say.
        """

    def look_at(self, found: FoundFile) -> FileSeen | None:
        """The file as it is now; None when it is gone.

        Raises:
            Refusal: the place does not say.
        """

    def parts(self, found: FoundFile) -> Generator[bytes]:
        """The bytes of a file, in parts that fit into memory.

        Raises:
            Refusal: they do not come, or not all of them; ``Interruption`` when they may in a moment.
        """

    def close(self) -> None:
        """Hang up; the next question connects again."""


@contextmanager
def place_of(
    source: Source,
    settings: Settings,
    connection_of: ConnectionOf = connection_from_environment,
    patience: Patience = PATIENT,
) -> Iterator[Place]:
    """The place of a source's files, which is connected to when it is first asked; closed with the block.

    Args:
        source: the feed.
        settings: where the home folder is.
        connection_of: finds the connection that a location names.
        patience: how long servers are waited for.
    """
    place = _place(source, settings, connection_of, patience)
    try:
        yield place
    finally:
        place.close()


def _place(source: Source, settings: Settings, connection_of: ConnectionOf, patience: Patience) -> Place:
    location = read_location(source.location) if source.location else None
    if location is None or location.scheme == "folder":
        return FolderPlace(folder_of(source, settings))

    def connect() -> FileSystem:
        connection = connection_of(location.connection) if location.connection else None
        return open_filesystem(location, connection, patience)

    if location.has_period:
        days = source.accepts.first_day, source.accepts.last_day
        asked = list(addresses(location, source.cadence.every, *days, datetime.now(UTC).date()))
        return AddressesPlace(source.id, location, connect, patience, asked)
    if location.scheme in ("http", "https"):
        return PagePlace(source, location, connect, patience)
    return DirectoryPlace(source.id, location, connect, patience)


class FolderPlace:
    """A folder of this machine, or one that is mounted here.

    Args:
        folder: the folder; it need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> list[FoundFile]:
        """The files of the folder."""
        return [FoundFile(file, str(path)) for file, path in list_files(self._folder)]

    def look_at(self, found: FoundFile) -> FileSeen | None:
        """The file as it is now; None when it is gone."""
        return look_at(Path(found.address))

    def parts(self, found: FoundFile) -> Generator[bytes]:
        """The bytes of a file."""
        return read_file(Path(found.address))

    def close(self) -> None:
        """Nothing is open."""


class RemotePlace(ABC):
    """What all places on other machines share: connecting, asking again, and saying what is wrong.

    Args:
        source_id: the source, for sentences.
        location: where it is.
        connect: makes the file system.
        patience: how long it is waited for, and how often it is asked again.
    """

    def __init__(
        self, source_id: str, location: Location, connect: Callable[[], FileSystem], patience: Patience
    ) -> None:
        self._source_id = source_id
        self._location = location
        self._connect = connect
        self._patience = patience
        self._open: FileSystem | None = None

    def files(self) -> list[FoundFile]:
        """The files there."""
        return self._insist(self._list, self._location.text)

    def look_at(self, found: FoundFile) -> FileSeen | None:
        """The file as it is now; None when it is gone."""
        return self._insist(lambda: self._info(found.file.name, found.address), found.file.name)

    def parts(self, found: FoundFile) -> Generator[bytes]:
        """The bytes of a file; fewer or more than it was listed with are an interruption."""
        where, size, done = f"{self._source_id}: {found.file.name}", found.file.size_bytes, 0
        with closing(self._parts(found.address, size)) as parts:
            while True:
                try:
                    part = next(parts, None)
                except Exception as error:
                    self.close()
                    told = fault(error, where, self._patience.stall_seconds)
                    raise type(told)(
                        f"{told.what} {done:,} of {size:,} bytes had come; none were kept.",
                        where=where,
                        way_out=told.way_out,
                    ) from error
                if part is None:
                    break
                done += len(part)
                yield part
        if done != size:
            self.close()
            raise Interruption(
                f"The file ended after {done:,} of {size:,} bytes; none were kept.",
                where=where,
                way_out="The next run tries it again; if it goes on, ask whoever runs that server.",
            )

    def close(self) -> None:
        """Hang up."""
        filesystem, self._open = self._open, None
        if filesystem is not None and self._location.scheme == "sftp":
            # The others hold no session with the server.
            filesystem.hang_up()

    @property
    def _filesystem(self) -> FileSystem:
        if self._open is None:
            self._open = self._connect()
        return self._open

    @property
    def _limit(self) -> float | None:
        """Seconds that one question may take; None where the library itself sees to it that bytes keep coming."""
        return self._patience.stall_seconds if self._location.scheme == "sftp" else None

    @abstractmethod
    def _list(self) -> list[FoundFile]:
        """The files there, in one attempt; whatever the library raises is told by ``files``."""

    def _info(self, name: str, address: str) -> FileSeen | None:
        try:
            return _seen(name, self._filesystem.info(address, refresh=True, timeout=self._limit))
        except FileNotFoundError:
            return None

    def _parts(self, address: str, size: int) -> Generator[bytes]:
        stream = self._filesystem.open(address, "rb")
        try:
            while part := stream.read(_BYTES_AT_ONCE):
                yield part
        except Exception:
            # A server that stopped answering would not answer the closing either.
            self.close()
            raise
        finally:
            if self._open is not None:
                stream.close()

    def _insist(self, ask: Callable[[], T], what: str) -> T:
        where = f"{self._source_id}: {what}"
        for attempt in range(self._patience.attempts):
            try:
                return ask()
            except Exception as error:
                seconds = self._patience.stall_seconds if self._open else self._patience.connect_seconds
                self.close()
                told = fault(error, where, seconds)
                if not isinstance(told, Interruption) or attempt + 1 == self._patience.attempts:
                    raise told from error
                log.warning("%s It is tried again.", told)
                time.sleep(self._patience.seconds_between * 2**attempt)
        raise AssertionError("an attempt either returns or raises")


class DirectoryPlace(RemotePlace):
    """A folder of an SSH server, or what lies under a prefix of a bucket or container."""

    def _list(self) -> list[FoundFile]:
        folder = self._folder
        try:
            entries = self._filesystem.ls(folder, detail=True, timeout=self._limit, **self._afresh)
        except FileNotFoundError:
            # A store has no folders: there is one as soon as it holds a file.
            if self._location.scheme == "sftp" or not self._store_is_there():
                raise
            return []
        found = []
        for entry in entries:
            address = str(entry["name"])
            name = address.rstrip("/").removeprefix(folder.rstrip("/") + "/") if folder else address
            if entry["type"] == "link":
                # What it leads to counts.
                seen = self._info(name, address) if may_be_delivery(name) else None
            else:
                seen = _seen(name, entry)
            if seen is not None and _is_welcome(name, self._source_id):
                found.append(FoundFile(seen, address))
        return found

    def _store_is_there(self) -> bool:
        try:
            self._filesystem.ls(self._location.host, detail=False, timeout=self._limit, **self._afresh)
        except FileNotFoundError:
            return False
        except PermissionError:
            # Whoever may see one folder only need not see the whole.
            return True
        return True

    @property
    def _afresh(self) -> dict[str, bool]:
        return {"s3": {"refresh": True}, "az": {"invalidate_cache": True}}.get(self._location.scheme, {})

    @property
    def _folder(self) -> str:
        path = self._location.path
        if self._location.scheme == "sftp":
            # /~/ is the folder of the user who logs in.
            return path.removeprefix("/~/").removeprefix("/~") or "." if path.startswith("/~") else path or "."
        return f"{self._location.host}/{path.strip('/')}".rstrip("/")

    def _parts(self, address: str, size: int) -> Generator[bytes]:
        if self._location.scheme == "sftp":
            yield from super()._parts(address, size)
            return
        for start in range(0, size, _BYTES_A_RANGE):
            end = min(start + _BYTES_A_RANGE, size)
            part = self._filesystem.cat_file(address, start=start, end=end)
            yield part
            if len(part) != end - start:
                return


class PagePlace(RemotePlace):
    """A page of a web server whose links are the files.

    Args:
        source: the feed; its file names tell which links are meant.
        location: the page.
        connect: makes the file system.
        patience: how long it is waited for.
    """

    def __init__(
        self, source: Source, location: Location, connect: Callable[[], FileSystem], patience: Patience
    ) -> None:
        super().__init__(source.id, location, connect, patience)
        self._source = source
        self._page = _without_connection(location.text)

    def _list(self) -> list[FoundFile]:
        addresses: dict[str, str] = {}
        for link in self._filesystem.ls(self._page, detail=False, timeout=self._limit):
            name = unquote(urlsplit(link).path.rpartition("/")[2])
            if self._is_meant(name) and _is_welcome(name, self._source_id):
                # Of two links with one name the first counts; pages repeat what they offer.
                addresses.setdefault(name, link)
        return _ask_all(self._info, list(addresses.items()))

    def _is_meant(self, name: str) -> bool:
        """Whether a link leads to data: a page has many others."""
        ending = PurePosixPath(self._source.file_name.example).suffix.lower()
        return bool(name) and (name.lower().endswith(ending) if ending else True)


class AddressesPlace(RemotePlace):
    """An address for each period; what is not there yet is asked for again.

    Args:
        source_id: the source, for sentences.
        location: the address with the period's placeholders.
        connect: makes the file system.
        patience: how long it is waited for.
        asked: the addresses to ask for.
    """

    def __init__(
        self,
        source_id: str,
        location: Location,
        connect: Callable[[], FileSystem],
        patience: Patience,
        asked: list[PeriodAddress],
    ) -> None:
        super().__init__(source_id, location, connect, patience)
        self._asked = asked

    def _list(self) -> list[FoundFile]:
        return _ask_all(self._info, [(one.file_name, one.url) for one in self._asked])


def _ask_all(info: Callable[[str, str], FileSeen | None], files: list[tuple[str, str]]) -> list[FoundFile]:
    """What a server says of many files, some at a time; those that are not there are left out."""
    if not files:
        return []
    first, *others = files
    # Alone, so that what others would wait for in vain is known at once.
    answers = [info(*first)]
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        answers += pool.map(lambda file: info(*file), others)
    return [FoundFile(seen, address) for (_, address), seen in zip(files, answers, strict=True) if seen is not None]


def _is_welcome(name: str, source_id: str) -> bool:
    if may_be_delivery(name):
        return True
    if not name.startswith("."):
        log.info("%s: passed over %r.", source_id, name)
    return False


def _seen(name: str, entry: dict[str, Any]) -> FileSeen | None:
    """What a listing says of a file; None when it is none."""
    if entry.get("type") != "file" or entry.get("size") is None:
        return None
    moment = entry.get("mtime") or entry.get("LastModified") or entry.get("last_modified")
    etag = entry.get("etag") or entry.get("ETag")
    return FileSeen(
        written_name(name),
        int(entry["size"]),
        moment.astimezone(UTC) if isinstance(moment, datetime) else None,
        str(etag).strip('"') if etag else None,
    )


def _without_connection(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

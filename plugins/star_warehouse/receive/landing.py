"""The landing zone: deliveries as they came, named by their SHA-256."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

_BYTES_AT_ONCE = 1 << 20
_SECONDS_A_DAY = 86_400
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FolderRefusal(Refusal):
    """A folder of ours takes no more; no other file would fare better."""


def landed_path(settings: Settings, sha256: str) -> Path:
    """Where the bytes of that SHA-256 are, or would be."""
    return settings.landing / sha256[:2] / sha256


def land(parts: Iterable[bytes], settings: Settings, check: Callable[[], None] = lambda: None) -> str:
    """Write bytes unchanged into the landing zone, whole or not at all; their SHA-256.

    Args:
        parts: the bytes, in parts that fit into memory; what it raises is raised here, and nothing is kept.
        settings: where the landing zone is.
        check: called once all of them are written; when it raises, nothing is kept.

    Raises:
        FolderRefusal: there is no room for them.
    """
    digest = hashlib.sha256()

    def place() -> Path:
        check()
        return landed_path(settings, digest.hexdigest())

    _write_whole(parts, settings.landing, place, digest.update)
    return digest.hexdigest()


def clear_half_copies(settings: Settings) -> None:
    """Remove from the landing zone what killed runs left of a copy, but nothing that another run is still writing."""
    for path in settings.landing.glob(".*.part"):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
            if _is_left(stream):
                path.unlink()


def _is_left(half_copy: BinaryIO) -> bool:
    try:
        fcntl.flock(half_copy, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: nobody writes for a day.
        return os.fstat(half_copy.fileno()).st_mtime < time.time() - _SECONDS_A_DAY
    return True


def copy_to(path: Path, target: Path) -> None:
    """Copy a file to a place where it appears only when all of it is there.

    Raises:
        Refusal: the file cannot be read.
        FolderRefusal: there is no room for it.
    """
    _write_whole(read_file(path), target.parent, lambda: target, lambda part: None)


def read_file(path: Path) -> Generator[bytes]:
    """The bytes of a file, in parts.

    Raises:
        Refusal: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            while part := stream.read(_BYTES_AT_ONCE):
                yield part
    except OSError as error:
        raise Refusal(
            f"The file cannot be read: {error.strerror}.",
            where=str(path),
            way_out="Check that it is there and that the warehouse's user may read it.",
        ) from error


def _write_whole(
    parts: Iterable[bytes], folder: Path, place: Callable[[], Path], look: Callable[[bytes], None]
) -> None:
    """Write to a temporary file in the folder, showing each part, and give it its place once it is safe on the disk."""
    parts = iter(parts)
    # Before anything is made: of most that cannot be read, the first part shows it.
    part = next(parts, b"")
    with _refused(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = _new_file(folder)
    try:
        with os.fdopen(handle, "wb", buffering=0) as target:
            while part:
                look(part)
                with _refused(folder):
                    _write(target, part)
                part = next(parts, b"")
            with _refused(folder):
                os.fsync(target.fileno())
            # Before it is closed, for then another run would take it for what a killed one left.
            final = place()
            with _refused(folder):
                final.parent.mkdir(exist_ok=True)
                temporary.chmod(0o644)
                temporary.replace(final)
                _sync(final.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _new_file(folder: Path) -> tuple[int, Path]:
    """A file that is locked as long as this process has it open, so that it is not taken for what a killed one left."""
    while True:
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        # Between its making and the lock, another run may have cleared it away.
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)


def _write(target: BinaryIO, part: bytes) -> None:
    # Without a buffer of its own, which would be written, and fail, only when the file is closed.
    rest = memoryview(part)
    while rest:
        rest = rest[target.write(rest) :]


@contextlib.contextmanager
def _refused(folder: Path) -> Iterator[None]:
    """Tell what the system says about our folder; what it says about the file's own place is told elsewhere."""
    try:
        yield
    except OSError as error:
        raise _refuses(error, folder) from error


def _refuses(error: OSError, folder: Path) -> FolderRefusal:
    if error.errno in _FULL:
        return FolderRefusal(
            "The disk is full; nothing of the file was kept.",
            where=str(folder),
            way_out="Free some room and run again; the file still waits.",
        )
    return FolderRefusal(
        f"The file cannot be copied here: {error.strerror}.",
        where=str(folder),
        way_out="Check the folder's rights and run again; the file still waits.",
    )


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The landing zone: deliveries as they came, named by their SHA-256."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
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


def land(path: Path, settings: Settings) -> str:
    """Copy a file unchanged into the landing zone, whole or not at all; its SHA-256.

    Raises:
        Refusal: the file cannot be read.
        FolderRefusal: there is no room for it.
    """
    digest = hashlib.sha256()

    def place() -> Path:
        return landed_path(settings, digest.hexdigest())

    _copy_whole(path, settings.landing, place, digest.update)
    return digest.hexdigest()


def clear_half_copies(settings: Settings) -> None:
    """Remove from the landing zone what killed runs left of a copy; of today's, another run may still be writing."""
    yesterday = time.time() - _SECONDS_A_DAY
    for path in settings.landing.glob(".*.part"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < yesterday:
                path.unlink()


def copy_to(path: Path, target: Path) -> None:
    """Copy a file to a place where it appears only when all of it is there.

    Raises:
        Refusal: the file cannot be read.
        FolderRefusal: there is no room for it.
    """
    _copy_whole(path, target.parent, lambda: target, lambda part: None)


def _copy_whole(path: Path, folder: Path, place: Callable[[], Path], look: Callable[[bytes], None]) -> None:
    """Copy to a temporary file in the folder, showing each part, and give it its place once it is safe on the disk."""
    with _open(path) as origin:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
        except OSError as error:
            raise _refuses(error, folder) from error
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                while part := origin.read(_BYTES_AT_ONCE):
                    look(part)
                    target.write(part)
                target.flush()
                os.fsync(target.fileno())
            final = place()
            final.parent.mkdir(exist_ok=True)
            temporary.chmod(0o644)
            temporary.replace(final)
            _sync(final.parent)
        except OSError as error:
            raise _refuses(error, folder) from error
        finally:
            temporary.unlink(missing_ok=True)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Refusal(
            f"The file cannot be read: {error.strerror}.",
            where=str(path),
            way_out="Check that it is there and that the warehouse's user may read it.",
        ) from error


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

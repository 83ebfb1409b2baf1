"""Locks between processes: files that the operating system unlocks when their holder ends, however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class LockIsHeld(Exception):
    """Another process holds the lock; ``holder`` is what it wrote about itself."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)


@contextmanager
def exclusive(file: Path, holder: str = "", *, wait: bool = False) -> Iterator[None]:
    """Hold a lock alone.

    Args:
        file: the lock's file; made when missing, never removed.
        holder: what to tell others about us.
        wait: wait until the lock is free, rather than raise.

    Raises:
        LockIsHeld: another process holds it, and ``wait`` is false.
    """
    with _opened(file) as stream:
        _lock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        stream.truncate(0)
        stream.write(holder)
        stream.flush()
        yield


class SharedLock:
    """A lock that many hold at once; the last holder can tell that it is the last.

    Args:
        file: the lock's file; made when missing, never removed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stream: IO[str] | None = None

    def hold(self) -> None:
        """Join the holders; waits for as long as somebody holds the lock alone."""
        self._stream = _opened(self._file)
        _lock(self._stream, fcntl.LOCK_SH)

    def release(self) -> None:
        """Leave the holders."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def is_held(self) -> bool:
        """Whether any process, this one included, holds the lock."""
        with _opened(self._file) as stream:
            try:
                _lock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except LockIsHeld:
                return True
        return False


def _opened(file: Path) -> IO[str]:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Not "w": what the present holder wrote must stay.
    stream = file.open("a+")
    stream.seek(0)
    return stream


def _lock(stream: IO[str], operation: int) -> None:
    try:
        fcntl.flock(stream, operation)
    except BlockingIOError as error:
        raise LockIsHeld(stream.read().strip()) from error

"""An intake in a process of its own, which stops at one place until it is told to go on, or killed.

The processes are forked from a server that imported everything once, so that each starts in a moment.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

import psycopg

from star_warehouse.database import Warehouse
from star_warehouse.load import loading
from star_warehouse.read import encoding
from star_warehouse.receive import IntakeReport, intake, landing, take_in
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source

_SECONDS = 60
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload([__name__])

Stop = Callable[[], None]
Install = Callable[[Stop], None]


def _before(module: Any, name: str) -> Install:
    def install(stop: Stop) -> None:
        real = getattr(module, name)

        def stopping(*args: Any, **options: Any) -> Any:
            stop()
            return real(*args, **options)

        setattr(module, name, stopping)

    return install


def _after(module: Any, name: str, times: int = 1) -> Install:
    def install(stop: Stop) -> None:
        real, calls = getattr(module, name), []

        def stopping(*args: Any, **options: Any) -> Any:
            result = real(*args, **options)
            calls.append(name)
            if len(calls) == times:
                stop()
            return result

        setattr(module, name, stopping)

    return install


# Where an intake can be stopped, in the order it comes there.
PLACES: dict[str, Install] = {
    "before the ledger knows the file": _before(intake, "record_seen"),
    "once the ledger knows the file": _after(intake, "record_seen"),
    "half copied": _after(landing, "_write", 2),
    "copied but not safe": _before(os, "fsync"),
    "landed": _before(intake, "record_landed"),
    "landed, and the ledger knows": _after(intake, "record_landed"),
    "opening": _before(intake, "open_delivery"),
    "within the first chunk": _after(psycopg.Copy, "write", 2),
    "first chunk copied": _after(loading, "copy_lines", 1),
    "between two chunks": _after(loading, "copy_lines", 4),
    "last chunk copied": _before(loading, "check_tolerance"),
    "ledger updated": _after(loading, "record_loaded"),
    "committed": _before(intake, "end_if_same"),
}


@dataclass(frozen=True)
class Ended:
    """How an intake in another process ended.

    Attributes:
        report: what it reported; None when it was refused or killed.
        refusal: why it did not go on.
        peak_mb: the most memory the process took.
    """

    report: IntakeReport | None
    refusal: Refusal | None
    peak_mb: int


class Worker:
    """An intake in another process; use as a context, at whose end the process is gone."""

    def __init__(self, process: ForkServerProcess, pipe: Connection) -> None:
        self._process = process
        self._pipe = pipe

    def wait_until_there(self) -> None:
        """Wait until it has come to its place."""
        assert self.comes_there(), "it ended without coming to its place"

    def comes_there(self) -> bool:
        """Wait until it has come to its place, or ended without; say which."""
        assert self._pipe.poll(_SECONDS), "it neither came to its place nor ended"
        told: object = self._pipe.recv()
        return told == "there"

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self._process.kill()
        self._process.join(_SECONDS)
        assert self._process.exitcode == -signal.SIGKILL

    def go_on(self) -> None:
        """Let it go on from its place."""
        self._pipe.send("on")

    def end(self) -> Ended:
        """Wait for its end."""
        assert self._pipe.poll(_SECONDS), "it did not end"
        ended = self._pipe.recv()
        self._process.join(_SECONDS)
        assert isinstance(ended, Ended), ended
        return ended


@contextmanager
def worker(
    source: Source,
    settings: Settings,
    warehouse: Warehouse,
    place: str | None = None,
    limits: dict[int, int] | None = None,
) -> Iterator[Worker]:
    """Take in what waits in another process.

    Args:
        source: the feed.
        settings: where the home folder is.
        warehouse: where to load.
        place: where it stops, one of ``PLACES``; None: nowhere. Stopping, it reads and copies in small portions.
        limits: limits of the system on its resources.
    """
    here, there = _SERVER.Pipe()
    process = _SERVER.Process(target=_work, args=(source, settings, warehouse, place, limits or {}, there), daemon=True)
    process.start()
    there.close()
    try:
        yield Worker(process, here)
    finally:
        process.kill()
        process.join(_SECONDS)
        here.close()


def _work(
    source: Source,
    settings: Settings,
    warehouse: Warehouse,
    place: str | None,
    limits: dict[int, int],
    pipe: Connection,
) -> None:
    def stop() -> None:
        pipe.send("there")
        pipe.recv()

    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))
    if limits:
        # So that the system says no instead of ending the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if place:
        # Several chunks and several copies of each, from a file that is small enough for a test.
        encoding._BLOCK_BYTES = 1 << 16
        loading._BYTES_AT_ONCE = landing._BYTES_AT_ONCE = 1 << 14
        PLACES[place](stop)
    report, refusal = None, None
    try:
        report = take_in(source, settings, warehouse, f"worker {place}")
    except Refusal as error:
        refusal = error
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    with suppress(BrokenPipeError):
        pipe.send(Ended(report, refusal, peak_mb))

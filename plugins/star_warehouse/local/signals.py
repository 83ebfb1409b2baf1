"""Requests to end: heard as an exception while we work, not heard while we put things in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asked this process to end; ``exit_code`` is the one that says so to the shell."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(signal.Signals(number).name)


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn requests to end (Ctrl-C, a closed terminal, ``kill``) into an exception."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    # Ctrl-C too: polars, once imported, has waiting system calls begun again after it instead of interrupted.
    # What whoever started us had us not hear (nohup) stays unheard.
    heard = [number for number in _ENDING_SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let nobody interrupt what is being put in order; it takes seconds."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

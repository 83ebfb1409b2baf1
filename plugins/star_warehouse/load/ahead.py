"""Let one thing be made while another is sent."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

# One to send, one waiting, one in the making: more would only take memory.
_READY_AT_MOST = 1
_LOOK_SECONDS = 0.1


@contextmanager
def made_ahead(items: Iterable[T]) -> Iterator[Iterator[T]]:
    """Run an iterable in a thread of its own, a little ahead of whoever takes its items.

    An exception in making is raised where the next item is taken. When the context is left, nothing is made any more.
    """
    ready: queue.Queue[tuple[T] | BaseException | None] = queue.Queue(_READY_AT_MOST)
    is_left = threading.Event()

    def put(thing: tuple[T] | BaseException | None) -> None:
        while not is_left.is_set():
            try:
                ready.put(thing, timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return

    def make() -> None:
        try:
            for item in items:
                put((item,))
                if is_left.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    def take() -> Iterator[T]:
        while (thing := ready.get()) is not None:
            if isinstance(thing, BaseException):
                raise thing
            yield thing[0]

    maker = threading.Thread(target=make, name="made-ahead", daemon=True)
    maker.start()
    try:
        yield take()
    finally:
        is_left.set()
        maker.join()

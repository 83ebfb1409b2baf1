"""The advisory locks of the warehouse, in one place so that no two of them are the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum, unique
from typing import Any

import psycopg


@unique
class Lock(IntEnum):
    """Keys for ``pg_advisory_lock``: any numbers that no other program uses."""

    MIGRATION = 571_905_003
    RELEASE = 571_905_004
    CANDIDATE = 571_905_005
    POSTCODES = 571_905_006
    ALERTS = 571_905_007
    SUPPLIERS = 571_905_008
    RULES = 571_905_012


@contextmanager
def held_if_free(connection: psycopg.Connection[Any], lock: Lock) -> Iterator[bool]:
    """Hold a lock on this session for the block, unless another session does; whether it is held.

    It is given back at the end of the block, and not left to the end of the session: the server ends a session a moment
    after its client left, and who comes next would find the lock taken. It goes with the session when that dies.
    """
    row = connection.execute("select pg_try_advisory_lock(%s)", (int(lock),)).fetchone()
    is_held = row == (True,)
    try:
        yield is_held
    finally:
        if is_held:
            # Where the session has died the lock went with it, and what the block said of that counts.
            with suppress(psycopg.OperationalError):
                connection.execute("select pg_advisory_unlock(%s)", (int(lock),))

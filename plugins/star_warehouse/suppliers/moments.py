"""The moments from which decisions and memberships are valid."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from star_warehouse.database import Lock


def next_moment(connection: psycopg.Connection[Any]) -> datetime:
    """Wait until nobody else matches or decides, and give the moment of what is written now.

    The transaction's own time will not do: it begins before the waiting, so that what is written first could seem to be
    the later. A moment is later than all before it, and what is valid at it never changes once the transaction ended.
    """
    connection.execute("select pg_advisory_xact_lock(%s)", (int(Lock.SUPPLIERS),))
    row = connection.execute(
        """
        select greatest(
            clock_timestamp(),
            (
                select max(greatest(valid_from, valid_to)) from ops.supplier_membership
            ) + interval '1 microsecond',
            (
                select max(greatest(valid_from, valid_to)) from ops.supplier_decision
            ) + interval '1 microsecond'
        )
        """
    ).fetchone()
    assert row is not None and isinstance(row[0], datetime)
    return row[0]

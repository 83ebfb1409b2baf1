"""The live warehouse that rules are asked about: whether this version of the project built it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from star_warehouse.database import Warehouse, is_migrated
from star_warehouse.refusal import Refusal

_NOT_SO = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
)


@contextmanager
def of_this_version(warehouse: Warehouse) -> Iterator[None]:
    """Tell in one sentence that what the block reads is not there, since no release of this version built it.

    Args:
        warehouse: what the block reads.

    Raises:
        Refusal: a table, column or function of the warehouse is missing; nothing was published yet, or not by this
            version.
    """
    try:
        yield
    except _NOT_SO as error:
        with warehouse.connect() as connection:
            refuse_unpublished(connection)
        raise _other_version(error.diag.message_primary or str(error)) from error


def refuse_unpublished(connection: psycopg.Connection[Any]) -> None:
    """See that a release is live.

    Raises:
        Refusal: none is, or the warehouse was never set up.
    """
    is_set_up = connection.execute("select to_regclass('ops.release')").fetchone() != (None,)
    if not is_set_up or connection.execute("select 1 from ops.release where state = 'live'").fetchone() is None:
        raise Refusal(
            "Nothing is published yet, so the rules have decided nothing that could be shown or compared.",
            where="schema shared",
            way_out="Publish a release with `make run`, before rules are changed, then ask again.",
        )


def refuse_older_tables(warehouse: Warehouse) -> None:
    """See that the tables which releases are built from are those of this version.

    Raises:
        Refusal: migrations were not run yet.
    """
    if not is_migrated(warehouse):
        raise _other_version("its migrations were not run")


def _other_version(reason: str) -> Refusal:
    return Refusal(
        f"No release of this version of the project was built in this warehouse: {reason}.",
        where="schemas ops, warehouse and shared",
        way_out="Set edited rules aside, for a release follows them; make one with `make run`, then ask again.",
    )

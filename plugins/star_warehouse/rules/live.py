"""The live warehouse that rules are asked about: whether this version of the project built it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
def of_this_version() -> Iterator[None]:
    """Tell in one sentence that what the block reads is not there, since no release of this version built it.

    Raises:
        Refusal: a table, column or function of the warehouse is missing.
    """
    try:
        yield
    except _NOT_SO as error:
        raise _other_version(error.diag.message_primary or str(error)) from error


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

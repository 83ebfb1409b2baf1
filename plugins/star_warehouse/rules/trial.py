"""The warehouse's tables with the rules of the working tree, beside the live ones, for as long as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from star_warehouse.database import Lock, Warehouse, held_if_free
from star_warehouse.refusal import Refusal
from star_warehouse.release import build_selected
from star_warehouse.settings import Settings

# dbt puts it before the name of every schema it builds in.
PREFIX = "rules_check_"
_SELECTOR = "rules_trial"
_DROP_SECONDS = 60


@contextmanager
def alone(warehouse: Warehouse) -> Iterator[None]:
    """Be the only trial in this warehouse; the lock goes with the session, however it ends.

    Raises:
        Refusal: another one is under way, on this machine or elsewhere.
    """
    with warehouse.connect(autocommit=True) as connection, held_if_free(connection, Lock.RULES) as is_mine:
        if not is_mine:
            raise Refusal(
                "Another check of the rules is under way in this warehouse.",
                where=f"schemas {PREFIX}…",
                way_out="Wait for it to end, then check again.",
            )
        yield


@contextmanager
def trial(warehouse: Warehouse, settings: Settings, release_id: int) -> Iterator[None]:
    """Have all that the headline measures rest on stand in schemas ``rules_check_…``, dropped at the end of the block.

    What a killed check left behind is dropped first. Nothing is written outside these schemas.

    Args:
        release_id: the release that the live tables were built for; the trial rests on what that one rests on.

    Raises:
        Refusal: a model or a test of the rules failed.
    """
    drop_trial(warehouse)
    try:
        _build(warehouse, settings, release_id)
        yield
    finally:
        drop_trial(warehouse)


def drop_trial(warehouse: Warehouse) -> None:
    """Drop every schema of a trial; none there is fine."""
    with warehouse.connect(autocommit=True) as connection:
        connection.execute(f"set lock_timeout = '{_DROP_SECONDS}s'")
        rows = connection.execute("select nspname from pg_namespace where starts_with(nspname, %s)", (PREFIX,))
        # In one statement, since views of one schema look into the others.
        if names := [sql.Identifier(name) for (name,) in rows.fetchall()]:
            connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.SQL(", ").join(names)))


def _build(warehouse: Warehouse, settings: Settings, release_id: int) -> None:
    # One folder for all checks, so that dbt parses only what was changed since the last one.
    folder = settings.home / "dbt" / "rules_check"
    variables = {"schema_prefix": PREFIX}
    outcome = build_selected(warehouse, settings, _SELECTOR, release_id, variables, folder, is_quiet=True)
    if outcome.reason is not None:
        raise Refusal(
            outcome.reason,
            where=f"{settings.dbt_project / 'seeds' / 'rules'}",
            way_out=f"Nothing was kept; correct the rules, or see {folder / 'logs' / 'dbt.log'}, and check again.",
        )

"""Which rows of the rule files are not as they are in the live warehouse, whatever that moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from psycopg import sql
from psycopg.types.json import set_json_loads

from star_warehouse.rules.files import RuleFile
from star_warehouse.rules.moves import Connection
from star_warehouse.rules.trial import PREFIX


@dataclass(frozen=True)
class RuleChange:
    """One row of a rule file that is not as it is in the live warehouse.

    Attributes:
        seed: the file, without its ending.
        line: its line there; None for a row that was removed.
        key: what names the row.
        kind: ``added``, ``removed`` or ``altered``.
        before, after: for each column that differs its value; of an added row only after, of a removed one only before.
    """

    seed: str
    line: int | None
    key: str
    kind: str
    before: dict[str, Any]
    after: dict[str, Any]


def rule_changes(connection: Connection, files: Mapping[str, RuleFile]) -> list[RuleChange]:
    """Every row of the rule files that the live warehouse does not have so, whichever seed it stands in."""
    # Amounts are shown as they are written.
    set_json_loads(partial(json.loads, parse_float=Decimal), connection)
    changes: list[RuleChange] = []
    for name, file in files.items():
        before, after = _rows_apart(connection, name)
        changes += _changes(file, _by_key(file, before), _by_key(file, after))
    return changes


def _rows_apart(connection: Connection, seed: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of a seed that only the live warehouse has, and those that only the trial has."""
    live, tried = sql.Identifier("rules", seed), sql.Identifier(PREFIX + "rules", seed)
    select = sql.SQL("select to_jsonb(one) from {} as one")
    if connection.execute("select to_regclass(%s)", (f"rules.{seed}",)).fetchone() == (None,):
        # A file that the live warehouse does not know yet.
        return [], [row[0] for row in connection.execute(select.format(tried)).fetchall()]
    # A column that only one side has is a change of the file's layout, not of every rule.
    columns = connection.execute(
        """
        select coalesce(array_agg(column_name), '{}') from (
            select column_name from information_schema.columns
            where table_name = %s and table_schema in ('rules', %s)
            group by column_name having count(*) = 1
        ) as apart
        """,
        (seed, PREFIX + "rules"),
    ).fetchone()
    apart = sql.SQL("select to_jsonb(one) - {} from {} as one")
    left_out = sql.SQL("{}::text[]").format(sql.Literal(columns[0] if columns else []))
    here, there = apart.format(left_out, live), apart.format(left_out, tried)
    difference = sql.SQL("{} except all {}")
    return (
        [row[0] for row in connection.execute(difference.format(here, there)).fetchall()],
        [row[0] for row in connection.execute(difference.format(there, here)).fetchall()],
    )


def _by_key(file: RuleFile, rows: list[dict[str, Any]]) -> dict[tuple[str, ...], dict[str, Any]]:
    keyed = {}
    for row in rows:
        key = tuple("" if row.get(column) is None else str(row[column]) for column in file.key)
        keyed[key] = {column: row.get(column) for column in file.columns if column in row}
    return keyed


def _changes(
    file: RuleFile, before: Mapping[tuple[str, ...], dict[str, Any]], after: Mapping[tuple[str, ...], dict[str, Any]]
) -> list[RuleChange]:
    changes = []
    for key in [*(key for key in before if key not in after), *after]:
        old, new = before.get(key, {}), after.get(key, {})
        kind = "altered" if old and new else "added" if new else "removed"
        differing = [column for column in (new or old) if old.get(column) != new.get(column)]
        changes.append(
            RuleChange(
                seed=file.name,
                line=file.line_of(key) if new else None,
                key=", ".join(part for part in key if part),
                kind=kind,
                before={column: old.get(column) for column in differing} if old else {},
                after={column: new.get(column) for column in differing} if new else {},
            )
        )
    return changes

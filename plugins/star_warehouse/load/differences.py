"""What differs between the lines of two readings of one file, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from psycopg import sql

from star_warehouse.load.ledger import Connection
from star_warehouse.sources import ENTITIES, ENTITIES_OF_KIND


@dataclass(frozen=True)
class LineChanges:
    """How many lines of a file read otherwise than before; lines are told apart by their number in it.

    Attributes:
        added: lines that read now and did not.
        gone: lines that read before and do not now.
        changed: lines that read both times, with another value in some column.
        by_column: of these, how many in each column; with its table where a file has several.
    """

    added: int = 0
    gone: int = 0
    changed: int = 0
    by_column: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Say it in a few words: ``2 changed, 1 added``; ``none`` when all lines are as before."""
        counts = (("changed", self.changed), ("added", self.added), ("gone", self.gone))
        return ", ".join(f"{count:,} {word}" for word, count in counts if count) or "none"


def total_changes(changes: Iterable[LineChanges]) -> LineChanges:
    """All of these together."""
    listed = list(changes)
    return LineChanges(
        sum(one.added for one in listed),
        sum(one.gone for one in listed),
        sum(one.changed for one in listed),
        sum((one.by_column for one in listed), Counter[str]()),
    )


def line_changes(connection: Connection, kind: str, before: int, after: int) -> LineChanges:
    """Compare the lines of two deliveries, both in ``raw``.

    Args:
        connection: to the warehouse.
        kind: of their source.
        before: the delivery that was read first.
        after: the one that was read anew.
    """
    entities = sorted(ENTITIES_OF_KIND[kind])
    return total_changes(
        _of_table(connection, entity, before, after, prefix=f"{entity}." if len(entities) > 1 else "")
        for entity in entities
    )


def _of_table(connection: Connection, entity: str, before: int, after: int, *, prefix: str) -> LineChanges:
    names = list(ENTITIES[entity].columns)
    differs = [sql.SQL("old.{0} is distinct from new.{0}").format(sql.Identifier(name)) for name in names]
    query = sql.SQL(
        """
        select
            count(*) filter (where old.line_number is null),
            count(*) filter (where new.line_number is null),
            count(*) filter (where is_both and ({any})),
            {each}
        from (select * from {table} where delivery_id = %(before)s) as old
        full join (select * from {table} where delivery_id = %(after)s) as new using (line_number)
        cross join lateral (select old.line_number is not null and new.line_number is not null as is_both) as there
        """
    ).format(
        any=sql.SQL(" or ").join(differs),
        each=sql.SQL(", ").join(sql.SQL("count(*) filter (where is_both and {})").format(one) for one in differs),
        table=sql.Identifier("raw", entity),
    )
    row = connection.execute(query, {"before": before, "after": after}).fetchone()
    assert row is not None
    added, gone, changed, *each = row
    by_column = {f"{prefix}{name}": count for name, count in zip(names, each, strict=True) if count}
    return LineChanges(added, gone, changed, Counter(by_column))

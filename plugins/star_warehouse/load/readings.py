"""Deliveries read anew from their landed bytes, after the declaration or the reader was mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg import sql

from star_warehouse.database import Warehouse
from star_warehouse.load.attention import source_ledger
from star_warehouse.load.differences import LineChanges, line_changes
from star_warehouse.load.ledger import Connection, FileSeen, LedgerEntry, register_source
from star_warehouse.load.settling import remove_lines
from star_warehouse.sources import ENTITIES, ENTITIES_OF_KIND, Source

# What must be the same for a reading to have changed nothing, beside the lines themselves.
_FIGURES = (
    "period_start_date", "period_end_date", "lines_in", "lines_loaded", "lines_rejected", "lines_skipped",
    "skipped_by_reason", "amount_loaded_gbp", "control_total_gbp",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What one reading of a delivery brought.

    Attributes:
        lines_loaded: lines that read.
        lines_rejected: lines that did not.
        amount_gbp: what the loaded ones add up to, in £; None where there are no payments.
        rejected_by_reason: how many lines did not read, by the reason's code; of a refused reading none is kept.
    """

    lines_loaded: int = 0
    lines_rejected: int = 0
    amount_gbp: Decimal | None = None
    rejected_by_reason: Counter[str] | None = None


@dataclass(frozen=True)
class Reading:
    """A delivery that was read anew.

    Attributes:
        delivery_id: the reading's own number in the ledger.
        reprocess_of: the delivery whose bytes were read.
        file_name: how the file is called.
        period_key: its period's name, or None when it could not be read.
        state: what became of the reading; ``repeat`` when it brought the very same as before.
        reason: why it was refused or held; else what was noted, or None.
        way_out: what to do about it.
        before: what the earlier reading brought; None when that was refused before its last line was read.
        after: what this one brought; None likewise.
        changes: how its lines differ from those of the earlier reading; None where one of the two has none to compare.
        noted_before: what was noted about the earlier reading when it was accepted, or None.
        before_state: what the earlier reading is now: ``superseded`` when another one took its place.
    """

    delivery_id: int
    reprocess_of: int
    file_name: str
    period_key: str | None
    state: str
    reason: str | None
    way_out: str | None
    before: Figures | None
    after: Figures | None
    changes: LineChanges | None = None
    noted_before: str | None = None
    before_state: str = "loaded"


def request_readings(warehouse: Warehouse, source: Source, from_day: date | None, run_id: str) -> list[int]:
    """Ask for the current, held and refused deliveries of a source to be read anew; their readings' numbers.

    A reading is a row of its own, ``landed`` and waiting like a file: the next intake takes it up. Asked for twice, it
    is written once; what an earlier, interrupted request left is among the numbers. A refused delivery whose period
    was delivered since, or that a person refused, is not read again.

    Args:
        from_day: only deliveries whose period ends on that day or later; None: all.
    """
    with warehouse.connect() as connection:
        register_source(connection, source)
        connection.execute("select 1 from ops.source where source_id = %s for update", (source.id,))
        refused = [
            concern.delivery_id
            for concern in source_ledger(connection, source).concerns
            if concern.state == "refused"
            and concern.is_open
            and (from_day is None or concern.period is None or concern.period.end >= from_day)
        ]
        connection.execute(
            """
            insert into ops.delivery (
                source_id, file_name, location, size_bytes, modified_at, etag, sha256, state, landed_at,
                definition_sha256, run_id, reprocess_of
            )
            select
                source_id, file_name, location, size_bytes, modified_at, etag, sha256, 'landed', now(),
                %(definition)s, %(run_id)s, delivery_id
            from (
                -- The same bytes are read once, though they were refused before they became current.
                select distinct on (sha256) * from ops.delivery
                where source_id = %(source_id)s and sha256 is not null and (
                    (state in ('loaded', 'held') and (%(from)s::date is null or period_end_date >= %(from)s))
                    or delivery_id = any(%(refused)s)
                )
                order by sha256, state = 'refused', delivery_id desc
            ) as chosen
            where not exists (
                select 1 from ops.delivery as reading
                where reading.source_id = chosen.source_id and reading.sha256 = chosen.sha256
                    and reading.state in ('seen', 'landed', 'checking')
            )
            order by period_start_date nulls last, delivery_id
            """,
            {
                "definition": source.definition_sha256, "run_id": run_id, "source_id": source.id, "from": from_day,
                "refused": refused,
            },
        )  # fmt: skip
        rows = connection.execute(
            """
            select delivery_id from ops.delivery
            where source_id = %s and reprocess_of is not null and state in ('landed', 'checking') order by delivery_id
            """,
            (source.id,),
        ).fetchall()
    return [int(row[0]) for row in rows]


def waiting_readings(connection: Connection, source_id: str) -> list[LedgerEntry]:
    """The readings that were asked for and not taken up yet, or not to their end."""
    rows = connection.execute(
        """
        select delivery_id, file_name, size_bytes, modified_at, etag, state, sha256, definition_sha256
        from ops.delivery where source_id = %s and reprocess_of is not null and state = 'landed' order by delivery_id
        """,
        (source_id,),
    )
    return [
        LedgerEntry(number, FileSeen(name, size, modified_at, etag), state, sha256, definition, is_reading=True)
        for number, name, size, modified_at, etag, state, sha256, definition in rows
    ]


def end_if_same(connection: Connection, source: Source, delivery_id: int) -> bool:
    """Take a reading out again when it brought the very same as the one before; whether it did.

    It ends as a ``repeat`` then, and nothing has changed: what was current or held stays so.
    """
    with connection.transaction():
        row = connection.execute(
            """
            select old.delivery_id from ops.delivery as new
            inner join ops.delivery as old on new.reprocess_of = old.delivery_id
            where new.delivery_id = %s and old.state in ('loaded', 'held')
            """,
            (delivery_id,),
        ).fetchone()
        if row is None or not _is_same(connection, source, delivery_id, row[0]):
            return False
        remove_lines(connection, source.kind, delivery_id)
        connection.execute(
            """
            update ops.delivery set state = 'repeat', repeat_of = reprocess_of, settled_at = now(), reason = %s
            where delivery_id = %s
            """,
            (f"Read anew, it brings the very same lines as delivery {row[0]}; nothing was changed.", delivery_id),
        )
    return True


def _is_same(connection: Connection, source: Source, one: int, other: int) -> bool:
    figures = sql.SQL(
        "select count(*) from (select distinct {} from ops.delivery where delivery_id in (%s, %s)) as figures"
    ).format(sql.SQL(", ").join(map(sql.Identifier, _FIGURES)))
    if connection.execute(figures, (one, other)).fetchone() != (1,):
        return False
    tables = [
        (sql.Identifier("raw", entity), ["line_number", *ENTITIES[entity].columns])
        for entity in sorted(ENTITIES_OF_KIND[source.kind])
    ]
    rejected = ["sheet_name", "line_number", "column_name", "reason_code", "reason", "line_text"]
    for table, columns in [*tables, (sql.Identifier("ops", "rejected_line"), rejected)]:
        # Both ways, for two tables of one delivery may have grown and shrunk by as much.
        query = sql.SQL(
            """
            with one as (select {columns} from {table} where delivery_id = %(one)s),
            other as (select {columns} from {table} where delivery_id = %(other)s)
            select exists(select * from one except all select * from other)
                or exists(select * from other except all select * from one)
            """
        ).format(columns=sql.SQL(", ").join(map(sql.Identifier, columns)), table=table)
        if connection.execute(query, {"one": one, "other": other}).fetchone() != (False,):
            return False
    return True


def list_readings(warehouse: Warehouse, delivery_ids: Sequence[int]) -> list[Reading]:
    """These readings with what the ones before them brought, in the order of their periods."""
    with warehouse.connect() as connection:
        rows = connection.execute(
            """
            select new.delivery_id, new.reprocess_of, new.file_name, coalesce(new.period_key, old.period_key),
                new.state, new.reason, new.way_out, old.state, kind,
                -- What a person accepted has that person's reason, which is no note; nor is why one waits no more.
                case when old.state in ('loaded', 'superseded') and not exists (
                    select 1 from ops.delivery_decision as decision where decision.delivery_id = old.delivery_id
                ) then nullif(old.reason, 'Read anew as delivery ' || old.superseded_by || '.') end
            from ops.delivery as new inner join ops.delivery as old on new.reprocess_of = old.delivery_id
            inner join ops.source on new.source_id = source.source_id
            where new.delivery_id = any(%s)
            order by coalesce(new.period_start_date, old.period_start_date) nulls last, new.delivery_id
            """,
            (list(delivery_ids),),
        ).fetchall()
        readings = []
        for number, before_number, name, period_key, state, reason, way_out, before_state, kind, noted in rows:
            before = _figures(connection, before_number)
            after = before if state == "repeat" else _figures(connection, number)
            changes = None
            # Of what was refused the counts are known, and no line is kept.
            if before and after and state != "repeat" and "refused" not in (before_state, state):
                changes = line_changes(connection, kind, before_number, number)
            told = (number, before_number, name, period_key, state, reason, way_out)
            readings.append(Reading(*told, before, after, changes, noted, before_state))
    return readings


def _figures(connection: Connection, delivery_id: int) -> Figures | None:
    """What a reading brought; None where its lines were not read to the end."""
    row = connection.execute(
        "select lines_loaded, lines_rejected, amount_loaded_gbp from ops.delivery where delivery_id = %s",
        (delivery_id,),
    ).fetchone()
    if row is None or row[0] is None:
        return None
    by_reason = connection.execute(
        "select reason_code, count(*) from ops.rejected_line where delivery_id = %s group by 1", (delivery_id,)
    ).fetchall()
    return Figures(row[0], row[1], row[2], Counter(dict(by_reason)))

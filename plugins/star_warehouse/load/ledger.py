"""The ledger of deliveries: what was seen, what became of it, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from star_warehouse.load.lines import DeliverySummary
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source

Connection = psycopg.Connection[Any]

# PostgreSQL keeps no NUL character in a text; the sign for it stands in its place.
SIGN_FOR_NUL = "\N{SYMBOL FOR NULL}"

# First key of the advisory locks taken for a source; the second is a hash of its id.
_LOCK_CLASS = 571_905


@dataclass(frozen=True)
class FileSeen:
    """A file as its place lists it; all of it together tells whether it was seen before.

    Attributes:
        name: its name in the folder.
        size_bytes: its size.
        modified_at: when it was last written, to the microsecond (the database keeps no more); None when its place does
            not say.
        etag: what its place calls this version of it, where places do so.
    """

    name: str
    size_bytes: int
    modified_at: datetime | None
    etag: str | None = None


@dataclass(frozen=True)
class LedgerEntry:
    """The newest ledger row about a file.

    Attributes:
        delivery_id: its number.
        file: the file.
        state: what became of it so far.
        sha256: of its bytes, once they landed.
        definition_sha256: of the declaration it was last read with.
        is_reading: whether it asks for landed bytes to be read anew; these are then taken from the landing zone.
        is_decided: whether a person decided about it.
    """

    delivery_id: int
    file: FileSeen
    state: str
    sha256: str | None
    definition_sha256: str | None
    is_reading: bool = False
    is_decided: bool = False


@contextmanager
def source_lock(connection: Connection, source_id: str) -> Iterator[None]:
    """Hold the lock of a source on this session; a second taker waits here until the first is done or dead."""
    key = (_LOCK_CLASS, source_id)
    connection.execute("select pg_advisory_lock(%s, hashtext(%s))", key)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s, hashtext(%s))", key)


def register_source(connection: Connection, source: Source) -> None:
    """Write one source to ``ops.source``, unless it stands there as it is now declared."""
    connection.execute(
        """
        insert into ops.source as known (
            source_id, title, kind, partner_code, extract, vat_basis,
            accepts_from_date, accepts_to_date, cadence, late_after_days, final_after_days, definition_sha256
        ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (source_id) do update set
            title = excluded.title, kind = excluded.kind, partner_code = excluded.partner_code,
            extract = excluded.extract, vat_basis = excluded.vat_basis,
            accepts_from_date = excluded.accepts_from_date, accepts_to_date = excluded.accepts_to_date,
            cadence = excluded.cadence, late_after_days = excluded.late_after_days,
            final_after_days = excluded.final_after_days, definition_sha256 = excluded.definition_sha256,
            updated_at = now()
        where known.definition_sha256 <> excluded.definition_sha256 or known.late_after_days is null
        """,
        (
            source.id, source.title, source.kind, source.partner, source.extract, source.vat_basis,
            source.accepts.first_day, source.accepts.last_day, source.cadence.every, source.cadence.late_after_days,
            source.cadence.final_after_days, source.definition_sha256,
        ),
    )  # fmt: skip


def newest_entries(connection: Connection, source_id: str) -> dict[FileSeen, LedgerEntry]:
    """The newest ledger row of every file of a source."""
    rows = connection.execute(
        """
        select distinct on (file_name, size_bytes, modified_at, etag)
            file_name, size_bytes, modified_at, etag, delivery_id, state, sha256, definition_sha256,
            reprocess_of is not null,
            exists(select 1 from ops.delivery_decision as decision where decision.delivery_id = delivery.delivery_id)
        from ops.delivery
        where source_id = %s and (modified_at is not null or etag is not null)
        order by file_name, size_bytes, modified_at, etag, delivery_id desc
        """,
        (source_id,),
    )
    entries = {}
    for name, size, modified_at, etag, delivery_id, *rest in rows:
        file = FileSeen(name, size, modified_at, etag)
        entries[file] = LedgerEntry(delivery_id, file, *rest)
    return entries


def record_seen(connection: Connection, source: Source, location: str, file: FileSeen, run_id: str) -> int:
    """Begin the ledger row of a file; its delivery id."""
    row = connection.execute(
        """
        insert into ops.delivery
            (source_id, file_name, location, size_bytes, modified_at, etag, state, definition_sha256, run_id)
        values (%s, %s, %s, %s, %s, %s, 'seen', %s, %s)
        returning delivery_id
        """,
        (
            source.id, file.name, location, file.size_bytes, file.modified_at, file.etag, source.definition_sha256,
            run_id,
        ),
    ).fetchone()  # fmt: skip
    if row is None:
        raise RuntimeError("insert … returning gave no row")
    return int(row[0])


def record_taken_up(connection: Connection, source: Source, delivery_id: int, file: FileSeen, run_id: str) -> None:
    """Note that this run takes up a delivery that another one left unfinished, with the file as it is now."""
    connection.execute(
        """
        update ops.delivery set
            run_id = %s, definition_sha256 = %s, size_bytes = %s, modified_at = %s, etag = %s
        where delivery_id = %s
        """,
        (run_id, source.definition_sha256, file.size_bytes, file.modified_at, file.etag, delivery_id),
    )


def record_landed(connection: Connection, delivery_id: int, sha256: str) -> None:
    """Note that the bytes are in the landing zone."""
    connection.execute(
        "update ops.delivery set state = 'landed', sha256 = %s, landed_at = now() where delivery_id = %s",
        (sha256, delivery_id),
    )


@dataclass(frozen=True)
class Original:
    """The earlier delivery of the same bytes.

    Attributes:
        delivery_id: its number.
        file_name: how its file was called.
        superseded_by: the file that replaced it since, if one did.
    """

    delivery_id: int
    file_name: str
    superseded_by: str | None


def find_original(connection: Connection, source_id: str, delivery_id: int, sha256: str) -> Original | None:
    """The earlier delivery of the same bytes that was taken in (current, held, superseded or awaiting its verdict).

    None for a delivery that is to read landed bytes anew. Of a delivery that was read anew, the newest reading counts:
    when a person refused that one, the bytes may come again.
    """
    row = connection.execute(
        """
        select original.delivery_id, original.file_name, successor.file_name
        from ops.delivery as original
        left join ops.delivery as successor on original.superseded_by = successor.delivery_id
        where original.source_id = %s and original.sha256 = %s and original.delivery_id <> %s
            and original.state in ('checking', 'held', 'loaded', 'superseded')
            and successor.sha256 is distinct from original.sha256
            and not exists (
                select 1 from ops.delivery as reading
                where reading.delivery_id = %s and reading.reprocess_of is not null
            )
        order by original.state = 'superseded', original.delivery_id limit 1
        """,
        (source_id, sha256, delivery_id, delivery_id),
    ).fetchone()
    return None if row is None else Original(*row)


def record_repeat(connection: Connection, delivery_id: int, original: Original) -> None:
    """Note that the same bytes came before; nothing of this delivery is loaded."""
    reason = f"The same bytes came before, as {original.file_name} (delivery {original.delivery_id})."
    way_out = None
    if original.superseded_by:
        reason += f" Since then {original.superseded_by} took their place, and it stays current."
        way_out = "To go back to them, deliver the file with a blank line more at its end."
    connection.execute(
        """
        update ops.delivery set state = 'repeat', repeat_of = %s, settled_at = now(), reason = %s, way_out = %s
        where delivery_id = %s
        """,
        (original.delivery_id, reason, way_out, delivery_id),
    )


def record_account(
    connection: Connection, delivery_id: int, period: Period | None, summary: DeliverySummary | None
) -> None:
    """Note what is known of a delivery.

    Args:
        connection: to the ledger.
        delivery_id: the delivery.
        period: the days it covers, or None when its name does not say.
        summary: the account of its lines, or None when it could not be opened; its counts and pounds are written only
            when all lines were read.
    """
    counted = summary if summary and summary.is_whole else None
    connection.execute(
        """
        update ops.delivery set
            period_key = %(key)s, period_start_date = %(start)s, period_end_date = %(end)s,
            layout = %(headers)s, layout_name = %(layout)s, encoding = %(encoding)s, lines_in = %(lines_in)s,
            lines_loaded = %(loaded)s, lines_rejected = %(rejected)s, lines_skipped = %(skipped)s,
            skipped_by_reason = %(by_reason)s, control_total_gbp = %(control)s, amount_in_gbp = %(pounds_in)s,
            amount_loaded_gbp = %(pounds_loaded)s, amount_rejected_gbp = %(pounds_rejected)s,
            lines_unpriced = %(unpriced)s, lines_filled = %(filled)s
        where delivery_id = %(delivery_id)s
        """,
        {
            "delivery_id": delivery_id,
            "key": period and period.key,
            "start": period and period.start,
            "end": period and period.end,
            "headers": summary and _kept(summary.headers),
            "layout": summary and summary.layout_name,
            "encoding": summary and summary.encoding,
            "lines_in": counted and counted.lines_in,
            "loaded": counted and counted.lines_loaded,
            "rejected": counted and counted.lines_rejected,
            "skipped": counted and counted.skipped.total(),
            "by_reason": json.dumps(dict(counted.skipped) if counted else {}),
            "control": next(iter(counted.control_totals.values()), None) if counted else None,
            "pounds_in": counted and counted.amount_in_gbp,
            "pounds_loaded": counted and counted.amount_loaded_gbp,
            "pounds_rejected": counted and counted.amount_rejected_gbp,
            "unpriced": counted.unpriced_count if counted and counted.amount_rejected_gbp is not None else None,
            "filled": counted and counted.filled_count,
        },
    )


def record_loaded(connection: Connection, delivery_id: int) -> None:
    """Note that the lines of a delivery are in ``raw`` and that its verdict is awaited."""
    connection.execute(
        """
        update ops.delivery set state = 'checking', reason = null, way_out = null, loaded_at = now()
        where delivery_id = %s
        """,
        (delivery_id,),
    )


def record_refused(
    connection: Connection,
    delivery_id: int,
    refusal: Refusal,
    period: Period | None = None,
    summary: DeliverySummary | None = None,
) -> None:
    """Note that a delivery was refused, why, and what was known of it by then (as ``record_account`` takes it)."""
    try:
        with connection.transaction():
            record_account(connection, delivery_id, period, summary)
    except psycopg.DataError:
        # Its pounds are more than the ledger holds, which may be why it is refused.
        record_account(connection, delivery_id, period, None)
    connection.execute(
        """
        update ops.delivery set state = 'refused', reason = %s, way_out = %s, settled_at = now()
        where delivery_id = %s
        """,
        (_kept(f"{refusal.where}: {refusal.what}"), _kept(refusal.way_out), delivery_id),
    )


def record_hindrance(connection: Connection, delivery_id: int, refusal: Refusal) -> None:
    """Note why a delivery could not be taken in yet; it stays waiting, for the fault is not in the file."""
    connection.execute(
        "update ops.delivery set reason = %s, way_out = %s where delivery_id = %s",
        (_kept(f"{refusal.where}: {refusal.what}"), _kept(refusal.way_out), delivery_id),
    )


def _kept(text: str) -> str:
    """A text that may quote what stands in a file, as the ledger can keep it."""
    return text.replace("\0", SIGN_FOR_NUL)

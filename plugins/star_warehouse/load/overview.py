"""The ledger summed up, for the status command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from psycopg.rows import class_row

from star_warehouse.database import Warehouse


@dataclass(frozen=True)
class SourceOverview:
    """One source and what became of its deliveries.

    Attributes:
        source_id: the source.
        title: what people call it.
        partner_code: whose spend it is, or None.
        loaded: deliveries that are current.
        checking: deliveries loaded whose verdict is awaited.
        held: deliveries that wait for a person's decision.
        waiting: deliveries seen or landed and not loaded yet.
        superseded: deliveries that a later one replaced.
        refused: deliveries refused.
        repeats: deliveries whose bytes came before.
        first_period: key of the first current period, or None.
        last_period: key of the last current period, or None.
        lines_loaded: lines of the current deliveries.
        lines_rejected: lines of the current deliveries that do not read.
        amount_loaded_gbp: £ of the current deliveries, or None for sources without payments.
        amount_rejected_gbp: £ of the rejected lines of which an amount reads, or None likewise.
        lines_unpriced: the rejected lines of which none does; None likewise, or where nobody counted them yet.
        last_seen_at: when the last delivery was seen, or None.
    """

    source_id: str
    title: str
    partner_code: str | None
    loaded: int
    checking: int
    held: int
    waiting: int
    superseded: int
    refused: int
    repeats: int
    first_period: str | None
    last_period: str | None
    lines_loaded: int
    lines_rejected: int
    amount_loaded_gbp: Decimal | None
    amount_rejected_gbp: Decimal | None
    lines_unpriced: int | None
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Delivery:
    """One row of the ledger, as people look at it."""

    delivery_id: int
    source_id: str
    file_name: str
    state: str
    period_key: str | None
    period_start_date: date | None
    period_end_date: date | None
    sha256: str | None
    lines_in: int | None
    lines_loaded: int | None
    lines_rejected: int | None
    lines_skipped: int | None
    amount_loaded_gbp: Decimal | None
    reason: str | None
    way_out: str | None


def delivery_overview(warehouse: Warehouse) -> list[SourceOverview]:
    """Every known source with the count of its deliveries by state."""
    with warehouse.connect() as connection, connection.cursor(row_factory=class_row(SourceOverview)) as cursor:
        return cursor.execute(
            """
            select
                source.source_id,
                source.title,
                source.partner_code,
                count(*) filter (where state = 'loaded') as loaded,
                count(*) filter (where state = 'checking') as checking,
                count(*) filter (where state = 'held') as held,
                count(*) filter (where state in ('seen', 'landed')) as waiting,
                count(*) filter (where state = 'superseded') as superseded,
                count(*) filter (where state = 'refused') as refused,
                count(*) filter (where state = 'repeat') as repeats,
                min(period_key) filter (where state = 'loaded') as first_period,
                max(period_key) filter (where state = 'loaded') as last_period,
                coalesce(sum(lines_loaded) filter (where state = 'loaded'), 0)::bigint as lines_loaded,
                coalesce(sum(lines_rejected) filter (where state = 'loaded'), 0)::bigint as lines_rejected,
                sum(amount_loaded_gbp) filter (where state = 'loaded') as amount_loaded_gbp,
                sum(amount_rejected_gbp) filter (where state = 'loaded') as amount_rejected_gbp,
                (sum(lines_unpriced) filter (where state = 'loaded'))::bigint as lines_unpriced,
                max(seen_at) as last_seen_at
            from ops.source as source
            left join ops.delivery using (source_id)
            group by source.source_id
            order by source.source_id
            """
        ).fetchall()


def list_deliveries(warehouse: Warehouse, delivery_ids: list[int]) -> list[Delivery]:
    """The ledger rows of some deliveries, in the order they came."""
    with warehouse.connect() as connection, connection.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(
            """
            select
                delivery_id, source_id, file_name, state, period_key, period_start_date, period_end_date, sha256,
                lines_in, lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp, reason, way_out
            from ops.delivery
            where delivery_id = any(%s)
            order by delivery_id
            """,
            (delivery_ids,),
        ).fetchall()


def repeats_since(warehouse: Warehouse, moment: datetime) -> list[str]:
    """A sentence for each file that was found since then to be the same bytes as an earlier one."""
    with warehouse.connect() as connection:
        rows = connection.execute(
            """
            select concat_ws(' ', source_id || ': ' || file_name || ':', reason, way_out) from ops.delivery
            where state = 'repeat' and settled_at >= %s order by delivery_id
            """,
            (moment,),
        ).fetchall()
    return [str(row[0]) for row in rows]

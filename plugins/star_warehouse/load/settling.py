"""The end of a delivery's wait: it becomes current, or it is taken out again."""

from __future__ import annotations

from datetime import date

from psycopg import sql

from star_warehouse.database import Warehouse
from star_warehouse.load.ledger import Connection
from star_warehouse.refusal import Refusal
from star_warehouse.sources import ENTITIES_OF_KIND


def pending_deliveries(warehouse: Warehouse, source_id: str) -> list[int]:
    """The deliveries of a source whose lines are loaded and whose verdict is awaited, in the order they came."""
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select delivery_id from ops.delivery where source_id = %s and state = 'checking' order by delivery_id",
            (source_id,),
        ).fetchall()
    return [int(row[0]) for row in rows]


def settle(
    warehouse: Warehouse, delivery_id: int, accepted: bool, reason: str | None = None, way_out: str | None = None
) -> None:
    """Carry out the verdict on a delivery, in one transaction; a delivery settled before stays as it is.

    Accepted, it becomes current and the earlier one of its source and period is superseded; a snapshot supersedes all
    earlier ones, and is refused when it is older than the current one. Refused, its lines and rejected lines are
    deleted and the earlier one stays current.

    Raises:
        Refusal: there is no such delivery, it was not loaded yet, or a refusal gives no reason.
    """
    if not accepted and not (reason and way_out):
        raise Refusal(
            "A delivery was to be refused without reason or way out.",
            where=f"delivery {delivery_id}",
            way_out="Give both.",
        )
    with warehouse.connect() as connection:
        # Two verdicts on one source wait for each other; otherwise both would become current.
        source = connection.execute(
            """
            select source_id, kind, cadence from ops.source
            where source_id = (select source_id from ops.delivery where delivery_id = %s) for update
            """,
            (delivery_id,),
        ).fetchone()
        delivery = connection.execute(
            "select state, period_key, period_end_date from ops.delivery where delivery_id = %s for update",
            (delivery_id,),
        ).fetchone()
        if source is None or delivery is None or delivery[0] in ("seen", "landed"):
            raise Refusal(
                "There is no loaded delivery of that number.",
                where=f"delivery {delivery_id}",
                way_out="See `star-warehouse status` for the deliveries.",
            )
        source_id, kind, cadence = source
        state, period_key, as_at = delivery
        if state != "checking":
            return
        if accepted and cadence == "snapshot" and (newer := newer_snapshot(connection, source_id, as_at)):
            accepted, reason, way_out = False, *newer
        if accepted:
            _make_current(connection, source_id, delivery_id, None if cadence == "snapshot" else period_key)
        else:
            _take_out(connection, kind, delivery_id, str(reason), str(way_out))


def newer_snapshot(connection: Connection, source_id: str, as_at: date) -> tuple[str, str] | None:
    """Reason and way out when the current snapshot of a source is newer than one taken on that day; else None."""
    row = connection.execute(
        """
        select file_name, period_end_date from ops.delivery
        where source_id = %s and state = 'loaded' and period_end_date > %s
        order by period_end_date desc limit 1
        """,
        (source_id, as_at),
    ).fetchone()
    if row is None:
        return None
    return (
        f"The snapshot of {as_at} is older than the current one, {row[0]} of {row[1]}.",
        "Nothing needs to be done; the newer one stays current.",
    )


def _make_current(connection: Connection, source_id: str, delivery_id: int, period_key: str | None) -> None:
    connection.execute(
        """
        update ops.delivery set state = 'superseded', superseded_by = %(delivery_id)s, settled_at = now()
        where source_id = %(source_id)s and state = 'loaded'
            and (%(period_key)s::text is null or period_key = %(period_key)s)
        """,
        {"delivery_id": delivery_id, "source_id": source_id, "period_key": period_key},
    )
    connection.execute(
        "update ops.delivery set state = 'loaded', settled_at = now() where delivery_id = %s", (delivery_id,)
    )


def _take_out(connection: Connection, kind: str, delivery_id: int, reason: str, way_out: str) -> None:
    for entity in sorted(ENTITIES_OF_KIND[kind]):
        connection.execute(
            sql.SQL("delete from {} where delivery_id = %s").format(sql.Identifier("raw", entity)), (delivery_id,)
        )
    connection.execute("delete from ops.rejected_line where delivery_id = %s", (delivery_id,))
    connection.execute(
        """
        update ops.delivery set state = 'refused', reason = %s, way_out = %s, settled_at = now()
        where delivery_id = %s
        """,
        (reason, way_out, delivery_id),
    )

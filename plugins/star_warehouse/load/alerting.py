"""Alerts: one row a thing that somebody should look at, opened once, closed when it is mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from psycopg.rows import class_row

from star_warehouse.database import Lock, Warehouse
from star_warehouse.load.attention import source_ledger
from star_warehouse.load.ledger import Connection, register_source
from star_warehouse.load.punctuality import Standing, expected_periods, standing_of
from star_warehouse.sources import Source


@dataclass(frozen=True)
class Alert:
    """A thing that somebody should look at.

    Attributes:
        kind: ``late``, ``missing``, ``refused`` or ``held``.
        source_id: the source.
        period_key: the period, or None of a refused file whose name says none.
        delivery_id: the delivery that was refused or is held; None of a period.
        message: what is the matter, in a sentence.
    """

    kind: str
    source_id: str
    period_key: str | None
    delivery_id: int | None
    message: str


def watch(warehouse: Warehouse, sources: Mapping[str, Source], today: date, run_id: str) -> list[Alert]:
    """Open an alert for everything that somebody should look at and has none yet, and close those that are mended.

    Args:
        sources: the sources to watch, by id.
        today: the day whose calendar counts.
        run_id: the run that watches; a second try of the same run returns the same alerts again.

    Returns:
        the alerts that this run opened and that are still open.
    """
    with warehouse.connect() as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (int(Lock.ALERTS),))
        wanted: list[Alert] = []
        for source in sources.values():
            register_source(connection, source)
            wanted += things_to_look_at(connection, source, today)
        _close_mended(connection, wanted)
        with connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into ops.alert (kind, source_id, period_key, delivery_id, message, run_id)
                values (%s, %s, %s, %s, %s, %s) on conflict do nothing
                """,
                [(one.kind, one.source_id, one.period_key, one.delivery_id, one.message, run_id) for one in wanted],
            )
        with connection.cursor(row_factory=class_row(Alert)) as alerts:
            return alerts.execute(
                """
                select kind, source_id, period_key, delivery_id, message from ops.alert
                where run_id = %s and closed_at is null order by alert_id
                """,
                (run_id,),
            ).fetchall()


def things_to_look_at(connection: Connection, source: Source, today: date) -> list[Alert]:
    """What is late, missing, refused or held of a source on a day."""
    ledger = source_ledger(connection, source)
    alerts = [
        Alert(
            concern.state,
            source.id,
            concern.period.key if concern.period else None,
            concern.delivery_id,
            f"{concern.state.capitalize()}: {concern}",
        )
        for concern in ledger.concerns
    ]
    for period in expected_periods(source, today):
        standing = standing_of(source, period, ledger.arrivals, today)
        if standing in (Standing.LATE, Standing.MISSING):
            message = f"{source.id}: {period.key} is {standing}; it was due by {period.due}."
            alerts.append(Alert(str(standing), source.id, period.key, None, message))
    return alerts


def sentences(alerts: Sequence[Alert]) -> list[str]:
    """Say alerts: each delivery in a sentence of its own, the late and the missing periods of a source in one."""
    told = [alert.message for alert in alerts if alert.delivery_id is not None]
    periods = sorted((alert for alert in alerts if alert.delivery_id is None), key=_feed_and_kind)
    for (source_id, kind), group in groupby(periods, key=_feed_and_kind):
        found = list(group)
        if len(found) == 1:
            told.append(found[0].message)
        else:
            keys = [alert.period_key for alert in found]
            told.append(f"{source_id}: {len(found)} periods are {kind}, {keys[0]} to {keys[-1]}.")
    return told


def _feed_and_kind(alert: Alert) -> tuple[str, str]:
    return alert.source_id, alert.kind


def _close_mended(connection: Connection, wanted: Iterable[Alert]) -> None:
    still = {(one.kind, one.source_id, str(one.delivery_id or one.period_key)) for one in wanted}
    rows = connection.execute(
        """
        select alert_id, kind, source_id, coalesce(delivery_id::text, period_key) from ops.alert where closed_at is null
        """
    ).fetchall()
    mended = [number for number, *thing in rows if tuple(thing) not in still]
    connection.execute("update ops.alert set closed_at = now() where alert_id = any(%s)", (mended,))

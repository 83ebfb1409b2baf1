"""Alerts: one a source that owes periods, and one a delivery that waits; opened once, closed when mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from psycopg.rows import class_row

from star_warehouse.database import Lock, Warehouse
from star_warehouse.load.attention import source_ledger
from star_warehouse.load.ledger import Connection, register_source
from star_warehouse.load.punctuality import owed_periods
from star_warehouse.sources import Source


@dataclass(frozen=True)
class Alert:
    """A thing that somebody should look at.

    Attributes:
        kind: ``overdue`` (a source owes periods), or ``refused`` or ``held`` (a delivery).
        source_id: the source.
        period_key: the delivery's period; None of an overdue source, and of a refused file whose name says none.
        delivery_id: the delivery that was refused or is held; None of an overdue source.
        message: what is the matter, in a sentence or two.
        late_period_keys, missing_period_keys: the periods that the source owes, the newest first.
    """

    kind: str
    source_id: str
    period_key: str | None
    delivery_id: int | None
    message: str
    late_period_keys: list[str] = field(default_factory=list)
    missing_period_keys: list[str] = field(default_factory=list)

    def owes_more_than(self, late: Iterable[str], missing: Iterable[str]) -> bool:
        """Whether a period is late that is not among these late ones, or missing and not among these missing ones."""
        return not (set(self.late_period_keys) <= set(late) and set(self.missing_period_keys) <= set(missing))


def watch(warehouse: Warehouse, sources: Mapping[str, Source], today: date, run_id: str) -> list[Alert]:
    """Open an alert for everything that somebody should look at and has none yet, and close those that are mended.

    An overdue source has one alert for all its periods: a new one takes its place when a period is newly late or
    missing; one that owes fewer than before only says so.

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
        _close_outdated(connection, wanted)
        with connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into ops.alert (
                    kind, source_id, period_key, delivery_id, message, late_period_keys, missing_period_keys, run_id
                )
                values (
                    %(kind)s, %(source_id)s, %(period_key)s, %(delivery_id)s, %(message)s, %(late_period_keys)s,
                    %(missing_period_keys)s, %(run_id)s
                )
                on conflict (kind, source_id, coalesce(delivery_id, 0)) where closed_at is null do update
                set message = excluded.message, late_period_keys = excluded.late_period_keys,
                    missing_period_keys = excluded.missing_period_keys
                """,
                [vars(one) | {"run_id": run_id} for one in wanted],
            )
        with connection.cursor(row_factory=class_row(Alert)) as alerts:
            return alerts.execute(
                """
                select kind, source_id, period_key, delivery_id, message, late_period_keys, missing_period_keys
                from ops.alert where run_id = %s and closed_at is null order by alert_id
                """,
                (run_id,),
            ).fetchall()


def things_to_look_at(connection: Connection, source: Source, today: date) -> list[Alert]:
    """What is refused or held of a source, and then what it owes on a day."""
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
    owed = owed_periods(source, ledger.arrivals, today)
    if told := str(owed):
        alerts.append(Alert("overdue", source.id, None, None, f"{source.id}: {told}", owed.late, owed.missing))
    return alerts


def _close_outdated(connection: Connection, wanted: Iterable[Alert]) -> None:
    """Close what is mended, and what an overdue source owed before it came to owe more."""
    still = {(one.kind, one.source_id, one.delivery_id): one for one in wanted}
    rows = connection.execute(
        """
        select alert_id, kind, source_id, delivery_id, late_period_keys, missing_period_keys
        from ops.alert where closed_at is null
        """
    ).fetchall()
    outdated = [
        number
        for number, kind, source_id, delivery_id, late, missing in rows
        if (now := still.get((kind, source_id, delivery_id))) is None or now.owes_more_than(late, missing)
    ]
    connection.execute("update ops.alert set closed_at = now() where alert_id = any(%s)", (outdated,))

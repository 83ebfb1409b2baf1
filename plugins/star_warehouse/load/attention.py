"""What somebody should look at: refusals that stand, deliveries that are held, and how the periods stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from star_warehouse.database import Warehouse
from star_warehouse.load.ledger import Connection
from star_warehouse.load.punctuality import Arrival, Standing
from star_warehouse.load.replacing import CUMULATIVE
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source

_STANDING = {
    "loaded": Standing.GREEN,
    "held": Standing.HELD,
    "refused": Standing.REFUSED,
    "checking": Standing.WAITING,
    "seen": Standing.WAITING,
    "landed": Standing.WAITING,
}


@dataclass(frozen=True)
class Concern:
    """A delivery that waits for somebody: for a person here when it is held, for its sender when it was refused.

    Attributes:
        delivery_id: its number.
        source_id: its source.
        file_name: how its file is called.
        state: ``held`` or ``refused``.
        period: its period, or None when its name says none.
        reason: why.
        way_out: what to do.
        settled_at: since when it stands so.
    """

    delivery_id: int
    source_id: str
    file_name: str
    state: str
    period: Period | None
    reason: str
    way_out: str
    settled_at: datetime

    def __str__(self) -> str:
        """Say it in one line: which delivery, what, where and the way out."""
        named = f"{self.source_id}: {self.file_name}"
        reason = self.reason if self.reason.startswith(named) else f"{named}: {self.reason}"
        return f"delivery {self.delivery_id}, {reason} {self.way_out}"


@dataclass(frozen=True)
class Ledger:
    """The rows of the ledger that say how a source stands now.

    Attributes:
        arrivals: its deliveries that are current, waiting, held, or refused for good.
        concerns: those of them that wait for somebody.
    """

    arrivals: tuple[Arrival, ...] = ()
    concerns: tuple[Concern, ...] = ()


@dataclass(frozen=True)
class _Row:
    delivery_id: int
    file_name: str
    state: str
    key: str | None
    start: date | None
    end: date | None
    received_to: date | None
    reason: str | None
    way_out: str | None
    settled_at: datetime


def read_ledger(warehouse: Warehouse, sources: Mapping[str, Source]) -> dict[str, Ledger]:
    """How each of these sources stands, by its id; one that never delivered has nothing."""
    with warehouse.connect() as connection:
        return {source_id: source_ledger(connection, source) for source_id, source in sources.items()}


def source_ledger(connection: Connection, source: Source) -> Ledger:
    """How one source stands, on a connection that is open."""
    rows = _rows(connection, source.id)
    current = [row for row in rows if row.state == "loaded"]
    arrivals: list[Arrival] = []
    concerns: list[Concern] = []
    for row in rows:
        period = _period(source, row)
        if row.state == "refused" and period and _is_mended(source, row, period, current):
            continue
        if row.state in ("refused", "held"):
            why, way_out = row.reason or "", row.way_out or ""
            concerns.append(
                Concern(row.delivery_id, source.id, row.file_name, row.state, period, why, way_out, row.settled_at)
            )
        if period:
            arrivals.append(Arrival(_STANDING[row.state], period.start, row.received_to or period.end))
    return Ledger(tuple(arrivals), tuple(concerns))


def concerns_of(ledgers: Iterable[Ledger]) -> list[Concern]:
    """What waits for somebody, of all these sources: first what is held, then what was refused."""
    return sorted(
        (concern for ledger in ledgers for concern in ledger.concerns),
        key=lambda concern: (concern.state, concern.source_id, concern.delivery_id),
    )


def _rows(connection: Connection, source_id: str) -> list[_Row]:
    """The deliveries that count: superseded ones and repeats do not, nor a refused one that its file's next replaced.

    What a person refused or set aside waits for nobody. A file for a longer time brings no month after its last
    payment, as the completeness of a published figure has it.
    """
    rows = connection.execute(
        """
        select delivery_id, file_name, state, period_key, period_start_date, period_end_date,
            case when state = 'loaded' and kind = 'spend' and cadence <> 'year_to_date'
                and period_end_date - period_start_date > 31
            then (select max(payment_date) from raw.spend_line as line where line.delivery_id = delivery.delivery_id)
            end,
            reason, way_out, coalesce(settled_at, seen_at)
        from ops.delivery inner join ops.source using (source_id)
        where source_id = %s and state in ('seen', 'landed', 'checking', 'held', 'loaded', 'refused')
            and (state <> 'refused' or (
                delivery_id = (
                    select max(newest.delivery_id) from ops.delivery as newest
                    where newest.source_id = delivery.source_id and newest.file_name = delivery.file_name
                )
                and not exists (
                    select 1 from ops.delivery_decision as decision where decision.delivery_id = delivery.delivery_id
                )
            ))
        order by delivery_id
        """,
        (source_id,),
    )
    return [_Row(*row) for row in rows]


def _period(source: Source, row: _Row) -> Period | None:
    if row.key and row.start and row.end:
        return Period(row.key, row.start, row.end)
    try:
        return source.period_of(row.file_name)
    except Refusal:
        return None


def _is_mended(source: Source, row: _Row, period: Period, current: list[_Row]) -> bool:
    """Whether a later delivery brought what a refused one was to bring, or all of it was here before."""
    return any(
        one.end is not None
        and one.start is not None
        and (
            (one.delivery_id > row.delivery_id and (one.start, one.end) == (period.start, period.end))
            or (source.cadence.every in CUMULATIVE and one.end >= period.end and _is_same_year(source, one, period))
        )
        for one in current
    )


def _is_same_year(source: Source, one: _Row, period: Period) -> bool:
    return source.cadence.every == "snapshot" or one.start == period.start

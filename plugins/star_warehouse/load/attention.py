"""What somebody should look at: refusals that stand, deliveries that are held, and how the periods stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from star_warehouse.database import Warehouse
from star_warehouse.load.ledger import Connection
from star_warehouse.load.punctuality import Arrival, Standing
from star_warehouse.load.replacing import AS_AT, CUMULATIVE
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Period, Source

_STANDING = {
    "loaded": Standing.GREEN,
    "held": Standing.HELD,
    "refused": Standing.REFUSED,
    "repeat": Standing.REFUSED,
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
        state: ``held`` or ``refused``; a file with another period's bytes counts as refused.
        period: its period, or None when its name says none.
        reason: why.
        way_out: what to do.
        settled_at: since when it stands so.
        is_open: whether a person may still decide about it; not when one refused it, or when it brought nothing new.
    """

    delivery_id: int
    source_id: str
    file_name: str
    state: str
    period: Period | None
    reason: str
    way_out: str
    settled_at: datetime
    is_open: bool = True

    def __str__(self) -> str:
        """Say it in one line: which delivery, what, where and the way out."""
        named = f"{self.source_id}: {self.file_name}"
        reason = self.reason if self.reason.startswith(named) else f"{named}: {self.reason}"
        return f"delivery {self.delivery_id}, {reason} {self.way_out}"


@dataclass(frozen=True)
class Ledger:
    """The rows of the ledger that say how a source stands now.

    Attributes:
        arrivals: its deliveries that are current, waiting, held, or refused for good, and misnamed repeats.
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
    is_decided: bool
    original_id: int | None
    original_name: str | None
    original_key: str | None
    original_start: date | None
    original_end: date | None


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
        if row.state == "repeat" and (period is None or not _is_misnamed(row, period)):
            continue
        if row.state in ("refused", "repeat") and period and _is_mended(source, row, period, current):
            continue
        if row.state == "repeat" and period:
            concerns.append(_misnamed(source, row, period))
        elif row.state in ("refused", "held"):
            why, way_out, is_open = row.reason or "", row.way_out or "", not row.is_decided
            told = (row.delivery_id, source.id, row.file_name, row.state, period, why, way_out, row.settled_at, is_open)
            concerns.append(Concern(*told))
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
    """The deliveries that count: superseded ones do not, nor a refused one or a repeat that its file's next replaced.

    What was refused and a person set aside then waits for nobody; what a person's decision itself took out does. A file
    for a longer time brings no month after its last payment, as the completeness of a published figure has it.
    """
    rows = connection.execute(
        """
        select one.delivery_id, one.file_name, one.state, one.period_key, one.period_start_date, one.period_end_date,
            case when one.state = 'loaded' and kind = 'spend' and cadence <> 'year_to_date'
                and one.period_end_date - one.period_start_date > 31
            then (select max(payment_date) from raw.spend_line as line where line.delivery_id = one.delivery_id)
            end,
            one.reason, one.way_out, coalesce(one.settled_at, one.seen_at),
            exists(
                select 1 from ops.delivery_decision as decision
                where decision.delivery_id = one.delivery_id and decision.decision = 'refuse'
            ),
            original.delivery_id, original.file_name, original.period_key, original.period_start_date,
            original.period_end_date
        from ops.delivery as one
        inner join ops.source on one.source_id = source.source_id
        left join ops.delivery as original on one.repeat_of = original.delivery_id
        where one.source_id = %s and (
            one.state in ('seen', 'landed', 'checking', 'held', 'loaded')
            or (
                (one.state = 'refused' or (one.state = 'repeat' and one.reprocess_of is null))
                and one.delivery_id = (
                    select max(newest.delivery_id) from ops.delivery as newest
                    where newest.source_id = one.source_id and newest.file_name = one.file_name
                        and (newest.state <> 'repeat' or newest.repeat_of is distinct from one.delivery_id)
                )
                -- A decision that took it out was made in the moment it was settled; one that set it aside, later.
                and not exists (
                    select 1 from ops.delivery_decision as decision
                    where decision.delivery_id = one.delivery_id and decision.decision = 'refuse'
                        and decision.decided_at <> one.settled_at
                )
            )
        )
        order by one.delivery_id
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


def _is_misnamed(row: _Row, period: Period) -> bool:
    """Whether a repeat's name says another period than that of the delivery whose bytes it has."""
    return (row.original_start, row.original_end) != (period.start, period.end)


def _misnamed(source: Source, row: _Row, period: Period) -> Concern:
    def told(key: str | None, end: date | None) -> str:
        # All files of a year have one key there.
        return f"{key} to {end}" if source.cadence.every == "year_to_date" else f"{key}"

    original = f"{row.original_name} (delivery {row.original_id})"
    what = f"It has the same bytes as {original} of {told(row.original_key, row.original_end)}."
    way_out = f"Have the right file for {told(period.key, period.end)} sent."
    return Concern(
        row.delivery_id, source.id, row.file_name, "refused", period, what, way_out, row.settled_at, is_open=False
    )


def _is_mended(source: Source, row: _Row, period: Period, current: list[_Row]) -> bool:
    """Whether a later delivery brought what a refused one was to bring, or all of it was here before.

    What a person refused, and what has another period's bytes, is no correction: whatever is current for its period
    mends it.
    """
    if row.is_decided or row.state == "repeat":
        return any(
            one.end is not None
            and one.start is not None
            and one.end >= period.end
            and (source.cadence.every in AS_AT or one.start <= period.start)
            for one in current
        )
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

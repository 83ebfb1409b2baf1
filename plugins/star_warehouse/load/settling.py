"""The end of a delivery's wait: it becomes current, it is held for a person, or it is taken out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, LiteralString

from psycopg import sql
from psycopg.rows import class_row

from star_warehouse.database import Warehouse
from star_warehouse.load.ledger import Connection
from star_warehouse.load.replacing import CUMULATIVE, Extent, Placement, older_than_current, place, tell_change
from star_warehouse.refusal import Refusal
from star_warehouse.sources import ENTITIES_OF_KIND, Period, Source

Outcome = Literal["accept", "hold", "refuse"]
Decision = Literal["accept", "refuse"]

_EXTENT = """
select
    delivery_id, file_name, source_id, period_key, period_start_date as start, period_end_date as "end",
    coalesce(lines_loaded, 0) as lines_loaded, amount_loaded_gbp as amount_gbp
from ops.delivery
"""


# A file that lies where it lay is not looked at again: it has to be written anew, be it with the very same bytes.
_AGAIN = "If that was a mistake, deliver the same file again: it is checked anew and, if it passes, held for you."


@dataclass(frozen=True)
class Settled:
    """What a decision did.

    Attributes:
        delivery_id: the delivery.
        file_name: how its file is called.
        state: its state now.
        replaced: the files that are superseded by it.
        before: its state before.
    """

    delivery_id: int
    file_name: str
    state: str
    replaced: tuple[str, ...]
    before: str

    def __str__(self) -> str:
        """Say what it is now, and what follows."""
        now = f"Delivery {self.delivery_id}, {self.file_name}, is {'current' if self.state == 'loaded' else self.state}"
        if self.state != "loaded" and self.before == "loaded":
            return (
                f"{now}. It was current: its period has no delivery now, and its pounds leave the figures with the "
                "next release. Deliver a file for the period to fill it; one superseded before, with a blank line more."
            )
        if self.state != "loaded":
            return f"{now}. {_AGAIN}"
        instead = f" instead of {', '.join(self.replaced)}" if self.replaced else ""
        return (
            f"{now}{instead}. The next `star-warehouse run` publishes it; "
            "where Airflow runs all the time, trigger its DAG release."
        )


@dataclass(frozen=True)
class _Case:
    """A delivery to be settled, its source and its neighbours locked."""

    delivery: Extent
    state: str
    arrived: date
    kind: str
    cadence: str
    final_after_days: int | None
    partner_code: str | None


def pending_deliveries(warehouse: Warehouse, source_id: str) -> list[int]:
    """The deliveries of a source whose lines are loaded and whose verdict is awaited, in the order they came."""
    with warehouse.connect() as connection:
        rows = connection.execute(
            "select delivery_id from ops.delivery where source_id = %s and state = 'checking' order by delivery_id",
            (source_id,),
        ).fetchall()
    return [int(row[0]) for row in rows]


def settle_all(warehouse: Warehouse, verdicts: Mapping[int, tuple[Outcome, str | None, str | None]]) -> None:
    """Carry out the verdicts on deliveries, each in its own transaction, in their order; those settled before stay.

    Accepted, a delivery becomes current; what it replaces (the earlier one of its source and period; of a snapshot, all
    earlier ones) is superseded, and so is an earlier one that was held. Held, its lines stay and the earlier one stays
    current until a person decides. Refused, its lines and rejected lines are deleted and the earlier one stays current.
    Accepted or held, a reading supersedes the earlier readings of its bytes that are held: only the newest one waits.

    What the checks accept is still refused when the current delivery goes further or it would cut into another
    period, and held when it would replace another period's delivery, one of a final period, or one of twice its size.

    Args:
        verdicts: outcome, reason and way out by delivery.

    Raises:
        Refusal: there is no such delivery, it was not loaded yet, or it is to be held or refused without a reason, or
            refused without a way out.
    """
    with warehouse.connect(autocommit=True) as connection:
        for delivery_id, (outcome, reason, way_out) in sorted(verdicts.items()):
            if outcome != "accept" and not (reason and (way_out or outcome == "hold")):
                raise Refusal(
                    "A delivery was to be refused or held without reason or way out.",
                    where=f"delivery {delivery_id}",
                    way_out="Give both.",
                )
            with connection.transaction():
                _settle(connection, delivery_id, outcome, reason, way_out)


def _settle(
    connection: Connection, delivery_id: int, outcome: Outcome, reason: str | None, way_out: str | None
) -> None:
    case = _take(connection, delivery_id)
    if case.state != "checking":
        return
    placement = _placement(connection, case)
    doubts = [*([reason] if reason and outcome == "hold" else []), *placement.doubts]
    if before := _refused_before(connection, delivery_id):
        doubts.append(before)
    if elsewhere := _counted_elsewhere(connection, case):
        doubts.append(elsewhere)
    if outcome == "refuse":
        _take_out(connection, case.kind, delivery_id, str(reason), str(way_out))
    elif placement.refusal:
        _take_out(connection, case.kind, delivery_id, *placement.refusal)
    elif doubts:
        told = " ".join([*doubts, tell_change(case.delivery, placement.replaced)])
        _hold(connection, delivery_id, told, way_out if outcome == "hold" else None)
    else:
        _make_current(connection, case, placement, reason, way_out)


def decide(warehouse: Warehouse, delivery_id: int, decision: Decision, reason: str, decided_by: str) -> Settled:
    """Carry out and write down what a person decided about a delivery, in one transaction.

    A held delivery is accepted (it becomes current) or refused (its lines are taken out). A current one can be
    refused too: it is withdrawn, its lines stay for what earlier releases rest on. A refused one can be refused by
    a person as well: it is set aside and no longer shown as waiting for somebody.

    Args:
        delivery_id: the delivery.
        decision: what is to become of it.
        reason: why, for those who ask later.
        decided_by: who decided.

    Raises:
        Refusal: no reason is given, there is no such delivery, it is in no state to be decided about, or a person
            refused it before.
    """
    where = f"delivery {delivery_id}"
    if not reason.strip():
        raise Refusal("The decision gives no reason.", where=where, way_out="Give one with --reason.")
    with warehouse.connect() as connection:
        case = _take(connection, delivery_id)
        possible = ("held",) if decision == "accept" else ("held", "loaded", "refused")
        refused_by = _refused_by(connection, delivery_id)
        if case.state not in possible or refused_by:
            raise Refusal(
                f"{case.delivery.file_name} is {case.state}{refused_by}, so there is nothing to {decision}."
                + _followed_by(connection, delivery_id),
                where=where,
                way_out=_AGAIN if refused_by else "`star-warehouse status` lists what is held or refused.",
            )
        # Such a one is left from before only the newest reading was kept waiting.
        if decision == "accept" and (followed_by := _followed_by(connection, delivery_id)):
            raise Refusal(
                f"{case.delivery.file_name} was read anew since, so this reading is not to be accepted.{followed_by}",
                where=where,
                way_out="Decide about the newest reading; this one can only be refused.",
            )
        connection.execute(
            "insert into ops.delivery_decision (delivery_id, decision, reason, decided_by) values (%s, %s, %s, %s)",
            (delivery_id, decision, reason.strip(), decided_by),
        )
        if decision == "accept":
            placement = _placement(connection, case)
            if placement.refusal:
                what, way_out = placement.refusal
                raise Refusal(what, where=where, way_out=way_out)
            _make_current(connection, case, placement, f"Accepted by {decided_by}: {reason.strip()}", None)
            return _settled(connection, delivery_id, case.state)
        told = f"Refused by {decided_by}: {reason.strip()}"
        way_out = f"Where {case.delivery.period_key} has no other current delivery, have one sent. {_AGAIN}"
        if case.state == "held":
            _take_out(connection, case.kind, delivery_id, told, way_out)
        elif case.state == "loaded":
            _refuse(connection, delivery_id, told, way_out)
        return _settled(connection, delivery_id, case.state)


def refuse_older(connection: Connection, source: Source, file_name: str, period: Period) -> None:
    """See before reading a file that the current delivery does not go further than it.

    Raises:
        Refusal: it does.
    """
    if source.cadence.every not in CUMULATIVE:
        return
    new = Extent(0, file_name, source.id, period.key, period.start, period.end)
    if older := older_than_current(new, _current(connection, [source.id]), source.cadence.every):
        reason, way_out = older
        raise Refusal(reason, where=f"{source.id}: {file_name}", way_out=way_out)


def _take(connection: Connection, delivery_id: int) -> _Case:
    """Lock the sources of a delivery's partner, then the delivery, and see how it stands."""
    # Two verdicts on one partner wait for each other; otherwise both would become current.
    connection.execute(
        """
        select source_id from ops.source as source
        where exists (
            select 1 from ops.delivery inner join ops.source as own using (source_id)
            where delivery_id = %s and (own.source_id = source.source_id or own.partner_code = source.partner_code)
        )
        order by source_id for update
        """,
        (delivery_id,),
    )
    row = connection.execute(
        """
        select state, (seen_at at time zone 'Europe/London')::date, kind, cadence, final_after_days, partner_code
        from ops.delivery inner join ops.source as source using (source_id)
        where delivery_id = %s for update of delivery
        """,
        (delivery_id,),
    ).fetchone()
    if row is None or row[0] in ("seen", "landed"):
        raise Refusal(
            "There is no loaded delivery of that number.",
            where=f"delivery {delivery_id}",
            way_out="See `star-warehouse status` for the deliveries.",
        )
    state, arrived, kind, cadence, final_after_days, partner_code = row
    (delivery,) = _extents(connection, "where delivery_id = %s", (delivery_id,))
    return _Case(delivery, state, arrived, kind, cadence, final_after_days, partner_code)


def _placement(connection: Connection, case: _Case) -> Placement:
    rows = connection.execute(
        "select source_id from ops.source where source_id = %s or partner_code = %s",
        (case.delivery.source_id, case.partner_code),
    ).fetchall()
    return place(
        case.delivery,
        _current(connection, [row[0] for row in rows]),
        cadence=case.cadence,
        adds_up=case.kind == "spend",
        arrived=case.arrived,
        final_after_days=case.final_after_days,
    )


def _refused_before(connection: Connection, delivery_id: int) -> str | None:
    """A sentence when a person refused the very same bytes before."""
    row = connection.execute(
        """
        select earlier.delivery_id, decision.decided_by, decision.reason
        from ops.delivery as now
        inner join ops.delivery as earlier on now.source_id = earlier.source_id and now.sha256 = earlier.sha256
        inner join ops.delivery_decision as decision on earlier.delivery_id = decision.delivery_id
        where now.delivery_id = %s and earlier.delivery_id <> now.delivery_id
            and earlier.state = 'refused' and decision.decision = 'refuse'
        order by decision.decided_at desc limit 1
        """,
        (delivery_id,),
    ).fetchone()
    if row is None:
        return None
    return f"The same bytes came as delivery {row[0]}, which {row[1]} refused: {row[2]}"


def _refused_by(connection: Connection, delivery_id: int) -> str:
    """Who refused a delivery that is refused, and why, to stand behind its state; empty when no person did."""
    row = connection.execute(
        """
        select ' by ' || decided_by || ' (' || decision.reason || ')'
        from ops.delivery_decision as decision inner join ops.delivery using (delivery_id)
        where delivery_id = %s and decision = 'refuse' and state = 'refused'
        order by decided_at desc limit 1
        """,
        (delivery_id,),
    ).fetchone()
    return "" if row is None else str(row[0])


def _followed_by(connection: Connection, delivery_id: int) -> str:
    """A sentence, with a blank before it, about the delivery that took the place of one; empty when none did.

    Of a held one that is the newest reading of its bytes that is held or current.
    """
    row = connection.execute(
        """
        with recursive successor as (
            select superseded_by as number from ops.delivery where delivery_id = %(id)s
            union
            select next.superseded_by from successor inner join ops.delivery as next on number = next.delivery_id
        )
        select later.delivery_id, later.file_name, later.state,
            later.reprocess_of is not null and later.sha256 = one.sha256
        from ops.delivery as one inner join ops.delivery as later using (source_id)
        where one.delivery_id = %(id)s and later.superseded_by is null and (
            later.delivery_id in (select number from successor)
            or (
                one.state = 'held' and later.sha256 = one.sha256 and later.delivery_id > one.delivery_id
                and later.reprocess_of is not null and later.state in ('held', 'loaded')
            )
        )
        order by later.delivery_id desc limit 1
        """,
        {"id": delivery_id},
    ).fetchone()
    if row is None:
        return ""
    number, file_name, state, is_reading = row
    what = "The same bytes were read anew as" if is_reading else f"{file_name} took its place,"
    return f" {what} delivery {number}, which is {'current' if state == 'loaded' else state}."


def _counted_elsewhere(connection: Connection, case: _Case) -> str | None:
    """A sentence when the very same bytes count for another source, or wait to."""
    row = connection.execute(
        """
        select other.delivery_id, other.file_name, other.source_id
        from ops.delivery as now
        inner join ops.delivery as other on now.sha256 = other.sha256 and now.source_id <> other.source_id
        where now.delivery_id = %s and other.state in ('loaded', 'held')
        order by other.delivery_id limit 1
        """,
        (case.delivery.delivery_id,),
    ).fetchone()
    if row is None:
        return None
    return f"The same bytes came for {row[2]} too, as {row[1]} (delivery {row[0]}); they are one partner's only."


def _current(connection: Connection, source_ids: list[str]) -> list[Extent]:
    return _extents(connection, "where source_id = any(%s) and state = 'loaded' order by delivery_id", (source_ids,))


def _extents(connection: Connection, which: LiteralString, parameters: tuple[Any, ...]) -> list[Extent]:
    with connection.cursor(row_factory=class_row(Extent)) as cursor:
        return cursor.execute(sql.SQL(_EXTENT + which), parameters).fetchall()


def _make_current(
    connection: Connection, case: _Case, placement: Placement, reason: str | None, way_out: str | None
) -> None:
    delivery = case.delivery
    connection.execute(
        """
        update ops.delivery set state = 'superseded', superseded_by = %(delivery_id)s, settled_at = now()
        where delivery_id = any(%(replaced)s)
            or (
                source_id = %(source_id)s and state = 'held' and delivery_id < %(delivery_id)s
                -- What was read anew is no newer than what is held, and takes the place of its own readings only.
                and not exists (
                    select 1 from ops.delivery as new
                    where new.delivery_id = %(delivery_id)s and new.reprocess_of is not null
                )
                and (period_key = %(period_key)s or %(is_snapshot)s)
                -- What holds all so far takes the place of what reaches no further.
                and (period_end_date <= %(end)s or not %(is_cumulative)s)
            )
        """,
        {
            "delivery_id": delivery.delivery_id,
            "replaced": [one.delivery_id for one in placement.replaced],
            "source_id": delivery.source_id,
            "period_key": delivery.period_key,
            "is_snapshot": case.cadence == "snapshot",
            "is_cumulative": case.cadence in ("snapshot", "year_to_date"),
            "end": delivery.end,
        },
    )
    connection.execute(
        """
        update ops.delivery set state = 'loaded', settled_at = now(), reason = %s, way_out = %s where delivery_id = %s
        """,
        (reason, way_out, delivery.delivery_id),
    )
    _supersede_held_readings(connection, delivery.delivery_id)


def _supersede_held_readings(connection: Connection, delivery_id: int) -> None:
    """When a delivery is a reading anew, end the wait of all earlier readings of its bytes.

    They were made by a declaration that counts no more. Their lines stay, as those of all superseded ones do.
    """
    connection.execute(
        """
        update ops.delivery as old set
            state = 'superseded', superseded_by = new.delivery_id, settled_at = now(), way_out = null,
            reason = 'Read anew as delivery ' || new.delivery_id || '.'
        from ops.delivery as new
        where new.delivery_id = %s and new.reprocess_of is not null
            and old.source_id = new.source_id and old.sha256 = new.sha256
            and old.state = 'held' and old.delivery_id < new.delivery_id
        """,
        (delivery_id,),
    )


def _hold(connection: Connection, delivery_id: int, reason: str, advice: str | None) -> None:
    way_out = (
        f"To count it: `star-warehouse accept {delivery_id} --reason …`. "
        f"To leave all as it is: `star-warehouse refuse {delivery_id} --reason …`."
    )
    connection.execute(
        "update ops.delivery set state = 'held', reason = %s, way_out = %s, settled_at = now() where delivery_id = %s",
        (reason, f"{advice} {way_out}" if advice else way_out, delivery_id),
    )
    _supersede_held_readings(connection, delivery_id)


def _take_out(connection: Connection, kind: str, delivery_id: int, reason: str, way_out: str) -> None:
    remove_lines(connection, kind, delivery_id)
    _refuse(connection, delivery_id, reason, way_out)


def remove_lines(connection: Connection, kind: str, delivery_id: int) -> None:
    """Delete the lines and rejected lines of a delivery that was never current, in the caller's transaction.

    Args:
        kind: of its source.
    """
    for entity in sorted(ENTITIES_OF_KIND[kind]):
        connection.execute(
            sql.SQL("delete from {} where delivery_id = %s").format(sql.Identifier("raw", entity)), (delivery_id,)
        )
    connection.execute("delete from ops.rejected_line where delivery_id = %s", (delivery_id,))


def _refuse(connection: Connection, delivery_id: int, reason: str, way_out: str) -> None:
    connection.execute(
        """
        update ops.delivery set state = 'refused', reason = %s, way_out = %s, settled_at = now()
        where delivery_id = %s
        """,
        (reason, way_out, delivery_id),
    )


def _settled(connection: Connection, delivery_id: int, before: str) -> Settled:
    row = connection.execute(
        """
        select file_name, state,
            array(
                -- Not those whose place it took when it was held, by another transaction: they were never current.
                select old.file_name from ops.delivery as old
                where old.superseded_by = now.delivery_id and old.settled_at = now.settled_at order by 1
            )
        from ops.delivery as now where delivery_id = %s
        """,
        (delivery_id,),
    ).fetchone()
    assert row is not None
    return Settled(delivery_id, row[0], row[1], tuple(row[2]), before)

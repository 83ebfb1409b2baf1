"""What a delivery would take the place of, and whether it may: rules on periods and sizes, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# Each of their deliveries holds everything of the ones before it. An edition does, too, but takes the place of none:
# what was paid while an earlier one held is looked up in that one.
CUMULATIVE = ("snapshot", "year_to_date")
# Each of their deliveries says how everything stood on one day.
AS_AT = ("snapshot", "edition")

_NOTHING_TO_DO = "Nothing needs to be done; the newer one stays current."


@dataclass(frozen=True)
class Extent:
    """How much a delivery covers.

    Attributes:
        delivery_id: its number; 0 for one that has none yet.
        file_name: how its file is called.
        source_id: its source.
        period_key: its period's name.
        start: the first day of its period.
        end: the last day, included; of a snapshot, the day it was taken.
        lines_loaded: how many of its lines read.
        amount_gbp: what these add up to, in £; None where there are no payments.
    """

    delivery_id: int
    file_name: str
    source_id: str
    period_key: str
    start: date
    end: date
    lines_loaded: int = 0
    amount_gbp: Decimal | None = None


@dataclass(frozen=True)
class Placement:
    """What accepting a delivery would mean.

    Attributes:
        replaced: the current deliveries that it would take the place of.
        refusal: reason and way out when it may not become current at all; else None.
        doubts: why a person should look first, in sentences; empty when there is no doubt.
    """

    replaced: tuple[Extent, ...]
    refusal: tuple[str, str] | None
    doubts: tuple[str, ...]


def place(
    new: Extent, current: Sequence[Extent], *, cadence: str, adds_up: bool, arrived: date, final_after_days: int | None
) -> Placement:
    """See which current deliveries a new one would replace, and whether it may without a person's decision.

    Args:
        new: the delivery.
        current: the current deliveries of its source and of the other sources of the same partner.
        cadence: of its source.
        adds_up: whether its lines are counted together with those of other deliveries, as payments are.
        arrived: the day it came.
        final_after_days: so many days after its end a period is final; None: never.
    """
    if refusal := older_than_current(new, current, cadence):
        return Placement((), refusal, ())
    own = [one for one in current if one.source_id == new.source_id]
    same = [one for one in own if cadence == "snapshot" or one.period_key == new.period_key]
    others = [one for one in current if one not in same and adds_up and _overlap(one, new)]
    if cut := [one for one in others if not (new.start <= one.start and one.end <= new.end)]:
        return Placement((), _would_cut(new, cut), ())
    doubts = [
        *_overlap_doubts(new, others),
        *_finality_doubts(new, own, arrived, final_after_days),
        *_shrink_doubts(new, [*same, *others]),
    ]
    return Placement((*same, *others), None, tuple(doubts))


def older_than_current(new: Extent, current: Sequence[Extent], cadence: str) -> tuple[str, str] | None:
    """Reason and way out when each delivery holds all before it and the current one goes further; else None."""
    further = [
        one
        for one in current
        if one.source_id == new.source_id and one.end > new.end
        if cadence == "snapshot" or (cadence == "year_to_date" and one.period_key == new.period_key)
    ]
    if not further:
        return None
    newest = max(further, key=lambda one: one.end)
    if cadence == "snapshot":
        what = f"The snapshot of {new.end} is older than the current one, {newest.file_name} of {newest.end}."
    else:
        what = (
            f"The file goes to {new.end} and is older than the current one of {new.period_key}, "
            f"{newest.file_name}, which goes to {newest.end}."
        )
    return what, _NOTHING_TO_DO


def _overlap(one: Extent, other: Extent) -> bool:
    return one.start <= other.end and other.start <= one.end


def _named(extents: Sequence[Extent]) -> str:
    first, *rest = sorted(extents, key=lambda one: (one.start, one.delivery_id))
    more = f" and {len(rest)} more" if rest else ""
    return f"{first.file_name} (delivery {first.delivery_id}, {first.start} to {first.end}){more}"


def _would_cut(new: Extent, cut: Sequence[Extent]) -> tuple[str, str]:
    return (
        f"Its days, {new.start} to {new.end}, are part of what is current already: {_named(cut)}. Counted beside it "
        "they would be counted twice, and in its place other days would be lost.",
        "Deliver one file for the whole of that longer period, or refuse the current delivery first "
        f"(`star-warehouse refuse {cut[0].delivery_id} --reason …`) and deliver this one again.",
    )


def _overlap_doubts(new: Extent, others: Sequence[Extent]) -> list[str]:
    if not others:
        return []
    return [
        f"Its days, {new.start} to {new.end}, overlap what is current: {_named(others)}. "
        f"Accepted, it takes the place of {len(others)} deliveries of other periods."
    ]


def _finality_doubts(new: Extent, own: Sequence[Extent], arrived: date, final_after_days: int | None) -> list[str]:
    # A later snapshot changes no earlier day; only one of the very same period rewrites it.
    rewritten = [one for one in own if one.period_key == new.period_key]
    if final_after_days is None or not rewritten:
        return []
    final = new.end + timedelta(days=final_after_days)
    if arrived <= final:
        return []
    return [
        f"The period {new.period_key} has been final since {final}, {final_after_days} days after its end, "
        f"and this file would replace {rewritten[0].file_name} (delivery {rewritten[0].delivery_id})."
    ]


def _shrink_doubts(new: Extent, replaced: Sequence[Extent]) -> list[str]:
    lines = sum(one.lines_loaded for one in replaced)
    doubts = []
    if 2 * new.lines_loaded < lines:
        doubts.append(
            f"It has {new.lines_loaded:,} lines, less than half of the {lines:,} of what it would replace: "
            f"{_named(replaced)}."
        )
    before = sum((one.amount_gbp or Decimal(0) for one in replaced), Decimal(0))
    now = new.amount_gbp or Decimal(0)
    if 2 * now < before:
        doubts.append(
            f"It adds up to £{now:,.2f}, less than half of the £{before:,.2f} of what it would replace: "
            f"{_named(replaced)}."
        )
    return doubts

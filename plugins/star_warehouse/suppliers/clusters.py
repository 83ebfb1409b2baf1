"""Suppliers keep their numbers from one matching to the next; what became of them is told as events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

_Shared = Mapping[tuple[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Event:
    """Some of a supplier's records became another one's.

    Attributes:
        kind: ``merged`` when none were left behind, otherwise ``split``.
        to: the supplier they belong to now, by the record that stands for it.
        from_cluster: the number of the supplier they belonged to.
        records: which.
    """

    kind: Literal["merged", "split"]
    to: str
    from_cluster: int
    records: tuple[str, ...]


@dataclass(frozen=True)
class Succession:
    """How suppliers found now follow those that stood.

    Attributes:
        numbers: by the record that stands for a supplier, the number it keeps or has again; None where it is a new one.
        events: merges and splits.
    """

    numbers: dict[str, int | None]
    events: tuple[Event, ...]


def succeed(
    suppliers: Mapping[str, str],
    standing: Mapping[str, int],
    amounts: Mapping[str, float],
    ended: Mapping[str, int] | None = None,
) -> Succession:
    """Give each supplier the number of the one that most of it was before.

    A number goes to the supplier that has most of its pounds, then most of its records; it is never given to two, and
    never to one that had none of its records. Who leaves a supplier and has no number has that one again under which
    most of it went in.

    Args:
        suppliers: by record, the record that stands for its supplier.
        standing: by record, the number of the supplier it belonged to so far.
        amounts: by record, pounds paid.
        ended: by record, the number of the supplier that it belonged to last of those that are no more.
    """
    numbers: dict[str, int | None] = dict.fromkeys(sorted(set(suppliers.values())))
    heir: dict[int, str] = {}
    shared = _shared(suppliers, standing)
    for known in (shared, _shared(suppliers, ended or {})):
        for supplier, number in _largest_first(known, amounts):
            if numbers[supplier] is None and number not in heir:
                numbers[supplier] = number
                heir[number] = supplier
    events = [
        Event("split" if number in heir else "merged", supplier, number, tuple(records))
        for (supplier, number), records in sorted(shared.items())
        if heir.get(number) != supplier
    ]
    return Succession(numbers, tuple(events))


def _shared(suppliers: Mapping[str, str], numbers: Mapping[str, int]) -> _Shared:
    """The records that a supplier found now has of one with a number."""
    shared: dict[tuple[str, int], list[str]] = defaultdict(list)
    for record in sorted(suppliers):
        if (number := numbers.get(record)) is not None:
            shared[suppliers[record], number].append(record)
    return shared


def _largest_first(shared: _Shared, amounts: Mapping[str, float]) -> list[tuple[str, int]]:
    def size(pair: tuple[str, int]) -> tuple[float, int, int, str]:
        supplier, number = pair
        return (-sum(amounts.get(record, 0.0) for record in shared[pair]), -len(shared[pair]), number, supplier)

    return sorted(shared, key=size)

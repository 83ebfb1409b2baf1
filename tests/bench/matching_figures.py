"""Precision, recall and F1 of pairs of names, by number and by pounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations

Pair = tuple[str, str]


@dataclass(frozen=True)
class Figures:
    """How good a set of pairs is.

    Attributes:
        pairs: how many pairs it holds.
        precision: the part of them that is true.
        recall: the part of the true pairs that it holds.
        f1: the harmonic mean of both.
        precision_gbp: as precision, each pair weighing the pounds of its smaller name: what a wrong link would move.
        recall_gbp: as recall, by the same pounds.
        f1_gbp: the harmonic mean of both.
    """

    pairs: int
    precision: float
    recall: float
    f1: float
    precision_gbp: float
    recall_gbp: float
    f1_gbp: float

    def as_dict(self) -> dict[str, float]:
        """The figures by name, to four decimals."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def figures(
    found: Iterable[Pair], true_pairs: Collection[Pair], pounds: Mapping[str, float], left_out: Collection[Pair] = ()
) -> Figures:
    """Hold found pairs against true ones; pairs left out count for neither."""
    held = set(found) - set(left_out)
    true = set(true_pairs) - set(left_out)
    right = held & true
    precision, recall = _part(len(right), len(held)), _part(len(right), len(true))
    weight = {pair: max(0.0, min(pounds[pair[0]], pounds[pair[1]])) for pair in held | true}
    right_gbp = sum(weight[pair] for pair in right)
    precision_gbp = _part(right_gbp, sum(weight[pair] for pair in held))
    recall_gbp = _part(right_gbp, sum(weight[pair] for pair in true))
    return Figures(
        len(held),
        precision,
        recall,
        _harmonic(precision, recall),
        precision_gbp,
        recall_gbp,
        _harmonic(precision_gbp, recall_gbp),
    )


def pairs_within(group_of: Mapping[str, object]) -> set[Pair]:
    """All pairs of keys that are in one group."""
    groups: dict[object, list[str]] = defaultdict(list)
    for key in sorted(group_of):
        groups[group_of[key]].append(key)
    return {pair for members in groups.values() for pair in combinations(members, 2)}


def _part(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0

"""Other ways of telling which names are one supplier's, for the same run: exact, simply normalised, rapidfuzz."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from tests.bench.matching_figures import Figures, Pair, figures, pairs_within

_THRESHOLDS = range(80, 101)


def exact(names: Sequence[str]) -> set[Pair]:
    """Names that are the same but for upper and lower case."""
    return pairs_within({name: name.upper() for name in names})


def normalised(names: Sequence[str]) -> set[Pair]:
    """Names that are the same once punctuation and legal forms are gone."""
    return pairs_within({name: simply(name) for name in names})


def simply(name: str) -> str:
    """Upper case, & as AND, no punctuation, no legal form."""
    plain = re.sub(r"[^A-Z0-9 ]", " ", name.upper().replace("&", " AND "))
    return " ".join(re.sub(r"\b(LTD|LIMITED|PLC|LLP|CIC)\b", " ", plain).split())


def at_best_threshold(
    scorer: Callable[..., float],
    names: Sequence[str],
    true_pairs: Collection[Pair],
    pounds: Mapping[str, float],
    left_out: Collection[Pair] = (),
) -> dict[int, Figures]:
    """A rapidfuzz score of all pairs of normalised names, at the threshold with the best F1, and at 90."""
    plain = [simply(name) for name in names]
    scores = cdist(plain, plain, scorer=scorer, workers=2, dtype=np.uint8)
    by_threshold = {}
    for threshold in _THRESHOLDS:
        ones, others = np.nonzero(np.triu(scores >= threshold, 1))
        found = {_in_order(names[one], names[other]) for one, other in zip(ones, others, strict=True)}
        by_threshold[threshold] = figures(found, true_pairs, pounds, left_out)
    best = max(_THRESHOLDS, key=lambda threshold: by_threshold[threshold].f1)
    return {best: by_threshold[best], 90: by_threshold[90]}


SCORERS = {"edit ratio": fuzz.ratio, "token set": fuzz.token_set_ratio}


def _in_order(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)

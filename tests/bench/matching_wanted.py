"""What is wanted of the matching, and whether it is met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PRECISION, _RECALL, _RECALL_WITH_QUEUE, _NAMES_ASKED = 0.99, 0.75, 0.92, 0.10
_SECONDS, _RECORDS = 60.0, 100_000


@dataclass(frozen=True)
class Verdict:
    """One figure.

    Attributes:
        figure: what it is of.
        wanted: the bound, in words.
        measured: the figure.
        is_met: whether it keeps to the bound.
    """

    figure: str
    wanted: str
    measured: float
    is_met: bool


def verdicts(results: Mapping[str, Any]) -> list[Verdict]:
    """Every wanted figure of a run of the bench; those of real names only where there are any."""
    found: list[Verdict] = []
    if "names alone" in results:
        found += _of_quality("names alone", results["names alone"]["views"]["after adjudication"])
        for split, views in results["held out"].items():
            found += _of_quality(split, views["after adjudication"])
        linked = results["register"]["pairs_linked_of_two_numbers"]
        found.append(Verdict("a register never tuned on: links of two company numbers", "0", linked, linked == 0))
    found += _of_quality("invented records", results["invented"])
    for what, measured, field in (
        ("in memory", results["growth"], "seconds"),
        ("in the warehouse, the first time", results["warehouse"], "first_seconds"),
    ):
        (seconds,) = (one[field] for one in measured if one["records"] >= _RECORDS)
        figure = f"seconds for {_RECORDS:,} records, {what}"
        found.append(Verdict(figure, f"< {_SECONDS:g}", seconds, seconds < _SECONDS))
    return found


def _of_quality(of: str, held: Mapping[str, Any]) -> list[Verdict]:
    automatic, answered, asked = held["automatic"], held["automatic and queue"], held["names_asked"]
    return [
        _at_least(f"{of}: precision of automatic links", _PRECISION, automatic["precision"]),
        _at_least(f"{of}: recall of automatic links", _RECALL, automatic["recall"]),
        _at_least(f"{of}: recall with the queue answered", _RECALL_WITH_QUEUE, answered["recall"]),
        Verdict(f"{of}: names asked about", f"< {_NAMES_ASKED:g}", asked, asked < _NAMES_ASKED),
    ]


def _at_least(figure: str, bound: float, measured: float) -> Verdict:
    return Verdict(figure, f"≥ {bound:g}", measured, measured >= bound)

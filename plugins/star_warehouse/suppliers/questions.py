"""What people are asked: which suppliers may be one, and who runs a home that is paid under its own name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from star_warehouse.suppliers.candidates import Scored
from star_warehouse.suppliers.groups import STATED, Groups

# Once these are answered, the next are asked.
_QUESTIONS_A_SUPPLIER = 3
# A queue that shows as many of all records as this, and more, nobody clears: further homes wait until others are known.
_RECORDS_SHOWN_BELOW, _RECORDS_SHOWN_ANYWAY = 0.1, 50


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked: whether two suppliers are one, or who one supplier is.

    Attributes:
        record_key_l: the record of the one that comes nearest to the other.
        record_key_r: the record of the other that comes nearest to the one; None where it is asked who the one is.
        reason: why it is asked.
        amount_gbp: pounds at stake: what was paid to the smaller of the two, or to the one.
        weight: bits; None where it is asked who the one is.
        evidence: bits by part of the comparison.
    """

    record_key_l: str
    record_key_r: str | None
    reason: str
    amount_gbp: float
    weight: float | None = None
    evidence: dict[str, float] = field(default_factory=dict)


def questions(records: pl.DataFrame, scored: Iterable[Scored], groups: Groups) -> list[Question]:
    """The review queue, most pounds at stake first.

    Args:
        records: vendor records, with ``is_of_home``.
        scored: pairs of them that may be one supplier's, the likeliest first.
        groups: the suppliers, all links made.
    """
    asked = list(_may_be_one(scored, groups))
    shown = {key for question in asked for key in (question.record_key_l, question.record_key_r)}
    for question in _who_runs_it(records, groups):
        shown.add(question.record_key_l)
        if len(shown) >= max(records.height * _RECORDS_SHOWN_BELOW, _RECORDS_SHOWN_ANYWAY):
            break
        asked.append(question)
    return sorted(asked, key=lambda question: (-question.amount_gbp, question.record_key_l))


def _may_be_one(scored: Iterable[Scored], groups: Groups) -> Iterator[Question]:
    """One question for two suppliers, on their likeliest pair of records; the likeliest few for each supplier."""
    asked: set[tuple[str, str]] = set()
    about: Counter[str] = Counter()
    for row in scored:
        one, other = sorted((groups.find(row.record_key_l), groups.find(row.record_key_r)))
        if one == other or (one, other) in asked or not groups.may_join(one, other, "score"):
            continue
        if max(about[one], about[other]) >= _QUESTIONS_A_SUPPLIER:
            continue
        about.update((one, other))
        asked.add((one, other))
        amount = min(groups.amount(one), groups.amount(other))
        reason = row.doubt or "Linking them would join suppliers that something else holds apart."
        yield Question(row.record_key_l, row.record_key_r, reason, amount, row.weight, row.evidence)


def _who_runs_it(records: pl.DataFrame, groups: Groups) -> list[Question]:
    """One question for each supplier of which nothing is known but what its home is called, on its dearest record.

    Homes of one company share no word; only a directory of homes says that they are one supplier's, and where it sits.
    The most pounds come first.
    """
    is_known = (
        ~pl.col("is_of_home")
        | pl.col("company_number").is_not_null()
        | pl.col("charity_number").is_not_null()
        | (pl.col("partner_code") == STATED).fill_null(False)
    )
    unknown = (
        records.with_columns(supplier=pl.Series([groups.find(key) for key in records["record_key"]], dtype=pl.String))
        .filter(~is_known.any().over("supplier"))
        .sort("amount_gbp", "record_key", descending=[True, False], nulls_last=True)
        .group_by("supplier", maintain_order=True)
        .first()
    )
    asked = [
        Question(key, None, "A home's name does not say who runs it, and was paid.", groups.amount(key))
        for key in unknown["record_key"]
    ]
    return sorted(asked, key=lambda question: (-question.amount_gbp, question.record_key_l))

"""Two councils' payments of 2019 with the company that a third party's algorithm found for each name.

Its labels are no gold truth (see the data's own README): what is wrong with them, as far as it shows, is in
``matching_adjudicated.csv``: pairs on which labels and matcher disagree, judged from the names (docs/decisions/0012).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import polars as pl

from tests.realdata import REAL_DATA

BODIES = ("bolton", "tameside")
# Ways of matching that the data's publisher numbers, weaker ones higher; 6 (initials run together) is not among those
# behind the figures of 2,789 names and 728 pairs.
COUNTED_METHODS = ("1", "3", "4", "5.1", "8", "13")
# Without 8: found by the name of a home in the care register, which says who ran it, not what the payee is called.
STRONGER_METHODS = tuple(method for method in COUNTED_METHODS if method != "8")
ALL_METHODS = (*COUNTED_METHODS, "6")
ADJUDICATED = Path(__file__).parent / "matching_adjudicated.csv"

Pair = tuple[str, str]


@dataclass(frozen=True)
class Labelled:
    """Names, and which of them are one company's.

    Attributes:
        pounds: by name, what was paid to it.
        companies: by name, its company number.
        methods: by name, how the label was found.
        identities: by name, who it is as a directory would say: the company's registered name and its number.
        true_pairs: two names of one company each, in order of the alphabet.
        left_out: pairs that nobody can tell from the names: no part of the count.
    """

    pounds: dict[str, float]
    companies: dict[str, str]
    methods: dict[str, str]
    identities: dict[str, tuple[str, str]]
    true_pairs: frozenset[Pair]
    left_out: frozenset[Pair] = frozenset()


def labelled(bodies: tuple[str, ...] = BODIES, methods: tuple[str, ...] = COUNTED_METHODS) -> Labelled:
    """The distinct names of labelled lines, blanks around values taken off."""
    lines = pl.concat(
        pl.read_csv(REAL_DATA / "nwod_2019" / f"{body}_2019.csv.gz", infer_schema=False)
        .with_columns(pl.col(pl.String).str.strip_chars())
        .select("beneficiary_name", "company_number", "company_name", "match_method", pl.col("amount").cast(pl.Float64))
        for body in bodies
    ).filter(pl.col("company_number").fill_null("") != "", pl.col("match_method").is_in(methods))
    names = lines.group_by("beneficiary_name").agg(
        pl.col("company_number", "company_name", "match_method").first(), pl.col("amount").sum()
    )
    by_company = names.group_by("company_number").agg(pl.col("beneficiary_name").sort())
    return Labelled(
        dict(names.select("beneficiary_name", "amount").iter_rows()),
        dict(names.select("beneficiary_name", "company_number").iter_rows()),
        dict(names.select("beneficiary_name", "match_method").iter_rows()),
        {
            name: (registered, number)
            for name, registered, number in names.select(
                "beneficiary_name", "company_name", "company_number"
            ).iter_rows()
            if registered
        },
        frozenset(pair for one in by_company["beneficiary_name"] for pair in combinations(one, 2)),
    )


def adjudicated(labels: Labelled, *, leave_out: bool) -> Labelled:
    """The same names after the labels' errors are mended.

    Args:
        labels: of ``labelled``.
        leave_out: whether pairs that the names do not show to be one supplier or two are left out; otherwise their
            label stands.
    """
    true_pairs, left_out = set(labels.true_pairs), set()
    for row in read_adjudicated():
        pair = (row["name_l"], row["name_r"])
        if pair[0] not in labels.pounds or pair[1] not in labels.pounds:
            continue
        if row["verdict"] == "same":
            true_pairs.add(pair)
        elif row["verdict"] == "different":
            true_pairs.discard(pair)
        elif leave_out:
            left_out.add(pair)
            true_pairs.discard(pair)
    return replace(labels, true_pairs=frozenset(true_pairs), left_out=frozenset(left_out))


def read_adjudicated() -> list[dict[str, str]]:
    """The list judged by hand; a row is a pair on which labels and matcher disagree."""
    with ADJUDICATED.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))

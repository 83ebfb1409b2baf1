"""The words of a delivery that decide what counts, and for whom: does a rule know each of them?

A status, stage or council that no rule knows would silently be left out of a measure, and a file of another body would
silently take the place of the right one; such a delivery is refused.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from star_warehouse.settings import Settings

_BODY = "body"


@dataclass(frozen=True)
class _Place:
    """Where words of one set stand: a column of a raw table."""

    table: str
    column: str
    code_set: str


_PLACES = {
    "spend": (),
    "register": (),
    "social_value": (
        _Place("portal_project", "client", _BODY),
        _Place("portal_project", "status", "project_status"),
        _Place("portal_target", "stage", "target_stage"),
        _Place("portal_delivery", "evidence_status", "evidence_status"),
    ),
    "contracts": (
        _Place("contract", "client", _BODY),
        _Place("contract", "contract_type", "contract_type"),
    ),
    "tenders": (
        _Place("tender_lot", "buyer", _BODY),
        _Place("tender_lot", "status", "lot_status"),
        _Place("tender_lot", "procedure", "procedure"),
        _Place("tender_bid", "stage", "bid_stage"),
        _Place("tender_bid", "outcome", "bid_outcome"),
        _Place("tender_bid", "bidder_size", "bidder_size"),
        _Place("tender_bid", "vcse", "bidder_vcse"),
    ),
}


def unknown_words(
    connection: psycopg.Connection[Any], settings: Settings, kind: str, delivery_ids: Sequence[int]
) -> dict[int, str]:
    """The words that neither ``code_meaning.csv`` nor ``partner_label.csv`` knows, for people; by delivery.

    Args:
        kind: the kind of the source.
        delivery_ids: deliveries with lines in raw; one without unknown words is not in the answer.
    """
    if not _PLACES[kind]:
        return {}
    known = _known_words(settings)
    found: dict[int, list[str]] = defaultdict(list)
    for place in _PLACES[kind]:
        query = sql.SQL(
            "select distinct delivery_id, {column} from raw.{table} where delivery_id = any(%s) order by 1, 2"
        ).format(column=sql.Identifier(place.column), table=sql.Identifier(place.table))
        for delivery_id, word in connection.execute(query, (list(delivery_ids),)):
            # Blank is known to be blank.
            if (key := _key(word or "")) and key not in known[place.code_set]:
                found[delivery_id].append(f"{place.code_set.replace('_', ' ')} “{word}”")
    return {delivery_id: ", ".join(dict.fromkeys(words)) for delivery_id, words in found.items()}


def foreign_bodies(
    connection: psycopg.Connection[Any], settings: Settings, partner: str | None, delivery_ids: Sequence[int]
) -> dict[int, str]:
    """The bodies whose payments the lines say they are, where that is another than the source's partner; by delivery.

    A name that ``partner_label.csv`` does not know says nothing.

    Args:
        partner: the source's partner; None for a source that is no spend.
        delivery_ids: deliveries with lines in raw; one whose lines name no other body is not in the answer.
    """
    if partner is None:
        return {}
    partner_of = {_key(row["label"]): row["partner_code"] for row in _labels(settings)}
    found: dict[int, list[str]] = defaultdict(list)
    query = "select distinct delivery_id, organisation from raw.spend_line where delivery_id = any(%s) order by 1, 2"
    for delivery_id, body in connection.execute(query, (list(delivery_ids),)):
        if partner_of.get(_key(body or ""), partner) != partner:
            found[delivery_id].append(f"“{body}”")
    return {delivery_id: ", ".join(bodies) for delivery_id, bodies in found.items()}


def _known_words(settings: Settings) -> dict[str, set[str]]:
    """By set, from the seeds themselves: their tables are not there before the first release."""
    seeds = settings.dbt_project / "seeds"
    known: dict[str, set[str]] = defaultdict(set)
    with (seeds / "rules" / "code_meaning.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            known[row["code_set"]].add(_key(row["code"]))
    known[_BODY] = {_key(row["label"]) for row in _labels(settings)}
    return known


def _labels(settings: Settings) -> list[dict[str, str]]:
    path = settings.dbt_project / "seeds" / "reference" / "partner_label.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _key(word: str) -> str:
    """As the models compare codes and labels: lower case, blanks squeezed, the non-breaking one too."""
    return " ".join(word.lower().split())

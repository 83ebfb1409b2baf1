"""Suppliers in the making: vendor records joined so far, and what must stay apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

# Stands for the partner (and the origin) of a record that says what a person stated of somebody: name and numbers.
STATED = "person"

Rung = Literal["person", "company_number", "charity_number", "vendor_record", "name_and_postcode", "score"]


@dataclass(frozen=True, slots=True)
class Link:
    """Two records held to be one supplier, and why.

    Attributes:
        record_key_l: one record.
        record_key_r: the other.
        rung: the step of the ladder that says so.
        reason: the same in words.
        weight: bits, where a score decided.
        evidence: bits by part of the comparison, where a score decided.
    """

    record_key_l: str
    record_key_r: str
    rung: Rung
    reason: str
    weight: float | None = None
    evidence: dict[str, float] = field(default_factory=dict)


class Groups:
    """Records joined so far, and what must stay apart."""

    def __init__(self, records: pl.DataFrame, held_apart: Iterable[tuple[str, str]]) -> None:
        self._parent = {key: key for key in records["record_key"]}
        self._companies: dict[str, set[str]] = {}
        self._charities: dict[str, set[str]] = {}
        self._amount: dict[str, float] = dict(
            zip(records["record_key"], records["amount_gbp"].fill_null(0.0), strict=True)
        )
        for key, company, charity in records.select("record_key", "company_number", "charity_number").iter_rows():
            self._companies[key] = {company} if company else set()
            self._charities[key] = {charity} if charity else set()
        self._apart: dict[str, set[str]] = defaultdict(set)
        for one, other in held_apart:
            if one in self._parent and other in self._parent:
                self._apart[one].add(other)
                self._apart[other].add(one)

    def find(self, key: str) -> str:
        """The record that stands for a record's supplier so far."""
        while (parent := self._parent[key]) != key:
            self._parent[key] = key = self._parent[parent]
        return key

    def amount(self, key: str) -> float:
        """Pounds of a record's supplier so far."""
        return self._amount[self.find(key)]

    def may_join(self, one: str, other: str, rung: Rung) -> bool:
        """Whether nothing holds the two suppliers apart."""
        return self._held_apart(self.find(one), self.find(other), rung) is False

    def _held_apart(self, one: str, other: str, rung: Rung) -> bool:
        if any(self.find(key) == other for key in self._apart.get(one, ())):
            return True
        if rung == "person":
            return False
        if _differ(self._companies[one], self._companies[other]):
            return True
        # One company may be registered as several charities; several companies never are one.
        return rung != "company_number" and _differ(self._charities[one], self._charities[other])

    def join(self, link: Link) -> bool:
        """Make a link unless something holds the two apart; whether it is made (or stood already)."""
        one, other = self.find(link.record_key_l), self.find(link.record_key_r)
        if one == other:
            return link.rung == "person"
        if self._held_apart(one, other, link.rung):
            return False
        # The smaller key stands for all, so that the same records give the same suppliers in any order.
        kept, gone = min(one, other), max(one, other)
        self._parent[gone] = kept
        self._amount[kept] += self._amount[gone]
        self._companies[kept] |= self._companies.pop(gone)
        self._charities[kept] |= self._charities.pop(gone)
        if apart := self._apart.pop(gone, None):
            self._apart[kept] |= apart
        return True

    def suppliers(self) -> dict[str, str]:
        return {key: self.find(key) for key in self._parent}


def _differ(mine: set[str], theirs: set[str]) -> bool:
    return bool(mine and theirs) and mine.isdisjoint(theirs)

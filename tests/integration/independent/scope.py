"""Which lines are influenceable: the scope rules and the rules on suppliers' classes, as data, with plain ``re``."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.integration.independent.companies import company_key
from tests.integration.independent.lines import SpendLine
from tests.integration.independent.offices import CharityDays

DEFAULT_CLASS = "influenceable"
UNKNOWN = "unknown"
INTRA_PARTNER = "intra_partner"
REDACTED_PERSONAL = "redacted_personal"
REDACTED_COMMERCIAL = "redacted_commercial"
_STAYS = frozenset((DEFAULT_CLASS, REDACTED_COMMERCIAL))


@dataclass(frozen=True)
class ScopeRule:
    """One row of the rule table: a pattern looked for in one field, valid between two dates."""

    priority: int
    rule_id: str
    field: str
    pattern: re.Pattern[str]
    scope_class: str
    valid_from: dt.date
    valid_to: dt.date


@dataclass(frozen=True)
class ClassRule:
    """One row of the rules on suppliers' classes: a pattern looked for in one thing known of a supplier."""

    priority: int
    field: str
    pattern: re.Pattern[str]
    supplier_class: str


class SupplierClasses:
    """What kind of supplier each was on a day, from all its vendor records and the days of charities.

    Nothing else is asked of the registers.
    """

    def __init__(self, rules: list[ClassRule], lines: Iterable[SpendLine], charities: CharityDays) -> None:
        known: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for line in lines:
            if line.supplier_key is not None:
                known[line.supplier_key] |= _known_of(line)
        found: dict[tuple[str, str], ClassRule | None] = {}
        for fact in set().union(*known.values()):
            matching = [rule for rule in rules if rule.field == fact[0] and rule.pattern.search(fact[1])]
            found[fact] = min(matching, key=lambda rule: rule.priority, default=None)
        self._proofs: dict[str, list[tuple[int, str, tuple[dt.date, dt.date]]]] = {
            key: sorted(
                (rule.priority, rule.supplier_class, _days_of_proof(fact, charities))
                for fact in facts
                if (rule := found[fact]) is not None
            )
            for key, facts in known.items()
        }

    def of(self, line: SpendLine) -> str:
        """Name the class that the supplier a line pays was of on the day of the payment."""
        if line.supplier_key is None:
            return UNKNOWN
        proofs = self._proofs[line.supplier_key]
        return next((name for _, name, (begin, end) in proofs if begin <= line.payment_date < end), UNKNOWN)


def _days_of_proof(fact: tuple[str, str], charities: CharityDays) -> tuple[dt.date, dt.date]:
    field, text = fact
    always = (dt.date.min, dt.date.max)
    return charities.get(text, always) if field == "charity_number" else always


def _known_of(line: SpendLine) -> set[tuple[str, str]]:
    facts = set()
    if line.supplier_name:
        words = line.supplier_name.lower().split()
        facts.add(("supplier_name", " ".join(words[1:] if words[0] == "invented" and len(words) > 1 else words)))
    if line.company_number:
        facts.add(("company_number", company_key(line.company_number).lower()))
    if line.charity_number:
        facts.add(("charity_number", re.sub(r"[^a-z0-9-]", "", line.charity_number.lower())))
    return facts


class Scope:
    """Decides the class of a line; the lowest priority that is found decides, redaction before all rules."""

    def __init__(self, rules: list[ScopeRule], suppliers: SupplierClasses) -> None:
        self._rules = sorted(rules, key=lambda rule: (rule.priority, rule.rule_id))
        self._suppliers = suppliers
        self._found: dict[tuple[str, str], list[ScopeRule]] = {}

    def scope_class(self, line: SpendLine) -> str:
        """Name the class of a line, ``influenceable`` when no rule is found in it."""
        if line.is_redacted:
            return REDACTED_COMMERCIAL if line.is_redacted_commercial else REDACTED_PERSONAL
        candidates = [
            rule
            for field, text in (
                ("supplier_name", line.supplier_name),
                ("purpose", line.purpose),
                ("category_label", line.category_label),
                ("department", line.department),
                ("supplier_class", self._suppliers.of(line)),
            )
            if text
            for rule in self._found_in(field, text)
            if rule.valid_from <= line.payment_date <= rule.valid_to
        ]
        if not candidates:
            return DEFAULT_CLASS
        return min(candidates, key=lambda rule: (rule.priority, rule.rule_id)).scope_class

    def _found_in(self, field: str, text: str) -> list[ScopeRule]:
        key = (field, text)
        if key not in self._found:
            squeezed = " ".join(text.lower().split())
            self._found[key] = [r for r in self._rules if r.field == field and r.pattern.search(squeezed)]
        return self._found[key]


def is_influenceable(scope_class: str) -> bool:
    """Tell whether lines of a class count in scope ``influenceable``."""
    return scope_class in _STAYS


def read_scope(path: Path, lines: Iterable[SpendLine], charities: CharityDays) -> Scope:
    """Read the scope rules, and beside them the rules on suppliers' classes with their sets of words.

    Args:
        path: ``scope_rule.csv``; ``supplier_class_rule.csv`` and ``name_word.csv`` stand in the same folder.
        lines: every line, for a supplier's class rests on all its vendor records.
        charities: the days on which a charity's number proves a charity.
    """
    scope_rules = [
        ScopeRule(
            priority=int(row["priority"]),
            rule_id=row["rule_id"],
            field=row["field"],
            pattern=re.compile(row["pattern"], re.IGNORECASE),
            scope_class=row["scope_class"],
            valid_from=dt.date.fromisoformat(row["valid_from"]) if row["valid_from"] else dt.date.min,
            valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else dt.date.max,
        )
        for row in _rows(path)
    ]
    return Scope(scope_rules, SupplierClasses(_class_rules(path.parent), lines, charities))


def _class_rules(folder: Path) -> list[ClassRule]:
    words: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "name_word.csv"):
        words[row["word_set"]].append(row["word"])
    rules = []
    for row in _rows(folder / "supplier_class_rule.csv"):
        if row["valid_from"] or row["valid_to"]:
            raise ValueError(f"{row['rule_id']} holds for a time only, which this check does not follow")
        pattern = re.sub(r"\{([a-z_]+)\}", lambda found: "|".join(words[found[1]]), row["pattern"])
        rules.append(ClassRule(int(row["priority"]), row["field"], re.compile(pattern), row["supplier_class"]))
    return rules


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

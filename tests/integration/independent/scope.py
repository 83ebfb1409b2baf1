"""Which lines are influenceable: the scope rules, read as data and applied with plain ``re``."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from tests.integration.independent.lines import SpendLine

DEFAULT_CLASS = "influenceable"
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


class Scope:
    """Decides the class of a line; the lowest priority that is found decides, redaction before all rules."""

    def __init__(self, rules: list[ScopeRule]) -> None:
        self._rules = sorted(rules, key=lambda rule: (rule.priority, rule.rule_id))
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


def read_scope(path: Path) -> Scope:
    """Read the rule table (rule_id, priority, field, pattern, scope_class, valid_from, valid_to, reason)."""
    with path.open(encoding="utf-8", newline="") as file:
        return Scope(
            [
                ScopeRule(
                    priority=int(row["priority"]),
                    rule_id=row["rule_id"],
                    field=row["field"],
                    pattern=re.compile(row["pattern"], re.IGNORECASE),
                    scope_class=row["scope_class"],
                    valid_from=dt.date.fromisoformat(row["valid_from"]) if row["valid_from"] else dt.date.min,
                    valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else dt.date.max,
                )
                for row in csv.DictReader(file)
            ]
        )

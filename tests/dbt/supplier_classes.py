"""The rules on suppliers' classes as data, applied in plain Python to what is known of one supplier."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from tests.dbt.conftest import read_seed


@dataclass(frozen=True)
class Known:
    """What one vendor record says: its name, company number and charity number, empty where not stated."""

    supplier_name: str
    company_number: str = ""
    charity_number: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule, its words put in."""

    rule_id: str
    field: str
    pattern: re.Pattern[str]
    supplier_class: str
    masking: str


def supplier_class(known: Known) -> str:
    """The class the rules give."""
    found = _matching(known)
    return found[0].supplier_class if found else "unknown"


def is_masked(known: Known) -> bool:
    """Whether the rules keep the name back."""
    found = _matching(known)
    return not found or found[0].masking != "never" or any(rule.masking == "always" for rule in found)


@cache
def class_rules() -> tuple[Rule, ...]:
    """Every rule, the one that decides first in front."""
    words: dict[str, list[str]] = defaultdict(list)
    for row in read_seed("rules/name_word"):
        words[row["word_set"]].append(row["word"])
    return tuple(
        Rule(
            row["rule_id"],
            row["field"],
            re.compile(re.sub(r"\{([a-z_]+)\}", lambda found: "|".join(words[found[1]]), row["pattern"])),
            row["supplier_class"],
            row["masking"],
        )
        for row in sorted(read_seed("rules/supplier_class_rule"), key=lambda row: int(row["priority"]))
    )


def _matching(known: Known) -> list[Rule]:
    name = " ".join(known.supplier_name.lower().split())
    number = "".join(known.company_number.lower().split())
    texts = {
        "supplier_name": name.removeprefix("invented "),
        "company_number": number.rjust(8, "0") if number else "",
        "charity_number": known.charity_number.lower(),
    }
    return [rule for rule in class_rules() if texts.get(rule.field) and rule.pattern.search(texts[rule.field])]

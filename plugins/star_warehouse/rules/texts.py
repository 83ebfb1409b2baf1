"""What the rules of the live warehouse say, whichever seed they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

DEFAULT_RULE = "default"


@dataclass(frozen=True)
class RuleText:
    """What a rule looks for and why.

    Attributes:
        seed: the seed it stands in.
        looks_at: the field searched, and the pattern.
        reason: why.
    """

    seed: str
    looks_at: str
    reason: str


def rule_texts(connection: psycopg.Connection[Any]) -> dict[str, RuleText]:
    """The rules in schema ``rules`` that look for a pattern, by their names."""
    tables = connection.execute(
        """
        select table_name, (array_agg(column_name order by ordinal_position))[1]
        from information_schema.columns
        where table_schema = 'rules'
        group by table_name
        having bool_or(column_name = 'pattern')
        """
    ).fetchall()
    texts = {DEFAULT_RULE: RuleText("", "", "No rule matches: procurement could influence who is paid")}
    for seed, key in tables:
        table = sql.Identifier("rules", seed)
        for (row,) in connection.execute(sql.SQL("select to_jsonb(one) from {} as one").format(table)).fetchall():
            # Tokens of a withheld name have no field: they are looked for in the supplier's name.
            field = row.get("field") or "supplier_name"
            texts[row[key]] = RuleText(
                seed, f"{field}: {row['pattern']}", row.get("reason") or row.get("evidence") or ""
            )
    return texts

"""Which rule decided about a line or a payee, why, and which others matched and lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.rules.live import of_this_version
from star_warehouse.rules.texts import DEFAULT_RULE, RuleText, rule_texts

_NAMES_SHOWN = 5
_UNKNOWN = RuleText("", "", "The rule is not in the live rules any more")


@dataclass(frozen=True)
class RuleRole:
    """What one rule has to do with the lines asked about.

    Attributes:
        rule_id: the rule; ``default`` where none matches.
        scope_class: the kind of payment it gives.
        priority: its place in the order, the lowest number deciding; None for ``default``.
        decides_lines, decides_gbp: the lines that it decides, and their net £.
        loses_lines, loses_gbp: the lines that it matches too, a rule before it deciding them.
        text: where it stands, what it looks for, and why.
    """

    rule_id: str
    scope_class: str
    priority: int | None
    decides_lines: int
    decides_gbp: Decimal
    loses_lines: int
    loses_gbp: Decimal
    text: RuleText


@dataclass(frozen=True)
class Explained:
    """The lines asked about, and the rules that match them in their order.

    Attributes:
        supplier_names, partners: of the lines.
        purposes: the first few of them.
        first_date, last_date: first and last payment date.
        lines_count, amount_gbp: how many lines and their net £.
        classes: of what kind their suppliers are, each with the rule that says so and why.
        roles: the rules.
    """

    supplier_names: list[str]
    partners: list[str]
    purposes: list[str]
    first_date: date
    last_date: date
    lines_count: int
    amount_gbp: Decimal
    classes: list[str]
    roles: list[RuleRole]


def explain_line(warehouse: Warehouse, delivery_id: int, line_number: int) -> Explained:
    """The rule that decided about one line, and those that lost.

    Raises:
        Refusal: no such line is counted, or this version built no release yet.
    """
    explained = _explain(warehouse, {"delivery": delivery_id, "line": line_number, "name": None})
    if isinstance(explained, Explained):
        return explained
    raise Refusal(
        f"No line {line_number} of delivery {delivery_id} is counted.",
        where="warehouse.fct_payment_line",
        way_out="See ops.delivery for the delivery's state and ops.rejected_line for lines that did not read.",
    )


def explain_supplier(warehouse: Warehouse, name: str) -> Explained:
    """The rules that decided about the payments to a name, however its case and blanks are.

    Raises:
        Refusal: nobody of that name was paid; names that hold it are told; or this version built no release yet.
    """
    explained = _explain(warehouse, {"delivery": None, "line": None, "name": name})
    if isinstance(explained, Explained):
        return explained
    similar = f"Names that hold it: {'; '.join(explained)}." if explained else "Look for a part of it."
    raise Refusal(f"Nobody called {name!r} was paid.", where="warehouse.fct_payment_line", way_out=similar)


def _explain(warehouse: Warehouse, asked: dict[str, Any]) -> Explained | list[str]:
    """What is asked for; where there is nothing, names like the one asked for."""
    with of_this_version(warehouse), warehouse.connect() as connection:
        connection.execute(_LINES, asked)
        about = connection.execute(_ABOUT).fetchone()
        if about is None or not about[5]:
            similar = connection.execute(_SIMILAR, {"name": asked["name"], "shown": _NAMES_SHOWN}).fetchall()
            return [str(name) for (name,) in similar]
        texts = rule_texts(connection)
        roles = connection.execute(_ROLES, {"default": DEFAULT_RULE}).fetchall()
    names, partners, purposes, first_date, last_date, lines_count, amount_gbp, classes = about
    return Explained(
        supplier_names=names,
        partners=partners,
        purposes=purposes,
        first_date=first_date,
        last_date=last_date,
        lines_count=lines_count,
        amount_gbp=amount_gbp,
        classes=[_class(text, texts) for text in classes],
        roles=[_role(role, texts) for role in roles],
    )


def _class(decided: list[str | None], texts: dict[str, RuleText]) -> str:
    supplier_class, rule_id = decided
    if rule_id is None or rule_id == DEFAULT_RULE:
        return f"{supplier_class} (no rule of a class matches)"
    return f"{supplier_class} (rule {rule_id}: {texts.get(rule_id, _UNKNOWN).reason})"


def _role(row: tuple[Any, ...], texts: dict[str, RuleText]) -> RuleRole:
    rule_id, scope_class, priority, decides_lines, decides_gbp, loses_lines, loses_gbp = row
    return RuleRole(
        rule_id=rule_id,
        scope_class=scope_class,
        priority=priority,
        decides_lines=decides_lines,
        decides_gbp=decides_gbp,
        loses_lines=loses_lines,
        loses_gbp=loses_gbp,
        text=texts.get(rule_id, _UNKNOWN),
    )


_LINES = """
create temporary table asked on commit drop as
select
    line.delivery_id, line.line_number, line.partner_code, line.supplier_name, line.purpose, line.payment_date,
    decided.amount_gbp, decided.scope_rule_id, decided.scope_class, decided.supplier_class, decided.class_rule_id
from staging.stg_spend__line as line
inner join warehouse.fct_payment_line as decided using (delivery_id, line_number)
where
    (%(delivery)s::bigint is null or line.delivery_id = %(delivery)s)
    and (%(line)s::bigint is null or line.line_number = %(line)s)
    and (%(name)s::text is null or reference.squeezed(line.supplier_name) = reference.squeezed(%(name)s))
"""

_ABOUT = """
select
    coalesce(array_agg(distinct supplier_name) filter (where supplier_name is not null), '{}'),
    array_agg(distinct partner_code),
    coalesce((array_agg(distinct purpose) filter (where purpose is not null))[:5], '{}'),
    min(payment_date), max(payment_date), count(*), sum(amount_gbp),
    coalesce(jsonb_agg(distinct jsonb_build_array(supplier_class, class_rule_id)), '[]')
from asked
"""

_ROLES = """
with matching as (
    select
        rule.rule_id,
        rule.scope_class,
        rule.priority,
        asked.amount_gbp,
        rule.rule_id = asked.scope_rule_id as decides
    from asked
    inner join intermediate.int_spend__rule_matched as rule using (delivery_id, line_number)
    union all
    select scope_rule_id, scope_class, null, amount_gbp, true
    from asked
    where scope_rule_id = %(default)s
)

select
    rule_id, scope_class, priority,
    count(*) filter (where decides), coalesce(sum(amount_gbp) filter (where decides), 0),
    count(*) filter (where not decides), coalesce(sum(amount_gbp) filter (where not decides), 0)
from matching
group by rule_id, scope_class, priority
order by priority nulls last, rule_id
"""

_SIMILAR = """
select distinct supplier_name from staging.stg_spend__line
where position(reference.squeezed(%(name)s) in reference.squeezed(supplier_name)) > 0
order by supplier_name limit %(shown)s
"""

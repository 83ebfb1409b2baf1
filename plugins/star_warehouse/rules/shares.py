"""How the pounds of the live warehouse are spread over the kinds of payment and the rules that decided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.rules.live import of_this_version
from star_warehouse.rules.texts import rule_texts


@dataclass(frozen=True)
class Share:
    """What one rule decided, or a group of rules together.

    Attributes:
        scope_group: the group of ``rules.scope_rule_group``; the kind of payment where a rule is in none. None: in all.
        scope_class: the kind of payment; None for a whole group.
        rule_id: the rule that decided; None for a whole group.
        is_influenceable: whether procurement could influence it; None for a group in which some could.
        lines_count: lines.
        amount_gbp: net £.
        share_pct: of all net £ asked for; None when these are not above 0.
        reason: why the rule is there.
    """

    scope_group: str | None
    scope_class: str | None
    rule_id: str | None
    is_influenceable: bool | None
    lines_count: int
    amount_gbp: Decimal
    share_pct: Decimal | None
    reason: str


@dataclass(frozen=True)
class Shares:
    """The shares, most pounds first: after each group its rules; and all together."""

    rows: list[Share]
    total: Share


def scope_shares(
    warehouse: Warehouse, *, source_id: str | None = None, partner_code: str | None = None, year: str | None = None
) -> Shares:
    """Pounds and shares by group, kind of payment and deciding rule, of the lines of the last build.

    Args:
        source_id: of this feed only.
        partner_code: of this partner only.
        year: of this financial year only, such as ``2024/25``.

    Raises:
        Refusal: the warehouse has no such lines, or this version built no release yet.
    """
    wanted = {"source": source_id, "partner": partner_code, "year": year}
    with of_this_version(warehouse), warehouse.connect() as connection:
        texts = rule_texts(connection)
        rows = connection.execute(_SHARES, wanted).fetchall()
        known = [] if len(rows) > 1 else connection.execute(_KNOWN).fetchall()
    if known or len(rows) < 2:
        raise Refusal(
            "No line is such: " + ", ".join(f"{name} {value}" for name, value in wanted.items() if value) + ".",
            where="warehouse.fct_payment_line",
            way_out="There are " + "; ".join(f"{source}: {years}" for source, years in known) + ".",
        )
    shares = []
    for group, scope_class, rule_id, is_influenceable, lines_count, amount_gbp, share_pct in rows:
        reason = texts[rule_id].reason if rule_id in texts else ""
        shares.append(Share(group, scope_class, rule_id, is_influenceable, lines_count, amount_gbp, share_pct, reason))
    total = next(share for share in shares if share.scope_group is None)
    return Shares([share for share in shares if share is not total], total)


_SHARES = """
with decided as (
    select
        coalesce(by_rule.scope_group, by_class.scope_group, line.scope_class) as scope_group,
        line.scope_class,
        line.scope_rule_id,
        line.is_influenceable,
        line.amount_gbp
    from warehouse.fct_payment_line as line
    left join rules.scope_rule_group as by_rule on line.scope_rule_id = by_rule.rule_id
    -- Where the supplier's class decided, the rule of that class says which kind of body it is.
    left join rules.scope_rule as class_decided
        on line.scope_rule_id = class_decided.rule_id and class_decided.field = 'supplier_class'
    left join rules.scope_rule_group as by_class
        on line.class_rule_id = by_class.rule_id and class_decided.rule_id is not null
    where
        (%(source)s::text is null or line.source_id = %(source)s)
        and (%(partner)s::text is null or line.partner_code = %(partner)s)
        and (%(year)s::text is null or line.financial_year = %(year)s)
),

summed as (
    select
        scope_group,
        scope_class,
        scope_rule_id,
        case when bool_and(is_influenceable) = bool_or(is_influenceable) then bool_or(is_influenceable) end as is_in,
        count(*) as lines_count,
        coalesce(sum(amount_gbp), 0) as amount_gbp
    from decided
    group by grouping sets ((), (scope_group), (scope_group, scope_class, scope_rule_id))
)

select
    summed.scope_group,
    summed.scope_class,
    summed.scope_rule_id,
    summed.is_in,
    summed.lines_count,
    summed.amount_gbp,
    100 * summed.amount_gbp / case when whole.amount_gbp > 0 then whole.amount_gbp end as share_pct
from summed
cross join (select amount_gbp from summed where scope_group is null) as whole
order by
    max(summed.amount_gbp) filter (where summed.scope_rule_id is null) over (partition by summed.scope_group) desc,
    summed.scope_group,
    summed.scope_rule_id is not null,
    summed.amount_gbp desc,
    summed.scope_rule_id
"""

_KNOWN = """
select source_id, string_agg(distinct financial_year, ', ' order by financial_year)
from warehouse.fct_payment_line group by source_id order by source_id
"""

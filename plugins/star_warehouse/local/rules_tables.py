"""What the rules decide and what changed ones would move, as tables for a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from star_warehouse.local.headline_table import difference, figure
from star_warehouse.rules import Explained, HeadlineMove, Rule, RuleChange, RulesCheck, Share, Shares


def print_rules_check(checked: RulesCheck, console: Console) -> None:
    """Print which rules changed and what they would move: pounds, payees, headline measures."""
    for sentence in _remarks(checked):
        _say(sentence, console)
    _print_changes(checked, console)
    _print_moves(checked, console)
    _print_suppliers(checked, console)
    _print_headline(checked.headline, console)
    if not checked.moves_something:
        _say(
            "Nothing moves: every line is counted as it is now, the same is said of every supplier, and every "
            "headline figure stays.",
            console,
        )


def print_shares(shares: Shares, console: Console) -> None:
    """Print pounds and shares, a group's rules under it."""
    table = Table(title="Who decided, and about how much", title_justify="left")
    table.add_column("group")
    table.add_column("kind of payment")
    table.add_column("rule", overflow="fold")
    table.add_column("influenceable")
    for heading in ("lines", "£", "%"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("reason")
    for share in shares.rows:
        is_group = share.rule_id is None
        table.add_row(
            escape(share.scope_group or "") if is_group else "",
            share.scope_class or "",
            share.rule_id or "",
            {True: "yes", False: "no", None: "partly"}[share.is_influenceable],
            *_amounts(share),
            escape(share.reason),
            style="bold" if is_group else "",
        )
    table.add_row("all", "", "", "", *_amounts(shares.total), "", style="bold")
    console.print(table)


def print_explained(explained: Explained, console: Console) -> None:
    """Print the lines asked about, and the rules that match them: which decided, which lost."""
    days = f"{explained.first_date}"
    if explained.last_date != explained.first_date:
        days += f" to {explained.last_date}"
    lines = "1 line" if explained.lines_count == 1 else f"{explained.lines_count:,} lines"
    _say(
        f"{'; '.join(explained.supplier_names) or 'No name stated'}: {lines} of {', '.join(explained.partners)}, "
        f"£{explained.amount_gbp:,.2f}, paid {days}, for {'; '.join(explained.purposes) or 'no purpose stated'}.",
        console,
    )
    _say(f"Kind of supplier: {'; '.join(explained.classes)}.", console)
    table = Table(title="The rules that match, in the order they decide", title_justify="left")
    table.add_column("priority", justify="right")
    table.add_column("rule", overflow="fold")
    table.add_column("kind of payment")
    for heading in ("decides", "£", "loses", "£"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("looks at", overflow="fold")
    table.add_column("reason")
    for role in explained.roles:
        decides = [f"{role.decides_lines:,}", _pounds(role.decides_gbp)] if role.decides_lines else ["", ""]
        loses = [f"{role.loses_lines:,}", _pounds(role.loses_gbp)] if role.loses_lines else ["", ""]
        table.add_row(
            "" if role.priority is None else str(role.priority),
            role.rule_id,
            role.scope_class,
            *decides,
            *loses,
            escape(role.text.looks_at),
            escape(role.text.reason),
        )
    console.print(table)


def print_rules(rules: Sequence[Rule], console: Console) -> None:
    """Print the rules, each with its file and line."""
    table = Table(title=f"{len(rules)} rules in dbt_project/seeds/rules", title_justify="left")
    table.add_column("file and line", no_wrap=True)
    table.add_column("priority", justify="right")
    table.add_column("rule", overflow="fold")
    table.add_column("looks at", overflow="fold")
    table.add_column("gives")
    table.add_column("days")
    table.add_column("reason")
    for rule in rules:
        days = f"{rule.valid_from or '…'} – {rule.valid_to or '…'}" if rule.valid_from or rule.valid_to else ""
        table.add_row(
            f"{rule.seed}.csv:{rule.line}",
            "" if rule.priority is None else str(rule.priority),
            rule.rule_id,
            escape(rule.looks_at),
            rule.gives,
            days,
            escape(rule.reason),
        )
    console.print(table)


def _print_changes(checked: RulesCheck, console: Console) -> None:
    if not checked.changes:
        _say(f"The rules are those of the live warehouse (release {checked.built_release_id}).", console)
        return
    table = Table(title="Rules that changed", title_justify="left")
    table.add_column("file and line", no_wrap=True)
    table.add_column("row", overflow="fold")
    table.add_column("what")
    table.add_column("now", overflow="fold")
    table.add_column("would be", overflow="fold")
    for change in checked.changes:
        table.add_row(
            _place(change),
            escape(change.key),
            change.kind,
            escape(_values(change.before)),
            escape(_values(change.after)),
        )
    console.print(table)


def _print_moves(checked: RulesCheck, console: Console) -> None:
    if checked.classes:
        table = _table("Pounds that become another kind of payment", "year", "partner", "from", "to")
        table.add_column("influenceable £", justify="right")
        for move in checked.classes:
            table.add_row(
                move.financial_year,
                move.partner_code,
                move.from_class,
                move.to_class,
                f"{move.lines_count:,}",
                _pounds(move.amount_gbp),
                _signed(move.influenceable_gbp),
            )
        lines = sum(move.lines_count for move in checked.classes)
        amount = sum((move.amount_gbp for move in checked.classes), Decimal())
        scope = sum((move.influenceable_gbp for move in checked.classes), Decimal())
        table.add_section()
        table.add_row("all", "", "", "", f"{lines:,}", _pounds(amount), _signed(scope), style="bold")
        console.print(table)
        table = _table("Most of these pounds", "supplier", "purpose", "partner", "from (rule)", "to (rule)")
        for one in checked.largest:
            table.add_row(
                escape(one.supplier_name or ""),
                escape(one.purpose or ""),
                one.partner_code,
                f"{one.from_class} ({one.from_rule_id})",
                f"{one.to_class} ({one.to_rule_id})",
                f"{one.lines_count:,}",
                _pounds(one.amount_gbp),
            )
        console.print(table)
    if checked.thresholds:
        table = _table("Pounds that cross the retention threshold", "year", "partner", "basis", "now")
        for crossing in checked.thresholds:
            table.add_row(
                crossing.financial_year,
                crossing.partner_code,
                crossing.threshold_basis,
                "reached" if crossing.is_reached else "not reached",
                f"{crossing.lines_count:,}",
                _pounds(crossing.amount_gbp),
            )
        console.print(table)
    if checked.rules:
        table = _table("Decided by another rule to the same end", "kind of payment", "from rule", "to rule")
        for same in checked.rules:
            table.add_row(
                same.scope_class, same.from_rule_id, same.to_rule_id, f"{same.lines_count:,}", _pounds(same.amount_gbp)
            )
        console.print(table)


def _print_suppliers(checked: RulesCheck, console: Console) -> None:
    if checked.suppliers:
        table = _table("Suppliers that become of another class", "from", "to", "suppliers")
        for move in checked.suppliers:
            table.add_row(
                move.from_class,
                move.to_class,
                f"{move.suppliers_count:,}",
                f"{move.lines_count:,}",
                _pounds(move.amount_gbp),
            )
        console.print(table)
    if checked.flags:
        table = Table(title="Suppliers of which it is said otherwise", title_justify="left")
        for heading in ("flag", "now", "would be"):
            table.add_column(heading)
        table.add_column("suppliers", justify="right", no_wrap=True)
        words = {True: "yes", False: "no", None: "not known"}
        for flag in checked.flags:
            table.add_row(flag.flag, words[flag.before], words[flag.after], f"{flag.suppliers_count:,}")
        console.print(table)
    names = checked.names
    if names.published or names.masked:
        _say(
            f"Names of suppliers: {names.published:,} would newly be published, {names.masked:,} newly be masked.",
            console,
        )
    if names.published:
        _say("See that none of those newly published is a person's: what is once published cannot be undone.", console)


def _print_headline(moves: Sequence[HeadlineMove], console: Console) -> None:
    """Print the retention measures beside each other, a row a partner and period; and below them what else changes."""
    retention = [move for move in moves if move.measure_id.startswith("R")]
    if retention:
        measures = sorted({move.measure_id for move in retention})
        rows: dict[tuple[str, str], dict[str, HeadlineMove]] = defaultdict(dict)
        for move in retention:
            rows[move.partner_code, move.period][move.measure_id] = move
        table = Table(title="Retention: now → would be, and the difference in points", title_justify="left")
        table.add_column("partner", no_wrap=True)
        table.add_column("period", no_wrap=True)
        for measure in measures:
            # In a narrow window figures are broken into lines, so that what they are of is always there.
            table.add_column(measure, justify="right")
        table.add_column("£ counted now", justify="right")
        table.add_column("would be", justify="right")
        for (partner, period), cells in sorted(rows.items(), key=lambda row: (row[0][0] != "all", row[0])):
            first = cells[min(cells)]
            table.add_row(
                partner,
                period,
                *(_change(cells[measure]) if measure in cells else "" for measure in measures),
                _known(first.denominator_before),
                _known(first.denominator_after),
            )
        console.print(table)
    others = [move for move in moves if move not in retention]
    if others:
        table = Table(title="Other headline figures that change", title_justify="left")
        for heading in ("measure", "partner", "period", "now → would be"):
            table.add_column(heading)
        for move in others:
            name = move.measure_id + ("" if move.cohort == "all" else f", {move.cohort}")
            table.add_row(name, move.partner_code, move.period, _change(move))
        console.print(table)


def _remarks(checked: RulesCheck) -> list[str]:
    remarks = []
    if checked.built_release_id != checked.live_release_id:
        remarks.append(
            f"The lines compared are those built for release {checked.built_release_id}, which is not live. Headline "
            f"figures and published names, which are those of release {checked.live_release_id}, are not compared: "
            "once a release is published, check again to see them."
        )
    if checked.others.lines_count:
        remarks.append(
            f"The last build ended half-way: {checked.others.lines_count:,} lines "
            f"(£{checked.others.amount_gbp:,.2f}) are only in one of the two and are not among the moves; the headline "
            "figures rest on them too."
        )
    if checked.relocated_lines or checked.resupplied_lines:
        remarks.append(
            f"Not all that follows is a scope rule's work: {checked.relocated_lines:,} lines lie in another district "
            f"and {checked.resupplied_lines:,} have another supplier, since the directory, decisions about suppliers "
            "or models changed as well; the headline figures show that too."
        )
    if checked.moves_something and not checked.changes:
        remarks.append("No rule changed: what moves comes from reference data, decisions about suppliers or models.")
    return remarks


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    table.add_column("lines", justify="right", no_wrap=True)
    table.add_column("£", justify="right", no_wrap=True)
    return table


def _change(move: HeadlineMove) -> str:
    """Such as 43.5 % → 44.3 %  +0.7 points; only the pounds under it change where neither is known."""
    if move.before is None and move.after is None:
        return "–"
    return (
        f"{figure(move.before, move.unit)} → {figure(move.after, move.unit)}  {difference(move.difference, move.unit)}"
    )


def _known(amount: Decimal | None) -> str:
    return "–" if amount is None else _pounds(amount)


def _place(change: RuleChange) -> str:
    return f"{change.seed}.csv" + (f":{change.line}" if change.line else "")


def _values(values: dict[str, Any]) -> str:
    return "; ".join(f"{column}: {'' if value is None else value}" for column, value in values.items())


def _amounts(share: Share) -> tuple[str, str, str]:
    pct = "–" if share.share_pct is None else figure(share.share_pct, "pct").removesuffix(" %")
    return f"{share.lines_count:,}", _pounds(share.amount_gbp), pct


def _pounds(amount: Decimal) -> str:
    return f"{amount:,.0f}"


def _signed(amount: Decimal) -> str:
    return f"{'+' if amount > 0 else '−' if amount < 0 else ''}{abs(amount):,.0f}"


def _say(sentence: str, console: Console) -> None:
    console.print(sentence, soft_wrap=True, highlight=False, markup=False)

"""How a declaration reads a file, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from star_warehouse.load import UNREADABLE_DATE, DeliverySummary, expected_dates
from star_warehouse.onboard import Alias, FileCheck, TableCheck
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, unknown_partner

_CELL = 40
_LINE = 150


def print_check(check: FileCheck, source: Source, console: Console, *, is_counted: bool = True) -> None:
    """Print how a file reads: mapping, first lines, totals by month, what is rejected and skipped, and the verdict.

    Args:
        check: how it reads.
        source: by which declaration.
        console: where to print.
        is_counted: whether a file of this source is taken in if it reads.
    """
    console.print(Text(f"\n{check.file_name} by {source.id}", style="bold"))
    if check.period:
        console.print(f"Period: {check.period.key}, {check.period.start} to {check.period.end}", highlight=False)
    if check.layout:
        encoding = f"; encoding: {check.summary.encoding}" if check.summary and check.summary.encoding else ""
        console.print(f"Layout: {check.layout}{encoding}", highlight=False)
    for table in check.tables:
        _print_table(table, expected_dates(source, check.layout), console)
    if check.summary:
        _print_account(check.summary, console)
    if check.refusal:
        console.print(Text(f"Would be refused. {check.refusal}", style="red"), soft_wrap=True)
        for alias in check.aliases:
            console.print(Text(f"  {_told(alias)}"), soft_wrap=True)
    elif not is_counted:
        console.print(Text("It reads, but would not be taken in, for the reason given above.", style="yellow"))
    else:
        console.print(Text("Would be taken in, if the checks of the delivery agree.", style="green"))


def obstacle_of(source: Source, declaration: Path, settings: Settings) -> str | None:
    """Why files of a source would not be taken in though they read, in a sentence; None when they would.

    Args:
        source: the feed.
        declaration: the file that declares it.
        settings: where the seeds of the partners are.
    """
    if declaration.resolve().parent == settings.other_bodies_folder:
        return "What is declared in other_bodies is only read by this command, never run or counted."
    refusal = unknown_partner(source, settings.dbt_project)
    return str(refusal) if refusal else None


def _told(alias: Alias) -> str:
    declared = " or ".join(map(repr, alias.declared))
    if alias.header is None:
        return (
            f"No header of the file is near to {declared}. Ask the sender for that column; never add a header that "
            f"means something else to {alias.column}."
        )
    doubt = f" (ask the sender: it {alias.doubt})" if alias.doubt else ""
    return (
        f"If {alias.header!r} is what {declared} was{doubt}, add it to {alias.entity} in the declaration: {alias.line}"
    )


def _print_table(table: TableCheck, expected: str, console: Console) -> None:
    place = f"{table.entity}, sheet {table.sheet}" if table.sheet else table.entity
    _print(
        console,
        f"{place}: columns",
        ("column", "header"),
        ((name, header or "(absent)") for name, header in table.columns.items()),
    )
    if table.unused:
        console.print(Text(f"Headers that are not used: {', '.join(table.unused)}"), soft_wrap=True)
    for first in table.first_lines:
        told = [f"{name} = {_cell(value)}" for name, value in first.items() if value is not None]
        console.print(Text(f"  {'; '.join(told)}"), soft_wrap=True)
    columns = list(table.pounds)
    rows = [
        (month or "all", f"{lines:,}", *(f"{pounds[column]:,.2f}" for column in columns))
        for month, (lines, pounds) in table.months.items()
    ]
    if len(rows) > 1:
        rows.append(("all", f"{table.lines:,}", *(f"{amount:,.2f}" for amount in table.pounds.values())))
    _print(console, f"{place}: lines that read", ("month", "lines", *columns), rows)
    if table.rejections:
        console.print(Text(f"{place}: rejected", style="italic"))
    for code, rejection in sorted(table.rejections.items(), key=lambda item: -item[1].count):
        ways = f" ({_ways(expected)})" if code == UNREADABLE_DATE else ""
        console.print(Text(f"  {rejection.count:,} {code}{ways}, such as"), soft_wrap=True)
        for line in rejection.examples:
            console.print(
                Text(f"    line {line.line_number}: {line.reason}  {_short(line.text, _LINE)}"), soft_wrap=True
            )


def _ways(expected: str) -> str:
    return f"expected: {expected}" if expected else "the declaration has no 'date_formats'"


def _print_account(summary: DeliverySummary, console: Console) -> None:
    skipped = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in summary.skipped.items())
    sentences = [
        f"Lines: {summary.lines_in:,} in the file = {summary.lines_loaded:,} read + "
        f"{summary.lines_rejected:,} rejected + {summary.skipped.total():,} skipped{f' ({skipped})' if skipped else ''}"
    ]
    if summary.amount_in_gbp is not None:
        sentences.append(
            f"Pounds: £{summary.amount_in_gbp:,.2f} in the file = £{summary.amount_loaded_gbp:,.2f} read + "
            f"£{summary.amount_rejected_gbp:,.2f} rejected"
        )
        if summary.unpriced_count:
            sentences.append(
                f"Amount not readable in {summary.unpriced_count:,} of the rejected lines, which no sum of pounds holds"
            )
    if summary.filled_count:
        sentences.append(
            f"Short rows: {summary.filled_count:,} with fewer cells than the header, the missing ones read as blank"
        )
    sentences += [
        f"Control total of {column}: £{stated:,.2f}, to which the lines add up, {_included(summary)}"
        for column, stated in summary.control_totals.items()
    ]
    for sentence in sentences:
        console.print(sentence, highlight=False, soft_wrap=True)


def _included(summary: DeliverySummary) -> str:
    """Which of the rejected lines a control total holds."""
    if len(summary.control_totals) > 1 and summary.lines_rejected:
        # Of a line with several amounts, some may read.
        return "rejected ones included as far as this amount of theirs reads"
    if summary.unpriced_count:
        return f"rejected ones included, apart from {summary.unpriced_count:,} whose amount does not read"
    return "rejected ones included"


def _print(console: Console, title: str, headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(title=title, title_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number and heading != "header" else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, Decimal) else _short(str(value), _CELL)


def _short(text: str, length: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= length else f"{plain[:length]}…"

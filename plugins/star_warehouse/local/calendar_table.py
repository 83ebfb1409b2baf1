"""How the months of every partner stand, as tables that fit the width of the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from star_warehouse.load import Arrival, Standing, Window, expected_periods, month_standings
from star_warehouse.sources import Source

_COLOURS = {
    Standing.GREEN: "green",
    Standing.WAITING: "cyan",
    Standing.LATE: "yellow",
    Standing.MISSING: "bold red",
    Standing.REFUSED: "red",
    Standing.HELD: "magenta",
}
# "2024-05" and "missing" are seven wide, and three blanks keep them apart.
_COLUMN = 10
_EDGES = 4
_HEADING = "partner or feed"
_LEGEND = (
    "green: delivered and current. open: the period has not ended. due: it has ended, and the file is still in time. "
    "late: nothing came in time. missing: nor in the 30 days after. –: not expected.",
    "waiting: its file is here and not taken in yet. held: what came waits for your `accept` or `refuse`. "
    "refused: what came was refused or withdrawn, or has another period's bytes, and nothing else is current.",
)
_GRAVEST_FIRST = list(Standing)[::-1]


def print_calendar(
    sources: Mapping[str, Source],
    arrivals: Mapping[str, Sequence[Arrival]],
    window: Window,
    today: date,
    console: Console,
) -> None:
    """Print how each month of each partner, and of each other feed, stands; in words, so that no colour is needed.

    Args:
        sources: the feeds, by id.
        arrivals: what each of them delivered.
        window: the months to show, and those that are left out.
        today: the day whose calendar counts.
        console: where to print.
    """
    rows = calendar_rows(sources, arrivals, today)
    at_once = max(1, (console.width - _EDGES - max(map(len, [_HEADING, *rows]))) // _COLUMN)
    for begin in range(0, len(window.months), at_once):
        shown = window.months[begin : begin + at_once]
        table = Table(
            title="Deliveries by month" if begin == 0 else None, title_justify="left", box=box.SIMPLE, padding=(0, 1)
        )
        table.add_column(_HEADING, no_wrap=True)
        for month in shown:
            table.add_column(f"{month:%Y-%m}", no_wrap=True)
        for name, standings in rows.items():
            table.add_row(name, *(_cell(standings.get(month)) for month in shown))
        console.print(table)
    for meaning in _LEGEND:
        console.print(meaning, style="dim", highlight=False, soft_wrap=True)
    if window.left_out:
        first, last = window.left_out[0], window.left_out[-1]
        console.print(
            f"Nothing was delivered for {first:%Y-%m} to {last:%Y-%m}, so they are not shown; "
            f"`star-warehouse status --from {first:%Y-%m}` shows them.",
            highlight=False,
            soft_wrap=True,
        )


def calendar_rows(
    sources: Mapping[str, Source], arrivals: Mapping[str, Sequence[Arrival]], today: date
) -> dict[str, dict[date, Standing]]:
    """How each month stands, by partner; a feed of no single partner has a row of its own, below the partners.

    The feeds of one partner share its row; they never accept the same days.
    """
    rows: dict[str, dict[date, Standing]] = {}
    for source in sorted(sources.values(), key=lambda source: (source.partner is None, source.partner or source.id)):
        row = rows.setdefault(source.partner or source.id, {})
        for period in expected_periods(source, today):
            for month, standing in month_standings(source, period, arrivals.get(source.id, ()), today).items():
                row[month] = min(standing, row.get(month, standing), key=_GRAVEST_FIRST.index)
    return rows


def _cell(standing: Standing | None) -> Text:
    if standing is None:
        return Text("–", style="dim")
    return Text(str(standing), style=_COLOURS.get(standing, "dim"))

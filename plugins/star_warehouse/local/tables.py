"""The ledger and the releases as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    Arrival,
    Concern,
    SourceOverview,
    Standing,
    concerns_of,
    delivery_overview,
    first_day_of,
    months_to_show,
    owed_periods,
    read_ledger,
)
from star_warehouse.local.calendar_table import print_calendar
from star_warehouse.local.session import prepare
from star_warehouse.receive import WaitingFile, find_waiting
from star_warehouse.refusal import Refusal
from star_warehouse.release import list_releases
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, load_sources, unknown_partner

_COLOURS = {"held": "magenta", "refused": "red"}
_LEGEND = (
    "waiting: files not taken in yet. checking: taken in, and what the checks say is awaited. current: counted. "
    "superseded: another took their place. repeats: the same bytes as an earlier one, so nothing of them is loaded."
)


def print_status(
    settings: Settings, warehouse: Warehouse, console: Console, periods: int | None = None, since: str | None = None
) -> None:
    """Print how every partner's months stand, what every source owes and delivered, and what waits for somebody.

    Args:
        settings: the warehouse's settings.
        warehouse: whose ledger to read.
        console: where to print.
        periods: how many months to show; None: all since ``since``, else twelve.
        since: the period to begin with, such as ``2023-04`` or ``2023/24``; None: so that the table ends with the last
            whole month, or with the newest that has a delivery if none of the last ones has.

    Raises:
        Refusal: ``since`` is no period, or a declaration is wrong.
    """
    today = datetime.now(ZoneInfo("Europe/London")).date()
    from_day = None if since is None else first_day_of(since)
    prepare(settings, warehouse)
    sources = load_sources(settings.sources_folder)
    waiting, hindrances = _waiting(sources.values(), settings, warehouse)
    ledgers = read_ledger(warehouse, sources)
    arrivals = {
        source_id: [*ledgers[source_id].arrivals, *_arrivals(source, waiting.get(source_id, []))]
        for source_id, source in sources.items()
    }
    newest = max((one.end for came in arrivals.values() for one in came), default=None)
    print_calendar(sources, arrivals, months_to_show(from_day, periods, newest, today), today, console)
    _print_owed(sources, arrivals, today, console)
    _print_feeds(warehouse, list(sources), waiting, console)
    print_uncounted(settings, sources.values(), console)
    for hindrance in hindrances:
        console.print(f"[red]Not looked at:[/red] {escape(str(hindrance))}", soft_wrap=True, highlight=False)
    print_concerns(concerns_of(ledgers.values()), console)


def print_uncounted(settings: Settings, sources: Iterable[Source], console: Console) -> None:
    """Print a line for each source of which nothing would count, because the seeds do not know its partner."""
    for source in sources:
        if refusal := unknown_partner(source, settings.dbt_project):
            console.print(f"[red]Not counted:[/red] {escape(str(refusal))}", soft_wrap=True, highlight=False)


def print_concerns(concerns: Sequence[Concern], console: Console) -> None:
    """Print a line for each delivery that waits for somebody: which one, what, where and the way out."""
    for concern in concerns:
        colour = _COLOURS[concern.state]
        console.print(
            f"[{colour}]{concern.state.capitalize()}:[/{colour}] {escape(str(concern))}",
            soft_wrap=True,
            highlight=False,
        )


def _print_owed(
    sources: Mapping[str, Source], arrivals: Mapping[str, Sequence[Arrival]], today: date, console: Console
) -> None:
    """Print a line for each source that owes periods, in the months of the table or not."""
    for source_id, source in sources.items():
        if owed := str(owed_periods(source, arrivals[source_id], today)):
            console.print(f"[yellow]Owed:[/yellow] {source_id}: {escape(owed)}", soft_wrap=True, highlight=False)


def _waiting(
    sources: Iterable[Source], settings: Settings, warehouse: Warehouse
) -> tuple[dict[str, list[WaitingFile]], list[Refusal]]:
    """The files that wait, by source; and why some places could not be looked at."""
    waiting, hindrances = {}, []
    for source in sources:
        try:
            waiting[source.id] = find_waiting(source, settings, warehouse)
        except Refusal as refusal:
            # A place that does not answer must not hide how all the others stand.
            hindrances.append(refusal)
    return waiting, hindrances


def _arrivals(source: Source, waiting: Sequence[WaitingFile]) -> list[Arrival]:
    """The files that wait, as far as their names say which period they bring."""
    arrivals = []
    for found in waiting:
        try:
            period = source.period_of(found.file.name)
        except Refusal:
            continue
        arrivals.append(Arrival(Standing.WAITING, period.start, period.end))
    return arrivals


def _print_feeds(
    warehouse: Warehouse, source_ids: Sequence[str], waiting: Mapping[str, Sequence[WaitingFile]], console: Console
) -> None:
    known = {row.source_id: row for row in delivery_overview(warehouse)}
    table = Table(title="Deliveries by feed", title_justify="left")
    table.add_column("feed")
    for heading in ("waiting", "checking", "held", "current", "superseded", "repeats", "refused"):
        table.add_column(heading, justify="right")
    table.add_column("periods")
    for heading in ("lines", "rejected", "£"):
        table.add_column(heading, justify="right")
    for source_id in source_ids:
        count = str(len(waiting[source_id])) if source_id in waiting else "?"
        row = known.get(source_id)
        if row is None:
            table.add_row(source_id, count)
            continue
        counts = (row.checking, row.held, row.loaded, row.superseded, row.repeats, row.refused)
        same = row.first_period == row.last_period
        span = row.first_period or "" if same else f"{row.first_period} – {row.last_period}"
        amount = "" if row.amount_loaded_gbp is None else f"{row.amount_loaded_gbp:,.2f}"
        table.add_row(
            source_id,
            count,
            *(str(number) for number in counts),
            span,
            f"{row.lines_loaded:,}",
            f"{row.lines_rejected:,}",
            amount,
        )
    console.print(table)
    console.print(_LEGEND, style="dim", highlight=False, soft_wrap=True)
    for source_id in source_ids:
        if (row := known.get(source_id)) and row.lines_rejected and row.amount_rejected_gbp is not None:
            console.print(f"{source_id}: {_rejected(row)}", highlight=False, soft_wrap=True)


def _rejected(row: SourceOverview) -> str:
    unpriced = f", and {row.lines_unpriced:,} whose amount does not read" if row.lines_unpriced else ""
    return (
        f"{row.lines_rejected:,} rejected: £{row.amount_rejected_gbp:,.2f}{unpriced}. No figure counts them; each is "
        "in ops.rejected_line with its reason."
    )


def print_releases(warehouse: Warehouse, console: Console) -> None:
    """Print the releases, the newest first."""
    table = Table(title="Releases", title_justify="left")
    for heading in ("release", "state", "started", "published", "deliveries", "postcodes", "reason"):
        table.add_column(heading)
    for release in list_releases(warehouse):
        table.add_row(
            str(release.release_id),
            release.state,
            f"{release.started_at:%Y-%m-%d %H:%M}",
            f"{release.published_at:%Y-%m-%d %H:%M}" if release.published_at else "",
            str(len(release.delivery_ids)),
            release.reference_versions.get("postcode", ""),
            release.reason or "",
        )
    console.print(table)

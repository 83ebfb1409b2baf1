"""The ledger and the releases as tables for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from star_warehouse.database import Warehouse
from star_warehouse.load import delivery_overview
from star_warehouse.local.session import prepare
from star_warehouse.receive import find_waiting
from star_warehouse.release import list_releases
from star_warehouse.settings import Settings
from star_warehouse.sources import load_sources


def print_status(settings: Settings, warehouse: Warehouse, console: Console) -> None:
    """Print what every feed delivered: counts by state, periods, lines and £; and why files stand refused."""
    prepare(settings, warehouse)
    known = {row.source_id: row for row in delivery_overview(warehouse)}
    table = Table(title="Deliveries by feed", title_justify="left")
    table.add_column("feed")
    for heading in ("waiting", "checking", "current", "superseded", "repeats", "refused"):
        table.add_column(heading, justify="right")
    table.add_column("periods")
    for heading in ("lines", "rejected", "£"):
        table.add_column(heading, justify="right")
    for source_id, source in load_sources(settings.sources_folder).items():
        waiting = str(len(find_waiting(source, settings, warehouse)))
        row = known.get(source_id)
        if row is None:
            table.add_row(source_id, waiting)
            continue
        counts = (row.checking, row.loaded, row.superseded, row.repeats, row.refused)
        same = row.first_period == row.last_period
        periods = row.first_period or "" if same else f"{row.first_period} – {row.last_period}"
        amount = "" if row.amount_loaded_gbp is None else f"{row.amount_loaded_gbp:,.2f}"
        table.add_row(
            source_id,
            waiting,
            *(str(count) for count in counts),
            periods,
            f"{row.lines_loaded:,}",
            f"{row.lines_rejected:,}",
            amount,
        )
    console.print(table)
    for row in known.values():
        if row.last_refusal:
            console.print(f"[red]{row.source_id} refused:[/red] {row.last_refusal} {row.last_way_out}", soft_wrap=True)


def print_releases(warehouse: Warehouse, console: Console) -> None:
    """Print the releases, the newest first."""
    table = Table(title="Releases", title_justify="left")
    for heading in ("release", "state", "started", "published", "deliveries", "reason"):
        table.add_column(heading)
    for release in list_releases(warehouse):
        table.add_row(
            str(release.release_id),
            release.state,
            f"{release.started_at:%Y-%m-%d %H:%M}",
            f"{release.published_at:%Y-%m-%d %H:%M}" if release.published_at else "",
            str(len(release.delivery_ids)),
            release.reason or "",
        )
    console.print(table)

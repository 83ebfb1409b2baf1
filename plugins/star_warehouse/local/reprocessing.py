"""``star-warehouse reprocess``: read landed deliveries anew, now, and show what that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    Figures,
    LineChanges,
    Reading,
    list_readings,
    pending_deliveries,
    request_readings,
    settle_all,
    total_changes,
)
from star_warehouse.local.overtaking import print_overtaken
from star_warehouse.local.session import prepare
from star_warehouse.quality import check_deliveries
from star_warehouse.receive import refresh_postcodes, take_in
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, check_partner

_NOTHING = Figures()


def reprocess(
    settings: Settings, warehouse: Warehouse, source: Source, from_day: date | None, console: Console
) -> bool:
    """Read the current, held and refused deliveries of a source anew and print the difference.

    The wish stands in the ledger first: interrupted, this command or the next run goes on with it.

    Args:
        settings: the warehouse's settings.
        warehouse: whose ledger it is.
        source: the feed, as now declared.
        from_day: only deliveries whose period ends on that day or later; None: all.
        console: where to print.

    Returns:
        whether every reading became current or brought nothing new; False when one was refused or is held.

    Raises:
        Refusal: the seeds do not know the source's partner, the warehouse does not answer, or the checks cannot be run.
    """
    check_partner(source, settings.dbt_project)
    prepare(settings, warehouse)
    run_id = f"reprocess.{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"
    wanted = request_readings(warehouse, source, from_day, run_id)
    if not wanted:
        console.print(f"{source.id} has no delivery to read anew.", highlight=False)
        return True
    count = "1 delivery" if len(wanted) == 1 else f"{len(wanted):,} deliveries"
    console.print(f"Reading {count} of {source.id} anew from the landing zone.", highlight=False)
    take_in(source, settings, warehouse, run_id, only_readings=True)
    if pending := pending_deliveries(warehouse, source.id):
        if source.kind == "spend":
            refresh_postcodes(warehouse)
        verdicts = check_deliveries(warehouse, settings, source, pending, run_id)
        settle_all(
            warehouse,
            {number: (verdict.outcome, verdict.reason, verdict.way_out) for number, verdict in verdicts.items()},
        )
    readings = list_readings(warehouse, wanted)
    print_readings(readings, console)
    print_overtaken(settings, warehouse, console)
    return all(reading.state in ("loaded", "repeat") for reading in readings)


def print_readings(readings: Sequence[Reading], console: Console) -> None:
    """Print what reading anew changed: a row a delivery that is not as before, the totals, the reasons of rejection."""
    same = [reading for reading in readings if reading.state == "repeat"]
    others = [reading for reading in readings if reading.state != "repeat"]
    current = [reading for reading in readings if reading.state == "loaded"]
    if others:
        table = Table(title="Read anew: before → after", title_justify="left")
        for heading in ("delivery", "file", "period", "now"):
            table.add_column(heading)
        for heading in ("lines", "rejected", "£", "lines that differ"):
            table.add_column(heading, justify="right")
        for reading in others:
            number, period = str(reading.delivery_id), reading.period_key or ""
            figures = _difference(reading.before, reading.after)
            table.add_row(number, reading.file_name, period, _now(reading), *figures, _changed(reading))
        if current:
            table.add_section()
            all_changes = total_changes(reading.changes for reading in current if reading.changes)
            table.add_row("", "all that became current", "", "", *_difference(*_totals(current)), str(all_changes))
        console.print(table)
        _print_reasons([reading for reading in others if reading.after and reading.state != "refused"], console)
        _print_columns(others, console)
        _print_notes(current, console)
    if same:
        console.print(f"{len(same):,} of {len(readings):,} brought the very same as before; there nothing was changed.")
    for reading in others:
        if reading.state in ("refused", "held"):
            reason = reading.reason or ""
            named = reason if reading.file_name in reason else f"{reading.file_name}: {reason}"
            state = reading.state.capitalize()
            console.print(
                f"{state}: delivery {reading.delivery_id}, {named} {reading.way_out}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
    if current:
        console.print("The next `star-warehouse run` publishes what became current.", highlight=False)


def _now(reading: Reading) -> str:
    if reading.state == "loaded":
        return "current"
    if reading.before_state == "refused":
        return f"{'still ' if reading.state == 'refused' else ''}{reading.state}"
    stays = {"loaded": "stays", "held": "stays held"}.get(reading.before_state, "waits no more")
    return f"{reading.state}; the earlier one {stays}"


def _print_reasons(readings: Sequence[Reading], console: Console) -> None:
    before, after = _reasons([one.before for one in readings]), _reasons([one.after for one in readings])
    for code in sorted(before | after):
        console.print(f"  rejected, {code}: {before[code]:,} → {after[code]:,}", markup=False, highlight=False)


def _changed(reading: Reading) -> str:
    if reading.changes is None:
        return ""
    if reading.before == reading.after and reading.changes == LineChanges():
        return "none; lines that are skipped, or its days"
    return str(reading.changes)


def _print_columns(readings: Sequence[Reading], console: Console) -> None:
    by_column = total_changes(reading.changes for reading in readings if reading.changes).by_column
    for column, count in by_column.most_common():
        lines = "1 line" if count == 1 else f"{count:,} lines"
        console.print(f"  changed, {column}: {lines}", markup=False, highlight=False)


def _print_notes(readings: Sequence[Reading], console: Console) -> None:
    """What the checks note now and did not before, or the other way round."""
    for reading in readings:
        if reading.reason == reading.noted_before:
            continue
        for word, note in (("noted before", reading.noted_before), ("noted now", reading.reason)):
            told = note or "nothing"
            console.print(f"  {word}, {reading.file_name}: {told}", markup=False, highlight=False, soft_wrap=True)


def _reasons(figures: Sequence[Figures | None]) -> Counter[str]:
    return sum((one.rejected_by_reason for one in figures if one and one.rejected_by_reason), Counter[str]())


def _totals(readings: Sequence[Reading]) -> tuple[Figures, Figures]:
    # What was refused before was in no figure.
    before = [reading.before for reading in readings if reading.before_state != "refused"]
    return _sum(before), _sum([reading.after for reading in readings])


def _sum(figures: Sequence[Figures | None]) -> Figures:
    known = [one for one in figures if one]
    amounts = [one.amount_gbp for one in known if one.amount_gbp is not None]
    return Figures(
        sum(one.lines_loaded for one in known),
        sum(one.lines_rejected for one in known),
        sum(amounts, Decimal(0)) if amounts else None,
    )


def _difference(before: Figures | None, after: Figures | None) -> tuple[str, str, str]:
    # A reading refused before its end has no figures; those of the one before still hold.
    new = after or before or _NOTHING
    old = before or _NOTHING
    pounds = ""
    if old.amount_gbp is not None or new.amount_gbp is not None:
        pounds = _change(f"{old.amount_gbp or 0:,.2f}", f"{new.amount_gbp or 0:,.2f}")
    return (
        _change(f"{old.lines_loaded:,}", f"{new.lines_loaded:,}"),
        _change(f"{old.lines_rejected:,}", f"{new.lines_rejected:,}"),
        pounds,
    )


def _change(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"

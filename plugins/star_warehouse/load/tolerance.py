"""How much of a delivery may be unreadable."""

from __future__ import annotations

from star_warehouse.load.lines import DeliverySummary, RejectedLine, Rejections
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Source, tell_formats

UNREADABLE_DATE = "unreadable_date"
_REASONS_TOLD = 3
# Past so many rejected lines, and more of them than lines that read, nothing that follows would save the file.
_REJECTED_ENOUGH = 20_000


def check_tolerance(source: Source, file_name: str, summary: DeliverySummary) -> None:
    """See that the rejected lines of a delivery are no more than its source tolerates.

    Raises:
        Refusal: they are more, or nothing is left to load.
    """
    rejected, loaded = summary.lines_rejected, summary.lines_loaded
    if rejected * 100 <= source.tolerance.rejected_pct * (rejected + loaded) and loaded:
        return
    if not rejected:
        raise Refusal(
            "The file has a header but no line below it.",
            where=f"{source.id}: {file_name}",
            way_out="Ask the sender for the whole extract.",
        )
    how_many = f"{rejected:,} of {rejected + loaded:,} lines"
    raise _too_many(source, file_name, how_many, summary.rejections, summary.layout_name)


def is_hopeless(rejections: Rejections, lines_loaded: int) -> bool:
    """Say whether a delivery, read so far, cannot be tolerated any more by any source."""
    return rejections.counts.total() > max(_REJECTED_ENOUGH, lines_loaded)


def give_up(source: Source, file_name: str, lines_loaded: int, rejections: Rejections) -> Refusal:
    """The refusal of a delivery of which most lines do not read, without reading on."""
    rejected = rejections.counts.total()
    return _too_many(source, file_name, f"{rejected:,} of the first {rejected + lines_loaded:,} lines", rejections)


def expected_dates(source: Source, layout_name: str | None = None) -> str:
    """How a source's days may be written, for people, with an example of each way; empty where no way is declared.

    Args:
        layout_name: the layout of the file; None for all that the source has.
    """
    layouts = [layout for layout in source.layouts if layout_name in (None, layout.name)]
    formats = [form for layout in layouts for form in layout.date_formats]
    return tell_formats(formats, from_cells=any(layout.format.type == "xlsx" for layout in layouts))


def _too_many(
    source: Source, file_name: str, how_many: str, rejections: Rejections, layout_name: str | None = None
) -> Refusal:
    expected = ""
    if UNREADABLE_DATE in dict(rejections.counts.most_common(_REASONS_TOLD)):
        ways = expected_dates(source, layout_name)
        expected = (
            f" Dates are expected as {ways}." if ways else " No date reads: the declaration has no 'date_formats'."
        )
    return Refusal(
        f"{how_many} do not read, more than the {source.tolerance.rejected_pct.normalize():f} % tolerated. "
        f"{_main_reasons(rejections)}{expected}",
        where=f"{source.id}: {file_name}",
        way_out="Have the lines corrected and deliver the file again, or correct the source's declaration.",
    )


def _main_reasons(rejections: Rejections) -> str:
    most = rejections.counts.most_common(_REASONS_TOLD)
    return " ".join(_reason(count, *rejections.firsts[code]) for code, count in most)


def _reason(count: int, sheet: str | None, first: RejectedLine) -> str:
    place = f"sheet {sheet}, row {first.line_number}" if sheet else f"line {first.line_number}"
    return f"{count:,} like {place}: {first.reason}"

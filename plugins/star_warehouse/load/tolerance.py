"""How much of a delivery may be unreadable."""

from __future__ import annotations

from collections import defaultdict

from star_warehouse.load.lines import DeliveryLines, RejectedLine
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Source

_REASONS_TOLD = 3


def check_tolerance(source: Source, file_name: str, lines: DeliveryLines) -> None:
    """See that the rejected lines of a delivery are no more than its source tolerates.

    Raises:
        Refusal: they are more, or nothing is left to load.
    """
    rejected, loaded = lines.lines_rejected, lines.lines_loaded
    if rejected * 100 <= source.tolerance.rejected_pct * (rejected + loaded) and loaded:
        return
    if not rejected:
        raise Refusal(
            "The file has a header but no line below it.",
            where=f"{source.id}: {file_name}",
            way_out="Ask the sender for the whole extract.",
        )
    raise Refusal(
        f"{rejected:,} of {rejected + loaded:,} lines do not read, more than the "
        f"{source.tolerance.rejected_pct.normalize():f} % tolerated. {_main_reasons(lines)}",
        where=f"{source.id}: {file_name}",
        way_out="Have the lines corrected and deliver the file again, or correct the source's declaration.",
    )


def _main_reasons(lines: DeliveryLines) -> str:
    by_code: dict[str, list[tuple[str | None, RejectedLine]]] = defaultdict(list)
    for table in lines.tables:
        for line in table.rejected:
            by_code[line.code].append((table.sheet, line))
    most = sorted(by_code.values(), key=len, reverse=True)[:_REASONS_TOLD]
    return " ".join(_reason(found) for found in most)


def _reason(found: list[tuple[str | None, RejectedLine]]) -> str:
    sheet, first = found[0]
    place = f"sheet {sheet}, row {first.line_number}" if sheet else f"line {first.line_number}"
    return f"{len(found):,} like {place}: {first.reason}"

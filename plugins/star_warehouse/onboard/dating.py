"""How a body writes days, proven from the days it wrote."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from star_warehouse.onboard.notes import Note, doubt, evidence
from star_warehouse.sources import EXCEL_SERIAL, date_pattern

# In the order in which they are preferred where the values fit several; of two with one pattern, day first.
_FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d%m%Y",
    "%d-%b-%Y", "%d %b %Y", "%d/%b/%Y", "%d-%B-%Y", "%d %B %Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%d.%m.%y",
    "%d-%b-%y", "%d %b %y", "%b %d, %Y", "%B %d, %Y", EXCEL_SERIAL,
)  # fmt: skip
_CELL = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d+)?)?")
_FIRST_DAY, _LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)
_DAY_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class Dating:
    """How the days of one column are written.

    Attributes:
        formats: the date formats that read them; none for the date cells of a workbook.
        proven: those of them that can be no other.
        days: the day that each text says.
        notes: the proof, or what is not sure.
    """

    formats: tuple[str, ...]
    proven: tuple[str, ...]
    days: dict[str, date]
    notes: tuple[Note, ...]


def read_day(text: str, date_format: str) -> date | None:
    """The day that a text says in a format, if it does."""
    if not re.fullmatch(date_pattern(date_format), text):
        return None
    try:
        if date_format == EXCEL_SERIAL:
            day = _DAY_ZERO + timedelta(days=int(text))
        else:
            day = datetime.strptime(text, date_format).replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return day if _FIRST_DAY <= day <= _LAST_DAY else None


def looks_like_a_day(text: str, *, from_cells: bool) -> bool:
    """Say whether a text reads as a day in some format."""
    return bool(from_cells and _CELL.fullmatch(text)) or any(read_day(text, form) for form in _FORMATS)


def prove_dates(first_lines: Mapping[str, int], *, from_cells: bool, proven: Collection[str] = ()) -> Dating:
    """Find the formats of a column, and whether its values prove them.

    Args:
        first_lines: the different texts, each with the first line it stands in.
        from_cells: they come from a workbook, whose date cells need no format.
        proven: formats that other columns of the file prove.
    """
    days: dict[str, date] = {}
    notes: list[Note] = []
    formats: list[str] = []
    sure: list[str] = []
    if from_cells and (cells := [text for text in first_lines if _CELL.fullmatch(text)]):
        days |= {text: date.fromisoformat(text[:10]) for text in cells}
        notes.append(evidence("Its days are date cells, which need no format."))
    rest = {text: line for text, line in first_lines.items() if text not in days}
    for pattern in dict.fromkeys(map(date_pattern, _FORMATS)):
        texts = {text: line for text, line in rest.items() if re.fullmatch(pattern, text)}
        if not texts:
            continue
        readings = {
            form: {text: day for text in texts if (day := read_day(text, form))}
            for form in _FORMATS
            if date_pattern(form) == pattern
        }
        best = max(readings, key=lambda form: len(readings[form]))
        if not readings[best]:
            continue
        chosen, note = _decide(readings, texts, best, proven)
        formats.append(chosen)
        notes.append(note)
        if not note.is_doubt:
            sure.append(chosen)
        days |= readings[chosen]
        rest = {text: line for text, line in rest.items() if text not in days}
    if rest:
        text, line = next(iter(rest.items()))
        notes.append(doubt(f"{len(rest):,} different texts are no day in any known format: {text!r} in line {line}."))
    return Dating(tuple(formats), tuple(sure), days, tuple(notes))


def _decide(
    readings: Mapping[str, Mapping[str, date]], texts: Mapping[str, int], best: str, proven: Collection[str]
) -> tuple[str, Note]:
    """The right one of the formats that fit a pattern, and how that is known."""
    example, line = next((text, line) for text, line in texts.items() if text in readings[best])
    rivals = [form for form in readings if form != best]
    if not rivals:
        if len(readings[best]) == len(texts):
            return best, evidence(f"{best} reads {example!r} (line {line}) and all others of that form.")
        return best, doubt(f"{best} reads {example!r} (line {line}), but not all others of that form.")
    other = max(rivals, key=lambda form: len(readings[form]))
    proof = next((text for text in texts if text in readings[best] and text not in readings[other]), None)
    against = next((text for text in texts if text in readings[other] and text not in readings[best]), None)
    if proof is not None and against is None:
        return best, evidence(f"{best}, not {other}: {proof!r} in line {texts[proof]} can only be read so.")
    if proof is not None and against is not None:
        return best, doubt(
            f"{proof!r} (line {texts[proof]}) can only be {best}, {against!r} (line {texts[against]}) only {other}; "
            "ask the body which is meant."
        )
    if shown := next((form for form in (best, other) if form in proven), None):
        return shown, evidence(f"{shown}, as other columns of the file show.")
    months = {form: len({(day.year, day.month) for day in readings[form].values()}) for form in (best, other)}
    chosen = min(months, key=lambda form: months[form])
    told = [f"as {form} in {months[form]} month{'' if months[form] == 1 else 's'}" for form in (best, other)]
    return chosen, doubt(
        f"No day after the 12th shows whether the day or the month stands first. Read {told[0]}, {told[1]}."
    )

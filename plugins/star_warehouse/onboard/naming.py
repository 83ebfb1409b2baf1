"""What period a file's name says, and in which of its ways; the days in the file decide between two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from star_warehouse.sources import Cadence, Period
from star_warehouse.sources.period import GROUPS, period_from_groups

_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_SEPARATOR = r"[-_. ]{0,3}"
# How names say a period: what to look for, and how the named groups are then written in a pattern.
_FORMS = tuple(
    re.compile(rf"(?<![0-9]){form}(?![0-9])", re.IGNORECASE)
    for form in (
        r"(?P<from>\d{8}|\d{4}-\d\d-\d\d)[-_ ]{1,3}(?:to[-_ ])?(?P<to>\d{8}|\d{4}-\d\d-\d\d)",
        r"(?P<as_at>\d{4}-\d\d-\d\d|\d{8})",
        rf"(?P<fy_start>\d{{4}})[-_/](?:\d\d|\d{{4}}){_SEPARATOR}Q(?P<fy_quarter>[1-4])",
        rf"Q(?P<fy_quarter>[1-4]){_SEPARATOR}(?P<fy_start>\d{{4}})[-_/](?:\d\d|\d{{4}})",
        rf"(?P<year>\d{{4}}){_SEPARATOR}Q(?P<quarter>[1-4])",
        rf"Q(?P<quarter>[1-4]){_SEPARATOR}(?P<year>\d{{4}})",
        rf"(?P<fy_start>\d{{4}}){_SEPARATOR}Q(?P<fy_quarter>[1-4])",
        rf"Q(?P<fy_quarter>[1-4]){_SEPARATOR}(?P<fy_start>\d{{4}})",
        r"(?P<year_start>\d{4})[-_](?P<year_end>\d\d|\d{4})",
        r"(?P<year>\d{4})[-_. ]?(?P<month>0[1-9]|1[0-2])",
        r"(?P<month>0[1-9]|1[0-2])[-_. ]?(?P<year>\d{4})",
        rf"(?P<month_name>{_MONTH}){_SEPARATOR}(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}}){_SEPARATOR}(?P<month_name>{_MONTH})",
        r"(?P<calendar_year>(?:19|20)\d\d)",
    )
)
# Late lines of other months do not show that the name means another period; most lines of others do.
_OUTSIDE_ALLOWED = 0.25
_WRITTEN = {"month_name": "[A-Za-z]+", "quarter": "[1-4]", "fy_quarter": "[1-4]"}


@dataclass(frozen=True)
class Naming:
    """One way to read the period from a name.

    Attributes:
        pattern: the regular expression for names like this one.
        cadence: what a file then covers.
        period: what this name then says.
        rest: the name without its period.
        example: a name that fits.
    """

    pattern: str
    cadence: Cadence
    period: Period
    rest: str
    example: str


def namings(file_name: str) -> Iterator[Naming]:
    """All ways in which a name may say a period, the plainest first."""
    for form in _FORMS:
        for match in form.finditer(file_name):
            for cadence in GROUPS[frozenset(form.groupindex)]:
                if cadence == "edition":
                    # Only registers come so, and they are declared once for everybody.
                    continue
                try:
                    period = period_from_groups(match.groupdict(), cadence)
                except ValueError:
                    continue
                rest = file_name[: match.start()] + file_name[match.end() :]
                yield Naming(_pattern(file_name, match), cadence, period, rest, file_name)


def best_naming(file_name: str, days: Mapping[date, int], *, is_snapshot: bool) -> tuple[Naming | None, int]:
    """The plainest way to read a name under which most lines lie inside the period.

    Args:
        file_name: the name.
        days: the days in the file and their number of lines; empty where lines have no day of their own.
        is_snapshot: the file says how things stood on a day.

    Returns:
        it, or None if the name says no period; and how many lines then lie outside.
    """
    candidates = [naming for naming in namings(file_name) if is_snapshot or naming.cadence != "snapshot"]
    if is_snapshot:
        candidates.sort(key=lambda naming: naming.cadence != "snapshot")
    if not candidates:
        return None, 0
    outside = {id(naming): _outside(naming.period, days) for naming in candidates}
    most = sum(days.values()) * _OUTSIDE_ALLOWED
    fitting = [naming for naming in candidates if outside[id(naming)] <= most]
    best = fitting[0] if fitting else min(candidates, key=lambda naming: outside[id(naming)])
    return best, outside[id(best)]


def naming_for(file_name: str, days: Mapping[date, int], past: Sequence[date], *, is_snapshot: bool) -> Naming:
    """A way to name the files of a body whose names say no period, by the days that are in one.

    Args:
        file_name: the name.
        days: the days of its lines.
        past: other days in the file that were past when it was made.
        is_snapshot: the file says how things stood on a day.
    """
    stem, dot, ending = file_name.partition(".")
    first = min(days, default=max(past, default=date(2018, 4, 1)))
    last = max(days, default=first)
    periods: list[tuple[Cadence, str, dict[str, str]]] = [
        ("month", r"(?P<year>\d{4})-(?P<month>\d{2})", {"year": f"{first:%Y}", "month": f"{first:%m}"}),
        (
            "quarter",
            r"(?P<year>\d{4})-Q(?P<quarter>[1-4])",
            {"year": f"{first:%Y}", "quarter": str((first.month + 2) // 3)},
        ),
        ("year_to_date", r"(?P<year>\d{4})-(?P<month>\d{2})", {"year": f"{last:%Y}", "month": f"{last:%m}"}),
    ]
    if is_snapshot:
        periods = [("snapshot", r"(?P<as_at>\d{4}-\d{2}-\d{2})", {"as_at": last.isoformat()})]
    made = [(cadence, form, groups, period_from_groups(groups, cadence)) for cadence, form, groups in periods]
    cadence, form, groups, period = min(made, key=lambda one: _outside(one[3], days))
    said = re.sub(r"\(\?P<(\w+)>.*?\)", lambda match: groups[match[1]], form)
    pattern = f"{_literal(stem, is_of_period=False)}_{form}{_literal(dot + ending, is_of_period=False)}"
    return Naming(pattern, cadence, period, file_name, f"{stem}_{said}{dot}{ending}")


def _outside(period: Period, days: Mapping[date, int]) -> int:
    return sum(count for day, count in days.items() if not period.start <= day <= period.end)


def _pattern(name: str, match: re.Match[str]) -> str:
    """The whole name as a regular expression, with the groups where the period stands."""
    parts: list[str] = []
    position = 0
    for group, (start, end) in sorted(
        ((group, match.span(group)) for group in match.groupdict()), key=lambda item: item[1]
    ):
        parts.append(_literal(name[position:start], match.start() <= position))
        parts.append(f"(?P<{group}>{_WRITTEN.get(group) or re.sub(r'[0-9]+', _digits, name[start:end])})")
        position = end
    rest_of_match = _literal(name[position : match.end()], is_of_period=True)
    return "".join([*parts, rest_of_match, _literal(name[match.end() :], is_of_period=False)])


def _literal(text: str, is_of_period: bool) -> str:
    escaped = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)
    return re.sub(r"[0-9]+", _digits, escaped) if is_of_period else escaped


def _digits(match: re.Match[str]) -> str:
    return rf"\d{{{len(match[0])}}}"

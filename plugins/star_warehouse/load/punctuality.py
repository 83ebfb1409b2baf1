"""Which periods a source should have delivered by a day, and how each of them stands. Knows no database.

A period is in time until ``late_after_days`` after its end. From then on it is late, and 30 days later it is missing:
for a monthly feed that is when the next file is due too, so a slip of the post no longer explains it; for a yearly
one, waiting for the next file would take a year.

The registers publish monthly, but an edition is owed for each half-year only: offices and classes move slowly, and each
edition of the companies is 1 GB.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from star_warehouse.load.replacing import AS_AT, CUMULATIVE
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Source

MISSING_AFTER_LATE = timedelta(days=30)

_MONTHS_EACH = {"month": 1, "quarter": 3, "year": 12, "year_to_date": 1, "snapshot": 1, "edition": 6}
# In which months their periods begin; a financial year in April, a year of the calendar in January.
_BEGINS = {"quarter": (1, 4, 7, 10), "year": (4,), "year_to_date": (4,)}
_USUAL_MONTHS = 12
_ANY_MONTH = tuple(range(1, 13))
# Six years of months in a sentence are not read; the newest are the ones to ask for first.
_PERIODS_NAMED = 6
_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-Q([1-4])|(/\d{2})|)")


class Standing(StrEnum):
    """How a period stands; the graver the later in the list, of those that want somebody to act.

    Attributes:
        OPEN: it has not ended yet.
        DUE: it has ended, and its delivery is still in time.
        GREEN: it was delivered and is current.
        WAITING: its delivery is here and not taken in yet, or its verdict is awaited.
        LATE: nothing came in time.
        MISSING: nothing came in the 30 days after that.
        REFUSED: what came was refused or withdrawn, or has another period's bytes, and nothing else is current.
        HELD: what came waits for a person's decision, whether or not an earlier delivery is current.
    """

    OPEN = "open"
    DUE = "due"
    GREEN = "green"
    WAITING = "waiting"
    LATE = "late"
    MISSING = "missing"
    REFUSED = "refused"
    HELD = "held"


@dataclass(frozen=True)
class Expected:
    """A period that a source should deliver.

    Attributes:
        key: ``2018-04``, ``2022-Q1``, ``2024/25`` or ``2024``; of a feed that delivers everything so far, the month
            whose end it must reach.
        start: its first day.
        end: its last day, included.
        due: the last day on which its delivery is in time.
    """

    key: str
    start: date
    end: date
    due: date


@dataclass(frozen=True)
class Arrival:
    """A delivery, as far as it concerns the calendar.

    Attributes:
        standing: ``GREEN`` when it is current, ``WAITING``, ``REFUSED`` or ``HELD``.
        start: the first day it covers.
        end: the last day it covers; of a file for a longer time that is current, the day of its last payment.
    """

    standing: Standing
    start: date
    end: date


def expected_periods(source: Source, today: date) -> list[Expected]:
    """The periods of a source that have begun, the oldest first, each whole within what the source accepts."""
    every, accepts = source.cadence.every, source.accepts
    count = _MONTHS_EACH[every]
    is_by_calendar = "calendar_year" in re.compile(source.file_name.pattern).groupindex
    start = _first_start(accepts.first_day, every, is_by_calendar)
    found = []
    while start <= today:
        following = _months_later(start, count)
        end = following - timedelta(days=1)
        if accepts.last_day and end > accepts.last_day:
            break
        due = end + timedelta(days=source.cadence.late_after_days)
        found.append(Expected(_key(start, end, every, is_by_calendar), start, end, due))
        start = following
    return found


def standing_of(source: Source, period: Expected, arrivals: Sequence[Arrival], today: date) -> Standing:
    """How a period stands on a day; of a period of several months, how its worst month stands."""
    by_month = month_standings(source, period, arrivals, today).values()
    return max(by_month, key=list(Standing).index)


def month_standings(source: Source, period: Expected, arrivals: Sequence[Arrival], today: date) -> dict[date, Standing]:
    """How each month of a period stands on a day, by its first day; a year's file covers twelve."""
    standings = {}
    month = period.start.replace(day=1)
    while month <= period.end:
        following = _months_later(month, 1)
        came = {one.standing for one in arrivals if _covers(source, one, month, following - timedelta(days=1))}
        standings[month] = _standing(came, period, today)
        month = following
    return standings


def _standing(came: set[Standing], period: Expected, today: date) -> Standing:
    for standing in (Standing.HELD, Standing.GREEN, Standing.WAITING, Standing.REFUSED):
        if standing in came:
            return standing
    if today <= period.end:
        return Standing.OPEN
    if today <= period.due:
        return Standing.DUE
    return Standing.LATE if today <= period.due + MISSING_AFTER_LATE else Standing.MISSING


def _covers(source: Source, arrival: Arrival, first: date, last: date) -> bool:
    if source.cadence.every in AS_AT:
        return arrival.end >= last
    if source.cadence.every in CUMULATIVE:
        return arrival.start <= first and last <= arrival.end
    # As the completeness of a published figure has it: a month is there when the file reaches into it.
    return arrival.start <= last and first <= arrival.end


@dataclass(frozen=True)
class Owed:
    """The periods that a source owes on a day; as text, a sentence for the late ones and one for the missing ones.

    Attributes:
        late, missing: their keys, the newest first.
    """

    late: list[str]
    missing: list[str]

    def __str__(self) -> str:
        """Say how many there are and name the newest; nothing where nothing is owed."""
        both = ((Standing.LATE, self.late), (Standing.MISSING, self.missing))
        return " ".join(_told(standing, keys) for standing, keys in both if keys)


def owed_periods(source: Source, arrivals: Sequence[Arrival], today: date) -> Owed:
    """The periods of a source that are late or missing on a day."""
    owed = Owed([], [])
    keys_of = {Standing.LATE: owed.late, Standing.MISSING: owed.missing}
    for period in reversed(expected_periods(source, today)):
        if (standing := standing_of(source, period, arrivals, today)) in keys_of:
            keys_of[standing].append(period.key)
    return owed


def _told(standing: Standing, keys: Sequence[str]) -> str:
    what = "1 period is" if len(keys) == 1 else f"{len(keys)} periods are"
    rest = len(keys) - _PERIODS_NAMED
    more = f" and {rest} more back to {keys[-1]}" if rest > 0 else ""
    return f"{what} {standing}: {', '.join(keys[:_PERIODS_NAMED])}{more}."


@dataclass(frozen=True)
class Window:
    """The months of a calendar.

    Attributes:
        months: their first days, the oldest first.
        left_out: first days of the whole months after them that nothing came for and that are not shown.
    """

    months: tuple[date, ...]
    left_out: tuple[date, ...] = ()


def months_to_show(since: date | None, count: int | None, newest: date | None, today: date) -> Window:
    """Which months a calendar shows.

    Args:
        since: the day in whose month it begins; None: so that it ends with the last whole month. Where none of those
            would have a delivery, it ends with the newest that has one: months of a feed that ended years ago say
            nothing, but what is left out must be told.
        count: how many; None: from ``since`` all whole ones, otherwise twelve.
        newest: the last day that any delivery covers, or None when nothing was delivered.
        today: the day whose calendar counts.
    """
    this_month = today.replace(day=1)
    if since is not None:
        months = _months(since.replace(day=1), this_month)
        return Window(months if count is None else months[:count])
    size = count or _USUAL_MONTHS
    last = _months(_months_later(this_month, -size), this_month)
    if newest is None or newest >= last[0]:
        return Window(last)
    end = _months_later(newest.replace(day=1), 1)
    return Window(_months(_months_later(end, -size), end), _months(end, this_month))


def _months(first: date, before: date) -> tuple[date, ...]:
    """First days of the months from one up to another, which is not among them."""
    months = []
    while first < before:
        months.append(first)
        first = _months_later(first, 1)
    return tuple(months)


def first_day_of(period: str) -> date:
    """The first day of a period that a person names: ``2018-04``, ``2022-Q1``, ``2024/25``, ``2024`` or a day.

    Raises:
        Refusal: it is none of these.
    """
    match = _PERIOD.fullmatch(period)
    try:
        if match is None:
            raise ValueError(period)
        year, month, day, quarter, following = match.groups()
        if quarter:
            return date(int(year), 3 * int(quarter) - 2, 1)
        return date(int(year), int(month or (4 if following else 1)), int(day or 1))
    except ValueError as error:
        raise Refusal(
            f"{period!r} is not a period.",
            where="--from",
            way_out="Write 2018-04, 2022-Q1, 2024/25, 2024 or 2024-03-31.",
        ) from error


def _first_start(first_day: date, every: str, is_by_calendar: bool) -> date:
    start = first_day.replace(day=1)
    if every in AS_AT:
        return start
    begins = (1,) if is_by_calendar else _BEGINS.get(every, _ANY_MONTH)
    while start < first_day or start.month not in begins:
        start = _months_later(start, 1)
    return start


def _months_later(first: date, count: int) -> date:
    years, month = divmod(first.month - 1 + count, 12)
    return date(first.year + years, month + 1, 1)


def _key(start: date, end: date, every: str, is_by_calendar: bool) -> str:
    if is_by_calendar:
        return f"{start.year}"
    if every == "year":
        return f"{start.year}/{(start.year + 1) % 100:02}"
    if every == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return f"{end:%Y-%m}"

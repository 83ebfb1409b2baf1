"""Partners × months in words."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from star_warehouse.load import Arrival, Standing, Window, months_to_show
from star_warehouse.local.calendar_table import calendar_rows, print_calendar
from star_warehouse.sources import Source
from tests.builders import SNAPSHOT, SPEND, declare

TODAY = date(2019, 3, 10)


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Source]:
    """The town's months to September 2018, its published year from April 2019 on, and the register."""
    yearly = SPEND.replace("id: town", "id: town_published").replace("every: month", "every: year")
    yearly = yearly.replace("(?P<year>\\d{4})-(?P<month>\\d{2})", "(?P<year_start>\\d{4})-(?P<year_end>\\d{2})")
    yearly = yearly.replace("example: town_2018-04", "example: town_2018-19").replace(
        "2018-04-01, to", "2019-04-01, to"
    )
    return {
        "register": declare(tmp_path, SNAPSHOT),
        "town": declare(tmp_path, SPEND, ("to: 2024-03-31", "to: 2018-09-30")),
        "town_published": declare(tmp_path, yearly),
    }


ARRIVALS = {
    "town": [
        Arrival(Standing.GREEN, date(2018, 4, 1), date(2018, 4, 30)),
        Arrival(Standing.REFUSED, date(2018, 5, 1), date(2018, 5, 31)),
        Arrival(Standing.GREEN, date(2018, 6, 1), date(2018, 6, 30)),
        Arrival(Standing.HELD, date(2018, 6, 1), date(2018, 6, 30)),
    ],
    "register": [Arrival(Standing.GREEN, date(2018, 9, 30), date(2018, 9, 30))],
}


def test_the_feeds_of_a_partner_share_its_row_and_other_feeds_come_below(sources: dict[str, Source]) -> None:
    rows = calendar_rows(sources, ARRIVALS, TODAY)

    assert list(rows) == ["town", "register"]
    assert [str(standing) for standing in rows["town"].values()] == [
        "green", "refused", "held", "missing", "missing", "missing",
    ]  # fmt: skip
    assert rows["register"][date(2018, 9, 1)] is Standing.GREEN
    # 31 October and 120 days is 28 February.
    assert rows["register"][date(2018, 10, 1)] is Standing.LATE
    assert rows["register"][date(2018, 12, 1)] is Standing.DUE


def test_a_year_of_another_feed_follows_in_the_same_row(sources: dict[str, Source]) -> None:
    arrivals = {"town_published": [Arrival(Standing.GREEN, date(2019, 4, 1), date(2020, 3, 31))]}

    row = calendar_rows(sources, arrivals, date(2020, 5, 1))["town"]

    assert [str(row[month]) for month in (date(2018, 9, 1), date(2019, 4, 1), date(2020, 3, 1))] == [
        "missing", "green", "green",
    ]  # fmt: skip
    assert date(2018, 10, 1) not in row


def printed(sources: dict[str, Source], width: int, window: Window | None = None) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width)
    window = window or months_to_show(date(2018, 4, 1), None, None, TODAY)
    print_calendar(sources, ARRIVALS, window, TODAY, console)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_it_is_read_without_colour_and_fits_a_narrow_console(sources: dict[str, Source]) -> None:
    wide, narrow = printed(sources, 160), printed(sources, 80)

    (town,) = (line for line in wide if line.split()[:1] == ["town"])
    assert town.split() == ["town", "green", "refused", "held", *["missing"] * 3, *["–"] * 5]
    lines = [line for line in narrow if line.split()[:1] == ["town"]]
    assert len(lines) == 2
    assert [word for line in lines for word in line.split()[1:]] == town.split()[1:]
    assert all(len(line) <= 80 for line in narrow if line.split()[:1] in (["town"], ["register"]))
    assert not any("…" in line for line in narrow)


def test_every_word_of_the_table_is_explained_below_it(sources: dict[str, Source]) -> None:
    legend = " ".join(line for line in printed(sources, 160) if ": " in line)

    for standing in Standing:
        assert f"{standing}: " in legend
    assert "–: not expected" in legend


def test_months_that_are_left_out_are_told_with_the_way_to_see_them(sources: dict[str, Source]) -> None:
    window = months_to_show(None, 3, date(2018, 9, 30), date(2021, 1, 5))

    text = printed(sources, 160, window)

    assert text[-1] == (
        "Nothing was delivered for 2018-10 to 2020-12, so they are not shown; "
        "`star-warehouse status --from 2018-10` shows them."
    )
    assert not any("Nothing was delivered" in line for line in printed(sources, 160))

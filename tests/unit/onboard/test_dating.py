"""How days are written is proven from the days that are there, or said to be unproven."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from star_warehouse.onboard.dating import prove_dates
from star_warehouse.sources import EXCEL_SERIAL


def lines(*texts: str) -> dict[str, int]:
    """Texts in lines from 2 on."""
    return {text: line for line, text in enumerate(texts, 2)}


@pytest.mark.parametrize(
    ("texts", "formats", "words"),
    [
        (["01/02/2024", "13/02/2024"], ("%d/%m/%Y",), "'13/02/2024' in line 3 can only be read so"),
        (["01/02/2024", "02/13/2024"], ("%m/%d/%Y",), "'02/13/2024' in line 3 can only be read so"),
        (["2024-02-01"], ("%Y-%m-%d",), "reads '2024-02-01' (line 2)"),
        (["20240201"], ("%Y%m%d",), "reads '20240201' (line 2)"),
        (["01-Feb-2024", "31-Mar-2024"], ("%d-%b-%Y",), "all others of that form"),
        (["1 May 2024", "3 March 2024"], ("%d %b %Y", "%d %B %Y"), "all others"),
        (["31.12.2024"], ("%d.%m.%Y",), "all others"),
        (["13/02/24"], ("%d/%m/%y",), "can only be read so"),
        (["43191", "43192"], (EXCEL_SERIAL,), "reads '43191'"),
        (["13/02/2024", "01-Feb-2024"], ("%d/%m/%Y", "%d-%b-%Y"), "reads '01-Feb-2024' (line 3)"),
    ],
)
def test_values_prove_their_format(texts: list[str], formats: tuple[str, ...], words: str) -> None:
    dating = prove_dates(lines(*texts), from_cells=False)

    assert dating.formats == formats == dating.proven
    assert not any(note.is_doubt for note in dating.notes)
    assert any(words in note.text for note in dating.notes)
    assert set(dating.days) == set(texts)


def test_days_up_to_the_twelfth_prove_nothing() -> None:
    dating = prove_dates(lines("01/04/2024", "02/04/2024", "11/04/2024"), from_cells=False)

    assert (dating.formats, dating.proven) == (("%d/%m/%Y",), ())
    (note,) = dating.notes
    assert note.is_doubt
    assert "Read as %d/%m/%Y in 1 month, as %m/%d/%Y in 3 months" in note.text


def test_the_reading_with_fewer_months_is_proposed() -> None:
    dating = prove_dates(lines("04/01/2024", "04/02/2024", "04/11/2024"), from_cells=False)

    assert (dating.formats, dating.proven) == (("%m/%d/%Y",), ())


def test_another_column_that_proves_the_order_speaks_for_this_one() -> None:
    dating = prove_dates(lines("04/01/2024"), from_cells=False, proven={"%m/%d/%Y"})

    assert dating.formats == ("%m/%d/%Y",)
    assert not dating.notes[0].is_doubt


def test_two_orders_in_one_column_are_told_with_both_lines() -> None:
    dating = prove_dates(lines("13/01/2024", "14/01/2024", "02/25/2024"), from_cells=False)

    (note, left) = dating.notes
    assert note.is_doubt
    assert "'13/01/2024' (line 2) can only be %d/%m/%Y, '02/25/2024' (line 4) only %m/%d/%Y" in note.text
    assert "'02/25/2024' in line 4" in left.text


def test_what_is_no_day_is_told_with_its_line() -> None:
    dating = prove_dates(lines("2024-02-01", "2024-02-30", "2024-02-01 10:00"), from_cells=False)

    assert [note.is_doubt for note in dating.notes] == [True, True]
    assert "'2024-02-30' in line 3" in dating.notes[1].text


def test_date_cells_need_no_format() -> None:
    dating = prove_dates(lines("2024-02-01 00:00:00", "2024-02-02"), from_cells=True)

    assert dating.formats == ()
    assert dating.days["2024-02-01 00:00:00"] == date(2024, 2, 1)


@given(st.lists(st.dates(date(1990, 1, 1), date(2060, 12, 31)), min_size=1, max_size=30), st.booleans())
def test_a_proven_order_is_the_one_that_was_written(days: list[date], is_day_first: bool) -> None:
    written = "%d/%m/%Y" if is_day_first else "%m/%d/%Y"

    dating = prove_dates(lines(*(f"{day:{written}}" for day in days)), from_cells=False)

    assert dating.proven in ((written,), ())
    if any(day.day > 12 for day in days):
        assert dating.proven == (written,)
        assert {f"{day:{written}}": day for day in days} == dating.days

"""Rows of a CSV with the lines they begin on; a stray quote costs one line."""

from __future__ import annotations

import pytest

from star_warehouse.read.csv_file import parse_csv
from star_warehouse.refusal import Refusal


def test_rows_know_their_lines() -> None:
    records = parse_csv('a,b,c\r\n1,"two\nlines",3\r\n\r\n4,5,6\r\n', ",", "file")

    assert records.rows == [["a", "b", "c"], ["1", "two\nlines", "3"], [], ["4", "5", "6"]]
    assert records.line_numbers == [1, 2, 4, 5]
    assert [records.text_of(index) for index in range(4)] == ["a,b,c", '1,"two\nlines",3', "", "4,5,6"]
    assert records.unreadable == []


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_known(ending: str) -> None:
    records = parse_csv(ending.join(["a,b", "1,2", "3,4"]), ",", "file")

    assert records.rows == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert records.line_numbers == [1, 2, 3]


def test_signs_that_end_a_line_elsewhere_do_not_here() -> None:
    assert parse_csv("a\x0bb,c\u2028d\x85\n1,2\n", ",", "file").line_numbers == [1, 2]


def test_quotes_inside_are_doubled_or_in_an_unquoted_field() -> None:
    assert parse_csv('"The ""Shop""",5" pipe\n', ",", "file").rows == [['The "Shop"', '5" pipe']]


@pytest.mark.parametrize("bad", ['"never closed,1,2', '"The Shop" Ltd,1,2', 'a,"b,2'])
def test_a_stray_quote_costs_its_own_line_only(bad: str) -> None:
    records = parse_csv(f'1,2,3\n{bad}\n4,5,6\n7,"8",9\n', ",", "file")

    assert records.rows == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]
    assert records.line_numbers == [1, 3, 4]
    assert [(line.line_number, line.code, line.text) for line in records.unreadable] == [(2, "unpaired_quotes", bad)]
    assert records.text_of(0) == "1,2,3"


def test_a_field_does_not_swallow_the_lines_up_to_the_next_stray_quote() -> None:
    records = parse_csv('1,2,3\na,"b,c\n4,5,6\n7,8",9\n', ",", "file")

    assert records.rows == [["1", "2", "3"], ["4", "5", "6"], ["7", '8"', "9"]]
    assert [line.line_number for line in records.unreadable] == [2]


def test_a_file_full_of_stray_quotes_is_refused() -> None:
    with pytest.raises(Refusal, match=r"More than 5,000 lines have quotes that do not pair \(the first is line 1\)"):
        parse_csv('"x" y,2,3\n' * 5_001, ",", "file")


def test_nothing_gives_no_rows() -> None:
    assert parse_csv("", ",", "file").rows == []

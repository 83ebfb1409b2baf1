"""Rows of a CSV with the lines they begin on; a stray quote costs one line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from unittest import mock

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from star_warehouse.load import RejectedLine
from star_warehouse.read import csv_file
from star_warehouse.read.csv_file import CsvRows
from star_warehouse.read.records import Row
from star_warehouse.refusal import Refusal


@dataclass
class Parsed:
    """All rows of a text: its first one, and those below it, blank ones only counted."""

    header: Row
    rows: dict[int, list[str]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    unreadable: list[RejectedLine] = field(default_factory=list)
    blank_count: int = 0

    @property
    def all_rows(self) -> list[list[str]]:
        return [self.header.cells, *(cells for _, cells in sorted(self.rows.items()))]


def parse(text: str, delimiter: str = ",", block_bytes: int = 1 << 20, *, has_quotes: bool = True) -> Parsed:
    data = text.encode()
    blocks = (data[begin : begin + block_bytes] for begin in range(0, len(data), block_bytes))
    # The first line is the header, so that every later one may be in another block.
    with mock.patch.object(csv_file, "ROWS_OF_HEAD", 1):
        rows = CsvRows(blocks, delimiter, "file", has_quotes=has_quotes)
        header = rows.head().rows[0]
    parsed = Parsed(header)
    for batch in rows.below(header, range(len(header.cells)), [""]):
        for line_number, *cells in batch.cells.iter_rows():
            assert line_number not in parsed.rows
            parsed.rows[line_number] = [cell or "" for cell in cells]
            parsed.texts[line_number] = batch.text_of(line_number)
        for row in batch.odd:
            assert row.line_number not in parsed.rows
            parsed.rows[row.line_number] = row.cells
            parsed.texts[row.line_number] = batch.text_of(row.line_number)
        parsed.unreadable += batch.unreadable
        parsed.blank_count += batch.blank_count
    return parsed


def test_rows_know_their_lines() -> None:
    parsed = parse('a,b,c\r\n1,"two\nlines",3\r\n\r\n4,5,6\r\n')

    assert parsed.header == Row(1, ["a", "b", "c"])
    assert parsed.rows == {2: ["1", "two\nlines", "3"], 5: ["4", "5", "6"]}
    assert parsed.texts == {2: '1,"two\nlines",3', 5: "4,5,6"}
    assert parsed.blank_count == 1
    assert parsed.unreadable == []


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_known(ending: str) -> None:
    assert parse(ending.join(["a,b", "1,2", "3,4"])).rows == {2: ["1", "2"], 3: ["3", "4"]}


def test_line_endings_may_be_mixed() -> None:
    assert parse("a,b\r\n1,2\n3,4\r5,6\r\n").rows == {2: ["1", "2"], 3: ["3", "4"], 4: ["5", "6"]}


def test_signs_that_end_a_line_elsewhere_do_not_here() -> None:
    assert parse("a,d\nb\x0bc,\u2028d\x85\n\x1f1,\x1e2\n").rows == {2: ["b\x0bc", "\u2028d\x85"], 3: ["\x1f1", "\x1e2"]}


def test_quotes_inside_are_doubled_or_in_an_unquoted_field() -> None:
    assert parse('a,b\n"The ""Shop""",5" pipe\n"""",""\n').rows == {2: ['The "Shop"', '5" pipe'], 3: ['"', ""]}


@pytest.mark.parametrize("bad", ['"never closed,1,2', '"The Shop" Ltd,1,2', 'a,"b,2'])
def test_a_stray_quote_costs_its_own_line_only(bad: str) -> None:
    parsed = parse(f'1,2,3\n{bad}\n4,5,6\n7,"8",9\n')

    assert parsed.rows == {3: ["4", "5", "6"], 4: ["7", "8", "9"]}
    assert [(line.line_number, line.code, line.text) for line in parsed.unreadable] == [(2, "unpaired_quotes", bad)]


def test_lines_that_may_be_text_of_a_quoted_field_are_no_rows() -> None:
    """Are they payments between two stray quotes, or text between a pair of them? Nobody can tell."""
    parsed = parse('1,2,3\na,"b,c\n4,5,6\n7,8",9\n10,11,12\n')

    assert parsed.rows == {5: ["10", "11", "12"]}
    assert [line.line_number for line in parsed.unreadable] == [2, 3, 4]
    assert {line.reason for line in parsed.unreadable} == {
        "A quote from line 2 to line 4 is around what may be whole lines."
    }
    assert [line.text for line in parsed.unreadable] == ['a,"b,c', "4,5,6", '7,8",9']


def test_a_stray_quote_before_another_one_costs_its_own_line_only() -> None:
    """As one row they would be too wide, so they are not one."""
    parsed = parse('1,2,3\na,"b,c\n4,5,6\n7,8",9,10,11\n')

    assert parsed.rows == {3: ["4", "5", "6"], 4: ["7", '8"', "9", "10", "11"]}
    assert [line.line_number for line in parsed.unreadable] == [2]


def test_a_file_full_of_stray_quotes_is_refused() -> None:
    with pytest.raises(Refusal, match=r"More than 5,000 lines have quotes that do not pair \(the first is line 2\)"):
        parse("a,b,c\n" + '"x" y,2,3\n' * 5_001)


def test_a_line_without_end_is_refused_before_it_is_taken_into_memory() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield b"a,b\n"
        while True:
            taken += 1
            yield b"x" * (1 << 20)

    with pytest.raises(Refusal, match=r"A line is longer than 4 MB; it begins b'xxxx"):
        CsvRows(endless(), ",", "file")
    assert taken <= 6


def test_nothing_gives_no_rows() -> None:
    assert CsvRows([], ",", "file").head().rows == []


def test_the_header_is_found_though_the_lines_above_it_end_otherwise() -> None:
    rows = CsvRows([b"Town\nSupplier,Net\rAcme,1\r"], ",", "file")

    assert [row.cells for row in rows.head().rows] == [["Town"], ["Supplier", "Net"], ["Acme", "1"]]


def test_a_row_that_does_not_end_is_refused() -> None:
    text = b"a,b\n" + b'"x\n",' * 1_000_000

    rows = CsvRows([text[begin : begin + (1 << 20)] for begin in range(0, len(text), 1 << 20)], ",", "file")

    with pytest.raises(Refusal, match=r"A row is longer than 2 MB; it begins in line 2\."):
        list(rows.below(rows.head().rows[0], [0], [""]))


@pytest.mark.parametrize("above", ["1,2\n", '"1",2\n', "\n", '1,2"\n', '1,"2\n3"\n', "1,2\r"])
@pytest.mark.parametrize(
    "line",
    ["\ufeffa,b", "\ufeff\ufeffa,b", "\ufeff,b", '\ufeff"a",b', '"\ufeffa",b', "\ufeff", "\ufeff 1,\ufeff2"],
)
def test_a_byte_order_mark_within_a_file_stays_part_of_its_cell_wherever_a_block_begins(above: str, line: str) -> None:
    text = f"x,y\n{above}{line}\n7,8\n"
    whole = parse(text)
    assert whole.texts[max(whole.texts) - 1] == line
    expected = next(csv.reader([line], strict=True))
    for block_bytes in range(1, len(text.encode()) + 1):
        parsed = parse(text, block_bytes=block_bytes)
        assert parsed.rows == whole.rows
        assert parsed.rows[max(parsed.rows) - 1] == expected
        assert parsed.unreadable == whole.unreadable


def test_many_short_lines_are_read_a_portion_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_MOST_LINES_AT_ONCE", 100)
    for ending in ("\n", "\r\n", "\r"):
        lines = [f"{number},x" for number in range(1_000)]
        rows = CsvRows([ending.join(["a,b", *lines, ""]).encode()], ",", "file")

        batches = [*rows.below(rows.head().rows[0], [0], [""])]

        assert max(batch.cells.height for batch in batches) <= 100
        assert [row for batch in batches for row in batch.cells.rows()] == [
            (number + 2, str(number)) for number in range(1_000)
        ]


# Every sign that means something to a CSV, blanks of many kinds, and some letters.
TEXT = st.text(st.sampled_from('ab,"\r\n ;\t\x1f\u00a0£é\ufeff'), max_size=80)


@given(TEXT, st.integers(1, 40), st.sampled_from(",;\t"))
def test_where_lines_are_cut_into_blocks_changes_nothing(text: str, block_bytes: int, delimiter: str) -> None:
    whole = f"h1{delimiter}h2\n{text}"

    assert parse(whole, delimiter, block_bytes) == parse(whole, delimiter)


@given(st.lists(st.lists(st.text(st.sampled_from('ab,"\n é'), max_size=5), min_size=3, max_size=3), max_size=12))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]]) -> None:
    """The csv module as writer; a field that looks like whole lines may be taken for a stray quote instead."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([["h1", "h2", "h3"], *rows])

    parsed = parse(stream.getvalue(), block_bytes=7)

    if not parsed.unreadable:
        filled = [row for row in rows if any(cell and not cell.isspace() for cell in row)]
        found = [row for row in parsed.all_rows[1:] if any(cell and not cell.isspace() for cell in row)]
        assert found == filled
    else:
        assert any(cell.count(",") >= 2 and "\n" in cell for row in rows for cell in row)


def test_both_ways_of_reading_agree() -> None:
    """Lines that polars splits are the same cells as those that the csv module makes of them."""
    lines = [f'"Invented ""{number}""",{number % 7},"a, b",,{number}.5' for number in range(2_000)]

    parsed = parse("\n".join(["a,b,c,d,e", *lines]))

    assert [*parsed.rows.values()] == [*csv.reader(lines)]
    assert pl.Series([*parsed.rows]).to_list() == [*range(2, 2_002)]


@pytest.mark.parametrize("block_bytes", [1 << 20, 7])
def test_where_quotes_hold_nothing_together_each_line_is_a_row(block_bytes: int) -> None:
    lines = ["a\tb", '"x\ty', 'He said "no"\tz', '""\t"', 'one\t"two', "short", '"\t"\tlong', "\t "]

    parsed = parse("\r\n".join([*lines, ""]), "\t", block_bytes, has_quotes=False)

    assert parsed.rows == {number: line.split("\t") for number, line in enumerate(lines[:-1], 1) if number > 1}
    assert (parsed.unreadable, parsed.blank_count) == ([], 1)
    assert parsed.texts[3] == lines[2]

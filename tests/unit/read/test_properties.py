"""What a generator writes is read back the same, or refused, never changed.

The generator knows what it wrote, to the line and the penny; nothing that is expected here comes from the reader.
"""

from __future__ import annotations

import calendar
import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from unittest import mock

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from star_warehouse.read import csv_file, encoding
from star_warehouse.read.values import dates
from star_warehouse.refusal import Refusal
from star_warehouse.sources import Source
from tests.builders import SNAPSHOT, SPEND, WORKBOOK, declare
from tests.reading import ReadDelivery, read_bytes

PERIOD = date(2018, 4, 1), date(2018, 4, 30)
DATE_FORMATS = "['%d/%m/%Y', '%Y-%m-%d', '%d-%b-%Y', excel_serial]"
TOTALS = "    totals_row: {column: supplier_name, label: Grand total, adds_up: [amount_net_gbp]}\n"
ABSENT = "    may_be_absent: [purpose]\n"
TOKENS = ("null_tokens: [NA]", "null_tokens: [NA, n/k]\nzero_tokens: [Nil, '-']")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """Feeds that allow every style, by delimiter; with ``+`` the file ends with a totals row."""
    made = {}
    for number, delimiter in enumerate(",;\t|"):
        for has_totals in (False, True):
            quoted = {"\t": '"\\t"'}.get(delimiter, f"'{delimiter}'")
            made[delimiter + "+" * has_totals] = declare(
                tmp_path_factory.mktemp(f"source{number}"),
                SPEND,
                ("delimiter: ','}", f"delimiter: {quoted}, legacy_encoding: cp1252}}"),
                ("['%d/%m/%Y']", DATE_FORMATS),
                TOKENS,
                (ABSENT, ABSENT + TOTALS * has_totals),
            )
    return made


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """A feed of workbooks whose cells may be texts too."""
    formats = f"format: {{type: xlsx}}\ndate_formats: {DATE_FORMATS}\nnull_tokens: [NA]\nzero_tokens: [Nil]"
    return declare(tmp_path_factory.mktemp("village"), WORKBOOK, ("format: {type: xlsx}", formats))


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """A feed of texts only."""
    return declare(
        tmp_path_factory.mktemp("register"),
        SNAPSHOT,
        ("contract_value_gbp: [Value]", "contract_title: [Title]"),
        ("rejected_pct: 0", "rejected_pct: 90"),
    )


@pytest.fixture(scope="module")
def register_of_short_rows(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """The same feed, whose short rows are filled."""
    return declare(
        tmp_path_factory.mktemp("short_rows"),
        SNAPSHOT,
        ("delimiter: ','", "delimiter: ',', short_rows: fill"),
        ("contract_value_gbp: [Value]", "contract_title: [Title]"),
        ("rejected_pct: 0", "rejected_pct: 90"),
    )


@dataclass(frozen=True)
class Written:
    """A value, how it stands in the file, and the code of its rejection when it is to be rejected."""

    text: str
    value: object
    code: str | None = None


def written_amount(pence: int, style: str, has_commas: bool) -> str:
    """An amount as ledgers write it; each style has its own way to say minus."""
    pounds = f"{abs(pence) // 100:,}" if has_commas else f"{abs(pence) // 100}"
    number = f"{pounds}.{abs(pence) % 100:02}"
    if style == "short" and pence % 10 == 0:
        number = number[:-1] if pence % 100 else number[:-3]
    is_negative = pence < 0
    return {
        "plain": f"-{number}" if is_negative else number,
        "short": f"-{number}" if is_negative else number,
        "true minus": f"−{number}" if is_negative else number,
        "pound": f"-£{number}" if is_negative else f"£{number}",
        "pound first": f"£-{number}" if is_negative else f"£ {number}",
        "brackets": f"({number})" if is_negative else number,
        "pound in brackets": f"(£{number})" if is_negative else f"£{number}",
        "trailing": f"{number}-" if is_negative else number,
        "letters": f"{number}CR" if is_negative else f"{number}DR",
        "letters apart": f"{number} cr" if is_negative else f"{number} dr",
    }[style]


STYLES = ("plain", "short", "true minus", "pound", "pound first", "brackets", "pound in brackets", "trailing")
# No ledger's total has more than twelve digits either.
PENCE = st.one_of(st.integers(-(10**12), 10**12), st.integers(-99_999, 999_999), st.just(0))


@st.composite
def amounts(draw: st.DrawFn) -> Written:
    """An amount that reads, or one that must not."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return Written(draw(st.sampled_from(["", "NA", " n/k "])), None, "no_amount")
    if kind == 1:
        return Written(draw(st.sampled_from(["Nil", " - "])), Decimal(0))
    if kind == 2:
        wrong = ["ten", "1.234,50", "1 234.50", "12,34.50", "5-5", "(5", "--5", "1e5", "5 GBP", "#REF!", "٣", "+5"]
        text = draw(st.sampled_from(wrong))
        return Written(text, None, "spreadsheet_error" if text == "#REF!" else "unreadable_amount")
    pence = draw(PENCE)
    if kind == 3:
        return Written(f"{Decimal(pence).scaleb(-2):f}{draw(st.integers(0, 9))}", None, "too_many_decimals")
    style = draw(st.sampled_from([*STYLES, "letters", "letters apart"]))
    pad = draw(st.sampled_from(["", "", " ", "\u00a0"]))
    return Written(pad + written_amount(pence, style, draw(st.booleans())) + pad, Decimal(pence).scaleb(-2))


@st.composite
def days(draw: st.DrawFn) -> Written:
    """A day of the period in one of the formats; or another day, or none."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return Written(draw(st.sampled_from(["", " NA"])), None, "missing_date")
    if kind == 1:
        wrong = ["31/04/2018", "04/13/2018", "2018-4-31", "03-Avr-2018", "3/4/18", "431931", "4319", "3 April", "x"]
        return Written(draw(st.sampled_from(wrong)), None, "unreadable_date")
    day = draw(st.dates(*PERIOD) if kind > 3 else st.dates(date(1930, 1, 1), date(2170, 12, 31)))
    form = draw(st.sampled_from(["slashes", "short", "iso", "month", "MONTH", "serial"]))
    text = {
        "slashes": f"{day:%d/%m/%Y}",
        "short": f"{day.day}/{day.month}/{day.year}",
        "iso": f"{day:%Y-%m-%d}",
        "month": f"{day.day:02}-{calendar.month_abbr[day.month]}-{day.year}",
        "MONTH": f"{day.day:02}-{calendar.month_abbr[day.month].upper()}-{day.year}",
        "serial": str(day.toordinal() - date(1899, 12, 30).toordinal()),
    }[form]
    return Written(text, day, None if PERIOD[0] <= day <= PERIOD[1] else "outside_period")


# Letters of cp1252 and others, every sign that means something to a CSV, and blanks. A field that holds both line ends
# and delimiters may be taken for a stray quote and others' lines, so here it holds one of the two.
FLAT = st.text(st.sampled_from("ab Zé£–’\"',;\t|.-(0)\u00a0"), max_size=10)
TALL = st.text(st.sampled_from('ab é"\n'), max_size=8)
NULLS = ("", "NA", "n/k")


@st.composite
def texts(draw: st.DrawFn) -> Written:
    """A text, which is kept as it is, or nothing."""
    text = draw(st.one_of(FLAT, FLAT, TALL, st.sampled_from(["NA", " n/k ", "na", "NA Ltd", "007", "Grand"])))
    return Written(text, None if text.strip() in NULLS else text)


@st.composite
def references(draw: st.DrawFn) -> Written:
    """An identifier, with its leading zeros, or what a spreadsheet left of one."""
    if draw(st.integers(0, 15)) == 0:
        return Written(draw(st.sampled_from(["1.23E+11", "5E+05", " 1.2e+7"])), None, "mangled_identifier")
    if draw(st.integers(0, 15)) == 0:
        return Written(draw(st.sampled_from(["#REF!", "#N/A", " #VALUE!"])), None, "spreadsheet_error")
    text = draw(st.one_of(st.from_regex(r"\A0{0,4}[0-9]{1,9}\Z"), st.sampled_from(["1E5", "E+11", "#1", "1+2"])))
    return Written(text, text)


@dataclass(frozen=True)
class Line:
    """One line of a ledger."""

    supplier: Written
    ref: Written
    day: Written
    amount: Written
    purpose: Written

    @property
    def values(self) -> tuple[object, ...]:
        return self.supplier.value, self.ref.value, self.day.value, self.amount.value, self.purpose.value

    @property
    def code(self) -> str | None:
        """Why it is rejected: for the first of its columns that does not read, in the warehouse's order."""
        day = self.day.code
        unreadable = self.amount.code if self.amount.code != "no_amount" else None
        return self.ref.code or day or unreadable or self.amount.code


LINES = st.lists(st.builds(Line, texts(), references(), days(), amounts(), texts()), max_size=12)
NAMES = {
    "supplier": ("Supplier",),
    "ref": ("Ref",),
    "day": ("Paid",),
    "amount": ("Net", "Net £"),
    "purpose": ("Purpose",),
}


@dataclass
class File:
    """A file while it is written, with the account of what was written so far."""

    delimiter: str
    ends: Iterator[str]
    parts: list[str] = field(default_factory=list)
    line_number: int = 1
    loaded: list[tuple[object, ...]] = field(default_factory=list)
    loaded_gbp: Decimal = Decimal(0)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> int:
        """Add a row; the number of the line it begins on."""
        number = self.line_number
        end = next(self.ends)
        # A carriage return and a newline are one line end, so no row may begin with one after the other.
        if not text and self.parts and self.parts[-1].endswith("\r"):
            end = "\r"
        self.parts.append(text + end)
        self.line_number += 1 + text.count("\n")
        return number

    def row(self, cells: list[str], quoting: Literal[0, 1]) -> str:
        """The text of a row by Python's csv module."""
        stream = io.StringIO()
        csv.writer(stream, delimiter=self.delimiter, quoting=quoting).writerow(cells)
        return stream.getvalue().removesuffix("\r\n")


@st.composite
def files(draw: st.DrawFn, *, has_totals: bool | None = None) -> tuple[File, int, bool, Decimal]:
    """A whole ledger; how many rows its header is the last of, whether it has a totals row, and what that must say."""
    delimiter = draw(st.sampled_from(",;\t|"))
    has_totals = draw(st.booleans()) if has_totals is None else has_totals
    ends = draw(st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1, max_size=5))
    file = File(delimiter, (ends[number % len(ends)] for number in range(10**6)))
    quoting: Literal[0, 1] = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))

    # Columns in any order, under any of their names, with others and empty ones between.
    columns: list[str] = draw(st.permutations(["supplier", "ref", "day", "amount", "purpose", "?", "?", ""]))
    names = {column: draw(st.sampled_from(NAMES[column])) for column in NAMES}
    spaced = st.sampled_from(["{}", " {} ", "{}\u00a0"])
    cased = st.sampled_from(["upper", "lower", "title"])
    header = [
        draw(spaced).format(getattr(names[column], draw(cased))()) if column in names else "Other" * (column == "?")
        for column in columns
    ]
    for _ in range(draw(st.integers(0, 3))):
        title = draw(st.sampled_from(["Town Council", "Payments, April; 2018", "Supplier", "", '"x" y']))
        file.add(title)
        file.skipped["preamble"] += 1
    file.add(file.row(header, quoting))
    file.skipped["header"] += 1
    head_rows = len(file.parts)

    total = Decimal(0)
    for line in draw(LINES):
        kind = draw(st.integers(0, 11))
        if kind == 0:
            file.add(draw(st.sampled_from(["", " ", delimiter * 3, f'""{delimiter} "'[:-2], delimiter * 9])))
            file.skipped["blank"] += 1
        if kind == 1:
            file.add(file.row(header, quoting))
            file.skipped["repeated_header"] += 1
        if kind == 2:
            number = file.add(delimiter.join(["short", "row"]))
            file.rejected.append((number, "wrong_field_count"))
        others = {"?": draw(FLAT), "": draw(st.sampled_from(["", " "]))}
        cells = [getattr(line, column).text if column in names else others[column] for column in columns]
        cells += [""] * draw(st.integers(0, 2))
        # A row may look as if it were none.
        assume(any(map(str.strip, cells)) and cells[: len(header)] != header)
        number = file.add(file.row(cells, quoting))
        pounds = line.amount.value if isinstance(line.amount.value, Decimal) else Decimal(0)
        total += pounds
        if line.code:
            file.rejected.append((number, line.code))
        else:
            file.loaded.append((number, *line.values))
            file.loaded_gbp += pounds
    if has_totals:
        cells = [""] * len(columns)
        cells[columns.index("supplier")] = draw(st.sampled_from(["Grand total", " GRAND TOTAL "]))
        cells[columns.index("amount")] = f"{total:,.2f}"
        file.add(file.row(cells, quoting))
        file.skipped["totals"] += 1
    return file, head_rows, has_totals, total


ENCODINGS = {
    "utf-8": ("utf-8", b""),
    "utf-8 with byte order mark": ("utf-8", codecs.BOM_UTF8),
    "utf-16-le with byte order mark": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16-be with byte order mark": ("utf-16-be", codecs.BOM_UTF16_BE),
    "cp1252": ("cp1252", b""),
}


def read_in_blocks(
    source: Source, data: bytes, block_bytes: int, head_rows: int, lines_at_once: int = 10**6
) -> ReadDelivery:
    """Read with small blocks; the header is among the first rows, and everything below it may lie in other blocks."""
    with (
        mock.patch.object(encoding, "_BLOCK_BYTES", block_bytes),
        mock.patch.object(csv_file, "ROWS_OF_HEAD", head_rows),
        mock.patch.object(csv_file, "_MOST_LINES_AT_ONCE", lines_at_once),
    ):
        return read_bytes(source, data)


COLUMNS = ["line_number", "supplier_name", "supplier_ref", "payment_date", "amount_net_gbp", "purpose"]
SLOW = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@SLOW
@given(files(), st.sampled_from(sorted(ENCODINGS)), st.integers(4, 300))
def test_a_ledger_written_in_any_style_is_read_back_line_by_line(
    sources: dict[str, Source], written: tuple[File, int, bool, Decimal], encoding_name: str, block_bytes: int
) -> None:
    file, head_rows, has_totals, total = written
    codec, mark = ENCODINGS[encoding_name]
    text = "".join(file.parts)
    try:
        data = mark + text.encode(codec)
    except UnicodeEncodeError:
        # The true minus is in no Windows code page.
        text = text.replace("−", "-").replace("٣", "x")
        data = text.encode(codec)

    whole = read_in_blocks(sources[file.delimiter + "+" * has_totals], data, block_bytes, head_rows)

    note(f"{text!r} in {encoding_name}")
    summary = whole.summary
    loaded = [row for table in whole.tables for row in table.frame.select(COLUMNS).iter_rows()]
    assert sorted(loaded) == sorted(file.loaded)
    found = [(line.line_number, line.code) for table in whole.tables for line in table.rejected]
    assert sorted(found) == sorted(file.rejected)
    assert summary.skipped == file.skipped
    assert summary.lines_in == len(file.parts)
    assert summary.control_totals == ({"amount_net_gbp": total} if has_totals else {})
    assert summary.amount_loaded_gbp == file.loaded_gbp
    assert summary.amount_in_gbp == total
    if not text.isascii() or mark:
        assert summary.encoding == encoding_name


@SLOW
@given(files(has_totals=True), st.integers(1, 10**6))
def test_a_totals_row_that_is_a_penny_off_is_refused(
    sources: dict[str, Source], written: tuple[File, int, bool, Decimal], pence: int
) -> None:
    file, _, _, total = written
    *lines, last = file.parts
    text = "".join([*lines, last.replace(f"{total:,.2f}", f"{total + Decimal(pence).scaleb(-2):.2f}")])

    with pytest.raises(Refusal, match="but the lines add up to"):
        read_bytes(sources[f"{file.delimiter}+"], text.encode())


@dataclass(frozen=True)
class Cell:
    """A cell of a workbook and the value it stands for."""

    cell: object
    value: object
    code: str | None = None


CELL_AMOUNTS = st.one_of(
    PENCE.map(lambda pence: Cell(pence / 100, Decimal(pence).scaleb(-2))),
    st.just(Cell("Nil", Decimal(0))),
    st.builds(
        lambda pence, style, has_commas: Cell(written_amount(pence, style, has_commas), Decimal(pence).scaleb(-2)),
        *(PENCE, st.sampled_from(STYLES), st.booleans()),
    ),
    st.integers(-(10**12) + 1, 10**12 - 1).map(lambda pounds: Cell(pounds, Decimal(pounds))),
    st.integers(-(10**8), 10**8)
    .filter(lambda mills: mills % 10)
    .map(lambda mills: Cell(mills / 1000, None, "too_many_decimals")),
    st.sampled_from([Cell(True, None, "unreadable_amount"), Cell("", None, "no_amount")]),
)
CELL_DAYS = st.one_of(
    st.dates(*PERIOD).map(lambda day: Cell(day, day)),
    st.datetimes(datetime(2018, 4, 1), datetime(2018, 4, 29)).map(  # noqa: DTZ001
        lambda moment: Cell(moment.replace(microsecond=0), moment.date())
    ),
    st.dates(*PERIOD).map(lambda day: Cell((day - date(1899, 12, 30)).days, day)),
    st.dates(*PERIOD).map(lambda day: Cell(f"{day:%d/%m/%Y}", day)),
    st.dates(date(1930, 1, 1), date(2018, 3, 31)).map(lambda day: Cell(day, day, "outside_period")),
    st.sampled_from([Cell("31/04/2018", None, "unreadable_date"), Cell("", None, "missing_date")]),
)
CELL_NAMES = st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="\u007f"), max_size=8).map(
    lambda text: Cell(text, None if text.strip() in ("", "NA") else text)
)
CELL_REFS = st.one_of(
    st.integers(0, 10**15 - 1).map(lambda number: Cell(number, str(number))),
    st.from_regex(r"\A0{1,4}[0-9]{1,9}\Z").map(lambda text: Cell(text, text)),
    st.just(Cell("1.23E+11", None, "mangled_identifier")),
)
ROWS = st.lists(st.tuples(CELL_NAMES, CELL_REFS, CELL_DAYS, CELL_AMOUNTS), max_size=8)


@SLOW
@given(ROWS, st.integers(0, 3), st.integers(0, 3), st.permutations(range(4)), st.lists(st.integers(0, 7), max_size=3))
def test_a_workbook_is_read_back_cell_by_cell(
    village: Source,
    rows: list[tuple[Cell, Cell, Cell, Cell]],
    top: int,
    left: int,
    order: list[int],
    blank_before: list[int],
) -> None:
    assume(all(name.cell or ref.cell is not None for name, ref, _, _ in rows))
    loaded, rejected, blank_count = [], [], 0
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "dd/mm/yyyy", "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Payments")
        for place, column in enumerate(order):
            sheet.write_string(top, left + place, ("Supplier", " ref ", "PAID", "Net")[column])
        at = top
        for number, row in enumerate(rows):
            empty = blank_before.count(number)
            blank_count += empty
            at += 1 + empty
            for place, column in enumerate(order):
                cell = row[column].cell
                if isinstance(cell, str):
                    if cell:
                        sheet.write_string(at, left + place, cell)
                else:
                    sheet.write(at, left + place, cell)
            code = next((cell.code for cell in row if cell.code and cell.code != "no_amount"), None) or row[3].code
            if code:
                rejected.append((at + 1, code))
            else:
                loaded.append((at + 1, *(cell.value for cell in row)))

    whole = read_bytes(village, stream.getvalue())

    found = [row for table in whole.tables for row in table.frame.iter_rows()]
    assert found == loaded
    assert [(line.line_number, line.code) for table in whole.tables for line in table.rejected] == rejected
    assert whole.summary.skipped == +Counter(preamble=top, header=1, blank=blank_count)
    pounds = [row[3].value for row in rows if isinstance(row[3].value, Decimal)]
    assert whole.summary.amount_in_gbp == sum(pounds, Decimal(0))


# Rows as anybody might write them, quotes where they do not belong included.
RAW_FIELD = st.one_of(
    st.sampled_from(
        ["", " ", "a", "0012", '"b"', '"c, d"', '"e\nf"', '"g ""h"" i"', '5" pipe', '"', 'x"', '"y" z', "é"]
    ),
    st.text(st.sampled_from('a ,"\n\ufeff'), max_size=4),
)
# Lines loaded, lines rejected, how many are skipped by reason, and how many rows are filled.
Plain = tuple[list[tuple[object, ...]], list[tuple[int, str, str]], Counter[str], int]
RAW_ROWS = st.lists(st.lists(RAW_FIELD, max_size=5).map(",".join), max_size=10)


@settings(deadline=None, max_examples=200)
@given(RAW_ROWS, st.sampled_from(["\n", "\r\n"]), st.integers(1, 80), st.sampled_from([2, 3, 10**6]))
def test_whatever_the_csv_module_reads_is_read_the_same(
    register: Source, rows: list[str], end: str, block_bytes: int, lines_at_once: int
) -> None:
    """The reader beside the plainest reading there is: every row by Python's csv module, one after the other."""
    header = ["Reference", "Council", "Title"]
    text = end.join([",".join(header), "R1,Town,First", *rows, ""])
    expected = plainly_read(text, header, len(header))
    assume(expected is not None)

    whole = read_in_blocks(register, text.encode(), block_bytes, 1, lines_at_once)

    assert expected is not None
    agrees_with(whole, expected)


@settings(deadline=None, max_examples=200)
@given(RAW_ROWS, st.sampled_from(["\n", "\r\n"]), st.integers(1, 80), st.sampled_from([2, 3, 10**6]), st.booleans())
def test_short_rows_are_filled_as_far_as_no_line_needs_what_they_lack(
    register_of_short_rows: Source, rows: list[str], end: str, block_bytes: int, lines_at_once: int, has_last_end: bool
) -> None:
    """Reference and council are needed, the title is not: two cells are enough, but not at the end of a cut file."""
    header = ["Reference", "Council", "Title"]
    text = end.join([",".join(header), "R1,Town,First", *rows, *([""] if has_last_end else [])])
    expected = plainly_read(text, header, 2)
    assume(expected is not None)

    whole = read_in_blocks(register_of_short_rows, text.encode(), block_bytes, 1, lines_at_once)

    assert expected is not None
    agrees_with(whole, expected)


def agrees_with(whole: ReadDelivery, expected: Plain) -> None:
    loaded, rejected, skipped, filled_count = expected
    columns = ["line_number", "contract_ref", "client", "contract_title"]
    assert [row for table in whole.tables for row in table.frame.select(columns).iter_rows()] == loaded
    found = [(line.line_number, line.code, line.text) for table in whole.tables for line in table.rejected]
    assert sorted(found) == rejected
    assert whole.summary.skipped == skipped
    assert whole.summary.filled_count == filled_count


def plainly_read(text: str, header: list[str], fewest: int) -> Plain | None:
    """The rows of a text, filled from so many cells on.

    None where a quote does not pair, or may pair with one of another row.
    """
    physical = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(physical), strict=True)
    loaded: list[tuple[object, ...]] = []
    rejected: list[tuple[int, str, str]] = []
    skipped: Counter[str] = Counter(header=1)
    before = filled_count = 0
    try:
        for index, row in enumerate(reader):
            number, original = before + 1, "".join(physical[before : reader.line_num])
            before = reader.line_num
            if any(line.count(",") >= len(header) - 1 for cell in row for line in cell.splitlines()[1:]):
                return None
            told = original.rstrip("\r\n")
            if index == 0:
                continue
            is_cut = reader.line_num == len(physical) and original == told
            if any(map(str.strip, row)) and fewest <= len(row) < len(header) and not is_cut:
                row = row + [""] * (len(header) - len(row))
                filled_count += 1
            if not any(map(str.strip, row)):
                skipped["blank"] += 1
            elif row == header:
                skipped["repeated_header"] += 1
            elif len(row) < len(header) or any(map(str.strip, row[len(header) :])):
                code = "cut_off" if is_cut and len(row) < len(header) else "wrong_field_count"
                rejected.append((number, code, told))
            else:
                values = [cell if cell.strip() else None for cell in row[: len(header)]]
                if values[0] is None:
                    rejected.append((number, "missing_identifier", told))
                elif values[1] is None:
                    rejected.append((number, "missing_text", told))
                else:
                    loaded.append((number, *values))
    except csv.Error:
        return None
    return loaded, rejected, skipped, filled_count


@given(st.integers(1, 199_999), st.booleans())
def test_a_day_number_is_the_day_of_a_spreadsheet(number: int, is_padded: bool) -> None:
    """Day 61 is 1 March 1900; numbers of other than five digits are something else."""
    text = f"{number:05}" if is_padded else str(number)

    value, problem = dates(pl.Series([text]), ["excel_serial"], from_cells=False).row(0)

    expected = (datetime(1900, 3, 1, tzinfo=UTC) + timedelta(days=number - 61)).date()
    if value is None:
        assert problem
        assert len(text) != 5 or not 1900 <= expected.year <= 2199
    else:
        assert (value, len(text)) == (expected, 5)

"""One delivery, read by its declaration, chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from star_warehouse.load import DeliverySummary, Rejections, TableChunk
from star_warehouse.read.archive import ByteStream, open_gzip, open_member, open_plain
from star_warehouse.read.csv_file import CsvRows
from star_warehouse.read.encoding import Utf8Blocks
from star_warehouse.read.header import Header, Misfit, find_header
from star_warehouse.read.records import Rows
from star_warehouse.read.table import TableReader
from star_warehouse.read.workbook import SheetRows, Workbook
from star_warehouse.refusal import Refusal
from star_warehouse.sources import ENTITIES, EXCEL_SERIAL, Format, Layout, Period, Source, Table


@contextmanager
def open_delivery(source: Source, file_name: str, path: Path, period: Period) -> Iterator[OpenDelivery]:
    """Open a delivery to read it once, from its first line to its last.

    Args:
        source: how the feed reads.
        file_name: the file's name, for people.
        path: where its bytes are.
        period: the days it covers.

    Raises:
        Refusal: the file as a whole does not read: empty, damaged, another format, encoding, sheet or layout; or it
            has two of the layouts.
    """
    where = f"{source.id}: {file_name}"
    if not path.stat().st_size:
        raise Refusal("The file is empty.", where=where, way_out="Ask the sender for the whole extract.")
    misfits: list[Misfit] = []
    fitting: OpenDelivery | None = None
    with ExitStack() as opened:
        for layout in source.layouts_for(period):
            with ExitStack() as stack:
                try:
                    tables = [*_tables(layout, path, where, stack)]
                except _Misfitting as error:
                    misfits.append(error.misfit)
                    continue
                except Refusal as refusal:
                    misfits.append(Misfit(refusal, 0))
                    continue
                if fitting:
                    raise _ambiguous(fitting.layout, layout, period, where)
                fitting = OpenDelivery(layout, tables, period)
                opened.enter_context(stack.pop_all())
        if fitting is None:
            raise max(misfits, key=lambda misfit: misfit.found_count).refusal
        yield fitting


@dataclass(frozen=True)
class _Table:
    """One table of a delivery that was opened."""

    entity: str
    rows: Rows
    header: Header
    where: str
    blocks: Utf8Blocks | None


class _Misfitting(Exception):
    """The file has not this layout."""

    def __init__(self, misfit: Misfit) -> None:
        self.misfit = misfit


class OpenDelivery:
    """A delivery while it is read.

    Attributes:
        layout: the layout that its headers fit.
        headers: by raw table and sheet (or None), the header found there.
    """

    def __init__(self, layout: Layout, tables: list[_Table], period: Period) -> None:
        self.layout = layout
        self.headers = {(table.entity, table.rows.sheet): table.header for table in tables}
        self._tables = tables
        self._period = period
        self._readers: list[TableReader] = []
        self._rejections = Rejections()
        self._is_whole = False
        self._control_totals: dict[str, Decimal] = {}

    def chunks(self) -> Iterator[TableChunk]:
        """Its lines, from the first to the last, once.

        Raises:
            Refusal: the file as a whole does not read: its encoding, its quotes, a totals row that does not agree.
        """
        lines_before: Counter[str] = Counter()
        for table in self._tables:
            reader = TableReader(
                table.rows,
                table.header,
                self.layout,
                table.entity,
                self._period,
                table.where,
                lines_before[table.entity],
            )
            self._readers.append(reader)
            for chunk in reader.chunks():
                self._rejections.add(chunk.sheet, chunk.rejected)
                yield chunk
            self._is_whole = table is self._tables[-1]
            for column, total in reader.control_totals().items():
                self._control_totals[column] = self._control_totals.get(column, Decimal(0)) + total
            if isinstance(table.rows, SheetRows):
                lines_before[table.entity] += table.rows.count

    def summary(self) -> DeliverySummary:
        """The account of the lines read so far: of all, once the last chunk was taken."""
        has_payments = any(ENTITIES[table.entity].needs_one_of for table in self._tables)
        loaded = sum((reader.amount_loaded_gbp for reader in self._readers), Decimal(0))
        rejected = sum((reader.amount_rejected_gbp for reader in self._readers), Decimal(0))
        return DeliverySummary(
            lines_loaded=sum(reader.lines_loaded for reader in self._readers),
            rejections=self._rejections,
            skipped=sum((reader.skipped for reader in self._readers), Counter[str]()),
            control_totals=self._control_totals,
            layout_name=self.layout.name,
            headers="\n".join(_told(table) for table in self._tables),
            encoding=next((table.blocks.encoding for table in self._tables if table.blocks), None),
            amount_loaded_gbp=loaded if has_payments else None,
            amount_rejected_gbp=rejected if has_payments else None,
            unpriced_count=sum(reader.unpriced_count for reader in self._readers),
            is_whole=self._is_whole,
            filled_count=sum(reader.filled_count for reader in self._readers),
        )


def _ambiguous(one: Layout, other: Layout, period: Period, where: str) -> Refusal:
    return Refusal(
        f"Its header fits two layouts of {period.key}: {one.name!r} and {other.name!r}.",
        where=where,
        way_out="If one only has a column more, declare one layout, with that column in 'may_be_absent'. Else give "
        "them days ('from' and 'to') that do not overlap, or name in each a header that files of the other lack.",
    )


def _tables(layout: Layout, path: Path, where: str, stack: ExitStack) -> Iterator[_Table]:
    """Open the tables of a file as one layout has them."""
    if layout.format.type == "csv":
        for entity, declared in layout.tables.items():
            stream = stack.enter_context(_open_text(layout.format, path, where))
            blocks = Utf8Blocks(stream, layout.format.legacy_encoding, where)
            rows = CsvRows(blocks, layout.format.delimiter or ",", where, has_quotes=layout.format.quotes)
            yield _Table(entity, rows, _header(rows, declared, where), where, blocks)
        return
    workbook = Workbook(path, where)
    stack.callback(workbook.close)
    if EXCEL_SERIAL in layout.date_formats and workbook.counts_from_1904:
        raise Refusal(
            f"The workbook counts its days from 1904, {EXCEL_SERIAL} from 1900: each would be four years off.",
            where=where,
            way_out="Format the dates as dates, or save the workbook without the 1904 date system; deliver it again.",
        )
    for entity, declared in layout.tables.items():
        for name in _sheets(workbook, declared, where):
            sheet, place = workbook.sheet(name), f"{where}, sheet {name}"
            yield _Table(entity, sheet, _header(sheet, declared, place), place, None)


def _open_text(declared: Format, path: Path, where: str) -> AbstractContextManager[ByteStream]:
    if declared.in_zip:
        return open_member(path, declared.in_zip, where)
    return open_gzip(path, where) if declared.gzip else open_plain(path, where)


def _header(rows: Rows, declared: Table, where: str) -> Header:
    found = find_header(rows, declared, where)
    if isinstance(found, Misfit):
        raise _Misfitting(found)
    return found


def _sheets(workbook: Workbook, declared: Table, where: str) -> list[str]:
    names = [name for name in workbook.sheet_names if declared.takes_sheet(name)]
    if not names:
        raise Refusal(
            f"There is no sheet {declared.sheet!r}; the workbook has {', '.join(map(repr, workbook.sheet_names))}.",
            where=where,
            way_out="Ask the sender for the usual workbook, or correct 'sheet' in the source's declaration.",
        )
    return names


def _told(table: _Table) -> str:
    return (f"[{table.rows.sheet}] " if table.rows.sheet else "") + " | ".join(table.header.names)

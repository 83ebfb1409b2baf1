"""Deliveries read whole, and small ones made up, for tests."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import polars as pl

from star_warehouse.load import DeliverySummary, RejectedLine, Rejections, TableChunk
from star_warehouse.read import open_delivery
from star_warehouse.sources import Source


@dataclass(frozen=True)
class ReadTable:
    """All lines of one table (of one sheet) of a delivery."""

    entity: str
    sheet: str | None
    frame: pl.DataFrame
    rejected: list[RejectedLine]


@dataclass(frozen=True)
class ReadDelivery:
    """A delivery that was read to its end."""

    tables: list[ReadTable]
    summary: DeliverySummary


def read_path(source: Source, path: Path, name: str | None = None) -> ReadDelivery:
    """Read a file as a delivery of a source, called as it is or by another name."""
    name = name or path.name
    chunks: dict[tuple[str, str | None], list[TableChunk]] = {}
    with open_delivery(source, name, path, source.period_of(name)) as content:
        for chunk in content.chunks():
            chunks.setdefault((chunk.entity, chunk.sheet), []).append(chunk)
        summary = content.summary()
    return ReadDelivery([_table(*key, some) for key, some in chunks.items()], summary)


def _table(entity: str, sheet: str | None, chunks: list[TableChunk]) -> ReadTable:
    rejected = [line for chunk in chunks for line in chunk.rejected]
    return ReadTable(entity, sheet, pl.concat([chunk.frame for chunk in chunks]), rejected)


def read_bytes(source: Source, data: bytes) -> ReadDelivery:
    """Read bytes as the file that the source's declaration gives as example."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return read_path(source, Path(file.name), source.file_name.example)


@dataclass
class MadeUp:
    """A delivery of one chunk that no reader read."""

    frame: pl.DataFrame
    rejected: list[RejectedLine] = field(default_factory=list)
    entity: str = "spend_line"
    sheet: str | None = None
    skipped: Counter[str] = field(default_factory=lambda: Counter(header=1))
    control_totals: dict[str, Decimal] = field(default_factory=dict)
    encoding: str | None = "utf-8"
    amount_loaded_gbp: Decimal | None = None
    amount_rejected_gbp: Decimal | None = None
    unpriced_count: int = 0
    filled_count: int = 0

    def chunks(self) -> Iterator[TableChunk]:
        yield TableChunk(self.entity, self.sheet, self.frame, self.rejected)

    def summary(self) -> DeliverySummary:
        rejections = Rejections()
        rejections.add(self.sheet, self.rejected)
        return DeliverySummary(
            lines_loaded=self.frame.height,
            rejections=rejections,
            skipped=self.skipped,
            control_totals=self.control_totals,
            layout_name="only",
            headers="Supplier | Paid | Net",
            encoding=self.encoding,
            amount_loaded_gbp=self.amount_loaded_gbp,
            amount_rejected_gbp=self.amount_rejected_gbp,
            unpriced_count=self.unpriced_count,
            is_whole=True,
            filled_count=self.filled_count,
        )

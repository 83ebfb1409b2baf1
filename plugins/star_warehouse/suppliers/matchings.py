"""What the last matching was made from and came to: one made from the same would find the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from star_warehouse.suppliers.ladder import Ruling


@dataclass(frozen=True)
class Made:
    """One matching.

    Attributes:
        inputs: of ``inputs_sha256``.
        records: vendor records in all.
        suppliers: suppliers they make up.
        questions: open questions of the review queue.
    """

    inputs: str
    records: int
    suppliers: int
    questions: int


def inputs_sha256(records: pl.DataFrame, rulings: Sequence[Ruling], model_id: int | None) -> str:
    """One number for all that decides what a matching finds: records, people's decisions, model, and this package."""
    digest = hashlib.sha256(records.write_csv().encode())
    digest.update(repr((rulings, model_id, _code_sha256())).encode())
    return digest.hexdigest()


def last_made(connection: psycopg.Connection[Any]) -> Made | None:
    """The last matching that found something to do."""
    row = connection.execute(
        """
        select inputs_sha256, records_count, suppliers_count, questions_count from ops.supplier_matching
        order by supplier_matching_id desc limit 1
        """
    ).fetchone()
    return None if row is None else Made(*row)


def note_made(connection: psycopg.Connection[Any], made: Made, run_id: str) -> None:
    """Keep what a matching was made from and came to."""
    connection.execute(
        """
        insert into ops.supplier_matching (
            inputs_sha256, records_count, suppliers_count, questions_count, run_id
        ) values (%s, %s, %s, %s, %s)
        """,
        (made.inputs, made.records, made.suppliers, made.questions, run_id),
    )


@cache
def _code_sha256() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in {".py", ".json"}:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()

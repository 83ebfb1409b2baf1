"""Lines come out of COPY as they went in, whichever of its formats they are sent in."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import Identifier

from star_warehouse.database import Warehouse
from star_warehouse.load.copying import as_copied, copy_lines

TABLE = Identifier("raw", "spend_line")
NAMES = ["supplier_name", "purpose"]
# All that means something to COPY in one of its formats, and what could be taken for it.
SIGNS = st.sampled_from([*"\\N.,\"'\t\n\r\v\f\x01\x1f aé£", "\\N", "\\.", "NULL", "\r\n", ""])
TEXTS = st.none() | st.lists(SIGNS, max_size=4).map("".join)


def frame(rows: list[tuple[str | None, str | None]]) -> pl.DataFrame:
    texts = pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String), orient="row")
    numbers = pl.int_range(1, len(rows) + 1, eager=True).alias("line_number")
    constants = {"delivery_id": 7, "payment_date": "2018-04-03", "amount_net_gbp": "1.10"}
    return texts.select(numbers, *NAMES, *(pl.lit(value).alias(name) for name, value in constants.items()))


@pytest.mark.parametrize("text", ["Acme, Ltd", 'a "quoted" name', "", " blanks ", "it's", "£é–", "NULL", "N"])
def test_texts_that_need_no_escape_are_sent_as_they_are(text: str) -> None:
    lines = as_copied(frame([(text, None), ("x", text)]))

    assert lines.form.as_string() == "text"
    assert lines.data.decode().splitlines()[0] == f"1\t{text}\t\\N\t7\t2018-04-03\t1.10"


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\rb", "\\", "\\N", "\\.", "a\0b"])
def test_texts_that_would_need_an_escape_are_sent_as_csv(text: str) -> None:
    assert as_copied(frame([("x", None), (text, "y")])).form.as_string() == "csv"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3))
def test_what_is_sent_is_kept(warehouse: Warehouse, rows: list[tuple[str | None, str | None]]) -> None:
    with warehouse.connect(autocommit=True) as connection:
        connection.execute("truncate raw.spend_line")
        taken = copy_lines(connection, TABLE, as_copied(frame(rows)))
        kept = connection.execute("select supplier_name, purpose from raw.spend_line order by line_number").fetchall()

    assert (taken, kept) == (len(rows), rows)


def test_no_lines_are_none_to_send(warehouse: Warehouse) -> None:
    with warehouse.connect(autocommit=True) as connection:
        assert copy_lines(connection, TABLE, as_copied(frame([]))) == 0

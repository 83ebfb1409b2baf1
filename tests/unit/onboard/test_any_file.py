"""Whatever a file holds, its draft is a declaration that can be read, or the file is refused in a sentence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from star_warehouse.onboard import draft_source, to_yaml
from star_warehouse.refusal import Refusal
from star_warehouse.sources import read_declaration
from tests.unit.onboard.test_vocabulary import rows

WORDS = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=12)
HEADERS = (
    st.sampled_from([row["header"] for row in rows()]) | WORDS | st.sampled_from(["", " ", "?", "#", "[x]", "a: b"])
)
CELLS = WORDS | st.sampled_from([
    "13/04/2018", "04/13/2018", "2018-04-03", "43191", "1,250.00", "(2.50)", "2.50CR", "NA", "Nil", "-", "Total",
    "#REF!", "M33 7ZF", "1.23E+11", "12:30", "'", '"',
])  # fmt: skip
NAMES = st.sampled_from(["town_2018-04.csv", "2021-Q4.csv", "a b (c) 2018-19.csv", "x.csv", "19.csv", "Q1.2019..csv"])
TABLES = st.lists(HEADERS, min_size=1, max_size=8).flatmap(
    lambda header: st.tuples(
        st.just(header), st.lists(st.lists(CELLS, min_size=len(header) - 1, max_size=len(header) + 1), max_size=6)
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES, NAMES, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
def test_every_draft_can_be_read(
    tmp_path: Path, table: tuple[list[str], list[list[str]]], name: str, delimiter: str, encoding: str
) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows([table[0], *table[1]])

    try:
        draft = draft_source(name, stream.getvalue().encode(encoding))
    except Refusal as refusal:
        assert refusal.way_out
        return

    path = tmp_path / f"{draft.source_id}.yml"
    path.write_text(to_yaml(draft), encoding="utf-8")
    source = read_declaration(path)
    assert source.period_of(draft.naming.example) == draft.naming.period

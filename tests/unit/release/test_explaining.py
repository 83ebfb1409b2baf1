"""What a release was made from, by ledger rows set down by hand."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from star_warehouse.database import Warehouse
from star_warehouse.local.release_table import print_release
from star_warehouse.refusal import Refusal
from star_warehouse.release import explain_release, write_explanation
from star_warehouse.settings import Settings

# A release of one month of spend and an edition of each register, and a later edition that it did not rest on.
LEDGER = """
    insert into ops.source (
        source_id, title, kind, partner_code, extract, vat_basis, accepts_from_date, cadence, definition_sha256
    ) values
        ('stockport', 'Stockport', 'spend', 'stockport', 'internal', 'net', '2018-04-01', 'month', repeat('0', 64)),
        ('companies', 'Companies', 'register', null, 'published', 'net', '2018-04-01', 'month', repeat('0', 64)),
        ('charities', 'Charities', 'register', null, 'published', 'net', '2018-04-01', 'month', repeat('0', 64));
    insert into ops.delivery (
        source_id, file_name, location, size_bytes, sha256, state, period_key, period_start_date, period_end_date,
        lines_in, lines_loaded, lines_rejected, lines_skipped, amount_loaded_gbp, loaded_at
    ) values
        ('stockport', 'a.csv', 'inbox', 1, repeat('a', 64), 'loaded', '2024-01', '2024-01-01', '2024-01-31',
         1, 1, 0, 0, 10, now()),
        ('companies', 'b.csv', 'inbox', 1, repeat('b', 64), 'superseded', '2024-02', '2024-02-01', '2024-02-01',
         1, 1, 0, 0, null, now()),
        ('charities', 'c.csv', 'inbox', 1, repeat('c', 64), 'loaded', '2024-02', '2024-02-01', '2024-02-29',
         1, 1, 0, 0, null, now()),
        ('companies', 'd.csv', 'inbox', 1, repeat('d', 64), 'loaded', '2024-03', '2024-03-01', '2024-03-01',
         1, 1, 0, 0, null, now());
    insert into raw.register_charity (delivery_id, line_number, charity_number, extract_date)
    select delivery_id, 1, '123456', date '2024-02-15' from ops.delivery where source_id = 'charities';
    insert into ops.release (state, fingerprint, code_version, delivery_ids, reference_versions, run_id)
    select
        'failed', repeat('0', 64), 'code', array_agg(delivery_id order by delivery_id),
        '{"postcode": "2024-02"}'::jsonb, 'run'
    from ops.delivery where file_name <> 'd.csv';
"""
EDITIONS = (("charities", date(2024, 2, 15)), ("companies", date(2024, 2, 1)))


@pytest.fixture
def told(warehouse: Warehouse) -> Warehouse:
    with warehouse.connect() as connection:
        connection.execute(LEDGER)
    return warehouse


def test_the_editions_of_registers_are_told_with_their_days(told: Warehouse, tmp_path: Path) -> None:
    explained = explain_release(told, Settings.from_environment({}), 1)
    assert explained.registers == EDITIONS
    stream = io.StringIO()
    print_release(explained, Console(file=stream, width=200))
    assert "charities as at 2024-02-15, companies as at 2024-02-01" in stream.getvalue()
    write_explanation(told, 1, tmp_path)
    with (tmp_path / "deliveries.csv").open(encoding="utf-8", newline="") as file:
        days = {line["file_name"]: (line["kind"], line["register_as_at_date"]) for line in csv.DictReader(file)}
    assert days == {
        "a.csv": ("spend", ""),
        "b.csv": ("register", "2024-02-01"),
        "c.csv": ("register", "2024-02-15"),
    }


def test_a_folder_that_holds_something_is_refused_and_stays(told: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    files = write_explanation(told, 1, folder)
    assert {path.name for path in files} == {"deliveries.csv", "suppliers.csv", "decisions.csv"}
    before = {path: path.read_bytes() for path in files}
    with pytest.raises(Refusal, match="holds something already") as refused:
        write_explanation(told, 1, folder)
    assert "empty folder" in refused.value.way_out
    assert {path: path.read_bytes() for path in files} == before
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    with pytest.raises(Refusal, match="holds something already"):
        write_explanation(told, 1, file)
    assert file.read_text(encoding="utf-8") == "kept"

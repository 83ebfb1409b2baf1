"""The sample deliveries and the declarations of their feeds fit each other, file by file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from star_warehouse.load import check_tolerance
from star_warehouse.settings import REPOSITORY
from star_warehouse.sources import Source, load_sources
from tests.reading import ReadDelivery, read_path
from tests.samples.unreadable import unreadable_count

SOURCES = load_sources(REPOSITORY / "dags" / "sources")
# Files a source: April 2018 to March 2024, to June 2022 for the CCGs, from October 2023 for the two newest members.
FILES = {
    "stockport": 72,
    "rochdale": 72,
    "trafford": 72,
    "tameside": 72,
    "hmr_ccg": 51,
    "trafford_ccg": 51,
    "knowsley": 6,
    "st_helens": 6,
    "social_value_portal": 1,
    "contracts_register": 1,
    "tenders": 1,
    "companies_house": 2,
    "charity_commission": 2,
}
# What each layout has in every file that is no data.
SKIPPED = {
    "stockport": Counter(header=1, blank=1),
    "rochdale": Counter(preamble=3, header=1, totals=1),
    "trafford": Counter(header=1),
    "tameside": Counter(preamble=5, header=1, totals=1),
    "hmr_ccg": Counter(header=1),
    "trafford_ccg": Counter(header=1),
    "knowsley": Counter(header=1, repeated_header=1),
    "st_helens": Counter(header=1, repeated_header=1),
    "social_value_portal": Counter(header=4, totals=1),
    "contracts_register": Counter(preamble=2, header=1),
    "tenders": Counter(header=2),
    "companies_house": Counter(header=1),
    "charity_commission": Counter(header=1),
}


def read_all(source: Source, folder: Path) -> dict[str, ReadDelivery]:
    """Every file of a source, by its period."""
    read: dict[str, ReadDelivery] = {}
    for path in sorted((folder / source.id).iterdir()):
        period = source.period_of(path.name)
        assert period.key not in read
        read[period.key] = read_path(source, path)
        check_tolerance(source, path.name, read[period.key].summary)
    return read


def test_there_are_samples_of_every_feed_but_the_published_ledger(sample_folder: Path) -> None:
    assert {path.name for path in sample_folder.iterdir()} == set(FILES) == set(SOURCES) - {"trafford_published"}


@pytest.mark.parametrize("source_id", sorted(FILES))
def test_every_file_reads_as_its_feed_is_declared(source_id: str, sample_folder: Path) -> None:
    source = SOURCES[source_id]

    read = read_all(source, sample_folder)

    assert len(read) == FILES[source_id]
    assert all(lines.summary.skipped == SKIPPED[source_id] for lines in read.values())
    assert sum(lines.summary.lines_rejected for lines in read.values()) == unreadable_count(source_id)
    # One layout throughout, and every header that the declaration names is there.
    assert len({lines.summary.headers for lines in read.values()}) == 1
    for table in next(iter(read.values())).tables:
        assert set(table.frame.columns) == {"line_number", *source.layouts[0].tables[table.entity].columns}

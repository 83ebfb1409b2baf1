"""When the invented sample is delivered by itself, and that it arrives whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.local import sample
from star_warehouse.local.processes import Children
from star_warehouse.local.sample import deliver_sample, sample_is_wanted
from star_warehouse.settings import Settings


@pytest.fixture
def children(settings: Settings) -> Children:
    return Children(settings.home / "logs", settings.home / "processes.json")


@pytest.fixture
def small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files in place of the generator's four hundred."""

    def write(settings: Settings, children: Children, folder: Path) -> int:
        for source in ("stockport", "rochdale"):
            (folder / source).mkdir()
            (folder / source / f"{source}.csv").write_text("invented")
        return 2

    monkeypatch.setattr(sample, "write_sample", write)


@pytest.mark.usefixtures("small_sample")
def test_a_new_home_gets_it_once(settings: Settings, warehouse: Warehouse, children: Children) -> None:
    assert sample_is_wanted(settings, warehouse)
    assert deliver_sample(settings, children) == 2
    assert sorted(path.name for path in settings.inbox.rglob("*.csv")) == ["rochdale.csv", "stockport.csv"]
    assert not sample_is_wanted(settings, warehouse)


def test_what_somebody_delivered_is_not_mixed_with_it(settings: Settings, warehouse: Warehouse) -> None:
    (settings.inbox / "stockport").mkdir(parents=True)
    (settings.inbox / "stockport" / "real.csv").write_text("real")
    assert not sample_is_wanted(settings, warehouse)


def test_a_warehouse_in_use_gets_none(settings: Settings, warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into ops.source (source_id, title, kind, extract, vat_basis, accepts_from_date, cadence,
                definition_sha256)
            values ('s', 'S', 'spend', 'internal', 'net', '2018-04-01', 'month', repeat('0', 64));
            insert into ops.delivery (source_id, file_name, location, size_bytes, state)
            values ('s', 'a.csv', 'inbox/s', 1, 'seen');
            """
        )
    assert not sample_is_wanted(settings, warehouse)


@pytest.mark.usefixtures("small_sample")
def test_interrupted_it_is_delivered_again_and_whole(
    settings: Settings, warehouse: Warehouse, children: Children
) -> None:
    # Killed between two moves: one file has arrived, the other has not.
    (settings.inbox / "stockport").mkdir(parents=True)
    (settings.inbox / "stockport" / "stockport.csv").write_text("invented")
    (settings.home / "sample.unfinished" / "rochdale").mkdir(parents=True)
    assert sample_is_wanted(settings, warehouse)
    deliver_sample(settings, children)
    assert len(list(settings.inbox.rglob("*.csv"))) == 2
    assert not (settings.home / "sample.unfinished").exists()

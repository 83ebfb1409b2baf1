"""`status`: every partner's months, every feed's counts, and a line for each delivery that waits for somebody."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from star_warehouse.database import Warehouse
from star_warehouse.load import decide, pending_deliveries
from star_warehouse.local import tables
from star_warehouse.local.work import find_work
from star_warehouse.receive import take_in
from star_warehouse.refusal import Refusal
from star_warehouse.release import release_is_due
from star_warehouse.settings import Settings
from star_warehouse.sources import Source, load_sources
from tests.builders import REGISTER, SPEND, declare, seeds, spend_file
from tests.releases import postcodes_loaded
from tests.settling import settle

APRIL = "Acme,7,03/04/2018,10.00,Pens"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A checkout whose one feed is the town's."""
    checkout = tmp_path / "checkout"
    declare(checkout / "dags" / "sources", SPEND, ("to: 2024-03-31", "to: 2018-08-31"))
    (checkout / "expectations").mkdir()
    seeds(checkout)
    monkeypatch.setattr(tables, "prepare", lambda *_: None)
    changed = replace(settings, repository=checkout)
    (changed.inbox / "town").mkdir(parents=True)
    return changed


@pytest.fixture
def town(settings: Settings) -> Source:
    return load_sources(settings.sources_folder)["town"]


def bring(settings: Settings, warehouse: Warehouse, source: Source, name: str, *lines: str) -> None:
    (settings.inbox / "town" / name).write_bytes(spend_file(*lines))
    take_in(source, settings, warehouse, "run-1")
    for number in pending_deliveries(warehouse, "town"):
        settle(warehouse, number, "accept")


def said(
    settings: Settings, warehouse: Warehouse, since: str | None = "2018-04", periods: int | None = None
) -> list[str]:
    stream = io.StringIO()
    # Wide enough for a line a month that has long been over.
    tables.print_status(settings, warehouse, Console(file=stream, width=1600), periods, since)
    return stream.getvalue().splitlines()


def test_all_that_waits_for_somebody_is_listed_with_its_way_out(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    bring(settings, warehouse, town, "town_2018-04.csv", *[APRIL] * 5)
    bring(settings, warehouse, town, "TOWN_2018-04.csv", APRIL)
    bring(settings, warehouse, town, "town_2018-05.csv")
    bring(settings, warehouse, town, "may.csv", APRIL, APRIL)
    (settings.inbox / "town" / "town_2018-06.csv").write_bytes(spend_file("Acme,7,03/06/2018,10.00,Pens"))

    lines = said(settings, warehouse)

    (months,) = (line.split() for line in lines if line.split()[:1] == ["town"])
    assert months[1:7] == ["held", "refused", "waiting", "missing", "missing", "–"]
    (feed,) = (line for line in lines if line.startswith("│ town"))
    assert [cell.strip() for cell in feed.strip("│").split("│")][:8] == ["town", "1", "0", "1", "1", "0", "0", "2"]
    held, *refused = (line for line in lines if line.startswith(("Held:", "Refused:")))
    assert held.startswith("Held: delivery 2, town: TOWN_2018-04.csv: It has less than half of the lines and pounds")
    assert "Lines 5 → 1, pounds £50.00 → £10.00, instead of town_2018-04.csv (delivery 1)." in held
    assert "To count it: `star-warehouse accept 2 --reason …`." in held
    assert "To leave all as it is: `star-warehouse refuse 2 --reason …`." in held
    assert [line.split(":")[2].strip() for line in refused] == ["town_2018-05.csv", "may.csv"]
    assert all(line.endswith(".") for line in refused)


def test_lines_that_no_figure_counts_are_told_in_pounds_as_far_as_they_read(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    unreadable = ["Acme,7,soon,11.50,Pens", "Acme,7,03/04/2018,x,Pens", "too,few"]
    bring(settings, warehouse, town, "town_2018-04.csv", *[APRIL] * 12, *unreadable)
    (line,) = (line for line in said(settings, warehouse) if line.startswith("town: 3 rejected"))
    assert line.startswith("town: 3 rejected: £11.50, and 2 whose amount does not read. No figure counts them")


def test_what_a_person_accepts_makes_a_release_due(settings: Settings, warehouse: Warehouse, town: Source) -> None:
    postcodes_loaded(warehouse)
    bring(settings, warehouse, town, "town_2018-04.csv", APRIL)
    assert release_is_due(warehouse, settings)
    with warehouse.connect() as connection:
        connection.execute("update ops.delivery set state = 'held', reason = 'Odd.', way_out = 'Look.'")
    assert not release_is_due(warehouse, settings), "a held delivery is not current"

    decide(warehouse, 1, "accept", "Fine.", "Ann")

    assert release_is_due(warehouse, settings)
    work = find_work(settings, warehouse)
    assert (work.needs_release, work.waiting) == (True, {})


def test_a_place_that_does_not_answer_hides_nothing_else(
    settings: Settings, warehouse: Warehouse, town: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(settings, warehouse, town, "town_2018-04.csv", APRIL)

    def silent(*_: object) -> None:
        raise Refusal("The server does not answer.", where="town: sftp://host/town", way_out="Ask its administrator.")

    monkeypatch.setattr(tables, "find_waiting", silent)
    lines = said(settings, warehouse)

    (months,) = (line.split() for line in lines if line.split()[:1] == ["town"])
    assert months[1] == "green"
    assert "Not looked at: town: sftp://host/town: The server does not answer. Ask its administrator." in lines
    (feed,) = (line for line in lines if line.startswith("│ town"))
    assert feed.split("│")[2].strip() == "?"


def test_a_feed_whose_partner_no_seed_knows_is_told(settings: Settings, warehouse: Warehouse) -> None:
    assert not any(line.startswith("Not counted") for line in said(settings, warehouse))
    shutil.rmtree(settings.dbt_project)
    seeds(settings.repository, members="village")

    (line,) = (line for line in said(settings, warehouse) if line.startswith("Not counted"))

    assert line.startswith("Not counted: source town: Its partner 'town' is in no row of membership.csv")


def test_the_table_ends_with_what_came_last_when_nothing_came_lately(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    bring(settings, warehouse, town, "town_2018-05.csv", "Acme,7,03/05/2018,10.00,Pens")

    def months(lines: list[str]) -> list[str]:
        return next(line.split() for line in lines if line.split()[:3] == ["partner", "or", "feed"])[3:]

    lines = said(settings, warehouse, since=None, periods=3)
    assert months(lines) == ["2018-03", "2018-04", "2018-05"]
    assert any(line.startswith("Nothing was delivered for 2018-06 to ") for line in lines)
    assert months(said(settings, warehouse, since="2018-04", periods=2)) == ["2018-04", "2018-05"]


def test_what_is_no_period_is_refused_before_anything_is_asked(settings: Settings, warehouse: Warehouse) -> None:
    shutil.rmtree(settings.sources_folder)
    with pytest.raises(Refusal, match="'spring' is not a period"):
        said(settings, warehouse, "spring")


def test_registers_have_a_row_of_their_own_and_share_the_dag_of_the_reference_data(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    folder = settings.sources_folder
    charities = declare(folder, REGISTER)
    declare(folder, REGISTER.replace("charities", "trusts"))
    for name in ("charities", "trusts"):
        inbox = settings.inbox / name
        inbox.mkdir()
        (inbox / f"{name}_2018-06-01.txt").write_text("Number\tName\tDay\n9900001\tInvented\t2018-06-01\n")

    work = find_work(settings, warehouse)
    assert work.ingest_dags == {"charities": "refresh_reference", "trusts": "refresh_reference"}
    # Started once, for both and for the postcodes.
    assert (work.needs_reference, work.dags) == (True, ["refresh_reference"])

    take_in(charities, settings, warehouse, "run-1")
    for number in pending_deliveries(warehouse, "charities"):
        settle(warehouse, number, "accept")
    assert release_is_due(warehouse, settings)
    lines = said(settings, warehouse)
    (months,) = (line.split() for line in lines if line.split()[:1] == ["charities"])
    assert months[1:5] == ["green", "green", "missing", "missing"]
    (feed,) = (line for line in lines if line.startswith("│ charities"))
    cells = [cell.strip() for cell in feed.strip("│").split("│")]
    assert (cells[4], cells[8], cells[9], cells[11]) == ("1", "2018-06-01", "1", "")

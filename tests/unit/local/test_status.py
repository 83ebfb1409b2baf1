"""`status`: every partner's months, every feed's counts, and a line for each delivery that waits for somebody."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from star_warehouse.database import Warehouse
from star_warehouse.load import decide, pending_deliveries, request_readings, watch
from star_warehouse.local import tables
from star_warehouse.local.deciding import delivery_numbers
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


def test_what_a_source_owes_is_told_below_a_table_that_ends_before_it_and_files_that_wait_are_not_owed(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    bring(settings, warehouse, town, "town_2018-05.csv", MAY)

    def owed() -> list[str]:
        return [line for line in said(settings, warehouse, since=None, periods=1) if line.startswith("Owed:")]

    assert owed() == ["Owed: town: 4 periods are missing: 2018-08, 2018-07, 2018-06, 2018-04."]
    (alert,) = watch(warehouse, {"town": town}, date(2026, 10, 1), "watch-1")
    assert owed() == [f"Owed: {alert.message}"], "in the words of the alert"

    for month in (4, 6, 7, 8):
        name = f"town_2018-0{month}.csv"
        (settings.inbox / "town" / name).write_bytes(spend_file(f"Acme,7,03/0{month}/2018,10.00,Pens"))
    assert owed() == []


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


MAY = "Acme,7,03/05/2018,20.00,Pens"


def months_of(lines: list[str], name: str = "town") -> list[str]:
    return next(line.split() for line in lines if line.split()[:1] == [name])[1:]


def refusals(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("Refused:")]


def test_a_month_whose_file_has_another_months_bytes_says_so_until_the_right_one_comes(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    bring(settings, warehouse, town, "town_2018-05.csv", MAY)
    # The same bytes for the same month are nothing to look at.
    bring(settings, warehouse, town, "Town_2018-05.csv", MAY)
    bring(settings, warehouse, town, "town_2018-06.csv", MAY)

    lines = said(settings, warehouse)
    assert months_of(lines)[:4] == ["missing", "green", "refused", "missing"]
    assert refusals(lines) == [
        "Refused: delivery 3, town: town_2018-06.csv: It has the same bytes as town_2018-05.csv (delivery 1) of "
        "2018-05. Have the right file for 2018-06 sent."
    ]
    with pytest.raises(Refusal, match="None waits: there is nothing to refuse"):
        delivery_numbers(settings, warehouse, "refuse", [])
    assert request_readings(warehouse, town, None, "asked") == [4], "the bytes are read once, as what they are"
    with warehouse.connect() as connection:
        row = connection.execute("select reprocess_of, file_name from ops.delivery where delivery_id = 4").fetchone()
    assert row == (1, "town_2018-05.csv")

    bring(settings, warehouse, town, "TOWN_2018-06.csv", "Acme,7,03/06/2018,30.00,Pens")
    lines = said(settings, warehouse)
    assert months_of(lines)[:4] == ["missing", "green", "green", "missing"]
    assert refusals(lines) == []


def test_a_year_to_date_file_that_brings_no_month_more_is_told(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    declare(
        settings.sources_folder, SPEND, ("to: 2024-03-31", "to: 2018-08-31"), ("every: month", "every: year_to_date")
    )
    town = load_sources(settings.sources_folder)["town"]
    bring(settings, warehouse, town, "town_2018-04.csv", APRIL)
    bring(settings, warehouse, town, "town_2018-05.csv", APRIL)

    lines = said(settings, warehouse)

    assert months_of(lines)[:3] == ["green", "refused", "missing"]
    (line,) = refusals(lines)
    assert "(delivery 1) of 2018/19 to 2018-04-30. Have the right file for 2018/19 to 2018-05-31 sent." in line


def test_a_withdrawn_delivery_is_listed_until_its_month_has_another(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    bring(settings, warehouse, town, "town_2018-04.csv", APRIL)
    # What lies there a second time hides nothing.
    bring(settings, warehouse, town, "town_2018-04.csv", APRIL)
    decide(warehouse, 1, "refuse", "It was a draft.", "Ann")

    lines = said(settings, warehouse)
    assert months_of(lines)[0] == "refused"
    assert refusals(lines) == [
        "Refused: delivery 1, town: town_2018-04.csv: Refused by Ann: It was a draft. Where 2018-04 has no other "
        "current delivery, have one sent. If that was a mistake, deliver the same file again: it is checked anew "
        "and, if it passes, held for you."
    ]
    assert request_readings(warehouse, town, None, "asked") == [], "a person refused it"
    with pytest.raises(Refusal, match="None waits: there is nothing to refuse"):
        delivery_numbers(settings, warehouse, "refuse", [])

    bring(settings, warehouse, town, "town_2018-04.csv", APRIL, APRIL)
    assert (months_of(said(settings, warehouse))[0], refusals(said(settings, warehouse))) == ("green", [])


def test_what_was_held_and_refused_is_listed_only_where_nothing_else_is_current(
    settings: Settings, warehouse: Warehouse, town: Source
) -> None:
    bring(settings, warehouse, town, "town_2018-04.csv", *[APRIL] * 5)
    bring(settings, warehouse, town, "TOWN_2018-04.csv", APRIL)
    decide(warehouse, 2, "refuse", "Too short.", "Ann")

    lines = said(settings, warehouse)
    assert (months_of(lines)[0], refusals(lines)) == ("green", [])

    decide(warehouse, 1, "refuse", "Wrong as well.", "Ann")
    lines = said(settings, warehouse)
    assert (months_of(lines)[0], len(refusals(lines))) == ("refused", 2)


def test_the_words_of_the_feeds_are_explained(settings: Settings, warehouse: Warehouse) -> None:
    (legend,) = (line for line in said(settings, warehouse) if "checking: " in line)
    assert all(f"{word}: " in legend for word in ("waiting", "checking", "current", "superseded", "repeats"))

"""`reprocess`: read anew, judged, settled, and the difference shown."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from star_warehouse.database import Warehouse
from star_warehouse.load import pending_deliveries
from star_warehouse.local import reprocessing
from star_warehouse.local.reprocessing import reprocess
from star_warehouse.local.session import alone
from star_warehouse.quality.verdicts import DeliveryVerdict
from star_warehouse.receive import take_in
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source
from tests.builders import SPEND, declare, seeds, spend_file
from tests.settling import settle

MENDED = ("date_formats: ['%d/%m/%Y']", "date_formats: ['%d/%m/%Y', '%Y-%m-%d']")


@pytest.fixture(autouse=True)
def all_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks have their own tests; here they accept everything."""

    def accept(_: Warehouse, __: Settings, ___: Source, numbers: list[int], ____: str) -> dict[int, DeliveryVerdict]:
        return {number: DeliveryVerdict("accept", None, None) for number in numbers}

    monkeypatch.setattr(reprocessing, "check_deliveries", accept)
    monkeypatch.setattr(reprocessing, "refresh_postcodes", lambda _: 0)
    # The role of readers belongs to the server, which other tests share.
    monkeypatch.setattr(reprocessing, "prepare", lambda *_: None)


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A checkout whose seeds know the town."""
    seeds(tmp_path / "checkout")
    return replace(settings, repository=tmp_path / "checkout")


@pytest.fixture
def town(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> Source:
    """April reads whole, May but for a line, June not at all."""
    source = declare(tmp_path)
    inbox = settings.inbox / "town"
    inbox.mkdir(parents=True)
    may = ["Acme,7,03/05/2018,1000.00,x"] * 3
    (inbox / "town_2018-04.csv").write_bytes(spend_file("Acme,7,03/04/2018,10.00,x"))
    (inbox / "town_2018-05.csv").write_bytes(spend_file(*may, "Acme,7,2018-05-04,234.56,x"))
    (inbox / "town_2018-06.csv").write_bytes(spend_file("Acme,7,2018-06-04,8.00,x"))
    take_in(source, settings, warehouse, "first")
    for number in pending_deliveries(warehouse, "town"):
        settle(warehouse, number, "accept")
    return source


def said(settings: Settings, warehouse: Warehouse, source: Source) -> tuple[bool, str]:
    stream = io.StringIO()
    is_fine = reprocess(settings, warehouse, source, None, Console(file=stream, width=160))
    return is_fine, stream.getvalue()


def row(text: str, word: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if word in line and "│" in line)
    return [cell.strip() for cell in line.strip("│").split("│")]


@pytest.mark.usefixtures("town")
def test_the_difference_is_shown_a_delivery_and_in_total(
    tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    mended = declare(tmp_path, SPEND, MENDED)

    is_fine, text = said(settings, warehouse, mended)

    assert is_fine
    assert row(text, "town_2018-05.csv")[2:] == [
        "2018-05",
        "current",
        "3 → 4",
        "1 → 0",
        "3,000.00 → 3,234.56",
        "1 added",
    ]
    assert row(text, "town_2018-06.csv")[2:] == ["2018-06", "current", "0 → 1", "1 → 0", "0.00 → 8.00", ""]
    assert row(text, "all that became current")[4:] == ["3 → 5", "1 → 0", "3,000.00 → 3,242.56", "1 added"]
    assert "rejected, unreadable_date: 1 → 0" in text
    assert "1 of 3 brought the very same as before" in text
    assert "The next `star-warehouse run` publishes" in text

    is_fine, text = said(settings, warehouse, mended)
    assert is_fine
    assert "3 of 3 brought the very same as before; there nothing was changed." in text
    assert "│" not in text


def test_what_is_refused_again_says_so_in_one_line_and_the_old_one_stays(
    town: Source, tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    worse = declare(tmp_path, SPEND, ("%d/%m/%Y", "%Y-%m-%d"))

    is_fine, text = said(settings, warehouse, worse)

    assert not is_fine
    assert row(text, "town_2018-04.csv")[2:] == [
        "2018-04",
        "refused; the earlier one stays",
        "1 → 0",
        "0 → 1",
        "10.00 → 0.00",
        "",
    ]
    # No line of May's new reading is kept that could be told by its reason.
    assert row(text, "town_2018-05.csv")[4:] == ["3 → 1", "1 → 3", "3,000.00 → 234.56", ""]
    assert "  rejected, unreadable_date" not in text
    assert row(text, "all that became current")[4:] == ["0 → 1", "0", "0.00 → 8.00", "none"]
    assert row(text, "town_2018-06.csv")[2:5] == ["2018-06", "current", "0 → 1"]
    (refused,) = (line for line in text.splitlines() if line.startswith("Refused: delivery 4,"))
    assert refused.count("town_2018-04.csv") == 1
    with warehouse.connect() as connection:
        states = connection.execute("select state from ops.delivery where delivery_id = 1").fetchone()
    assert states == ("loaded",)


@pytest.mark.usefixtures("town")
def test_who_reads_anew_while_a_release_is_built_is_told_what_becomes_of_it(
    tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    with warehouse.connect() as connection:
        connection.execute(
            """
            insert into ops.release (state, fingerprint, code_version, delivery_ids, reference_versions, run_id)
            values ('building', repeat('0', 64), '1', '{1, 2}', '{}', 'run')
            """
        )
    with alone(settings, "star-warehouse run"):
        _, unchanged = said(settings, warehouse, declare(tmp_path))
        _, changed = said(settings, warehouse, declare(tmp_path, SPEND, MENDED))
    assert "is abandoned" not in " ".join(unchanged.split())
    assert "release 1, which is being built, is abandoned" in " ".join(changed.split())


def test_one_delivery_is_told_as_one(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> None:
    source = declare(tmp_path)
    inbox = settings.inbox / "town"
    inbox.mkdir(parents=True)
    (inbox / "town_2018-04.csv").write_bytes(spend_file("Acme,7,03/04/2018,10.00,x"))
    take_in(source, settings, warehouse, "first")
    settle(warehouse, 1, "accept")

    _, text = said(settings, warehouse, source)
    assert text.splitlines()[0] == "Reading 1 delivery of town anew from the landing zone."


def test_a_feed_that_never_delivered_has_nothing_to_read(
    tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    assert said(settings, warehouse, declare(tmp_path)) == (True, "town has no delivery to read anew.\n")


def test_a_feed_that_would_count_in_nothing_is_not_read_anew(
    town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    shutil.rmtree(settings.dbt_project)
    seeds(settings.repository, partners="village")

    with pytest.raises(Refusal, match=r"source town: Its partner 'town' is in no row of partner\.csv"):
        said(settings, warehouse, town)
    with warehouse.connect() as connection:
        assert connection.execute("select count(*) from ops.delivery where reprocess_of is not null").fetchone() == (0,)


@pytest.mark.usefixtures("town")
def test_what_alters_no_count_is_shown_too(
    tmp_path: Path, settings: Settings, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.connect() as connection:
        connection.execute("update ops.delivery set reason = 'One name is garbled.' where delivery_id = 2")

    def note(_: Warehouse, __: Settings, ___: Source, numbers: list[int], ____: str) -> dict[int, DeliveryVerdict]:
        return {number: DeliveryVerdict("accept", "No line has a purpose.", "Tell the sender.") for number in numbers}

    monkeypatch.setattr(reprocessing, "check_deliveries", note)
    # Every purpose is x: the same lines and pounds, and other texts.
    mended = declare(tmp_path, SPEND, ("null_tokens: [NA]", "null_tokens: [NA, x]"))

    _, text = said(settings, warehouse, mended)

    assert row(text, "town_2018-05.csv")[4:] == ["3", "1", "3,000.00", "3 changed"]
    assert row(text, "all that became current")[4:] == ["4", "1", "3,010.00", "4 changed"]
    assert "  changed, purpose: 4 lines" in text.splitlines()
    assert "  noted before, town_2018-05.csv: One name is garbled." in text.splitlines()
    assert "  noted now, town_2018-05.csv: No line has a purpose." in text.splitlines()
    assert "  noted before, town_2018-04.csv: nothing" in text.splitlines()


@pytest.mark.usefixtures("town")
def test_what_is_held_says_what_becomes_of_the_earlier_one(
    tmp_path: Path, settings: Settings, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubt(_: Warehouse, __: Settings, ___: Source, numbers: list[int], ____: str) -> dict[int, DeliveryVerdict]:
        return {number: DeliveryVerdict("hold", "Odd.", "Look.") for number in numbers}

    monkeypatch.setattr(reprocessing, "check_deliveries", doubt)
    _, text = said(settings, warehouse, declare(tmp_path, SPEND, MENDED))
    # May is current; June was refused.
    assert row(text, "town_2018-05.csv")[3] == "held; the earlier one stays"
    assert row(text, "town_2018-06.csv")[3] == "held"

    otherwise = ("null_tokens: [NA]", "null_tokens: [NA, x]")
    _, text = said(settings, warehouse, declare(tmp_path, SPEND, MENDED, otherwise))
    assert row(text, "town_2018-05.csv")[3] == "held; the earlier one waits no more"
    assert row(text, "town_2018-06.csv")[3] == "held; the earlier one waits no more"
    assert row(text, "town_2018-06.csv")[-1] == "1 changed"

    worse = declare(tmp_path, SPEND, ("%d/%m/%Y", "%Y/%m/%d"))
    _, text = said(settings, warehouse, worse)
    assert row(text, "town_2018-06.csv")[3] == "refused; the earlier one stays held"

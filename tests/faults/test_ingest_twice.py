"""Load twice = load once: the same bytes again, under the same name or another, after a crash, in any order."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from star_warehouse.database import Warehouse
from star_warehouse.load import pending_deliveries
from star_warehouse.receive import take_in
from star_warehouse.settings import Settings
from star_warehouse.sources import Source
from tests.builders import SPEND, declare
from tests.faults.town import LONG_AGO, check_account, check_months, empty, month, put, states
from tests.faults.worker import PLACES, worker
from tests.settling import settle

APRIL, MAY = month(4, 1_500, [9, 1_400]), month(5, 20)
# A feed whose files may have a word behind their month.
ANY_WORD = ("-(?P<month>\\d{2})\\.csv", "-(?P<month>\\d{2})(-\\w+)?\\.csv")


@pytest.fixture
def town(tmp_path: Path) -> Source:
    return declare(tmp_path, SPEND, ANY_WORD)


@pytest.mark.parametrize("name", [APRIL.name, "town_2018-04-again.csv", "town_2018-05.csv"])
@pytest.mark.parametrize("is_settled", [False, True])
def test_the_same_bytes_again_are_a_repeat(
    name: str, is_settled: bool, town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    inbox = settings.inbox / "town"
    put(APRIL, inbox)
    take_in(town, settings, warehouse, "first")
    if is_settled:
        for delivery_id in pending_deliveries(warehouse, "town"):
            settle(warehouse, delivery_id, "accept")

    put(APRIL, inbox, name=name, written=LONG_AGO + 60)
    again = take_in(town, settings, warehouse, "again")

    assert again.counts == Counter(repeat=1)
    check_months(warehouse, settings, [APRIL])
    assert states(warehouse) == [(APRIL.name, "loaded" if is_settled else "checking"), (name, "repeat")]
    assert take_in(town, settings, warehouse, "third").counts == Counter()


@pytest.mark.parametrize("place", ["landed", "landed, and the ledger knows", "between two chunks", "ledger updated"])
def test_the_same_bytes_under_another_name_after_a_crash_are_loaded_once(
    place: str, town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    inbox = settings.inbox / "town"
    put(APRIL, inbox)
    with worker(town, settings, warehouse, place) as process:
        process.wait_until_there()
        process.kill()
    put(APRIL, inbox, name="town_2018-04-again.csv", written=LONG_AGO + 60)

    report = take_in(town, settings, warehouse, "next")

    assert report.counts == Counter(checking=1, repeat=1)
    check_months(warehouse, settings, [APRIL])


def test_the_same_bytes_come_while_they_are_being_loaded(
    town: Source, settings: Settings, warehouse: Warehouse
) -> None:
    inbox = settings.inbox / "town"
    put(APRIL, inbox)
    with worker(town, settings, warehouse, "between two chunks") as first:
        first.wait_until_there()
        put(APRIL, inbox, name="town_2018-04-again.csv", written=LONG_AGO + 60)
        with worker(town, settings, warehouse) as second:
            first.go_on()
            reports = [first.end().report, second.end().report]

    assert [report.counts for report in reports if report] == [Counter(checking=1), Counter(repeat=1)]
    check_months(warehouse, settings, [APRIL])


# What can happen to a feed: a file comes (again, changed, or under another name), a run is killed somewhere, one ends.
FILES = st.tuples(st.sampled_from([APRIL, MAY, month(4, 900, [3], seed=5)]), st.sampled_from(["", "-a", "-b"]))
EVENTS = st.lists(st.one_of(FILES, FILES, st.sampled_from(sorted(PLACES)), st.just("run")), min_size=2, max_size=7)


@hypothesis_settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(EVENTS)
def test_whatever_happens_every_content_is_loaded_once(
    town: Source,
    tmp_path_factory: pytest.TempPathFactory,
    settings: Settings,
    warehouse: Warehouse,
    events: list[object],
) -> None:
    settings = replace(settings, home=tmp_path_factory.mktemp("home"))
    empty(warehouse)
    inbox = settings.inbox / "town"
    inbox.mkdir(parents=True)
    contents = {}
    for moment, event in enumerate(events):
        if isinstance(event, tuple):
            delivered, word = event
            put(delivered, inbox, name=delivered.name.replace(".csv", f"{word}.csv"), written=LONG_AGO + moment)
            contents[delivered.sha256] = delivered
        elif event == "run":
            take_in(town, settings, warehouse, f"run {moment}")
        else:
            with worker(town, settings, warehouse, str(event)) as process:
                # Where nothing waits, it ends without coming there.
                if process.comes_there():
                    process.kill()
        check_account(warehouse, settings)

    take_in(town, settings, warehouse, "last")

    with warehouse.connect() as connection:
        taken = connection.execute(
            "select file_name, sha256 from ops.delivery where state = 'checking' order by delivery_id"
        ).fetchall()
    # Once each; a content that was replaced before any run came to it may be missing.
    hashes = {sha256 for _, sha256 in taken}
    assert len(hashes) == len(taken)
    assert hashes >= {hashlib.sha256(path.read_bytes()).hexdigest() for path in inbox.iterdir()}
    check_months(warehouse, settings, [replace(contents[sha256], name=name) for name, sha256 in taken])
    assert take_in(town, settings, warehouse, "none").counts == Counter()

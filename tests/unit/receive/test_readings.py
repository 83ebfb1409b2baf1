"""Landed deliveries are read anew after their declaration was mended."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import (
    Figures,
    LineChanges,
    decide,
    list_readings,
    pending_deliveries,
    request_readings,
)
from star_warehouse.receive import intake, take_in
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from tests.builders import SPEND, declare, spend_file
from tests.settling import settle
from tests.unit.receive.test_intake import Town

APRIL = spend_file("Acme,7,03/04/2018,10.00,Pens", "Acme,7,03/04/2018,5.00,Pens", "Acme,7,04/04/2018,1.00,Pens")
# One line of four has its day written as the ISO has it, which the first declaration does not know.
MAY = spend_file(*["Acme,7,03/05/2018,20.00,Pens"] * 3, "Acme,7,2018-05-04,4.00,Pens")
JUNE = spend_file("Acme,7,2018-06-04,8.00,Pens")
MENDED = ("date_formats: ['%d/%m/%Y']", "date_formats: ['%d/%m/%Y', '%Y-%m-%d']")


@pytest.fixture
def town(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> Town:
    """April and May are current, a line of May rejected; June was refused: none of it reads."""
    town = Town(declare(tmp_path), settings, warehouse)
    for month, content in (("04", APRIL), ("05", MAY), ("06", JUNE)):
        town.put(f"town_2018-{month}.csv", content)
    town.take_in()
    town.accept()
    assert [state for _, state in town.states()] == ["loaded", "loaded", "refused"]
    return town


def mend(town: Town, tmp_path: Path) -> None:
    town.source = declare(tmp_path, SPEND, MENDED)


def ask(town: Town, from_day: date | None = None) -> list[int]:
    return request_readings(town.warehouse, town.source, from_day, "asked")


def read_anew(town: Town) -> Counter[str]:
    report = take_in(town.source, town.settings, town.warehouse, "reading", only_readings=True)
    town.accept()
    return report.counts


def ledger(town: Town) -> list[tuple[object, ...]]:
    return town.rows("select delivery_id, state, reprocess_of, superseded_by from ops.delivery order by delivery_id")


def test_a_mended_declaration_gives_new_readings_that_supersede_the_old(town: Town, tmp_path: Path) -> None:
    mend(town, tmp_path)
    for path in town.inbox.iterdir():
        path.unlink()

    wanted = ask(town)
    assert wanted == [4, 5, 6]
    assert town.waiting() == ["town_2018-04.csv", "town_2018-05.csv", "town_2018-06.csv"]
    assert read_anew(town) == Counter(repeat=1, checking=2)

    assert ledger(town) == [
        (1, "loaded", None, None),
        (2, "superseded", None, 5),
        (3, "refused", None, None),
        (4, "repeat", 1, None),
        (5, "loaded", 2, None),
        (6, "loaded", 3, None),
    ]
    april, may, june = list_readings(town.warehouse, wanted)
    assert (april.state, april.before) == ("repeat", april.after)
    assert april.reason == "Read anew, it brings the very same lines as delivery 1; nothing was changed."
    assert may.before == Figures(3, 1, Decimal("60.00"), Counter(unreadable_date=1))
    assert may.after == Figures(4, 0, Decimal("64.00"), Counter())
    assert june.before == Figures(0, 1, Decimal("0.00"), Counter()), "it was refused, and its lines counted"
    assert (june.after, june.changes) == (Figures(1, 0, Decimal("8.00"), Counter()), None)
    # The lines that no longer count stay, those of the reading that brought nothing new do not.
    assert town.rows("select delivery_id, count(*) from raw.spend_line group by 1 order by 1") == [
        (1, 3),
        (2, 3),
        (5, 4),
        (6, 1),
    ]
    assert town.waiting() == []


def test_asked_again_nothing_changes_and_it_says_so(town: Town, tmp_path: Path) -> None:
    mend(town, tmp_path)
    ask(town)
    read_anew(town)
    current = town.rows("select delivery_id from ops.delivery where state = 'loaded' order by 1")

    wanted = ask(town)
    assert read_anew(town) == Counter(repeat=3)

    assert [reading.state for reading in list_readings(town.warehouse, wanted)] == ["repeat"] * 3
    assert town.rows("select delivery_id from ops.delivery where state = 'loaded' order by 1") == current


def test_from_a_period_on(town: Town) -> None:
    assert ask(town, date(2018, 5, 1)) == [4, 5]
    assert town.rows("select reprocess_of from ops.delivery where delivery_id in (4, 5) order by 1") == [(2,), (3,)]


def test_asked_twice_before_it_was_read_it_is_asked_once(town: Town) -> None:
    assert ask(town) == ask(town) == [4, 5, 6]


def test_an_interrupted_reading_goes_on_in_the_next_run(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mend(town, tmp_path)
    ask(town)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(intake, "end_if_same", stop)
        with pytest.raises(KeyboardInterrupt):
            read_anew(town)
    # The first was loaded and awaits its verdict; the others wait like files.
    assert [row[1] for row in ledger(town)[3:]] == ["checking", "landed", "landed"]

    assert town.take_in("run-2").counts == Counter(checking=2)
    town.accept()
    assert [row[1] for row in ledger(town)] == ["superseded", "superseded", "refused", "loaded", "loaded", "loaded"]


def test_a_run_takes_up_what_was_asked_beside_its_files(town: Town) -> None:
    ask(town, date(2018, 5, 1))
    town.put("town_2018-07.csv", spend_file("Acme,7,03/07/2018,1.00,x"))

    # May reads as before, June is refused as before, July is new.
    assert town.take_in().counts == Counter(repeat=1, refused=1, checking=1)


def test_a_declaration_mended_wrongly_is_held_and_the_old_reading_stays(town: Town, tmp_path: Path) -> None:
    town.source = declare(tmp_path, SPEND, ("null_tokens: [NA]", "null_tokens: [NA, '10.00']"), ("pct: 25", "pct: 90"))
    wanted = ask(town)
    read_anew(town)

    april, *_ = list_readings(town.warehouse, wanted)
    # April went from £16.00 to £6.00: the line of £10.00 has no amount now.
    assert (april.state, april.after and april.after.amount_gbp) == ("held", Decimal("6.00"))
    assert "pounds £16.00 → £6.00, instead of town_2018-04.csv (delivery 1)." in (april.reason or "")
    assert ledger(town)[0] == (1, "loaded", None, None)


def test_a_reading_of_bytes_that_are_gone_is_refused_and_the_old_one_stays(town: Town, tmp_path: Path) -> None:
    mend(town, tmp_path)
    ask(town, date(2018, 5, 1))
    for path in town.settings.landing.rglob("*"):
        if path.is_file():
            path.unlink()

    assert read_anew(town) == Counter(refused=2)
    assert ledger(town)[1] == (2, "loaded", None, None)


def test_what_a_person_refused_is_not_read_again_by_itself(town: Town, tmp_path: Path) -> None:
    decide(town.warehouse, 3, "refuse", "Sent under the right name since.", "Ann")
    mend(town, tmp_path)

    assert town.waiting() == []
    assert ask(town) == [4, 5]


def test_a_held_delivery_is_read_anew_too(town: Town, tmp_path: Path) -> None:
    town.put("town_2018-07.csv", spend_file(*["Acme,7,03/07/2018,1.00,x"] * 3, "Acme,7,2018-07-04,4.00,x"))
    town.take_in()
    (held,) = pending_deliveries(town.warehouse, "town")
    settle(town.warehouse, held, "hold", "Odd.", "Look.")
    mend(town, tmp_path)

    ask(town, date(2018, 7, 1))
    read_anew(town)

    assert ledger(town)[-2:] == [(held, "superseded", None, held + 1), (held + 1, "loaded", held, None)]


def test_what_is_held_beside_a_current_one_stays_held(town: Town, tmp_path: Path) -> None:
    """The current file of the period is read anew; the newer one that waits for a person goes on waiting."""
    town.put("town_2018-07.csv", spend_file(*["Acme,7,03/07/2018,1.00,x"] * 3, "Acme,7,2018-07-04,4.00,x"))
    town.take_in()
    (current,) = pending_deliveries(town.warehouse, "town")
    settle(town.warehouse, current, "accept")
    town.put("town_2018-07.csv", spend_file("Acme,7,03/07/2018,9.00,x", "Acme,7,04/07/2018,9.00,x"))
    town.take_in()
    (held,) = pending_deliveries(town.warehouse, "town")
    settle(town.warehouse, held, "hold", "Odd.", "Look.")
    mend(town, tmp_path)

    ask(town, date(2018, 7, 1))
    read_anew(town)

    states = {number: state for number, state, *_ in ledger(town)}
    assert states[current] == "superseded"
    assert (states[current], states[held]) == ("superseded", "held")


JULY = spend_file(*["Acme,7,03/07/2018,10.00,x"] * 3, "Acme,7,2018-07-04,4.00,x")


def july_is_held(town: Town) -> int:
    town.put("town_2018-07.csv", JULY)
    town.take_in()
    return hold_pending(town)


def hold_pending(town: Town) -> int:
    (number,) = pending_deliveries(town.warehouse, "town")
    settle(town.warehouse, number, "hold", "Odd.", "Look.")
    return number


def july_read_anew(town: Town) -> Counter[str]:
    ask(town, date(2018, 7, 1))
    return take_in(town.source, town.settings, town.warehouse, "reading", only_readings=True).counts


def of_july(town: Town) -> list[tuple[object, ...]]:
    return town.rows(
        "select state, reprocess_of, superseded_by from ops.delivery where file_name = 'town_2018-07.csv' order by "
        "delivery_id"
    )


def test_of_held_readings_only_the_newest_waits(town: Town, tmp_path: Path) -> None:
    """The declaration is edited and put back: what the abandoned one read cannot be accepted any more."""
    first = july_is_held(town)
    before = town.source
    town.source = declare(tmp_path, SPEND, ("null_tokens: [NA]", "null_tokens: [NA, x]"))
    july_read_anew(town)
    abandoned = hold_pending(town)
    assert of_july(town) == [("superseded", None, abandoned), ("held", first, None)]

    town.source = before
    july_read_anew(town)
    newest = hold_pending(town)

    assert of_july(town) == [
        ("superseded", None, abandoned),
        ("superseded", first, newest),
        ("held", abandoned, None),
    ]
    assert town.rows(f"select reason, way_out from ops.delivery where delivery_id = {abandoned}") == [
        (f"Read anew as delivery {newest}.", None)
    ]
    for number in (first, abandoned):
        with pytest.raises(Refusal) as refused:
            decide(town.warehouse, number, "accept", "Fine.", "Ann")
        assert refused.value.what == (
            "town_2018-07.csv is superseded, so there is nothing to accept. The same bytes were read anew as delivery "
            f"{newest}, which is held."
        )
    (reading,) = list_readings(town.warehouse, [newest])
    assert (reading.state, reading.before_state, reading.changes) == (
        "held",
        "superseded",
        LineChanges(changed=3, by_column=Counter(purpose=3)),
    )
    # It takes the place of nothing that was current.
    assert decide(town.warehouse, newest, "accept", "Fine.", "Ann").replaced == ()
    assert [state for state, *_ in of_july(town)] == ["superseded", "superseded", "loaded"]


def test_a_current_month_read_wrongly_and_then_as_before_leaves_nothing_held(town: Town, tmp_path: Path) -> None:
    town.put("town_2018-07.csv", JULY)
    town.take_in()
    town.accept()
    before = town.source
    town.source = declare(tmp_path, SPEND, ("null_tokens: [NA]", "null_tokens: [NA, x]"))
    july_read_anew(town)
    abandoned = hold_pending(town)
    assert of_july(town)[0] == ("loaded", None, None)

    town.source = before
    july_read_anew(town)
    town.accept()

    assert of_july(town)[1:] == [("superseded", abandoned - 1, abandoned + 1), ("loaded", abandoned, None)]
    assert of_july(town)[0] == ("superseded", None, abandoned + 1)


@pytest.mark.parametrize("outcome", ["repeat", "refused"])
def test_a_reading_that_brings_nothing_leaves_the_held_one(town: Town, tmp_path: Path, outcome: str) -> None:
    held = july_is_held(town)
    if outcome == "refused":
        town.source = declare(tmp_path, SPEND, ("%d/%m/%Y", "%Y/%m/%d"))

    assert july_read_anew(town) == Counter({outcome: 1})

    assert of_july(town) == [("held", None, None), (outcome, held, None)]
    (reading,) = list_readings(town.warehouse, [held + 1])
    assert reading.before_state == "held"
    assert decide(town.warehouse, held, "accept", "Fine.", "Ann").state == "loaded"


def test_a_reading_that_is_killed_while_it_is_settled_leaves_the_held_one(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = july_is_held(town)
    mend(town, tmp_path)
    july_read_anew(town)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("star_warehouse.load.settling._supersede_held_readings", stop)
        with pytest.raises(KeyboardInterrupt):
            hold_pending(town)
    assert of_july(town) == [("held", None, None), ("checking", held, None)]

    newest = hold_pending(town)
    assert of_july(town) == [("superseded", None, newest), ("held", held, None)]


def test_of_two_held_readings_from_before_the_older_cannot_be_accepted(town: Town, tmp_path: Path) -> None:
    """A ledger written before has both of them held."""
    held = july_is_held(town)
    mend(town, tmp_path)
    july_read_anew(town)
    newest = hold_pending(town)
    with town.warehouse.connect() as connection:
        connection.execute(
            "update ops.delivery set state = 'held', superseded_by = null, way_out = 'Look.' where delivery_id = %s",
            (held,),
        )

    with pytest.raises(Refusal) as refused:
        decide(town.warehouse, held, "accept", "Fine.", "Ann")

    assert f"The same bytes were read anew as delivery {newest}, which is held." in refused.value.what
    assert decide(town.warehouse, newest, "accept", "Fine.", "Ann").state == "loaded"
    assert of_july(town) == [("superseded", None, newest), ("loaded", held, None)]


def test_bytes_whose_newest_reading_a_person_refused_may_come_again(town: Town, tmp_path: Path) -> None:
    july_is_held(town)
    mend(town, tmp_path)
    july_read_anew(town)
    decide(town.warehouse, hold_pending(town), "refuse", "Oops.", "Ann")

    town.put("town_2018-07.csv", JULY)
    town.take_in()
    town.accept()

    assert [state for state, *_ in of_july(town)] == ["superseded", "refused", "held"]

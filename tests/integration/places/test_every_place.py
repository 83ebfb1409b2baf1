"""Each kind of place: whole files or none, however the server and the wire behave."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import pytest

from star_warehouse.receive import PlaceRefusal
from tests.builders import HEADER, spend_file
from tests.integration.places.conftest import HASTY, RemoteTown
from tests.integration.places.shelves import Shelf, Writer
from tests.servers.wire import Wire

LINES = 4_000
# Long enough for a wire to fail in the middle of it.
APRIL = spend_file(*[f"Acme {number},7,03/04/2018,10.00,{'Pens and paper. ' * 20}" for number in range(LINES)])
HALF = len(APRIL) // 2
MAY = spend_file("Acme,7,03/05/2018,20.00,Pens")


def test_files_are_listed_landed_and_loaded_and_once_only(town: RemoteTown, shelf: Shelf) -> None:
    shelf.put("town_2018-05.csv", MAY)
    shelf.put("town_2018-04.csv", APRIL)
    shelf.put("town_2018-06.csv.part", b"half")
    assert town.waiting() == ["town_2018-04.csv", "town_2018-05.csv"]

    assert town.take_in().counts == Counter(checking=2)

    assert sorted(town.landed()) == sorted([APRIL, MAY])
    assert town.lines() == LINES + 1
    assert town.rows("select distinct location from ops.delivery") == [(town.source.location,)]
    assert town.waiting() == []
    assert town.take_in().counts == Counter()

    shelf.put("town_2018-05.csv", MAY.replace(b"20.00", b"30.00"))
    assert town.waiting() == ["town_2018-05.csv"]
    assert town.take_in().counts == Counter(checking=1)


def test_a_connection_that_drops_half_way_is_tried_again_in_the_same_run(
    town: RemoteTown, shelf: Shelf, wire: Wire
) -> None:
    shelf.put("town_2018-04.csv", APRIL)
    wire.cut_after(HALF, times=1)

    assert town.take_in().counts == Counter(checking=1)

    assert town.landed() == [APRIL]
    assert town.lines() == LINES


def test_a_connection_that_goes_on_dropping_leaves_nothing_waits_and_tells_no_secret(
    town: RemoteTown, shelf: Shelf, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.put("town_2018-04.csv", APRIL)
    wire.cut_after(HALF)

    report = town.take_in()

    assert report.counts == Counter(waiting=1)
    (refusal,) = report.refusals
    assert refusal.where == "town: town_2018-04.csv"
    assert refusal.what.startswith(("The server does not answer, or the connection broke off", "The file ended after"))
    assert f"of {len(APRIL):,} bytes" in refusal.what
    assert "The next run tries it again" in refusal.way_out
    assert (town.landed(), town.lines()) == ([], 0)
    assert town.rows("select state, reason from ops.delivery") == [("seen", f"{refusal.where}: {refusal.what}")]
    told = [str(refusal), caplog.text, *(str(row) for row in town.rows("select delivery::text from ops.delivery"))]
    assert not [secret for secret in shelf.secrets() if any(secret in text for text in told)]

    wire.mend()
    assert town.take_in().counts == Counter(checking=1)
    assert town.states() == [("town_2018-04.csv", "checking")]
    assert town.landed() == [APRIL]


def test_a_server_that_falls_silent_is_left_after_a_while(town: RemoteTown, shelf: Shelf, wire: Wire) -> None:
    shelf.put("town_2018-04.csv", APRIL)
    wire.stall_after(HALF)
    began = time.monotonic()

    report = town.take_in(replace(HASTY, attempts=1))

    assert time.monotonic() - began < 6
    assert report.counts == Counter(waiting=1)
    assert report.refusals[0].what.startswith("Nothing came from the server for 1 s.")
    assert (town.landed(), town.lines()) == ([], 0)

    wire.mend()
    assert town.take_in().counts == Counter(checking=1)


def test_a_server_that_never_says_a_word_is_not_waited_for(town: RemoteTown, wire: Wire) -> None:
    wire.stall_after(0)
    began = time.monotonic()

    with pytest.raises(PlaceRefusal) as refused:
        town.waiting()

    assert time.monotonic() - began < 6
    assert refused.value.where == f"town: {town.source.location}"
    assert refused.value.what.startswith(("Nothing came from the server", "The server does not answer"))


def test_a_slow_server_may_take_its_time(town: RemoteTown, shelf: Shelf, wire: Wire) -> None:
    shelf.put("town_2018-04.csv", APRIL)
    # All of it takes longer than the server may be silent.
    wire.slow_down(len(APRIL) / 1.3)

    assert town.take_in().counts == Counter(checking=1)

    assert town.landed() == [APRIL]


def test_a_file_that_is_being_written_waits_until_it_is_whole(town: RemoteTown, shelf: Shelf) -> None:
    line = b"Acme,7,03/04/2018,10.00,Pens\r\n"
    with Writer(shelf, "town_2018-04.csv", HEADER.encode() + b"\r\n", line) as writer:
        for _ in range(2):
            report = town.take_in(replace(HASTY, settle_seconds=0.3))
            assert report.counts == Counter(waiting=1)
            assert report.refusals[0].what == "The file is still being written."
            assert (town.landed(), town.lines()) == ([], 0)

    assert town.take_in().counts == Counter(checking=1)
    # One row from the first look to the last, and nothing refused that never was anything.
    assert town.states() == [("town_2018-04.csv", "checking")]
    assert town.landed() == [writer.content]
    assert town.rows("select size_bytes from ops.delivery") == [(len(writer.content),)]
    assert town.waiting() == []


def test_a_file_that_changes_while_it_is_fetched_is_not_kept(town: RemoteTown, shelf: Shelf, wire: Wire) -> None:
    shelf.put("town_2018-04.csv", APRIL)
    corrected = APRIL + b"Late,7,03/04/2018,10.00,Pens\r\n"
    wire.when_carried(HALF, lambda: shelf.put("town_2018-04.csv", corrected))

    report = town.take_in(replace(HASTY, attempts=1))

    assert report.counts == Counter(waiting=1)
    assert (town.landed(), town.lines()) == ([], 0)
    assert town.take_in().counts == Counter(checking=1)
    assert town.landed() == [corrected]


def test_files_that_appear_meanwhile_wait_for_the_next_run(town: RemoteTown, shelf: Shelf, wire: Wire) -> None:
    shelf.put("town_2018-04.csv", APRIL)
    wire.when_carried(HALF, lambda: shelf.put("town_2018-05.csv", MAY))

    assert town.take_in().counts == Counter(checking=1)
    assert town.states() == [("town_2018-04.csv", "checking")]

    assert town.waiting() == ["town_2018-05.csv"]
    assert town.take_in().counts == Counter(checking=1)


def test_a_place_that_does_not_answer_is_told_and_what_landed_goes_on(
    town: RemoteTown, shelf: Shelf, wire: Wire
) -> None:
    shelf.put("town_2018-04.csv", MAY)
    town.take_in()
    town.rows("update ops.delivery set state = 'landed', reason = null returning 1")
    wire.close()

    report = town.take_in(replace(HASTY, attempts=1))

    assert report.counts == Counter(waiting=1, refused=1)
    assert report.refusals[0].where == f"town: {town.source.location}"
    assert "does not answer" in report.refusals[0].what
    # It had landed with another month's name; what counts is that it was gone on with.
    assert "outside the delivery's period" in report.refusals[1].what

"""Deliveries are taken in: what waits, what becomes of it, and what the ledger says."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from star_warehouse.database import Warehouse
from star_warehouse.load import Connection, DeliverySummary, pending_deliveries, repeats_since
from star_warehouse.read import OpenDelivery
from star_warehouse.receive import FolderRefusal, IntakeReport, fetching, find_waiting, intake, take_in
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Period, Source
from tests.builders import REGISTER, SNAPSHOT, SPEND, WORKBOOK, declare, spend_file, workbook
from tests.settling import settle

ACME = "Acme,7,03/04/2018,10.00,Pens"
MAY = "Acme,7,03/05/2018,20.00,Pens"


class Town:
    """A source with its inbox and its warehouse."""

    def __init__(self, source: Source, settings: Settings, warehouse: Warehouse) -> None:
        self.source, self.settings, self.warehouse = source, settings, warehouse
        self.inbox = settings.inbox / source.id
        self.inbox.mkdir(parents=True)
        self._clock = 1_700_000_000

    def put(self, name: str, data: bytes) -> Path:
        """Put a file into the inbox, each a minute later than the one before."""
        path = self.inbox / name
        path.write_bytes(data)
        self._clock += 60
        os.utime(path, (self._clock, self._clock))
        return path

    def take_in(self, run_id: str = "run-1") -> IntakeReport:
        return take_in(self.source, self.settings, self.warehouse, run_id)

    def accept(self) -> None:
        for delivery_id in pending_deliveries(self.warehouse, self.source.id):
            settle(self.warehouse, delivery_id, "accept")

    def waiting(self) -> list[str]:
        return [found.file.name for found in find_waiting(self.source, self.settings, self.warehouse)]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.warehouse.connect() as connection:
            return connection.execute(query).fetchall()

    def states(self) -> list[tuple[str, str]]:
        return self.rows("select file_name, state from ops.delivery order by delivery_id")


@pytest.fixture
def town(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> Town:
    return Town(declare(tmp_path), settings, warehouse)


def test_everything_that_waits_is_taken_in_by_period(town: Town) -> None:
    town.put("town_2018-05.csv", spend_file(MAY))
    town.put("town_2018-04.csv", spend_file(ACME, "Acme,7,03/04/2018,x,y", ACME, ACME))
    assert town.waiting() == ["town_2018-04.csv", "town_2018-05.csv"]

    report = town.take_in()

    assert report == IntakeReport("town", Counter(checking=2), [1, 2], [], lines_loaded=4, lines_rejected=1)
    assert town.waiting() == []
    assert town.rows(
        "select file_name, location, state, period_key, lines_in, lines_loaded, lines_rejected, lines_skipped, "
        "amount_loaded_gbp from ops.delivery order by 1"
    ) == [
        ("town_2018-04.csv", "inbox/town", "checking", "2018-04", 5, 3, 1, 1, Decimal("30.00")),
        ("town_2018-05.csv", "inbox/town", "checking", "2018-05", 2, 1, 0, 1, Decimal("20.00")),
    ]
    assert town.rows("select distinct run_id, definition_sha256 from ops.delivery") == [
        ("run-1", town.source.definition_sha256)
    ]
    assert town.rows("select run_id, step, subject, done_count, total_count, note from ops.run_progress") == [
        ("run-1", "take_in", "town", 2, 2, "town_2018-05.csv")
    ]


def test_a_second_run_with_nothing_new_changes_no_row(town: Town) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    town.put("nonsense.csv", b"x")
    town.take_in()
    town.accept()
    before = town.rows("select * from ops.delivery order by delivery_id"), town.rows("select * from raw.spend_line")

    assert town.take_in("run-2").counts == Counter()

    assert before == (
        town.rows("select * from ops.delivery order by delivery_id"),
        town.rows("select * from raw.spend_line"),
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [(b"town_2018-04\n.csv", r"town_2018-04\n.csv"), (b"town_M\xe4rz_2018-04.csv", r"town_M\udce4rz_2018-04.csv")],
)
def test_a_file_whose_name_no_log_can_hold_is_refused_by_a_name_that_it_can(
    town: Town, name: bytes, written: str
) -> None:
    town.put(os.fsdecode(name), spend_file(ACME))

    (refusal,) = town.take_in().refusals

    assert str(refusal) == (
        f"town: {written}: The file's name does not say its period. "
        "Name the file like town_2018-04.csv and deliver it again."
    )
    assert town.states() == [(written, "refused")]
    assert town.take_in().counts == Counter()


APRIL = date(2018, 4, 1), date(2018, 4, 30)
LAYOUT = "Supplier | Ref | Paid | Net | Purpose"
NO_COUNTS = (None, None, None, None, None)


@pytest.mark.parametrize(
    ("name", "data", "known", "counts"),
    [
        ("nonsense.csv", spend_file(ACME), (None, None, None, None, None, None), NO_COUNTS),
        ("town_2018-04.csv", b"a,b\r\n1,2\r\n", ("2018-04", *APRIL, None, None, None), NO_COUNTS),
        # All that was read, for the refusal comes after the last line: it is of another month.
        (
            "town_2018-04.csv",
            "\ufeff".encode() + spend_file(ACME, MAY, MAY, ""),
            ("2018-04", *APRIL, "only", LAYOUT, "utf-8 with byte order mark"),
            (5, 1, 2, Decimal("10.00"), Decimal("40.00")),
        ),
        # Lines that are not read are not counted, and what no sign tells is no encoding.
        (
            "town_2018-04.csv",
            spend_file(*[ACME] * 1_000) + b"Caf\xe9,7,03/04/2018,1.00,x\r\n",
            ("2018-04", *APRIL, "only", LAYOUT, None),
            NO_COUNTS,
        ),
        (
            "town_2018-04.csv",
            b"\xff\xfe" + spend_file(*[ACME] * 1_000).decode().encode("utf-16-le") + b"\x00\xd8a\x00",
            ("2018-04", *APRIL, "only", LAYOUT, "utf-16-le with byte order mark"),
            NO_COUNTS,
        ),
    ],
    ids=["no period", "no layout", "another month", "not UTF-8", "not UTF-16"],
)
def test_what_was_known_of_a_refused_delivery_is_in_the_ledger(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    data: bytes,
    known: tuple[object, ...],
    counts: tuple[object, ...],
) -> None:
    # The header is found long before the end is read.
    monkeypatch.setattr("star_warehouse.read.encoding._BLOCK_BYTES", 1_000)
    town.put(name, data)

    assert town.take_in().counts == Counter(refused=1)

    assert town.rows(
        "select state, period_key, period_start_date, period_end_date, layout_name, layout, encoding from ops.delivery"
    ) == [("refused", *known)]
    assert town.rows(
        "select lines_in, lines_loaded, lines_rejected, amount_loaded_gbp, amount_rejected_gbp from ops.delivery"
    ) == [counts]
    assert town.rows("select count(*) from raw.spend_line") == [(0,)]


@pytest.mark.parametrize("state", ["checking", "loaded", "superseded"])
def test_the_same_bytes_again_are_a_repeat(town: Town, state: str) -> None:
    first = town.put("town_2018-04.csv", spend_file(ACME))
    town.take_in()
    if state != "checking":
        town.accept()
    if state == "superseded":
        town.put("town_2018-04.csv", spend_file(ACME, ACME))
        town.take_in()
        town.accept()
    lines = town.rows("select count(*) from raw.spend_line")

    town.put("TOWN_2018-04.csv", spend_file(ACME))
    report = town.take_in()

    assert first.exists()
    assert report.counts == Counter(repeat=1)
    assert town.rows("select count(*) from raw.spend_line") == lines
    ((state, repeat_of, reason),) = town.rows(
        "select state, repeat_of, reason from ops.delivery order by delivery_id desc limit 1"
    )
    assert (state, repeat_of) == ("repeat", 1)
    assert reason.startswith("The same bytes came before, as town_2018-04.csv (delivery 1).")
    assert town.waiting() == []


def test_the_same_bytes_twice_in_one_run_are_loaded_once(town: Town) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    town.put("TOWN_2018-04.csv", spend_file(ACME))

    assert town.take_in().counts == Counter(checking=1, repeat=1)


def test_a_corrected_file_supersedes_and_the_later_written_one_wins(town: Town) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    town.take_in()
    town.accept()
    town.put("Town_2018-04.csv", spend_file(ACME, ACME, ACME))
    town.put("TOWN_2018-04.csv", spend_file(ACME, ACME))
    town.take_in()
    town.accept()

    assert town.states() == [
        ("town_2018-04.csv", "superseded"),
        ("Town_2018-04.csv", "superseded"),
        ("TOWN_2018-04.csv", "loaded"),
    ]


REFUSED = [
    ("april.csv", spend_file(ACME), "The file's name does not say its period.", "town_2018-04.csv"),
    ("town_2018-13.csv", spend_file(ACME), "13 is not a month", "town_2018-04.csv"),
    ("town_2030-04.csv", spend_file(ACME), "The period 2030-04 is not accepted here", "Check the year"),
    ("town_2019-04.csv", spend_file(ACME), "Paid is 03/04/2018, outside the delivery's period 2019-04.", "corrected"),
    ("town_2018-04.csv", b"", "The file is empty.", "whole extract"),
    ("town_2018-04.csv", spend_file(), "a header but no line", "whole extract"),
    ("town_2018-04.csv", spend_file(ACME, header="Supplier,Ref,Paid"), "'Net' or 'Net £'", "usual columns"),
    ("town_2018-04.csv", spend_file(ACME).replace(b"Pens", b"\xa35"), "The text is not UTF-8", "Save the file"),
    ("town_2018-04.csv", workbook([["a"]]), "is a ZIP or XLSX file, not a CSV", "usual format"),
    ("town_2018-04.csv", spend_file(ACME, "x", "y"), "2 of 3 lines do not read, more than the 25 %", "corrected"),
]


@pytest.mark.parametrize(("name", "data", "what", "way_out"), REFUSED)
def test_a_bad_delivery_is_refused_and_nothing_is_loaded(
    town: Town, name: str, data: bytes, what: str, way_out: str
) -> None:
    town.put("town_2018-05.csv", spend_file(MAY))
    town.put(name, data)

    report = town.take_in()

    assert report.counts == Counter(checking=1, refused=1)
    (refusal,) = report.refusals
    assert what in refusal.what
    assert way_out in refusal.way_out
    assert refusal.where.startswith(f"town: {name}")
    ((state, reason, told_way_out, landed),) = town.rows(
        f"select state, reason, way_out, sha256 is not null from ops.delivery where file_name = '{name}'"
    )
    assert (state, reason, told_way_out, landed) == (
        "refused",
        f"{refusal.where}: {refusal.what}",
        refusal.way_out,
        True,
    )
    assert town.rows("select payment_date from raw.spend_line") == [(date(2018, 5, 3),)]
    assert town.rows("select * from ops.rejected_line") == []
    assert town.waiting() == []


def test_a_refusal_leaves_the_earlier_delivery_current(town: Town) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    town.take_in()
    town.accept()
    town.put("town_2018-04.csv", spend_file("x", "y"))
    town.take_in()

    assert [state for _, state in town.states()] == ["loaded", "refused"]
    assert town.rows("select count(*) from raw.spend_line") == [(1,)]


def test_a_refused_file_waits_again_when_it_was_changed_or_delivered_again(town: Town) -> None:
    town.put("town_2018-04.csv", b"")
    town.take_in()
    assert town.waiting() == []

    town.put("town_2018-04.csv", spend_file(ACME))

    assert town.waiting() == ["town_2018-04.csv"]
    assert town.take_in().counts == Counter(checking=1)


def test_a_refused_file_waits_again_when_the_declaration_was_changed(town: Town, tmp_path: Path) -> None:
    town.put("town_2018-04.csv", spend_file("Acme,7,03/04/2018,10.00", header="Supplier,Ref,Paid,Amount"))
    town.put("town_2018-05.csv", spend_file(MAY))
    town.take_in()
    town.source = declare(tmp_path, SPEND, ("[Net, Net £]", "[Net, Amount]"))

    assert town.waiting() == ["town_2018-04.csv"]
    assert town.take_in().counts == Counter(checking=1)
    assert town.waiting() == []


def test_stray_files_do_not_wait(town: Town) -> None:
    town.put(".town_2018-04.csv", spend_file(ACME))
    town.put("town_2018-04.csv.part", spend_file(ACME))

    assert town.waiting() == []


def test_what_an_interrupted_run_left_is_taken_up_in_its_own_row(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    town.put("town_2018-05.csv", spend_file(MAY))
    with monkeypatch.context() as patch:
        patch.setattr(intake, "open_delivery", fail)
        with pytest.raises(KeyboardInterrupt):
            town.take_in("run-1")
    assert town.states() == [("town_2018-04.csv", "landed")]
    assert town.waiting() == ["town_2018-04.csv", "town_2018-05.csv"]

    assert town.take_in("run-2").counts == Counter(checking=2)

    assert town.rows("select file_name, state, run_id from ops.delivery order by delivery_id") == [
        ("town_2018-04.csv", "checking", "run-2"),
        ("town_2018-05.csv", "checking", "run-2"),
    ]


def fail(*_: object) -> None:
    # What ends a process is no Exception, so nothing can catch it by mistake.
    raise KeyboardInterrupt


def test_a_file_that_breaks_the_reader_keeps_no_other_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    town.put("town_2018-05.csv", spend_file(MAY))
    real = intake.open_delivery

    def read(source: Source, file_name: str, path: Path, period: Period) -> AbstractContextManager[OpenDelivery]:
        if file_name == "town_2018-04.csv":
            raise IndexError("a fault of the reader")
        return real(source, file_name, path, period)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "open_delivery", read)
        report = town.take_in()

    assert report.counts == Counter(checking=1, refused=1)
    assert "could not be read: IndexError" in report.refusals[0].what
    assert town.states() == [("town_2018-04.csv", "refused"), ("town_2018-05.csv", "checking")]


def test_a_line_that_the_warehouse_does_not_take_refuses_its_file_and_keeps_no_other_out(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    town.put("town_2018-05.csv", spend_file(MAY))
    with town.warehouse.connect() as connection:
        connection.execute("alter table raw.spend_line add constraint no_april check (payment_date <> '2018-04-03')")

    report = town.take_in()

    assert report.counts == Counter(checking=1, refused=1)
    assert "does not take a line of it: new row for relation" in report.refusals[0].what
    assert "Acme" not in str(report.refusals[0])
    assert town.states() == [("town_2018-04.csv", "refused"), ("town_2018-05.csv", "checking")]


def test_what_landed_is_taken_in_though_its_file_is_gone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    path = town.put("town_2018-04.csv", spend_file(ACME))
    with monkeypatch.context() as patch:
        patch.setattr(intake, "open_delivery", fail)
        with pytest.raises(KeyboardInterrupt):
            town.take_in()
    path.unlink()

    assert town.take_in().counts == Counter(checking=1)
    assert town.rows("select count(*) from raw.spend_line") == [(1,)]


def test_what_was_only_seen_is_refused_when_its_file_is_gone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    path = town.put("town_2018-04.csv", spend_file(ACME))
    with monkeypatch.context() as patch:
        patch.setattr(fetching, "land", fail)
        with pytest.raises(KeyboardInterrupt):
            town.take_in()
    path.unlink()

    report = town.take_in()

    assert report.counts == Counter(refused=1)
    assert "was gone, or replaced by another" in report.refusals[0].what
    assert town.waiting() == []


def test_a_file_still_being_written_waits_for_the_next_run(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    real_land = fetching.land

    def land_while_it_grows(parts: Iterable[bytes], settings: Settings, check: Callable[[], None]) -> str:
        content = b"".join(parts)
        town.put("town_2018-04.csv", spend_file(ACME, ACME))
        return real_land([content], settings, check)

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "land", land_while_it_grows)
        report = town.take_in()
    assert report.counts == Counter(waiting=1)
    assert "still being written" in report.refusals[0].what

    town.take_in()
    # In the row that was begun for it, with the size it came to.
    assert town.rows("select state, lines_loaded, size_bytes from ops.delivery") == [
        ("checking", 2, len(spend_file(ACME, ACME)))
    ]
    assert town.waiting() == []


def test_a_file_written_just_now_is_looked_at_twice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    path = town.put("town_2018-04.csv", spend_file(ACME))
    os.utime(path)
    pauses: list[float] = []

    def write_on(seconds: float) -> None:
        pauses.append(seconds)
        path.write_bytes(spend_file(ACME, ACME))

    with monkeypatch.context() as patch:
        patch.setattr(fetching.time, "sleep", write_on)
        report = town.take_in()
    assert report.counts == Counter(waiting=1)
    assert "still being written" in report.refusals[0].what
    assert pauses == [1.0]

    os.utime(path, (1_700_000_000, 1_700_000_000))
    with monkeypatch.context() as patch:
        patch.setattr(fetching.time, "sleep", write_on)
        assert town.take_in().counts == Counter(checking=1)
    assert pauses == [1.0]
    assert town.states() == [("town_2018-04.csv", "checking")]


def test_a_full_disk_stops_the_run_and_the_delivery_still_waits(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))

    def full(*_: object) -> None:
        raise FolderRefusal("The disk is full; nothing of the file was kept.", where="landing", way_out="Free some.")

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "land", full)
        with pytest.raises(FolderRefusal):
            town.take_in()
    assert town.rows("select state, reason, way_out from ops.delivery") == [
        ("seen", "landing: The disk is full; nothing of the file was kept.", "Free some.")
    ]

    assert town.take_in().counts == Counter(checking=1)
    assert town.rows("select state, reason, way_out from ops.delivery") == [("checking", None, None)]


@pytest.fixture
def register(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> Town:
    return Town(declare(tmp_path, SNAPSHOT), settings, warehouse)


def contracts(*lines: str) -> bytes:
    return "\n".join(["Reference,Council,Value", *lines]).encode()


def test_snapshots_follow_each_other_and_never_go_back(register: Town) -> None:
    for day in ("2023-12-31", "2024-03-31"):
        register.put(f"register_{day}.csv", contracts(f"C1,Town,{day[:4]}.00"))
    assert register.take_in().counts == Counter(checking=2)
    register.accept()
    assert [state for _, state in register.states()] == ["superseded", "loaded"]

    register.put("register_2024-01-31.csv", contracts("C1,Town,5.00"))
    report = register.take_in()

    assert report.counts == Counter(refused=1)
    assert report.refusals[0].what == (
        "The snapshot of 2024-01-31 is older than the current one, register_2024-03-31.csv of 2024-03-31."
    )


def test_a_workbook_is_taken_in(tmp_path: Path, settings: Settings, warehouse: Warehouse) -> None:
    village = Town(declare(tmp_path, WORKBOOK), settings, warehouse)
    good = ["Acme", 7, date(2018, 4, 3), 1]
    rows = [
        ["Supplier", "Ref", "Paid", "Net"],
        ["Acme", "007", date(2018, 4, 3), 1234.57],
        *[good] * 5,
        ["x", 1, "y", 2],
    ]
    village.put("village 2018-04.xlsx", workbook(rows))

    assert village.take_in().counts == Counter(checking=1)

    assert village.rows("select line_number, supplier_ref, amount_net_gbp from raw.spend_line limit 1") == [
        (2, "007", Decimal("1234.57"))
    ]
    assert village.rows("select sheet_name, line_number, reason_code, line_text from ops.rejected_line") == [
        ("Payments", 8, "unreadable_date", "x\t1\ty\t2")
    ]


def test_a_warehouse_that_does_not_answer_is_refused(town: Town) -> None:
    town.warehouse = Warehouse("127.0.0.1", 1, "star", "x", "warehouse")

    with pytest.raises(Refusal, match="does not answer"):
        town.take_in()


def test_progress_is_seen_while_it_goes_on(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.put("town_2018-04.csv", spend_file(ACME))
    town.put("town_2018-05.csv", spend_file(MAY))
    seen: list[tuple[Any, ...]] = []
    real = intake.load_delivery

    def look_and_load(connection: Connection, *arguments: Any) -> DeliverySummary:
        seen.extend(town.rows("select done_count, total_count from ops.run_progress"))
        return real(connection, *arguments)

    monkeypatch.setattr(intake, "load_delivery", look_and_load)
    town.take_in()

    assert seen == [(0, 2), (1, 2)]


def test_bytes_that_were_superseded_stay_so_and_the_way_back_is_said(town: Town) -> None:
    began = datetime.now(UTC)
    for content in (spend_file(ACME), spend_file(ACME, ACME), spend_file(ACME)):
        town.put("town_2018-04.csv", content)
        for delivery_id in town.take_in().delivery_ids:
            settle(town.warehouse, delivery_id, "accept")

    assert [state for _, state in town.states()] == ["superseded", "loaded", "repeat"]
    (said,) = repeats_since(town.warehouse, began)
    assert "Since then town_2018-04.csv took their place" in said
    assert "a blank line more" in said

    town.put("town_2018-04.csv", spend_file(ACME) + b"\r\n")
    (again,) = town.take_in().delivery_ids
    settle(town.warehouse, again, "accept")
    assert [state for _, state in town.states()] == ["superseded", "superseded", "repeat", "loaded"]


def test_editions_of_a_register_stay_current_side_by_side(
    tmp_path: Path, settings: Settings, warehouse: Warehouse
) -> None:
    charities = Town(declare(tmp_path, REGISTER), settings, warehouse)

    def put(day: str, *lines: str) -> None:
        charities.put(f"charities_{day}.txt", "\n".join(["Number\tName\tDay", *lines, ""]).encode())

    put("2023-09-01", '9900001\t"Invented\t2023-09-01 00:00:00.0000000', "9900002\tInvented\t2023-09-01")
    charities.take_in()
    charities.accept()
    # A back issue comes after it; a line of another day than its name says is left out.
    put("2020-08-01", "9900001\tInvented\t2020-08-01", "9900003\tInvented\t2023-09-01")
    charities.take_in()
    charities.accept()
    put("2023-09-01", "9900002\tInvented, again\t2023-09-01")
    charities.take_in()
    charities.accept()

    assert charities.rows("select period_key, state, lines_loaded from ops.delivery order by delivery_id") == [
        ("2023-09-01", "superseded", 2),
        ("2020-08-01", "loaded", 1),
        ("2023-09-01", "loaded", 1),
    ]
    columns = "charity_number, charity_name, extract_date"
    assert charities.rows(f"select {columns} from raw.register_charity order by 1, 2") == [
        ("9900001", '"Invented', date(2023, 9, 1)),
        ("9900001", "Invented", date(2020, 8, 1)),
        ("9900002", "Invented", date(2023, 9, 1)),
        ("9900002", "Invented, again", date(2023, 9, 1)),
    ]

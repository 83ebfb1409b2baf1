"""Where files come to, and which of them are deliveries."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from star_warehouse.load import FileSeen
from star_warehouse.receive import PlaceRefusal
from star_warehouse.receive.location import folder_of, is_remote, list_files, look_at, may_be_delivery, written_name
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from tests.builders import SPEND, declare

WHERE = "accepts: {from: 2018-04-01, to: 2024-03-31}\n"


@pytest.mark.parametrize(
    ("location", "folder"),
    [
        (None, "{home}/inbox/town"),
        ("drop/town", "{home}/drop/town"),
        ("/srv/town", "/srv/town"),
        ("file:///srv/to%20wn", "/srv/to wn"),
        ("file://localhost/srv/town", "/srv/town"),
    ],
)
def test_a_location_is_a_folder(tmp_path: Path, settings: Settings, location: str | None, folder: str) -> None:
    changes = [(WHERE, f"{WHERE}location: {location}\n")] if location else []

    assert str(folder_of(declare(tmp_path, SPEND, *changes), settings)) == folder.format(home=settings.home)


@pytest.mark.parametrize("location", ["sftp://star@files.example.org/town", "s3://bucket/town"])
def test_a_place_elsewhere_is_no_folder(tmp_path: Path, settings: Settings, location: str) -> None:
    source = declare(tmp_path, SPEND, (WHERE, f"{WHERE}location: {location}\n"))

    assert is_remote(source)
    with pytest.raises(Refusal, match=r"source town: The location .* is not a folder of this machine"):
        folder_of(source, settings)


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stale(_: Path) -> NoReturn:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(Path, "iterdir", stale)
    with pytest.raises(PlaceRefusal, match="The folder cannot be read: Stale file handle"):
        list_files(tmp_path)


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        ("town_2018-04.csv", True),
        ("Stadt Öhringen – März.csv", True),
        ("", False),
        (" ", False),
        ("..", False),
        ("../town_2018-04.csv", False),
        ("a/b.csv", False),
        ("a\\b.csv", False),
        ("a\nb.csv", True),
        ("a\udce9b.csv", True),
        ("a" * 300 + ".csv", False),
    ],
)
def test_names_that_could_lead_elsewhere_are_no_deliveries(name: str, may_be: bool) -> None:
    assert may_be_delivery(name) is may_be


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Stadt Öhringen – März.csv", "Stadt Öhringen – März.csv"),
        ("a\nb.csv", r"a\nb.csv"),
        ("a\x00b.csv", r"a\x00b.csv"),
        ("a\u202eb.csv", r"a\u202eb.csv"),
        ("a\udce9b.csv", r"a\udce9b.csv"),
    ],
)
def test_a_name_is_written_down_so_that_it_garbles_no_log(name: str, written: str) -> None:
    assert written_name(name) == written


def test_stray_files_and_folders_are_no_deliveries(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    strays = (".hidden.csv", "b.csv.part", "~$c.xlsx", "d.csv~", "e.tmp", "F.PART", "Thumbs.db", "g.csv.filepart")
    for name in ("a.csv", *strays):
        (tmp_path / name).write_text("x")

    assert [path.name for _, path in list_files(tmp_path)] == ["a.csv"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list_files(tmp_path / "none") == []


def test_times_are_kept_as_the_database_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("12345")
    os.utime(path, ns=(0, 1_700_000_000_123_456_789))

    assert look_at(path) == FileSeen("a.csv", 5, datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC))

"""Files are copied whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import resource
import signal
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from star_warehouse.receive import FolderRefusal, deliver
from star_warehouse.receive.landing import clear_half_copies, copy_to, land, read_file
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from tests.builders import SPEND, declare, spend_file

CONTENT = bytes(range(256)) * 8192


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_file_lands_unchanged_under_its_sha256(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(CONTENT)

    sha256 = land(read_file(path), settings)

    assert sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert files_below(settings.landing) == [settings.landing / sha256[:2] / sha256]
    assert (settings.landing / sha256[:2] / sha256).read_bytes() == CONTENT


def test_the_same_bytes_land_once(tmp_path: Path, settings: Settings) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(CONTENT)

    assert land(read_file(tmp_path / "a"), settings) == land(read_file(tmp_path / "b"), settings)
    assert len(files_below(settings.landing)) == 1


def test_an_empty_file_lands_too(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "empty").touch()

    assert land(read_file(tmp_path / "empty"), settings) == hashlib.sha256(b"").hexdigest()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(Refusal, match=r"a\.csv: The file cannot be read: No such file"):
        land(read_file(tmp_path / "a.csv"), settings)


@contextmanager
def small_files_only() -> Iterator[None]:
    """The system refuses to write files beyond a megabyte, as a full disk would."""
    old_handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old_handler)


def test_a_full_disk_is_told_and_nothing_half_landed(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "big"
    path.write_bytes(CONTENT)

    with small_files_only(), pytest.raises(FolderRefusal) as refusal:
        land(read_file(path), settings)

    assert refusal.value.what == "The disk is full; nothing of the file was kept."
    assert refusal.value.where == str(settings.landing)
    assert files_below(settings.landing) == []


@pytest.mark.parametrize(
    ("number", "what"),
    [(errno.ENOSPC, "The disk is full"), (errno.EROFS, "cannot be copied here: Read-only file system")],
)
def test_what_the_system_says_is_told(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, number: int, what: str
) -> None:
    def fail(_: int) -> NoReturn:
        raise OSError(number, os.strerror(number))

    (tmp_path / "a").write_bytes(b"x")
    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(FolderRefusal, match=what):
        land(read_file(tmp_path / "a"), settings)

    assert files_below(settings.landing) == []


def test_what_killed_runs_left_is_cleared_and_what_is_still_written_is_not(settings: Settings) -> None:
    settings.landing.mkdir(parents=True)
    (settings.landing / ".left.part").touch()

    def still_writing() -> Iterator[bytes]:
        yield CONTENT
        clear_half_copies(settings)
        yield CONTENT

    sha256 = land(still_writing(), settings)

    assert files_below(settings.landing) == [settings.landing / sha256[:2] / sha256]


def test_a_copy_that_is_about_to_get_its_place_is_still_being_written(settings: Settings) -> None:
    """Another run clears after the last byte was written, and before the file has its name."""
    sha256 = land([b"bytes"], settings, check=lambda: clear_half_copies(settings))
    assert files_below(settings.landing) == [settings.landing / sha256[:2] / sha256]


def test_without_locks_only_old_half_copies_are_cleared(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", fail)
    settings.landing.mkdir(parents=True)
    old, new = settings.landing / ".old.part", settings.landing / ".new.part"
    for path in (old, new):
        path.touch()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))

    clear_half_copies(settings)

    assert files_below(settings.landing) == [new]
    assert land(iter([CONTENT]), settings) == hashlib.sha256(CONTENT).hexdigest()


def test_a_copy_replaces_an_older_one_at_once(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    target = tmp_path / "folder" / "a.csv"
    target.parent.mkdir()
    target.write_bytes(b"old")

    copy_to(tmp_path / "new", target)

    assert files_below(target.parent) == [target]
    assert target.read_bytes() == b"new"


def test_files_are_delivered_to_the_inbox(tmp_path: Path, settings: Settings) -> None:
    source = declare(tmp_path)
    files = [tmp_path / "town_2018-04.csv", tmp_path / "town_2018-05.csv"]
    for path in files:
        path.write_bytes(spend_file())

    (settings.inbox / "town").mkdir(parents=True)
    (settings.inbox / "town" / "town_2018-05.csv").touch()

    delivered = deliver(source, files, settings)

    assert [one.path for one in delivered] == [settings.inbox / "town" / path.name for path in files]
    assert [one.has_replaced for one in delivered] == [False, True]
    assert [one.path.read_bytes() for one in delivered] == [spend_file(), spend_file()]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("april.csv", "The file's name does not say its period"),
        ("town_2017-04.csv", "The period 2017-04 is not accepted here"),
        ("town_2018-06.csv", "No such file"),
        ("town_june.csv", "No such file"),
    ],
)
def test_a_wrong_file_is_refused_at_the_door(tmp_path: Path, settings: Settings, name: str, what: str) -> None:
    (tmp_path / "april.csv").touch()
    (tmp_path / "town_2017-04.csv").touch()

    with pytest.raises(Refusal, match=what):
        deliver(declare(tmp_path), [tmp_path / name], settings)

    assert files_below(settings.home) == [] if settings.home.exists() else True


def test_one_bad_file_keeps_all_back(tmp_path: Path, settings: Settings) -> None:
    good, folder = tmp_path / "town_2018-04.csv", tmp_path / "town_2018-05.csv"
    good.write_bytes(spend_file())
    folder.mkdir()

    with pytest.raises(Refusal, match=r"town_2018-05\.csv: It is a folder, not a file\."):
        deliver(declare(tmp_path), [good, folder], settings)

    assert files_below(settings.home) == []


def test_two_files_of_one_name_are_refused(tmp_path: Path, settings: Settings) -> None:
    files = [tmp_path / folder / "town_2018-04.csv" for folder in ("a", "b")]
    for path in files:
        path.parent.mkdir()
        path.write_bytes(spend_file())

    with pytest.raises(Refusal, match=r"2 of the files are called town_2018-04\.csv\."):
        deliver(declare(tmp_path), files, settings)

    assert files_below(settings.home) == []


def test_what_comes_from_elsewhere_is_delivered_there(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "town_2018-04.csv").write_bytes(spend_file())
    source = declare(tmp_path, SPEND, ("extract: internal\n", "extract: internal\nlocation: s3://bucket/town\n"))

    with pytest.raises(Refusal, match=r"s3://bucket/town is not a folder .* Put the file there"):
        deliver(source, [tmp_path / "town_2018-04.csv"], settings)


def test_what_does_not_come_whole_is_not_kept(settings: Settings) -> None:
    def breaking() -> Iterator[bytes]:
        yield CONTENT
        raise Refusal("It broke off.", where="there", way_out="Wait.")

    with pytest.raises(Refusal, match="It broke off"):
        land(breaking(), settings)

    assert files_below(settings.landing) == []


def test_what_turns_out_to_have_changed_is_not_kept(settings: Settings) -> None:
    def changed() -> NoReturn:
        assert len(files_below(settings.landing)) == 1
        raise Refusal("It changed.", where="there", way_out="Wait.")

    with pytest.raises(Refusal, match="It changed"):
        land(iter([CONTENT]), settings, changed)

    assert files_below(settings.landing) == []


def test_a_large_file_takes_little_memory(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "large"
    with path.open("wb") as stream:
        stream.truncate(200 << 20)
    tracemalloc.start()

    land(read_file(path), settings)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20

"""The embedded server: first start, every start, and what goes wrong."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from star_warehouse.local import postgres
from star_warehouse.local.postgres import EmbeddedPostgres
from star_warehouse.refusal import Refusal
from tests.ports import free_port

PASSWORD = "a password with 'signs' %"


def new_server(folder: Path, port: int | None = None) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder / "pg", port or free_port(), PASSWORD)


def ask(server: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(
        host=server.host, port=server.port, user=server.user, password=PASSWORD, dbname="postgres"
    ) as c:
        row = c.execute(question).fetchone()
    assert row
    return row[0]


def write(server: EmbeddedPostgres) -> None:
    with psycopg.connect(
        host=server.host, port=server.port, user=server.user, password=PASSWORD, dbname="postgres"
    ) as c:
        c.execute("create table kept as select 7 as n")


@pytest.fixture(params=["open", "closed"])
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder that every user may enter, and one that only its owner may: as root these are two ways to run."""
    with tempfile.TemporaryDirectory(prefix="star-test-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755 if request.param == "open" else 0o700)
        yield path


def test_starts_stops_and_keeps_what_was_written(folder: Path) -> None:
    server = new_server(folder)
    with server:
        assert server.running_port() == server.port
        assert (
            ask(server, "select current_setting('server_encoding') || current_setting('unix_socket_directories')")
            == "UTF8"
        )
        assert (
            ask(server, "select datlocprovider::text || datlocale from pg_database where datname = 'postgres'")
            == "bC.UTF-8"
        )
        write(server)
    assert server.running_port() is None
    with new_server(folder) as again:
        assert ask(again, "select n from kept") == 7


def test_only_with_the_password_and_only_by_tcp(tmp_path: Path) -> None:
    with new_server(tmp_path) as server:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(host=server.host, port=server.port, user=server.user, password="another", dbname="postgres")
        addresses = {c.laddr.ip for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == server.port}
        assert addresses == {"127.0.0.1"}


def test_the_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    with new_server(tmp_path) as server:
        assert stat.S_IMODE(server.data_folder.stat().st_mode) == 0o700
        assert not list(tmp_path.glob("*.password"))


def test_starts_again_after_kill(folder: Path) -> None:
    server = new_server(folder)
    server.start()
    write(server)
    pid = int((server.data_folder / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    assert psutil.Process(pid).wait(10) is not None
    with new_server(folder) as again:
        assert ask(again, "select n from kept") == 7


def test_a_process_number_that_came_round_again_is_not_taken_for_the_server(tmp_path: Path) -> None:
    server = new_server(tmp_path)
    with server:
        lines = (server.data_folder / "postmaster.pid").read_text().splitlines()
    (server.data_folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert server.running_port() is None
    server.stop()
    with server:
        assert ask(server, "select 1") == 1


def test_a_server_left_by_a_killed_command_is_taken_over_and_stopped(tmp_path: Path) -> None:
    left = new_server(tmp_path)
    left.start()
    server = new_server(tmp_path, left.port)
    server.start()
    assert ask(server, "select 1") == 1
    server.stop()
    assert left.running_port() is None


def test_a_first_start_that_was_interrupted_is_done_again(tmp_path: Path) -> None:
    (tmp_path / "pg.unfinished").mkdir()
    (tmp_path / "pg.unfinished" / "PG_VERSION").write_text("18\n")
    with new_server(tmp_path) as server:
        assert ask(server, "select 1") == 1
    assert not (tmp_path / "pg.unfinished").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()
    (tmp_path / "pg" / "thesis.txt").write_text("mine")
    with pytest.raises(Refusal, match="not empty and holds no database") as refused:
        new_server(tmp_path).start()
    assert "STAR_HOME" in refused.value.way_out
    assert (tmp_path / "pg" / "thesis.txt").read_text() == "mine"


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(Refusal) as refused:
            new_server(tmp_path, port).start()
    sentence = str(refused.value)
    assert f"127.0.0.1:{port}" in sentence
    assert f"process {os.getpid()}" in sentence
    assert "STAR_WAREHOUSE_PORT" in sentence


def test_running_on_another_port_is_one_sentence(tmp_path: Path) -> None:
    with new_server(tmp_path) as server, pytest.raises(Refusal, match=f"already runs on port {server.port}") as refused:
        new_server(tmp_path).start()
    assert f"STAR_WAREHOUSE_PORT={server.port} " in refused.value.way_out


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 5 * 1024 * 1024))
    with pytest.raises(Refusal) as refused:
        new_server(tmp_path).start()
    assert "disk is full: 5 MB" in str(refused.value)
    assert "STAR_HOME" in refused.value.way_out


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("FATAL:  could not write to file: No space left on device", "The disk is full"),
        ('LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', "is taken"),
        ("FATAL:  database files are incompatible with server", "another version of PostgreSQL"),
        ("LOG:  starting\nFATAL:  something new\nLOG:  shut down", "FATAL:  something new"),
    ],
)
def test_what_postgres_says_becomes_a_sentence(tmp_path: Path, output: str, sentence: str) -> None:
    assert sentence in str(new_server(tmp_path)._refusal(output))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a choice")
def test_as_root_the_files_follow_the_user_that_can_reach_them() -> None:
    with tempfile.TemporaryDirectory(prefix="star-test-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for mode in (0o755, 0o700, 0o755):
            folder.chmod(mode)
            with new_server(folder) as server:
                assert ask(server, "select 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")
def test_as_root_with_no_way_to_run_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_works", lambda *_: False)
    with pytest.raises(Refusal, match="does not run as root"):
        new_server(tmp_path).start()

"""SSH servers: whose keys are known, whose folders are there, and what lies in these beside files."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from star_warehouse.database import Warehouse
from star_warehouse.local import work
from star_warehouse.receive import IntakeReport
from star_warehouse.settings import Settings
from tests.builders import SPEND, declare, spend_file
from tests.integration.places.conftest import LOCATION, RemoteTown
from tests.integration.places.shelves import VARIABLE, SshShelf
from tests.servers.wire import Wire

APRIL = spend_file("Acme,7,03/04/2018,10.00,Pens")


class Gate:
    """Takes in from the SSH server with changes to its connection."""

    def __init__(self, make: Callable[[str], RemoteTown], shelf: SshShelf, wire: Wire, set_to: Callable[[str], None]):
        self._make, self._shelf, self._wire, self._set_to = make, shelf, wire, set_to

    def take_in(self, folder: str = "/upload", **changes: object) -> IntakeReport:
        connection = {**self._shelf.connection(self._wire), **changes}
        self._set_to(json.dumps(connection))
        return self._make(f"sftp://town_place@127.0.0.1:{self._wire.port}{folder}").take_in()


@pytest.fixture
def gate(
    ssh: SshShelf,
    wire_to: Callable[[int], Wire],
    tmp_path: Path,
    settings: Settings,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
) -> Gate:
    ssh.clear()
    ssh.put("town_2018-04.csv", APRIL)
    monkeypatch.setenv("HOME", str(tmp_path))

    def make(location: str) -> RemoteTown:
        source = declare(tmp_path, SPEND, (LOCATION, f"{LOCATION}location: '{location}'\n"))
        return RemoteTown(source, settings, warehouse)

    return Gate(make, ssh, wire_to(ssh.port), lambda value: monkeypatch.setenv(VARIABLE, value))


def another_key() -> str:
    key: str = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    return key


@pytest.mark.parametrize("extra", [{}, {"host_key": another_key()}, {"no_host_key_check": True}])
def test_a_server_whose_key_is_not_known_gets_nothing(extra: dict[str, object], gate: Gate) -> None:
    (refusal,) = gate.take_in(extra=extra).refusals

    assert refusal.what == "The server's host key is not known here, so it may be another server."
    assert "known_hosts" in refusal.way_out


def test_a_key_in_known_hosts_is_known(gate: Gate, ssh: SshShelf, tmp_path: Path) -> None:
    known = tmp_path / ".ssh" / "known_hosts"
    known.parent.mkdir()
    known.write_text(f"[127.0.0.1]:{gate._wire.port} {ssh.host_key}\n")
    # What a person wrote for their own logins does not make us careless.
    (known.parent / "config").write_text("Host *\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n")

    assert gate.take_in(extra={}).counts == Counter(checking=1)


def test_another_known_hosts_can_be_named(gate: Gate, ssh: SshShelf, tmp_path: Path) -> None:
    (tmp_path / "partners").write_text(f"[127.0.0.1]:{gate._wire.port} {ssh.host_key}\n")

    assert gate.take_in(extra={"known_hosts": str(tmp_path / "partners")}).counts == Counter(checking=1)


def test_a_wrong_password_is_told_without_it(gate: Gate) -> None:
    (refusal,) = gate.take_in(password="wrong secret").refusals

    assert refusal.what == "The server does not let us in."
    assert "wrong secret" not in str(refusal)


def test_a_connection_for_another_server_is_not_used(gate: Gate) -> None:
    (refusal,) = gate.take_in(host="sftp.example.org").refusals

    assert refusal.what == "The connection is for sftp.example.org, and the location is at 127.0.0.1."


@pytest.mark.parametrize(
    ("extra", "what"),
    [
        ({"host_key": "nonsense"}, "has a 'host_key' that is no public key"),
        ({"private_key": "nonsense"}, "has a 'private_key' that cannot be read"),
    ],
)
def test_keys_that_are_none_are_told(extra: dict[str, str], what: str, gate: Gate) -> None:
    (refusal,) = gate.take_in(extra=extra).refusals

    assert what in refusal.what
    assert "nonsense" not in str(refusal)


def test_a_folder_that_is_not_there_is_told(gate: Gate) -> None:
    (refusal,) = gate.take_in("/uplaod").refusals

    assert refusal.what == "It is not there."


def test_only_files_of_the_folder_itself_are_taken(gate: Gate, ssh: SshShelf) -> None:
    (ssh.folder / "archive").mkdir()
    (ssh.folder / "archive" / "town_2018-05.csv").write_bytes(APRIL)
    (ssh.folder / "town_2018-06.csv").mkdir()
    (ssh.folder / "linked").mkdir()
    (ssh.folder / "linked" / "real.csv").write_bytes(APRIL.replace(b"/04/", b"/07/"))
    (ssh.folder / "town_2018-07.csv").symlink_to(Path("linked") / "real.csv")
    (ssh.folder / "town_2018-08.csv").symlink_to("nowhere")
    os.mkfifo(ssh.folder / "town_2018-09.csv")
    (ssh.folder / "town_2018-10.csv\nforged line").write_bytes(APRIL.replace(b"/04/", b"/10/"))
    (ssh.folder / "..\\town_2018-11.csv").write_bytes(APRIL)

    report = gate.take_in()

    assert report.counts == Counter(checking=2, refused=1)
    (forged,) = report.refusals
    assert forged.where.endswith("town_2018-10.csv\\nforged line")


def test_a_server_that_is_down_keeps_no_other_source_from_being_looked_at(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    gate.take_in()
    source = gate._make(f"sftp://town_place@127.0.0.1:{gate._wire.port}/upload").source
    near = source.model_copy(update={"id": "near", "location": None})
    (settings.inbox / "near").mkdir(parents=True)
    gate._wire.close()
    warehouse = gate._make(source.location or "").warehouse
    monkeypatch.setattr(work, "load_sources", lambda _: {"town": source, "near": near})
    monkeypatch.setattr(work, "release_is_due", lambda *_: False)
    monkeypatch.setattr(work, "postcodes_are_current", lambda *_: True)

    found = work.find_work(settings, warehouse)

    # Its own ingest will say what is wrong.
    assert found.waiting["town"] == 1
    assert "near" not in found.waiting

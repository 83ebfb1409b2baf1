"""Airflow connections as the environment holds them."""

from __future__ import annotations

import json

import pytest
from airflow.sdk import Connection

from star_warehouse.airflow_glue.connections import airflow_connection
from star_warehouse.receive.connections import PlaceConnection, connection_from_environment
from star_warehouse.refusal import Refusal

EVERYTHING = {
    "conn_type": "sftp",
    "host": "files.example.org",
    "port": 2222,
    "login": "town",
    "password": "p@ss/word:1",
    "extra": {"host_key": "ssh-ed25519 AAAA", "flag": True},
}


@pytest.mark.parametrize("extra_as_text", [True, False])
def test_a_connection_in_json_is_read(extra_as_text: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = json.dumps(EVERYTHING["extra"]) if extra_as_text else EVERYTHING["extra"]
    monkeypatch.setenv("AIRFLOW_CONN_TOWN_SFTP", json.dumps({**EVERYTHING, "extra": extra}))

    assert connection_from_environment("town_sftp") == PlaceConnection(
        "town_sftp",
        "files.example.org",
        2222,
        "town",
        "p@ss/word:1",
        {"host_key": "ssh-ed25519 AAAA", "flag": True},
    )


def test_a_uri_says_what_airflow_reads_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    uri = Connection(conn_id="town", **EVERYTHING | {"extra": json.dumps(EVERYTHING["extra"])}).get_uri()
    monkeypatch.setenv("AIRFLOW_CONN_TOWN", uri)

    ours = connection_from_environment("town")

    assert ours == airflow_connection("town")
    assert (ours.login, ours.password, ours.host, ours.port) == ("town", "p@ss/word:1", "files.example.org", 2222)
    assert ours.extra == EVERYTHING["extra"]


@pytest.mark.parametrize(
    "uri",
    [
        "sftp://town:secret@files.example.org",
        "aws://AKIA:se%2Fcret@/?endpoint_url=http%3A%2F%2F127.0.0.1%3A1&region_name=eu-west-2",
        "wasb://:key@Account?sas_token=a%3Db",
        "https://@host.example.org:8443/",
    ],
)
def test_uris_by_hand_are_read_as_airflow_reads_them(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TOWN", uri)
    ours, airflows = connection_from_environment("town"), airflow_connection("town")

    assert (ours.login, ours.password, ours.port, ours.extra) == (
        airflows.login,
        airflows.password,
        airflows.port,
        airflows.extra,
    )
    assert (ours.host or "").lower() == (airflows.host or "").lower()


@pytest.mark.parametrize("connection_of", [connection_from_environment, airflow_connection])
def test_a_connection_that_is_not_there_is_named(connection_of: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(connection_of)
    monkeypatch.delenv("AIRFLOW_CONN_NOWHERE", raising=False)
    with pytest.raises(Refusal, match=r"no Airflow connection 'nowhere'.*AIRFLOW_CONN_NOWHERE"):
        connection_of("nowhere")


@pytest.mark.parametrize("value", ["{secret", "secret", '["secret"]', '{"extra": "[1]", "password": "secret"}'])
def test_what_is_no_connection_is_refused_without_a_word_of_it(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TOWN", value)

    with pytest.raises(Refusal, match="AIRFLOW_CONN_TOWN") as refused:
        connection_from_environment("town")

    assert "secret" not in str(refused.value)


def test_a_connection_shows_no_secret() -> None:
    assert "secret" not in repr(PlaceConnection("town", password="secret", extra={"key": "secret"}))

"""Where the warehouse is."""

from __future__ import annotations

import json
import os
import secrets
import traceback
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from star_warehouse.database import Warehouse, WarehouseLost, warehouse_from
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

ODD = Warehouse("db.example.org", 6543, "sta r", "p@ss/w:rd%", "ware house")


def test_an_address_survives_odd_signs() -> None:
    parts = psycopg.conninfo.conninfo_to_dict(ODD.url)

    assert (parts["host"], parts["port"], parts["dbname"]) == ("db.example.org", "6543", "ware house")
    assert (parts["user"], parts["password"]) == ("sta r", "p@ss/w:rd%")
    assert ODD.sqlalchemy_url.startswith("postgresql+psycopg://sta%20r:p%40ss%2Fw%3Ard%25@db.example.org:6543/")


def test_an_address_of_ip_version_6_is_bracketed() -> None:
    assert Warehouse("::1", 5432, "star", "x", "warehouse").url == "postgresql://star:x@[::1]:5432/warehouse"


def test_a_password_is_not_shown() -> None:
    assert "p@ss" not in repr(ODD)


def test_dbt_gets_its_variables() -> None:
    assert ODD.environment() == {
        "STAR_PGHOST": "db.example.org",
        "STAR_PGPORT": "6543",
        "STAR_PGUSER": "sta r",
        "STAR_PGPASSWORD": "p@ss/w:rd%",
        "STAR_PGDATABASE": "ware house",
    }


def test_an_external_address_is_taken_apart(settings: Settings) -> None:
    url = "postgres://sta%20r:p%40ss@db.example.org/ware%20house?sslmode=require"

    warehouse = warehouse_from(replace(settings, external_warehouse_url=url))

    assert warehouse == Warehouse("db.example.org", 5432, "sta r", "p@ss", "ware house", "require")
    assert warehouse.url.endswith("?sslmode=require")
    assert warehouse.environment()["STAR_PGSSLMODE"] == "require"


@pytest.mark.parametrize(
    "url",
    [
        "db.example.org",
        "mysql://star:secret@db.example.org/warehouse",
        "postgresql://star:secret@db.example.org",
        "postgresql://db.example.org/warehouse",
        "postgresql:///warehouse",
        "postgresql://star:secret@db.example.org:port/warehouse",
        "postgresql://star:secret@db.example.org/warehouse?ssl=on",
    ],
)
def test_another_address_is_refused_and_its_password_kept_back(settings: Settings, url: str) -> None:
    with pytest.raises(Refusal) as refusal:
        warehouse_from(replace(settings, external_warehouse_url=url))

    assert refusal.value.where == "WAREHOUSE_URL"
    assert "secret" not in str(refusal.value)


def test_the_embedded_one_is_found_by_its_credentials(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "secrets.json").write_text(json.dumps({"warehouse_password": "x"}))

    found = warehouse_from(settings)

    assert found == Warehouse("127.0.0.1", settings.warehouse_port, "star", "x", "warehouse")


def test_nothing_set_up_is_refused(settings: Settings) -> None:
    with pytest.raises(Refusal, match=r"never set up here\. Run `make run` first\."):
        warehouse_from(settings)


@pytest.mark.parametrize("content", ["", "{}", "[]", "not json"])
def test_broken_credentials_are_refused(settings: Settings, content: str) -> None:
    settings.home.mkdir()
    (settings.home / "secrets.json").write_text(content)

    with pytest.raises(Refusal, match="credentials cannot be read"):
        warehouse_from(settings)


def test_a_server_that_does_not_answer_is_refused_as_one_that_may_in_a_moment() -> None:
    with pytest.raises(WarehouseLost, match=r"127\.0\.0\.1:1/warehouse: The warehouse does not answer"):
        Warehouse("127.0.0.1", 1, "star", "x", "warehouse").connect()


def test_a_wrong_password_is_refused_at_once(server: Warehouse) -> None:
    """Not as a server that may be back in a moment; and whoever is told sees no password."""
    stranger = replace(server, password=secrets.token_hex(8))
    with pytest.raises(Refusal, match=r"not let .* in: .*password authentication failed.*WAREHOUSE_URL") as refused:
        stranger.connect()
    assert not isinstance(refused.value, WarehouseLost)
    shown = "".join(traceback.format_exception(refused.value))
    assert stranger.password not in shown and server.password not in shown


def test_who_may_not_log_in_is_refused_at_once(server: Warehouse) -> None:
    no_login = f"test_{os.getpid()}_no_login"
    with server.connect() as connection:
        connection.execute(
            sql.SQL("create role {} nologin password {}").format(sql.Identifier(no_login), sql.Literal("x"))
        )
    try:
        for stranger in (
            replace(server, user=no_login, password="x"),
            replace(server, user="nobody_known", password="x"),
            replace(server, password=""),
        ):
            with pytest.raises(Refusal, match="does not let") as refused:
                stranger.connect()
            assert not isinstance(refused.value, WarehouseLost), refused.value
    finally:
        with server.connect() as connection:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(no_login)))


def test_a_database_that_is_not_there_yet_may_come(server: Warehouse) -> None:
    with pytest.raises(WarehouseLost, match="does not exist"):
        replace(server, database="nowhere").connect()

"""The warehouse's server: started by the first who needs it, stopped by the last."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from star_warehouse.local.credentials import ensure_credentials
from star_warehouse.local.postgres import EmbeddedPostgres
from star_warehouse.local.server import running_warehouse
from star_warehouse.local.session import prepare
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from tests.ports import free_port


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, warehouse_port=free_port())


def server_of(settings: Settings) -> EmbeddedPostgres:
    return EmbeddedPostgres(settings.home / "postgres", settings.warehouse_port, "")


def test_runs_while_anybody_needs_it(settings: Settings) -> None:
    with running_warehouse(settings):
        with running_warehouse(settings) as warehouse, warehouse.connect() as connection:
            connection.execute("select 1")
        assert server_of(settings).running_port() == settings.warehouse_port
    assert server_of(settings).running_port() is None


def test_role_star_owns_both_databases_and_rules_nothing_else(settings: Settings) -> None:
    with running_warehouse(settings) as warehouse, warehouse.connect() as connection:
        owners = connection.execute(
            "select datname, pg_get_userbyid(datdba) from pg_database where datname in ('warehouse', 'airflow')"
        ).fetchall()
        assert dict(owners) == {"warehouse": "star", "airflow": "star"}
        assert connection.execute("select rolsuper from pg_roles where rolname = 'star'").fetchone() == (False,)


def test_the_reader_may_enter_the_warehouse_and_not_the_metadata(settings: Settings) -> None:
    with running_warehouse(settings) as warehouse:
        prepare(settings, warehouse)
        prepare(settings, warehouse)
        password = ensure_credentials(settings.home).reader_password
        reader = replace(warehouse, user="shared_reader", password=password)
        psycopg.connect(reader.url).close()
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(replace(reader, database="airflow").url)


def test_a_server_left_on_another_port_is_moved(settings: Settings) -> None:
    with running_warehouse(settings):
        pass
    left = EmbeddedPostgres(settings.home / "postgres", free_port(), "")
    left.start()
    with running_warehouse(settings) as warehouse, warehouse.connect() as connection:
        connection.execute("select 1")
    assert left.running_port() is None


def test_a_server_in_use_on_another_port_is_refused(settings: Settings) -> None:
    elsewhere = replace(settings, warehouse_port=free_port())
    with running_warehouse(settings), pytest.raises(Refusal, match="already runs on port"):
        with running_warehouse(elsewhere):
            pass
        assert server_of(settings).running_port() == settings.warehouse_port


def test_with_an_external_warehouse_nothing_is_started(settings: Settings) -> None:
    external = replace(settings, external_warehouse_url="postgresql://me:secret@db.example:5433/spend")
    with running_warehouse(external) as warehouse:
        assert (warehouse.host, warehouse.port, warehouse.database) == ("db.example", 5433, "spend")
    assert not settings.home.exists()

"""The settings that this machine's Airflow runs with."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from star_warehouse.local.airflow_environment import Airflow
from star_warehouse.local.credentials import ensure_credentials
from star_warehouse.settings import Settings


def airflow(settings: Settings, *, url: str = "postgresql://u:p@h:1/airflow", has_schedules: bool = False) -> Airflow:
    return Airflow(settings, ensure_credentials(settings.home), url, has_schedules)


def test_the_callers_own_airflow_has_no_say(settings: Settings) -> None:
    inherited = {"PATH": "/bin", "AIRFLOW_HOME": "/elsewhere", "AIRFLOW__CORE__EXECUTOR": "Other", "AIRFLOW__X__Y": "z"}
    environment = airflow(settings).environment(inherited)
    assert environment["PATH"] == "/bin"
    assert environment["AIRFLOW_HOME"] == str(settings.home / "airflow")
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW__X__Y" not in environment


def test_connections_are_handed_on(settings: Settings) -> None:
    environment = airflow(settings).environment({"AIRFLOW_CONN_TOWN": "sftp://town:secret@files.example.org"})
    assert environment["AIRFLOW_CONN_TOWN"] == "sftp://town:secret@files.example.org"


def test_nothing_phones_home_and_no_proxy_stands_between(settings: Settings) -> None:
    environment = airflow(settings).environment({"NO_PROXY": "example.org"})
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environment["GX_ANALYTICS_ENABLED"] == "false"
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["NO_PROXY"] == environment["no_proxy"] == "example.org,127.0.0.1,localhost"


def test_a_dollar_sign_in_a_password_survives_airflows_reading(settings: Settings) -> None:
    environment = airflow(settings, url="postgresql://u:a$HOME@h:1/d").environment({})
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == "postgresql+psycopg2://u:a%24HOME@h:1/d"


def test_schedules_run_only_while_people_watch(settings: Settings) -> None:
    assert airflow(settings, has_schedules=True).environment({})["STAR_SCHEDULES"] == "on"
    assert airflow(settings).environment({})["STAR_SCHEDULES"] == "off"


def test_the_admin_password_is_written_for_its_owner_alone(settings: Settings) -> None:
    one = airflow(settings)
    one.write_password_file()
    file = Path(one.environment({})["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    assert json.loads(file.read_text()) == {"admin": one.credentials.airflow_admin_password}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

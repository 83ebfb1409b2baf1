"""Passwords and keys of the local services: made at the first use, kept in the home folder for its owner alone."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from star_warehouse.refusal import Refusal


@dataclass(frozen=True)
class Credentials:
    """Everything secret that the local services share.

    Attributes:
        superuser_password: of role ``postgres`` of the embedded server.
        warehouse_password: of role ``star``, which owns the databases.
        reader_password: of role ``shared_reader``.
        airflow_admin_password: of Airflow's user ``admin``.
        airflow_jwt_secret: signs the tokens between Airflow's services.
        airflow_fernet_key: encrypts Airflow's stored connections.
        airflow_api_secret: signs the sessions of Airflow's pages.
    """

    superuser_password: str
    warehouse_password: str
    reader_password: str
    airflow_admin_password: str
    airflow_jwt_secret: str
    airflow_fernet_key: str
    airflow_api_secret: str


def _password() -> str:
    return secrets.token_urlsafe(18)


def _key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


_MAKERS: dict[str, Callable[[], str]] = {
    "airflow_jwt_secret": lambda: secrets.token_urlsafe(64),
    "airflow_fernet_key": _key,
    "airflow_api_secret": _key,
}


def credentials_file(home: Path) -> Path:
    """The file that holds the credentials of a home folder."""
    return home / "secrets.json"


def ensure_credentials(home: Path) -> Credentials:
    """Read the credentials of a home folder; what is missing is made and written (mode 600).

    Raises:
        Refusal: the file is there but cannot be read as JSON text values.
    """
    file = credentials_file(home)
    known = _read(file)
    wanted = {
        field.name: known.get(field.name) or _MAKERS.get(field.name, _password)() for field in fields(Credentials)
    }
    credentials = Credentials(**wanted)
    if any(name not in known for name in wanted):
        _write(file, known | asdict(credentials))
    return credentials


def _read(file: Path) -> dict[str, str]:
    try:
        content = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _unreadable(file, str(error)) from error
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise _unreadable(file, "it is not an object of texts")
    return content


def _write(file: Path, content: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(content, stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(file)


def _unreadable(file: Path, why: str) -> Refusal:
    return Refusal(
        f"The passwords of the local services cannot be read: {why}.",
        where=f"file {file}",
        way_out="Restore the file, or delete the whole home folder and run again.",
    )

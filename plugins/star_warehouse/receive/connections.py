"""Credentials of remote places: Airflow connections, read from the environment where Airflow does not run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from star_warehouse.refusal import Refusal

# What Airflow calls the variable of a connection, and where a URI keeps what its parameters cannot say.
_PREFIX = "AIRFLOW_CONN_"
_EXTRA = "__extra__"


@dataclass(frozen=True)
class PlaceConnection:
    """What an Airflow connection says about a place; its secrets are never shown.

    Attributes:
        connection_id: its id.
        host: the server, account or endpoint, or None.
        port: its port, or None.
        login: user, access key id or account, or None.
        password: what belongs to it, or None.
        extra: the rest, by name.
    """

    connection_id: str
    host: str | None = None
    port: int | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def text(self, *names: str) -> str | None:
        """The first of these extras that is given as text."""
        for name in names:
            value = self.extra.get(name)
            if isinstance(value, str) and value:
                return value
        return None


ConnectionOf = Callable[[str], PlaceConnection]


def connection_from_environment(connection_id: str) -> PlaceConnection:
    """The connection that the variable ``AIRFLOW_CONN_<ID>`` holds, as JSON or as a URI, the way Airflow reads it.

    Raises:
        Refusal: the variable is not set or cannot be read; what it holds is never told.
    """
    variable = _PREFIX + connection_id.upper()
    value = os.environ.get(variable, "").strip()
    if not value:
        raise no_connection(connection_id)
    try:
        return _from_json(connection_id, value) if value.startswith("{") else _from_uri(connection_id, value)
    except (ValueError, TypeError, AttributeError):
        raise Refusal(
            "The variable holds no Airflow connection: neither a JSON object nor a URI.",
            where=f"environment variable {variable}",
            way_out='Write it like {"conn_type": "sftp", "login": "…", "password": "…"}.',
        ) from None


def no_connection(connection_id: str) -> Refusal:
    """The refusal of a connection that is not there."""
    return Refusal(
        f"There is no Airflow connection {connection_id!r}.",
        where="credentials of a remote location",
        way_out=f"Add it in Airflow, or set the environment variable {_PREFIX}{connection_id.upper()}.",
    )


def extra_of(text: str | Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The extras of a connection, which Airflow keeps as JSON.

    Raises:
        ValueError: they are no JSON object.
    """
    extra = json.loads(text) if isinstance(text, str) and text.strip() else text or {}
    if not isinstance(extra, Mapping):
        raise ValueError("the extras are no JSON object")
    return extra


def _from_json(connection_id: str, text: str) -> PlaceConnection:
    content = json.loads(text)
    port = content.get("port")
    return PlaceConnection(
        connection_id,
        host=content.get("host") or None,
        port=int(port) if port else None,
        login=content.get("login") or None,
        password=content.get("password") or None,
        extra=extra_of(content.get("extra")),
    )


def _from_uri(connection_id: str, text: str) -> PlaceConnection:
    parts = urlsplit(text)
    if not parts.scheme and not text.startswith("//"):
        raise ValueError("no scheme")
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra = extra_of(parameters.pop(_EXTRA)) if _EXTRA in parameters else parameters
    # Not `hostname`, which lower-cases: a host may be the name of an account or a URL in escapes.
    host = parts.netloc.rpartition("@")[2].partition(":")[0]
    return PlaceConnection(
        connection_id,
        host=unquote(host) or None,
        port=parts.port,
        login=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        extra=extra,
    )

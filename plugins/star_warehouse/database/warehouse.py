"""Where the warehouse's PostgreSQL is and how to connect to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import psycopg

from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

USER = "star"
DATABASE = "warehouse"
SECRETS_FILE = "secrets.json"
_CONNECT_SECONDS = 15
# PostgreSQL's class of errors for a server that stops, has crashed or is starting; libpq's own errors have no code.
_STOPPED = "57P"
# Its class of errors for who may not come in. While a connection is being made libpq hands on no code, so that words
# have to tell; a server that speaks another language is taken for one that may let us in on another try.
_NOT_LET_IN = "28"
_SAYS_NOT_LET_IN = re.compile(
    r"authentication failed for user|no password supplied|pg_hba\.conf|"
    r"role .+ (?:does not exist|is not permitted to log in)"
)


class WarehouseLost(Refusal):
    """The warehouse does not answer, or the connection to it broke; its server may be back in a moment."""


@dataclass(frozen=True)
class Warehouse:
    """One PostgreSQL database and how to enter it.

    Attributes:
        host: its host name or address.
        port: its TCP port.
        user: the role that owns the warehouse's schemas.
        password: that role's password.
        database: the database's name.
        ssl_mode: libpq's ``sslmode``, or None for its default.
    """

    host: str
    port: int
    user: str
    password: str
    database: str
    ssl_mode: str | None = None

    def __repr__(self) -> str:
        return f"Warehouse({self.user}@{self.host}:{self.port}/{self.database})"

    @property
    def url(self) -> str:
        """The address as libpq takes it."""
        return "postgresql://" + self._address

    @property
    def sqlalchemy_url(self) -> str:
        """The address as SQLAlchemy takes it, with the psycopg 3 driver."""
        return "postgresql+psycopg://" + self._address

    @property
    def _address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        options = f"?sslmode={self.ssl_mode}" if self.ssl_mode else ""
        return f"{login}@{host}:{self.port}/{quote(self.database, safe='')}{options}"

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        """Open a connection.

        Raises:
            WarehouseLost: the server cannot be reached, is starting or stopping, or has no such database.
            Refusal: it does not know the user or the password; another try would not help.
        """
        try:
            return psycopg.connect(
                self.url,
                autocommit=autocommit,
                connect_timeout=_CONNECT_SECONDS,
                application_name="star-warehouse",
                # Dates, notices and sentences do not depend on how the server was set up.
                options="-c datestyle=ISO -c timezone=UTC -c client_encoding=UTF8",
            )
        except psycopg.OperationalError as error:
            if (error.sqlstate or "").startswith(_NOT_LET_IN) or _SAYS_NOT_LET_IN.search(str(error)):
                raise Refusal(
                    f"The warehouse does not let {self.user} in: {_first_line(error)}.",
                    where=f"{self.host}:{self.port}/{self.database}",
                    way_out="Correct user and password in WAREHOUSE_URL; where it is not set, the password is in "
                    f"{SECRETS_FILE} of the home folder, and `make run` gives it to the embedded server.",
                ) from error
            raise WarehouseLost(
                f"The warehouse does not answer: {_first_line(error)}.",
                where=f"{self.host}:{self.port}/{self.database}",
                way_out="Start it with `make up`, or check WAREHOUSE_URL.",
            ) from error

    @contextmanager
    def told_when_lost(self) -> Iterator[None]:
        """Tell in one sentence that a connection which was open broke.

        Raises:
            WarehouseLost: it did.
        """
        try:
            yield
        except psycopg.OperationalError as error:
            if error.sqlstate and not error.sqlstate.startswith(_STOPPED):
                raise
            raise WarehouseLost(
                f"The warehouse stopped answering: {_first_line(error)}.",
                where=f"{self.host}:{self.port}/{self.database}",
                way_out="See that its server runs, then run again; what was not finished is begun anew.",
            ) from error

    def environment(self) -> dict[str, str]:
        """The connection as the environment variables that the dbt profile reads."""
        variables = {
            "STAR_PGHOST": self.host,
            "STAR_PGPORT": str(self.port),
            "STAR_PGUSER": self.user,
            "STAR_PGPASSWORD": self.password,
            "STAR_PGDATABASE": self.database,
        }
        return variables | ({"STAR_PGSSLMODE": self.ssl_mode} if self.ssl_mode else {})


def warehouse_from(settings: Settings) -> Warehouse:
    """Find the warehouse: ``WAREHOUSE_URL``, or the embedded server with the credentials in the home folder.

    Raises:
        Refusal: the URL is none of PostgreSQL's, or nothing was set up yet.
    """
    if settings.external_warehouse_url:
        return _from_url(settings.external_warehouse_url)
    path = settings.home / SECRETS_FILE
    try:
        password = json.loads(path.read_text(encoding="utf-8"))["warehouse_password"]
    except FileNotFoundError as error:
        raise Refusal(
            "The warehouse was never set up here.", where=str(path), way_out="Run `make run` first."
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(
            "The warehouse's credentials cannot be read.",
            where=str(path),
            way_out="Restore the file, or move the home folder away and run `make run` again.",
        ) from error
    return Warehouse("127.0.0.1", settings.warehouse_port, USER, str(password), DATABASE)


def _from_url(url: str) -> Warehouse:
    way_out = "Write it as postgresql://user:password@host:5432/database, with ?sslmode=… where needed."
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError as error:
        raise Refusal(f"The address is not a URL: {error}.", where="WAREHOUSE_URL", way_out=way_out) from error
    options = dict(parse_qsl(parts.query))
    database = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname or not parts.username or not database:
        # The address is not repeated: it holds a password.
        raise Refusal("The address is not that of a PostgreSQL database.", where="WAREHOUSE_URL", way_out=way_out)
    if unknown := options.keys() - {"sslmode"}:
        raise Refusal(f"Unknown options: {', '.join(sorted(unknown))}.", where="WAREHOUSE_URL", way_out=way_out)
    return Warehouse(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        database=database,
        ssl_mode=options.get("sslmode"),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__

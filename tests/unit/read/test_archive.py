"""The one wanted member of a ZIP."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from pathlib import Path

import pytest

from star_warehouse.read import archive
from star_warehouse.read.archive import check_unpacked_size, open_gzip, open_member, open_zip
from star_warehouse.refusal import Refusal


def packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__dot__", ".").replace("__slash__", "/"), content)
    return stream.getvalue()


def read_member(data: bytes, pattern: str, where: str) -> bytes:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with open_member(Path(file.name), pattern, where) as stream:
            return stream.read()


def test_the_one_fitting_member_is_read() -> None:
    data = packed(
        folder__slash__Spend__dot__CSV=b"a,b",
        readme__dot__txt=b"hello",
        __MACOSX__slash___spend__dot__csv=b"clutter",
        folder__slash____dot__spend__dot__csv=b"clutter",
    )

    assert read_member(data, "*.csv", "file") == b"a,b"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (packed(one__dot__csv=b"1", two__dot__csv=b"2"), "it holds one.csv, two.csv"),
        (packed(one__dot__txt=b"1"), "it holds one.txt"),
        (packed(), "it holds none"),
        (b"not a zip", "The file is not a ZIP, or it is damaged (it seems to be something else)"),
        (b"%PDF-1.7", "it seems to be a PDF"),
        (packed(one__dot__csv=b"1" * 1000)[:-30], "The file is not a ZIP, or it is damaged."),
    ],
)
def test_any_other_zip_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_member(data, "*.csv", "town: file.zip")

    assert what in refusal.value.what


def test_a_damaged_member_is_refused() -> None:
    data = bytearray(packed(one__dot__csv=bytes(range(256)) * 50))
    data[60] ^= 0xFF

    with pytest.raises(Refusal, match=r"file, one\.csv: The file cannot be unpacked"):
        read_member(bytes(data), "*.csv", "file")


def test_a_damaged_member_of_another_packing_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as file:
        file.writestr("one.csv", bytes(range(256)) * 50)
    data = bytearray(stream.getvalue())
    data[60] ^= 0xFF

    with pytest.raises(Refusal, match=r"file, one\.csv: The file cannot be unpacked"):
        read_member(bytes(data), "*.csv", "file")


def test_a_member_with_a_password_is_refused() -> None:
    data = bytearray(packed(one__dot__csv=b"secret"))
    # The flag for "encrypted" in the local header and in the directory.
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(Refusal, match="password"):
        read_member(bytes(data), "*.csv", "file")


def test_a_text_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(archive, "_HARMLESS_BYTES", 1_000)
    zeros = b"0" * 2_000_000
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(zeros))

    with pytest.raises(Refusal, match=r"unpacks to more than .* far more than its packed size explains"):
        read_member(packed(one__dot__csv=zeros), "*.csv", "file")
    with open_gzip(path, "file") as stream, pytest.raises(Refusal, match="far more than its packed size explains"):
        stream.read()


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(archive, "_MOST_WORKBOOK_BYTES", 1_000)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(packed(one__dot__xml=b"0" * 2_000))

    with open_zip(path, "file", "a workbook") as file, pytest.raises(Refusal, match="more than the 0 GB allowed"):
        check_unpacked_size(file, "file")


@pytest.mark.parametrize("cut", [-1, -9, 12])
def test_a_gzip_file_that_is_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "spend.csv.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 9)[:cut])

    with open_gzip(path, "file") as stream, pytest.raises(Refusal, match="The file cannot be unpacked"):
        stream.read()


def test_what_is_no_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spend.csv.gz"
    path.write_bytes(b"a,b")

    with pytest.raises(Refusal, match="not a gzip file, or it is damaged"), open_gzip(path, "file"):
        pass

"""The one wanted member of a ZIP."""

from __future__ import annotations

import io
import zipfile

import pytest

from star_warehouse.read import archive
from star_warehouse.read.archive import read_member
from star_warehouse.refusal import Refusal


def packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__dot__", ".").replace("__slash__", "/"), content)
    return stream.getvalue()


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

    with pytest.raises(Refusal, match=r"one\.csv in the ZIP cannot be unpacked"):
        read_member(bytes(data), "*.csv", "file")


def test_a_member_with_a_password_is_refused() -> None:
    data = bytearray(packed(one__dot__csv=b"secret"))
    # The flag for "encrypted" in the local header and in the directory.
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(Refusal, match="password"):
        read_member(bytes(data), "*.csv", "file")


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000)

    with pytest.raises(Refusal, match=r"unpacked, more than the 0 GB allowed"):
        read_member(packed(one__dot__csv=b"0" * 2_000), "*.csv", "file")

"""Text is decoded as it says, as UTF-8, as declared, or not at all."""

from __future__ import annotations

import codecs

import pytest

from star_warehouse.read.encoding import decode
from star_warehouse.refusal import Refusal

POUNDS = "Café,£5 – “Redacted”"


@pytest.mark.parametrize(
    ("data", "legacy", "encoding"),
    [
        (POUNDS.encode(), None, "utf-8"),
        (POUNDS.encode(), "cp1252", "utf-8"),
        (codecs.BOM_UTF8 + POUNDS.encode(), None, "utf-8 with byte order mark"),
        (codecs.BOM_UTF16_LE + POUNDS.encode("utf-16-le"), None, "utf-16-le with byte order mark"),
        (codecs.BOM_UTF16_BE + POUNDS.encode("utf-16-be"), None, "utf-16-be with byte order mark"),
        (POUNDS.encode("cp1252"), "cp1252", "cp1252"),
    ],
)
def test_text_is_decoded(data: bytes, legacy: str | None, encoding: str) -> None:
    assert decode(data, legacy, "file") == (POUNDS, encoding)


@pytest.mark.parametrize(
    ("data", "legacy", "what"),
    [
        (b"a\nb\n\xa35", None, "byte 0xA3 in line 3"),
        (codecs.BOM_UTF8 + b"a\n\xa35", "cp1252", "its byte order mark says utf-8"),
        (b"a\n\x815", "cp1252", "nor cp1252"),
        ("a\n£5\n".encode() + b"\xa36", "cp1252", "Some lines are cp1252 and others are UTF-8 (such as line 2)"),
        (b"\xd0\xcf\x11\xe0 old", None, "an old Excel file (XLS) or one with a password"),
    ],
)
def test_what_cannot_be_told_is_refused(data: bytes, legacy: str | None, what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        decode(data, legacy, "town: file.csv")

    assert what in refusal.value.what
    assert refusal.value.where == "town: file.csv"

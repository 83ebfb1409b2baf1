"""Text is decoded as it says, as UTF-8, as declared, or not at all."""

from __future__ import annotations

import codecs
import io

import pytest

from star_warehouse.read.encoding import Utf8Blocks
from star_warehouse.refusal import Refusal

POUNDS = "Café,£5 – “Redacted”"


def decode(data: bytes, legacy: str | None, where: str) -> tuple[str, str | None]:
    blocks = Utf8Blocks(io.BytesIO(data), legacy, where)
    return b"".join(blocks).decode(), blocks.encoding


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
        (POUNDS.encode("utf-16-le"), None, "UTF-16 without a byte order mark"),
        (POUNDS.encode("utf-16-be"), "cp1252", "UTF-16 without a byte order mark"),
        ("a\n£5\n".encode() + b"\xa36", "cp1252", "Some lines are cp1252 and others are UTF-8 (such as line 2)"),
    ],
)
def test_what_cannot_be_told_is_refused(data: bytes, legacy: str | None, what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        decode(data, legacy, "town: file.csv")

    assert what in refusal.value.what
    assert refusal.value.where == "town: file.csv"


def test_nuls_among_other_text_are_no_utf_16() -> None:
    for text in ("Acme\0,5\n", "\0a,b\n", "a\0" * 3 + "plain text, and more than that"):
        assert decode(text.encode(), None, "file") == (text, "utf-8")


@pytest.mark.parametrize("size", range(1, 12))
@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_sign_that_lies_in_two_blocks_is_one_sign(monkeypatch: pytest.MonkeyPatch, size: int, name: str) -> None:
    monkeypatch.setattr("star_warehouse.read.encoding._BLOCK_BYTES", size + 3)
    text = f"a,{POUNDS}\n" * 5

    assert decode(text.encode(name), "cp1252", "file")[0] == text


def test_a_file_that_changes_its_encoding_late_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("star_warehouse.read.encoding._BLOCK_BYTES", 16)
    lines = [b"plain\n" * 9, "£1\n".encode() * 9, b"plain\n" * 9, b"\xa32\n"]

    with pytest.raises(Refusal, match=r"others are UTF-8 \(such as line 28\)"):
        decode(b"".join(lines), "cp1252", "file")
    with pytest.raises(Refusal, match="byte 0xA3 in line 28"):
        decode(b"".join(lines), None, "file")


@pytest.mark.parametrize("utf8", ["CAFÉ", "£5", "Müller", "Ürün", "a – b", "“x“", "5 €"])
def test_lines_of_two_encodings_are_refused_whichever_sign_shows_it(utf8: str) -> None:
    data = "Été\n".encode("cp1252") + utf8.encode()

    with pytest.raises(Refusal, match=r"Some lines are cp1252 and others are UTF-8 \(such as line 2\)"):
        decode(data, "cp1252", "file")


@pytest.mark.parametrize("text", ["CAFÉ–BAR", "SÃO PAULO", "Â Ê", "É’s", "naïve £5 “x”"])
def test_what_somebody_may_write_in_cp1252_is_read(text: str) -> None:
    # With a pound sign, for some of these alone would be UTF-8 too.
    assert decode(f"£{text}".encode("cp1252"), "cp1252", "file") == (f"£{text}", "cp1252")

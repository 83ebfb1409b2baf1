"""Bytes to text, without guessing: a byte order mark, then strict UTF-8, then what the source declares, then no."""

from __future__ import annotations

import codecs

from star_warehouse.read.archive import kind_of
from star_warehouse.refusal import Refusal

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# What the pound sign and the curly quotes of UTF-8 look like when they are read as cp1252.
_MIXED = ("Â£", "â€")


def decode(data: bytes, legacy_encoding: str | None, where: str) -> tuple[str, str]:
    """Decode a text file; the text and the name of its encoding.

    Raises:
        Refusal: it is in none of the encodings allowed, or in two at once.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), f"{encoding} with byte order mark"
            except UnicodeDecodeError as error:
                raise _undecodable(data, error, where, f"its byte order mark says {encoding}") from error
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if legacy_encoding is None:
            raise _undecodable(data, error, where, "the source declares no legacy_encoding") from error
    try:
        text = data.decode(legacy_encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, where, f"nor {legacy_encoding}, which the source declares") from error
    if found := next((sign for sign in _MIXED if sign in text), None):
        line = text.count("\n", 0, text.index(found)) + 1
        raise Refusal(
            f"Some lines are {legacy_encoding} and others are UTF-8 (such as line {line}).",
            where=where,
            way_out="Ask the sender for the extract in one encoding, best in UTF-8.",
        )
    return text, legacy_encoding


def _undecodable(data: bytes, error: UnicodeDecodeError, where: str, why: str) -> Refusal:
    line = data.count(b"\n", 0, error.start) + 1
    kind = kind_of(data)
    seems = "" if kind == "something else" else f" The file seems to be {kind}."
    return Refusal(
        f"The text is not UTF-8 (byte 0x{data[error.start]:02X} in line {line}); {why}.{seems}",
        where=where,
        way_out="Save the file as CSV in UTF-8, or declare its legacy_encoding in the source.",
    )

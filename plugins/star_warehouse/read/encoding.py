"""Bytes to UTF-8, without guessing: a byte order mark, then strict UTF-8, then what the source declares, then no."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from star_warehouse.counting import count_byte
from star_warehouse.read.archive import ByteStream
from star_warehouse.refusal import Refusal

_BLOCK_BYTES = 4 << 20
_PLAIN = "utf-8"
_BYTES_SAMPLED = 4_096
# What a file may begin with, and the encoding that it then is in.
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, _PLAIN), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# UTF-8's pound signs, accented letters, dashes, curly quotes and euros. As cp1252 they would be Â£, Ã©, â€“, which no
# language writes.
_UTF8_SIGN = re.compile(rb"\xc2[\xa0-\xbf]|\xc3[\x80-\xbf]|\xe2\x80[\x90-\xba]|\xe2\x82\xac")


def check_marked(data: bytes, where: str) -> None:
    """See that a text without a byte order mark is not UTF-16, which nothing but its mark would tell.

    Args:
        data: its beginning.
        where: the file, for people.

    Raises:
        Refusal: every second byte is NUL, as UTF-16 writes Latin letters, in three quarters of the signs at least.
    """
    sample = data[:_BYTES_SAMPLED]
    signs = len(sample) // 2
    nuls = sorted(half.count(0) for half in (sample[::2], sample[1::2]))
    if signs and nuls[0] == 0 and nuls[1] * 4 >= signs * 3:
        raise Refusal(
            "The text is UTF-16 without a byte order mark: every second byte is NUL.",
            where=where,
            way_out="Save the file as CSV in UTF-8, or as UTF-16 with a byte order mark.",
        )


class Utf8Blocks:
    """The bytes of a text file as UTF-8, block by block, without a byte order mark.

    Args:
        stream: the file's bytes.
        legacy_encoding: what the source declares for files that are not UTF-8, or None.
        where: the file, for people.
    """

    def __init__(self, stream: ByteStream, legacy_encoding: str | None, where: str) -> None:
        self._stream = stream
        self._legacy = legacy_encoding
        self._where = where
        self._lines_before = 0
        self._has_signs = False
        self.encoding: str | None = None

    def __iter__(self) -> Iterator[bytes]:
        """The blocks; no sign of several bytes is in two of them. ``encoding`` is None until something tells it.

        Raises:
            Refusal: the text is in none of the encodings allowed, or in two at once, or UTF-16 without a mark.
        """
        block = self._stream.read(_BLOCK_BYTES)
        mark, marked = next(((mark, name) for mark, name in BYTE_ORDER_MARKS if block.startswith(mark)), (b"", None))
        if marked:
            self.encoding = f"{marked} with byte order mark"
        else:
            check_marked(block, self._where)
        rest, block, is_last = b"", block[len(mark) :], not block
        while not is_last:
            following = self._stream.read(_BLOCK_BYTES)
            is_last = not following
            text, rest = self._convert(rest + block, marked, is_last)
            yield text
            self._lines_before += count_byte(text, b"\n")
            block = following
        self.encoding = self.encoding or _PLAIN

    def _convert(self, data: bytes, marked: str | None, is_last: bool) -> tuple[bytes, bytes]:
        """The UTF-8 of some bytes, and those at their end that are half a sign."""
        if self.encoding and self.encoding == self._legacy:
            return self._from_legacy(data), b""
        if marked not in (None, _PLAIN):
            return self._from_marked(data, str(marked), is_last)
        if data.isascii():
            return data, b""
        try:
            _, used = codecs.utf_8_decode(data, "strict", is_last)
        except UnicodeDecodeError as error:
            if marked:
                raise self._undecodable(data, error, f"its byte order mark says {marked}") from error
            if self._legacy is None:
                raise self._undecodable(data, error, "the source declares no legacy_encoding") from error
            if self._has_signs:
                raise self._mixed(self._line_of(data, error.start)) from error
            self.encoding = self._legacy
            return self._from_legacy(data), b""
        text = data[:used]
        self._has_signs = self._has_signs or not text.isascii()
        return text, data[used:]

    def _from_legacy(self, data: bytes) -> bytes:
        legacy = str(self._legacy)
        try:
            text = data.decode(legacy)
        except UnicodeDecodeError as error:
            raise self._undecodable(data, error, f"nor {legacy}, which the source declares") from error
        if found := _UTF8_SIGN.search(data):
            raise self._mixed(self._line_of(data, found.start()))
        return text.encode()

    def _from_marked(self, data: bytes, marked: str, is_last: bool) -> tuple[bytes, bytes]:
        decode = codecs.utf_16_le_decode if marked == "utf-16-le" else codecs.utf_16_be_decode
        try:
            text, used = decode(data, "strict", is_last)
        except UnicodeDecodeError as error:
            raise self._undecodable(data, error, f"its byte order mark says {marked}") from error
        return text.encode(), data[used:]

    def _mixed(self, line: int) -> Refusal:
        return Refusal(
            f"Some lines are {self._legacy} and others are UTF-8 (such as line {line}).",
            where=self._where,
            way_out="Ask the sender for the extract in one encoding, best in UTF-8.",
        )

    def _undecodable(self, data: bytes, error: UnicodeDecodeError, why: str) -> Refusal:
        line = self._line_of(data, error.start)
        return Refusal(
            f"The text is not UTF-8 (byte 0x{data[error.start]:02X} in line {line}); {why}.",
            where=self._where,
            way_out="Save the file as CSV in UTF-8, or declare its legacy_encoding in the source.",
        )

    def _line_of(self, data: bytes, at: int) -> int:
        return self._lines_before + data.count(b"\n", 0, at) + 1

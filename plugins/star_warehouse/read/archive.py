"""Files that are packed, and files that are something else than they should be."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Protocol

from star_warehouse.refusal import Refusal

# A workbook is unpacked in memory; a sheet full to its last row has less than this.
_MOST_WORKBOOK_BYTES = 1_000_000_000
# A text is read as a stream. Five million lines of a council's ledger have 1.4 GB.
_MOST_TEXT_BYTES = 20_000_000_000
# Tables of text pack to a tenth, monotonous ones to a fiftieth. What unpacks to far more is made to do harm.
_MOST_TIMES, _HARMLESS_BYTES = 400, 200_000_000

_KINDS_BY_FIRST_BYTES = {
    b"PK\x03\x04": "a ZIP or XLSX file",
    b"\xd0\xcf\x11\xe0": "an old Excel file (XLS) or one with a password",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file",
    b"<!DO": "a web page",
    b"<htm": "a web page",
}
# What `kind_of` says of a file whose first bytes are none of these: a text, as far as anybody can tell.
SOMETHING_ELSE = "something else"
# What unpacking raises where a file is damaged or not packed plainly. RuntimeError: a password, or (as
# NotImplementedError) a packing that Python does not know; OSError: damage in what gzip or bzip2 packed.
UNPACKING_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)


def kind_of(data: bytes) -> str:
    """Say what a file seems to be, by its first bytes."""
    return next((kind for start, kind in _KINDS_BY_FIRST_BYTES.items() if data.startswith(start)), SOMETHING_ELSE)


@contextmanager
def open_plain(path: Path, where: str) -> Iterator[ByteStream]:
    """Open a file that is not packed.

    Raises:
        Refusal: it is something else than text.
    """
    with path.open("rb") as stream:
        kind = kind_of(stream.read(4))
        if kind != SOMETHING_ELSE:
            raise Refusal(
                f"The file is {kind}, not a CSV.",
                where=where,
                way_out="Ask the sender for the usual format, or say in the source's declaration how it is packed.",
            )
        stream.seek(0)
        yield stream


@contextmanager
def open_gzip(path: Path, where: str) -> Iterator[ByteStream]:
    """Open a file compressed with gzip.

    Raises:
        Refusal: it is no gzip file; while it is read: it is damaged, or unpacks to more than is allowed.
    """
    with path.open("rb") as packed:
        kind = kind_of(packed.read(4))
    if kind != "a gzip file":
        raise _no(kind, where, "a gzip file")
    with gzip.open(path) as stream:
        yield _Unpacking(stream, path.stat().st_size, where)


@contextmanager
def open_member(path: Path, pattern: str, where: str) -> Iterator[ByteStream]:
    """Open the one member of a ZIP whose name fits a pattern such as ``*.csv``.

    Raises:
        Refusal: it is no ZIP, has no such member or several, or one with a password; while it is read: the member is
            damaged, or unpacks to more than is allowed.
    """
    with open_zip(path, where, "a ZIP") as archive:
        names = [member.filename for member in archive.infolist() if not is_clutter(member)]
        fitting = [name for name in names if fnmatch(PurePosixPath(name).name.lower(), pattern.lower())]
        if len(fitting) != 1:
            raise Refusal(
                f"The ZIP should hold one file like {pattern}; it holds {', '.join(names) or 'none'}.",
                where=where,
                way_out="Pack exactly that one file.",
            )
        try:
            member = archive.open(fitting[0])
        except UNPACKING_ERRORS as error:
            raise _damaged(f"{fitting[0]} in the ZIP", error, where) from error
        with member:
            yield _Unpacking(member, archive.getinfo(fitting[0]).compress_size, f"{where}, {fitting[0]}")


def open_zip(path: Path, where: str, wanted: str) -> zipfile.ZipFile:
    """Open a ZIP.

    Args:
        path: the file.
        where: the file, for people.
        wanted: what it should be, for people.

    Raises:
        Refusal: it is no ZIP.
    """
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        with path.open("rb") as stream:
            raise _no(kind_of(stream.read(4)), where, wanted) from error


def check_unpacked_size(archive: zipfile.ZipFile, where: str) -> None:
    """See that what is unpacked in memory fits there.

    Raises:
        Refusal: the members are too big together.
    """
    size = sum(member.file_size for member in archive.infolist())
    if size > _MOST_WORKBOOK_BYTES:
        raise Refusal(
            f"The file holds {size / 1e9:.1f} GB unpacked, more than the {_MOST_WORKBOOK_BYTES / 1e9:.0f} GB allowed.",
            where=where,
            way_out="Ask the sender for smaller files, one a period, or for CSV.",
        )


class ByteStream(Protocol):
    """What gives bytes when asked for them."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most so many; none at the end."""
        ...


class _Unpacking:
    """A packed stream that says plainly when it is damaged, and that stops before it fills a machine."""

    def __init__(self, stream: ByteStream, packed_bytes: int, where: str) -> None:
        self._stream = stream
        self._most = min(_MOST_TEXT_BYTES, max(_HARMLESS_BYTES, packed_bytes * _MOST_TIMES))
        self._where = where
        self._count = 0

    def read(self, size: int = -1, /) -> bytes:
        try:
            block = self._stream.read(size)
        except UNPACKING_ERRORS as error:
            raise _damaged("The file", error, self._where) from error
        self._count += len(block)
        if self._count > self._most:
            raise Refusal(
                f"The file unpacks to more than {self._most / 1e9:.1f} GB, far more than its packed size explains.",
                where=self._where,
                way_out="Ask the sender what it is; one period of payments is smaller.",
            )
        return block


def _no(kind: str, where: str, wanted: str) -> Refusal:
    seems = "" if kind.startswith("a ZIP") else f" (it seems to be {kind})"
    return Refusal(
        f"The file is not {wanted}, or it is damaged{seems}.",
        where=where,
        way_out="Ask the sender for the file again, in its usual format.",
    )


def _damaged(what: str, error: Exception, where: str) -> Refusal:
    return Refusal(
        f"{what} cannot be unpacked: {str(error).rstrip('.')}.",
        where=where,
        way_out="Ask the sender for the file again, packed plainly and without password.",
    )


def is_clutter(member: zipfile.ZipInfo) -> bool:
    """Whether a member of a ZIP is a folder, or something that a file manager puts beside what people pack."""
    path = PurePosixPath(member.filename)
    return member.is_dir() or path.parts[0] == "__MACOSX" or path.name.startswith(".")

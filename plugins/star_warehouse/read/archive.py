"""ZIP files: the one member that is wanted, and no more bytes than a machine can hold."""

from __future__ import annotations

import io
import zipfile
import zlib
from fnmatch import fnmatch
from pathlib import PurePosixPath

from star_warehouse.refusal import Refusal

# A whole year of a council's ledger has 60 MB; what claims to be more than this is broken or a trap.
MOST_BYTES = 1_000_000_000

_KINDS_BY_FIRST_BYTES = {
    b"PK\x03\x04": "a ZIP or XLSX file",
    b"\xd0\xcf\x11\xe0": "an old Excel file (XLS) or one with a password",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file",
    b"<!DO": "a web page",
    b"<htm": "a web page",
}


def kind_of(data: bytes) -> str:
    """Say what a file seems to be, by its first bytes."""
    return next((kind for start, kind in _KINDS_BY_FIRST_BYTES.items() if data.startswith(start)), "something else")


def open_zip(data: bytes, where: str, wanted: str) -> zipfile.ZipFile:
    """Open a ZIP.

    Args:
        data: its bytes.
        where: the file, for people.
        wanted: what it should be, for people.

    Raises:
        Refusal: it is no ZIP, or its members are too big together.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        seems = "" if kind_of(data).startswith("a ZIP") else f" (it seems to be {kind_of(data)})"
        raise Refusal(
            f"The file is not {wanted}, or it is damaged{seems}.",
            where=where,
            way_out="Ask the sender for the file again, in its usual format.",
        ) from error
    size = sum(member.file_size for member in archive.infolist())
    if size > MOST_BYTES:
        raise Refusal(
            f"The file holds {size / 1e9:.1f} GB unpacked, more than the {MOST_BYTES / 1e9:.0f} GB allowed.",
            where=where,
            way_out="Ask the sender for smaller files, one a period.",
        )
    return archive


def read_member(data: bytes, pattern: str, where: str) -> bytes:
    """Read the one member of a ZIP whose name fits a pattern such as ``*.csv``.

    Raises:
        Refusal: it is no ZIP, has no such member or several, or the member is damaged or has a password.
    """
    with open_zip(data, where, "a ZIP") as archive:
        names = [member.filename for member in archive.infolist() if not _is_clutter(member)]
        fitting = [name for name in names if fnmatch(PurePosixPath(name).name.lower(), pattern.lower())]
        if len(fitting) != 1:
            raise Refusal(
                f"The ZIP should hold one file like {pattern}; it holds {', '.join(names) or 'none'}.",
                where=where,
                way_out="Pack exactly that one file.",
            )
        try:
            with archive.open(fitting[0]) as member:
                content = member.read(MOST_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            # RuntimeError and NotImplementedError: a password, or a packing that Python does not know.
            raise Refusal(
                f"{fitting[0]} in the ZIP cannot be unpacked: {error}.",
                where=where,
                way_out="Ask the sender for the file again, packed as a plain ZIP without password.",
            ) from error
    if len(content) > MOST_BYTES:
        raise Refusal(
            f"{fitting[0]} unpacks to more than it says.", where=where, way_out="Ask the sender for the file again."
        )
    return content


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    return member.is_dir() or path.parts[0] == "__MACOSX" or path.name.startswith(".")

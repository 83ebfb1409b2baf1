"""Put files where a source looks for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from star_warehouse.receive.landing import copy_to
from star_warehouse.receive.location import folder_of
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings
from star_warehouse.sources import Source


@dataclass(frozen=True)
class Delivered:
    """A file that was put where its source looks.

    Attributes:
        path: where it is now.
        has_replaced: whether a file of that name was there, taken in or not.
    """

    path: Path
    has_replaced: bool


def deliver(source: Source, files: Sequence[Path], settings: Settings) -> list[Delivered]:
    """Copy files into the folder of a source; each appears there whole or not at all.

    Returns:
        where they are now, in the order given.

    Raises:
        Refusal: the source's files come from another machine, a file cannot be read or its name does not say a period
            that the source accepts (then none is copied), or there is no room.
    """
    folder = folder_of(source, settings)
    # Of a name that is mistyped it is first told that there is no such file.
    for path in files:
        _check(path)
    for path in files:
        source.period_of(path.name)
    for name, times in Counter(path.name for path in files).items():
        if times > 1:
            raise Refusal(
                f"{times} of the files are called {name}.",
                where=f"source {source.id}",
                way_out="Deliver the one that counts; none was copied.",
            )
    delivered = [Delivered(folder / path.name, (folder / path.name).exists()) for path in files]
    for path, one in zip(files, delivered, strict=True):
        copy_to(path, one.path)
    return delivered


def _check(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except IsADirectoryError as error:
        raise Refusal(
            "It is a folder, not a file.",
            where=str(path),
            way_out="Name the files in it; none was copied.",
        ) from error
    except OSError as error:
        raise Refusal(
            f"The file cannot be read: {error.strerror}.",
            where=str(path),
            way_out="Check that it is there and that you may read it; none was copied.",
        ) from error

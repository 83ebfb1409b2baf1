"""Put files where a source looks for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from star_warehouse.receive.landing import copy_to
from star_warehouse.receive.location import folder_of
from star_warehouse.settings import Settings
from star_warehouse.sources import Source


def deliver(source: Source, files: Sequence[Path], settings: Settings) -> list[Path]:
    """Copy files into the folder of a source; each appears there whole or not at all.

    Returns:
        where they are now.

    Raises:
        Refusal: a file is not there or its name does not say a period that the source accepts (then none is copied),
            or there is no room.
    """
    folder = folder_of(source, settings)
    for path in files:
        source.period_of(path.name)
    targets = [folder / path.name for path in files]
    for path, target in zip(files, targets, strict=True):
        copy_to(path, target)
    return targets

"""The invented sample deliveries: written to a folder, or into the inbox of a new home."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from star_warehouse.database import Warehouse
from star_warehouse.local.postgres import disk_full
from star_warehouse.local.processes import Children
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings


def write_sample(settings: Settings, children: Children, folder: Path) -> int:
    """Write the sample deliveries, a folder a source; how many files there are.

    Args:
        settings: the warehouse's settings; the generator is part of the checkout.
        children: what runs the generator.
        folder: where to; made when missing.

    Raises:
        Refusal: the generator is not there, failed, or found no room on the disk.
    """
    if not (settings.repository / "tests" / "samples").is_dir():
        raise Refusal(
            "The generator of the sample deliveries is not there.",
            where=f"folder {settings.repository / 'tests' / 'samples'}",
            way_out="Run from a full checkout.",
        )
    code = children.run(
        "sample",
        [sys.executable, "-m", "tests.samples", str(folder.resolve())],
        os.environ,
        folder=settings.repository,
    )
    if code != 0:
        said = children.last_words("sample")
        if "No space left on device" in said:
            raise disk_full(settings.home)
        raise Refusal(
            f"The sample deliveries could not be written: {said}",
            where=f"folder {folder}",
            way_out="Make sure that the folder can be written, then run again.",
        )
    return sum(1 for path in folder.rglob("*") if path.is_file())


def sample_is_wanted(settings: Settings, warehouse: Warehouse) -> bool:
    """Whether this is a new home that nobody has delivered anything to.

    Invented deliveries never mix by themselves with what somebody delivered: neither with a ledger that has entries,
    nor with files that wait in the inbox; and never with a warehouse of one's own behind ``WAREHOUSE_URL``.
    """
    if settings.external_warehouse_url or _marker(settings).exists():
        return False
    was_interrupted = _unfinished(settings).exists()
    if not was_interrupted and any(path.is_file() for path in settings.inbox.rglob("*")):
        return False
    with warehouse.connect() as connection:
        return connection.execute("select 1 from ops.delivery limit 1").fetchone() is None


def deliver_sample(settings: Settings, children: Children) -> int:
    """Write the sample deliveries into the inbox, all of them or, when interrupted, again next time.

    Returns:
        How many files now wait.
    """
    unfinished = _unfinished(settings)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    count = write_sample(settings, children, unfinished)
    for file in sorted(path for path in unfinished.rglob("*") if path.is_file()):
        waiting = settings.inbox / file.relative_to(unfinished)
        waiting.parent.mkdir(parents=True, exist_ok=True)
        file.replace(waiting)
    _marker(settings).write_text(f"Sample deliveries written {datetime.now(UTC).isoformat()}\n")
    shutil.rmtree(unfinished, ignore_errors=True)
    return count


def _marker(settings: Settings) -> Path:
    return settings.home / "sample.txt"


def _unfinished(settings: Settings) -> Path:
    return settings.home / "sample.unfinished"

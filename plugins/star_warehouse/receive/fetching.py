"""Fetch files into the landing zone: only what nobody writes any more, and all of it or nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta

from star_warehouse.load import FileSeen
from star_warehouse.receive.faults import Interruption
from star_warehouse.receive.landing import land
from star_warehouse.receive.patience import Patience
from star_warehouse.receive.places import FoundFile, Place
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

log = logging.getLogger(__name__)


class Fetcher:
    """Fetches the files of one source.

    Args:
        source_id: the source, for sentences.
        place: where they are.
        settings: where the landing zone is.
        patience: how long files may take to settle, and how often an interrupted one is tried.
    """

    def __init__(self, source_id: str, place: Place, settings: Settings, patience: Patience) -> None:
        self._source_id = source_id
        self._place = place
        self._settings = settings
        self._patience = patience
        self._unsettled: set[FileSeen] = set()

    def settle(self, files: Iterable[FoundFile], *, may_trust_times: bool) -> None:
        """Look a second time at files that may still be being written; those that changed are not fetched.

        Args:
            files: as they were listed.
            may_trust_times: their times are by this machine's clock, so that only recent ones need another look.

        Raises:
            PlaceRefusal: their place does not say.
        """
        since = datetime.now(UTC) - timedelta(seconds=self._patience.recent_seconds)
        doubtful = {
            found.file
            for found in files
            if not (may_trust_times and found.file.modified_at and found.file.modified_at < since)
        }
        if doubtful:
            time.sleep(self._patience.settle_seconds)
            self._unsettled = doubtful - {found.file for found in self._place.files()}

    def fetch(self, found: FoundFile) -> str:
        """Bring one file into the landing zone; its SHA-256.

        Raises:
            FolderRefusal: the landing zone takes no more.
            Refusal: the file is still being written, or does not come; nothing of it was kept.
        """
        if found.file in self._unsettled:
            raise self._still_written(found)
        for attempt in range(self._patience.attempts):
            try:
                with closing(self._place.parts(found)) as parts:
                    return land(parts, self._settings, lambda: self._check(found))
            except Interruption as interruption:
                if attempt + 1 == self._patience.attempts:
                    raise
                log.warning("%s It is tried again.", interruption)
                time.sleep(self._patience.seconds_between * 2**attempt)
        raise AssertionError("an attempt either returns or raises")

    def _check(self, found: FoundFile) -> None:
        if self._place.look_at(found) != found.file:
            raise self._still_written(found)

    def _still_written(self, found: FoundFile) -> Refusal:
        return Refusal(
            "The file is still being written.",
            where=f"{self._source_id}: {found.file.name}",
            way_out="Nothing to do; the next run takes it.",
        )

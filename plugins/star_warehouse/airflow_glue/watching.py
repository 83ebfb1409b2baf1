"""The daily look at what is late, missing, refused or held, as a task."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from star_warehouse.airflow_glue.tasks import place, plainly, this_run
from star_warehouse.refusal import Refusal
from star_warehouse.sources import load_sources

_LOCAL = ZoneInfo("Europe/London")


@plainly
def watch_deliveries() -> None:
    """Bring ``ops.alert`` up to date, and fail once for each thing that is new in it.

    Raises:
        Refusal: tells every new alert; a run without any succeeds, whatever was alerted before.
    """
    from star_warehouse.load import watch

    settings, warehouse = place()
    new = watch(warehouse, load_sources(settings.sources_folder), datetime.now(_LOCAL).date(), this_run())
    if new:
        raise Refusal(
            " ".join(alert.message for alert in new),
            where="1 new alert" if len(new) == 1 else f"{len(new)} new alerts",
            way_out="Ask the senders for what did not come, and decide what is held; see `star-warehouse status`.",
        )

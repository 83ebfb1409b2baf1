"""What a decision about deliveries does to the release that another command of this home is building."""

from __future__ import annotations

from rich.console import Console

from star_warehouse.database import Warehouse
from star_warehouse.local.session import at_work
from star_warehouse.release import overtaken_release
from star_warehouse.settings import Settings


def print_overtaken(settings: Settings, warehouse: Warehouse, console: Console) -> None:
    """Print, after deliveries changed, that the release which another command is building comes to nothing by it.

    Args:
        settings: of which home.
        warehouse: whose releases to look at.
        console: where to print; nothing when no command is at work, or the release rests on all that is current.
    """
    holder = at_work(settings)
    if holder is None or (release_id := overtaken_release(warehouse)) is None:
        return
    console.print(
        f"Another command is at work here ({holder or 'just starting'}): release {release_id}, which is being built, "
        "is abandoned for this, and the last one stays live. Once that command has ended, one more "
        "`star-warehouse run` begins the release again; where Airflow runs all the time, trigger its DAG release once "
        "that one failed.",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )

"""Fetch, land and recognise deliveries, and take them in."""

from star_warehouse.receive.connections import PlaceConnection, extra_of, no_connection
from star_warehouse.receive.delivering import deliver
from star_warehouse.receive.faults import PlaceRefusal
from star_warehouse.receive.intake import IntakeReport, take_in
from star_warehouse.receive.landing import FolderRefusal
from star_warehouse.receive.location import folder_of, is_remote
from star_warehouse.receive.patience import Patience
from star_warehouse.receive.postcodes import postcodes_are_current, refresh_postcodes
from star_warehouse.receive.waiting import WaitingFile, find_waiting

__all__ = [
    "FolderRefusal",
    "IntakeReport",
    "Patience",
    "PlaceConnection",
    "PlaceRefusal",
    "WaitingFile",
    "deliver",
    "extra_of",
    "find_waiting",
    "folder_of",
    "is_remote",
    "no_connection",
    "postcodes_are_current",
    "refresh_postcodes",
    "take_in",
]

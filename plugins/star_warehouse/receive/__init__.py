"""Fetch, land and recognise deliveries, and take them in."""

from star_warehouse.receive.delivering import deliver
from star_warehouse.receive.intake import IntakeReport, take_in
from star_warehouse.receive.landing import FolderRefusal
from star_warehouse.receive.location import folder_of
from star_warehouse.receive.postcodes import postcodes_are_current, refresh_postcodes
from star_warehouse.receive.waiting import WaitingFile, find_waiting

__all__ = [
    "FolderRefusal",
    "IntakeReport",
    "WaitingFile",
    "deliver",
    "find_waiting",
    "folder_of",
    "postcodes_are_current",
    "refresh_postcodes",
    "take_in",
]

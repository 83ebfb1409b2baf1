"""Releases of the shared tables: when one is due, how it is built and audited, and how it replaces the last one."""

from star_warehouse.release.auditing import audit
from star_warehouse.release.building import LAYERS, Layer, build
from star_warehouse.release.headline import HeadlineRow, headline
from star_warehouse.release.identifying import identify_suppliers
from star_warehouse.release.opening import open_release, release_is_due
from star_warehouse.release.publishing import publish
from star_warehouse.release.record import Release, list_releases

__all__ = [
    "LAYERS",
    "HeadlineRow",
    "Layer",
    "Release",
    "audit",
    "build",
    "headline",
    "identify_suppliers",
    "list_releases",
    "open_release",
    "publish",
    "release_is_due",
]

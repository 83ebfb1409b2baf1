"""Releases of the shared tables: when one is due, how it is built and audited, and how it replaces the last one."""

from star_warehouse.release.auditing import audit
from star_warehouse.release.building import LAYERS, Layer, build
from star_warehouse.release.dbt import DbtOutcome, build_selected
from star_warehouse.release.explaining import Explanation, explain_release, write_explanation
from star_warehouse.release.headline import HeadlineRow, headline
from star_warehouse.release.identifying import identify_suppliers
from star_warehouse.release.opening import open_release, release_is_due
from star_warehouse.release.places import LocationBasis, UnresolvedPostcode, unresolved_postcodes
from star_warehouse.release.publishing import publish
from star_warehouse.release.record import Release, candidate_is_idle, list_releases, overtaken_release

__all__ = [
    "LAYERS",
    "DbtOutcome",
    "Explanation",
    "HeadlineRow",
    "Layer",
    "LocationBasis",
    "Release",
    "UnresolvedPostcode",
    "audit",
    "build",
    "build_selected",
    "candidate_is_idle",
    "explain_release",
    "headline",
    "identify_suppliers",
    "list_releases",
    "open_release",
    "overtaken_release",
    "publish",
    "release_is_due",
    "unresolved_postcodes",
    "write_explanation",
]

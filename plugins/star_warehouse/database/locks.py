"""The advisory locks of the warehouse, in one place so that no two of them are the same."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """Keys for ``pg_advisory_lock``: any numbers that no other program uses."""

    MIGRATION = 571_905_003
    RELEASE = 571_905_004
    CANDIDATE = 571_905_005
    POSTCODES = 571_905_006
    ALERTS = 571_905_007
    SUPPLIERS = 571_905_008
    RULES = 571_905_012

"""Counting lines."""

from __future__ import annotations

import numpy


def count_byte(data: bytes, byte: bytes) -> int:
    """How often a byte occurs.

    As ``bytes.count``, which takes four times as long where it occurs as often as the ends of lines do.
    """
    return int(numpy.count_nonzero(numpy.frombuffer(data, numpy.uint8) == byte[0]))

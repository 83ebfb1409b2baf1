"""Counting bytes.

As ``bytes.count`` does, which takes four times as long where a byte occurs as often as the ends of lines do.
"""

from __future__ import annotations

import numpy

_FIRST_AFTER_CARRIAGE_RETURN = 14


def count_byte(data: bytes, byte: bytes) -> int:
    """How often a byte occurs."""
    return int(numpy.count_nonzero(numpy.frombuffer(data, numpy.uint8) == byte[0]))


def count_ends(data: bytes) -> int:
    """How many bytes end a field or a line: tabs, newlines, carriage returns and the controls among and before them."""
    return int(numpy.count_nonzero(numpy.frombuffer(data, numpy.uint8) < _FIRST_AFTER_CARRIAGE_RETURN))

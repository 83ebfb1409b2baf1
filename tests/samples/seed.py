"""One fixed seed, from which every part of the sample draws its own numbers."""

from __future__ import annotations

from random import Random

_SEED = "star-warehouse sample 1"


def draw_for(*subject: object) -> Random:
    """A random source for one subject: the same on each run, and independent of what is drawn elsewhere.

    Seeding with a text uses SHA-512, so neither hash order nor the clock has a part in it.
    """
    return Random(":".join([_SEED, *map(str, subject)]))

"""How long a place is waited for, and how often it is asked again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """The limits of waiting; none of them is on how long a whole file takes.

    Attributes:
        attempts: how often in all a listing or a file is tried in one run.
        seconds_between: pause before the second attempt; each further one is twice as long.
        connect_seconds: how long a server may take to answer at first.
        stall_seconds: how long no byte may come.
        settle_seconds: pause between the two looks at a file that may still be being written.
        recent_seconds: a file in a folder that was written longer ago than this is taken to be whole.
    """

    attempts: int = 3
    seconds_between: float = 2.0
    connect_seconds: float = 15.0
    stall_seconds: float = 60.0
    settle_seconds: float = 1.0
    recent_seconds: float = 10.0


PATIENT = Patience()
# For a look that somebody waits for: what does not answer at once is told, and the run tries it properly.
ONE_LOOK = Patience(attempts=1, connect_seconds=5.0, stall_seconds=15.0)

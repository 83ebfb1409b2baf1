"""What is said beside a proposal: the evidence for it, or why it is not sure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One sentence beside a part of a draft.

    Attributes:
        text: the evidence, or the reason for the doubt.
        is_doubt: a person must confirm or correct what it stands beside.
    """

    text: str
    is_doubt: bool = False


def evidence(text: str) -> Note:
    """A note that says what was seen."""
    return Note(text)


def doubt(text: str) -> Note:
    """A note that says what could not be seen."""
    return Note(text, is_doubt=True)


def times(count: int, word: str) -> str:
    """A count with its word: ``1 cell``, ``2 cells``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"

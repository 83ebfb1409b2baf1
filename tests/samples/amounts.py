"""Splits a sum into payment lines: many small ones, few big ones, credit notes, equal parts of one invoice."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# A petty line is one of at most this many pence; together they may take this part of the whole.
_PETTY_MOST = 49_000
_PETTY_PART = 0.3


@dataclass(frozen=True, slots=True)
class Habit:
    """How a payee's invoices look.

    Attributes:
        petty: part of the lines that are small change.
        credits: part of the lines that are credit notes.
        spread: sigma of the logarithm of the other lines.
    """

    petty: float
    credits: float
    spread: float


ORDINARY = Habit(petty=0.62, credits=0.105, spread=1.5)
STEADY = Habit(petty=0.0, credits=0.03, spread=0.4)


@dataclass(frozen=True, slots=True)
class Piece:
    """One line's pence.

    Attributes:
        pence: the amount, below 0 for a credit note.
        follows: it stands in the same document as the piece before it.
        repeats: it is that piece once more: the same amount for the same thing.
    """

    pence: int
    follows: bool = False
    repeats: bool = False


def split(total: int, lines_count: int, habit: Habit, rng: Random) -> list[Piece]:
    """Split a sum into about so many lines, to the penny.

    Args:
        total: pence, more than 0.
        lines_count: about how many lines.
        habit: how the lines are spread.
        rng: where to draw from.
    """
    credits_count = _about(lines_count * habit.credits, rng)
    petty = _petty(total, _about((lines_count - credits_count) * habit.petty, rng), rng)
    weights_count = max(1, lines_count - credits_count - len(petty))
    petty += _petty_credits(petty, _about(credits_count * habit.petty, rng), rng)
    credits_left = max(0, credits_count - sum(1 for piece in petty if piece.pence < 0))
    return petty + _big(total - sum(piece.pence for piece in petty), weights_count, credits_left, habit, rng)


def _about(expected: float, rng: Random) -> int:
    whole = int(expected)
    return whole + (rng.random() < expected - whole)


def _petty(total: int, count: int, rng: Random) -> list[Piece]:
    pieces: list[Piece] = []
    left = round(total * _PETTY_PART)
    while len(pieces) < count:
        pence = min(_PETTY_MOST, max(95, round(rng.lognormvariate(9.4, 0.9))))
        if rng.random() < 0.3:
            pence = max(100, pence // 100 * 100)
        copies = rng.choice((2, 2, 3, 4)) if rng.random() < 0.045 else 1
        if pence * copies > left:
            break
        left -= pence * copies
        same_document = bool(pieces) and rng.random() < 0.15
        pieces += [Piece(pence, same_document), *[Piece(pence, True, True)] * (copies - 1)]
    return pieces


def _petty_credits(petty: list[Piece], count: int, rng: Random) -> list[Piece]:
    credited = rng.sample(petty, min(count, len(petty)))
    return [
        Piece(-piece.pence if rng.random() < 0.6 else -max(1, piece.pence * rng.randrange(10, 90) // 100))
        for piece in credited
    ]


def _big(total: int, count: int, credits_count: int, habit: Habit, rng: Random) -> list[Piece]:
    weights = [rng.lognormvariate(0, habit.spread) for _ in range(count)]
    weights += [-weights[rng.randrange(count)] * rng.uniform(0.03, 0.3) for _ in range(min(credits_count, count))]
    # Several credits of one invoice could eat up the whole; then there are none.
    if sum(weights) < 0.5 * sum(weights[:count]):
        weights = weights[:count]
    scale = total / sum(weights)
    pence = [round(weight * scale) or 1 for weight in weights]
    largest = max(range(count), key=pence.__getitem__)
    pence[largest] += total - sum(pence)
    pieces: list[Piece] = []
    for index, amount in enumerate(pence):
        if amount > 0 and amount % 2 == 0 and rng.random() < 0.04:
            pieces += [Piece(amount // 2), Piece(amount // 2, True, True)]
        else:
            pieces.append(Piece(amount, index > 0 and amount > 0 and rng.random() < 0.1))
    return pieces

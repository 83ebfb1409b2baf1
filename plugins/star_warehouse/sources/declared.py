"""What every part of a declaration is made of."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S(.*\S)?$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Declared(BaseModel):
    """A part of a declaration: unknown keys and wrong types are errors, nothing is coerced or changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


class Mistake(ValueError):
    """Something that does not fit the rest of a declaration, and the place in it that is to be corrected.

    Args:
        sentence: what is wrong, without a full stop.
        at: the keys that lead from the part that was checked to the place.
    """

    def __init__(self, sentence: str, *at: int | str) -> None:
        self.at = at
        super().__init__(sentence)


def check_order(first_day: date | None, last_day: date | None) -> None:
    """See that a range of days does not end before it begins; either end may be open.

    Raises:
        Mistake: it does.
    """
    if first_day is not None and last_day is not None and last_day < first_day:
        raise Mistake(f"'to' ({last_day}) is before 'from' ({first_day})", "to")

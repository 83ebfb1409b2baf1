"""The one way this project says no."""

from __future__ import annotations


class Refusal(Exception):
    """Something was refused: what is wrong, where, and the way out.

    Shown to people as one sentence in the log, in the ledger and from the command; never as a traceback.

    Args:
        what: what is wrong, with the offending value.
        where: the file, line, sheet, column, table or port concerned.
        way_out: what the reader can do about it.
    """

    def __init__(self, what: str, *, where: str, way_out: str) -> None:
        self.what = what
        self.where = where
        self.way_out = way_out
        super().__init__(f"{where}: {what} {way_out}")

    def __reduce__(self) -> tuple[object, ...]:
        # Airflow and process pools pickle exceptions; keyword arguments need help to survive that.
        return (_rebuild, (type(self), self.what, self.where, self.way_out))


def _rebuild(kind: type[Refusal], what: str, where: str, way_out: str) -> Refusal:
    return kind(what, where=where, way_out=way_out)

"""Who is the same supplier: names, the ladder of rules and scores, decisions kept, questions left for people."""

from star_warehouse.suppliers.review import (
    Answer,
    OpenQuestion,
    decide,
    open_questions,
    pairs_about,
    read_answers,
    write_questions,
)
from star_warehouse.suppliers.store import Outcome, match_suppliers

__all__ = [
    "Answer",
    "OpenQuestion",
    "Outcome",
    "decide",
    "match_suppliers",
    "open_questions",
    "pairs_about",
    "read_answers",
    "write_questions",
]

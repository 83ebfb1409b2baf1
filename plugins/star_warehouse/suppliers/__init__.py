"""Who is the same supplier: names, the ladder of rules and scores, decisions kept, questions left for people."""

from star_warehouse.suppliers.answers import Answer, read_answers
from star_warehouse.suppliers.deciding import decide
from star_warehouse.suppliers.review import OpenQuestion, open_questions, pairs_about, write_questions
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

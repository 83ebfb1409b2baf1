"""A new body's files: propose the declaration of its source, and show how a declaration reads a file."""

from star_warehouse.onboard.aliases import Alias
from star_warehouse.onboard.checking import FileCheck, Rejection, TableCheck, check_file
from star_warehouse.onboard.draft import Draft
from star_warehouse.onboard.drafting import draft_source
from star_warehouse.onboard.opening import read_bytes
from star_warehouse.onboard.writing import count_doubts, to_yaml, write_draft

__all__ = [
    "Alias",
    "Draft",
    "FileCheck",
    "Rejection",
    "TableCheck",
    "check_file",
    "count_doubts",
    "draft_source",
    "read_bytes",
    "to_yaml",
    "write_draft",
]

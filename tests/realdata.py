"""Where real public files lie, which are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

from star_warehouse.settings import REPOSITORY

REAL_DATA = Path(os.environ.get("STAR_REAL_DATA") or REPOSITORY.parent / "shared" / "data")

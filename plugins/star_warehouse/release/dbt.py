"""Run dbt on the project, in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from star_warehouse.database import Warehouse
from star_warehouse.settings import Settings

_FAILURES = ("error", "fail", "runtime error")
_SHOWN = 3
_PARSED = "partial_parse.msgpack"


@dataclass(frozen=True)
class DbtOutcome:
    """What came of it.

    Attributes:
        results: dbt's own result of each node.
        reason: what went wrong, naming the models and tests; None when nothing did.
    """

    results: Sequence[Any]
    reason: str | None


def build_selected(
    warehouse: Warehouse,
    settings: Settings,
    selector: str,
    release_id: int,
    variables: Mapping[str, object],
    folder: Path,
    *,
    is_quiet: bool = False,
) -> DbtOutcome:
    """Build what a selector of ``dbt_project/selectors.yml`` selects, and run the tests it selects.

    Args:
        release_id: the release that the tables are built for.
        variables: of the project; with the same ones as the last time, dbt parses only what was changed since.
        folder: where dbt writes its artifacts and logs; what it parsed last is looked for in this and those beside it.
        is_quiet: leave standard output to others; the log in the folder is written all the same.

    Raises:
        KeyboardInterrupt: this process was asked to end; dbt cancelled what its connections were doing.
    """
    # Telemetry is decided when dbt is imported, which takes seconds, so it is done here and not on top.
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ.update(warehouse.environment() | {"STAR_RELEASE_ID": str(release_id)})
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner().invoke(
        [
            "build",
            *("--project-dir", str(settings.dbt_project)),
            *("--profiles-dir", str(settings.dbt_project)),
            *("--selector", selector),
            *("--vars", json.dumps(dict(variables))),
            *("--target-path", str(folder)),
            *("--log-path", str(folder / "logs")),
            *_parsed_before(folder),
            *("--no-use-colors", "--no-version-check"),
            *(("--log-level", "none", "--log-level-file", "info") if is_quiet else ()),
        ]
    )
    if isinstance(outcome.exception, KeyboardInterrupt):
        # dbt catches what asks this process to end; it is not for dbt.
        raise outcome.exception
    results = list(getattr(outcome.result, "results", None) or ())
    if outcome.success:
        return DbtOutcome(results, None)
    reason = _why(results) or str(outcome.exception or "dbt ended without saying why").strip()
    return DbtOutcome(results, reason)


def _parsed_before(folder: Path) -> Sequence[str]:
    """The option that names what dbt parsed last: in this folder, as it would find itself, or in one beside it."""
    if (folder / _PARSED).exists():
        return ()
    others = sorted(folder.parent.glob(f"*/{_PARSED}"), key=lambda path: path.stat().st_mtime)
    return ("--partial-parse-file-path", str(others[-1])) if others else ()


def _why(results: Sequence[Any]) -> str | None:
    failed = [result for result in results if str(result.status) in _FAILURES]
    said = [f"{result.node.name}: {_one_line(result.message)}" for result in failed[:_SHOWN]]
    more = [f"{len(failed) - _SHOWN} more failed."] if len(failed) > _SHOWN else []
    return " ".join(said + more) or None


def _one_line(message: str | None) -> str:
    text = " ".join((message or "it failed").split())
    return text if text.endswith(".") else f"{text}."

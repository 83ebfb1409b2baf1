"""The Great Expectations project: a copy for each run, opened with the warehouse's address."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from star_warehouse.database import Warehouse
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

# Named in great_expectations.yml; the address never reaches a file.
URL_VARIABLE = "STAR_QUALITY_URL"
DATA_SOURCE = "warehouse"


def run_folder(settings: Settings, run_id: str, subject: str) -> Path:
    """Where the suites and results of one check are kept: ``home/quality/<run_id>/<subject>``.

    Args:
        run_id: the pipeline run; signs that a file system may not take are written as ``_``.
        subject: what is checked: a source, or ``candidate``.
    """
    return settings.home / "quality" / _file_name(run_id) / _file_name(subject)


@contextmanager
def open_project(settings: Settings, warehouse: Warehouse, folder: Path, schema: str) -> Iterator[Any]:
    """Copy the committed project into a run's folder, open the copy, and close its connections at the end.

    A copy, because parallel runs that write into one store disturb each other, and so that a run keeps the very suites
    it was judged by. A folder left by an earlier attempt of the same run is replaced.

    Args:
        folder: from ``run_folder``.
        schema: the schema whose tables are judged (the connection's search path).

    Yields:
        Great Expectations' data context.

    Raises:
        Refusal: the project is missing or wrong, or the copy cannot be written.
    """
    if not (settings.expectations / "great_expectations.yml").is_file():
        raise Refusal(
            "The expectations are missing.",
            where=str(settings.expectations),
            way_out="Restore the folder from the repository.",
        )
    try:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(settings.expectations, folder, ignore=shutil.ignore_patterns("uncommitted", ".*"))
    except (OSError, shutil.Error) as error:
        raise Refusal(
            f"The folder of this check cannot be written: {error}.",
            where=str(folder),
            way_out="Make room on the disk, or let the user write there, and run again.",
        ) from error
    # Read when the library is imported, which takes seconds, so it is done here and not on top.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations

    try:
        project = great_expectations.get_context(
            mode="file",
            context_root_dir=str(folder),
            runtime_environment={URL_VARIABLE: _url(warehouse, schema)},
        )
    except Exception as error:
        # The library and the parsers under it raise many kinds of exception for a file that is wrong.
        raise Refusal(
            f"The expectations cannot be opened: {' '.join(str(error).split())}",
            where=str(settings.expectations / "great_expectations.yml"),
            way_out="Restore the file from the repository, or correct it.",
        ) from error
    try:
        yield project
    finally:
        # A connection left open would keep others from dropping what it looked at.
        project.data_sources.get(DATA_SOURCE).get_engine().dispose()
        project.data_sources.get(DATA_SOURCE).get_execution_engine().close()


def _url(warehouse: Warehouse, schema: str) -> str:
    url = warehouse.sqlalchemy_url
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)

"""What all tasks share: where they work, when they are tried again, and how they say no."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, get_current_context

from star_warehouse.airflow_glue.names import REFUSAL_KEY, run_key
from star_warehouse.database import Warehouse, warehouse_from
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

_DATABASE_ERRORS = ["psycopg.OperationalError", "sqlalchemy.exc.OperationalError"]

# A broken contract or a fault of ours fails at once; only the database is given another chance.
TASK_DEFAULTS: dict[str, Any] = {
    "retries": 2,
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule("psycopg.errors.DiskFull", RetryAction.FAIL, reason="The disk is full."),
            RetryRule(
                list(_DATABASE_ERRORS),
                RetryAction.RETRY,
                retry_delay=timedelta(seconds=15),
                reason="The database did not answer; it may in a moment.",
            ),
        ],
        default=RetryAction.FAIL,
    ),
}


def place() -> tuple[Settings, Warehouse]:
    """The settings and the warehouse that the tasks of this machine work with."""
    settings = Settings.from_environment()
    return settings, warehouse_from(settings)


def this_run() -> str:
    """The name of the DAG run that this task belongs to, one among all DAGs."""
    run = get_current_context()["dag_run"]
    return run_key(run.dag_id, run.run_id)


def plainly(function: Callable[P, R]) -> Callable[P, R]:
    """Let a task say no in one sentence: in its log, and for whoever watches the run; without a traceback."""

    @functools.wraps(function)
    def speaking(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Refusal as refusal:
            get_current_context()["ti"].xcom_push(key=REFUSAL_KEY, value=str(refusal))
            log.error(str(refusal))
        # Airflow fails a task that exits, and prints no traceback for it, as it would for any exception.
        raise SystemExit(1)

    return speaking

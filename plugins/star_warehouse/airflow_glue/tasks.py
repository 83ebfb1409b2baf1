"""What all DAGs and tasks share: their calendar, where they work, when they are tried again, how they say no."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

import pendulum
from airflow.sdk import CronTriggerTimetable, ExceptionRetryPolicy, RetryAction, RetryRule, get_current_context
from airflow.sdk.exceptions import AirflowException

from star_warehouse.airflow_glue.names import REASON_KEY, run_key
from star_warehouse.database import Warehouse, WarehouseLost, warehouse_from
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

FIRST_DAY = pendulum.datetime(2018, 4, 1, tz="Europe/London")

_DATABASE_ERRORS = [
    "psycopg.OperationalError",
    "sqlalchemy.exc.OperationalError",
    "star_warehouse.database.WarehouseLost",
]

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


def calendar(expression: str) -> CronTriggerTimetable | None:
    """A schedule in UK local time; None while ``STAR_SCHEDULES`` is ``off``.

    Args:
        expression: minute, hour, day, month and weekday, as cron has them.
    """
    # `make run` triggers what waits itself, and must not meet a run that the calendar started beside it.
    if os.environ.get("STAR_SCHEDULES") == "off":
        return None
    return CronTriggerTimetable(expression, timezone="Europe/London")


def place() -> tuple[Settings, Warehouse]:
    """The settings and the warehouse that the tasks of this machine work with."""
    settings = Settings.from_environment()
    return settings, warehouse_from(settings)


def this_run() -> str:
    """The name of the DAG run that this task belongs to, one among all DAGs."""
    run = get_current_context()["dag_run"]
    return run_key(run.dag_id, run.run_id)


def plainly(function: Callable[P, R]) -> Callable[P, R]:
    """Let a task say in one sentence why it fails, in its log and for whoever watches the run.

    A refusal goes without a traceback; a fault keeps it, in the log.
    """

    @functools.wraps(function)
    def speaking(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except WarehouseLost as lost:
            # Not an exit, so that it is tried again.
            leave(REASON_KEY, str(lost))
            raise
        except Refusal as refusal:
            leave(REASON_KEY, str(refusal))
            log.error(str(refusal))
        except AirflowException:
            # Not a failure: this is how tasks are skipped.
            raise
        except Exception as error:
            said = str(error).strip().splitlines() or ["no reason given"]
            leave(REASON_KEY, f"It broke: {type(error).__name__}: {said[0]} (its log has the rest).")
            raise
        # Airflow fails a task that exits, and prints no traceback for it, as it would for any exception.
        raise SystemExit(1)

    return speaking


def leave(key: str, text: str) -> None:
    """Leave a text of this task for whoever watches the run."""
    get_current_context()["ti"].xcom_push(key=key, value=text)

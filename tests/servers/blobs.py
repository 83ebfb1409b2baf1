"""Azurite: Azure's own blob server for development, as its npm package of tests/servers/package-lock.json."""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import subprocess
import threading
from pathlib import Path
from queue import Empty, Queue

_FOLDER = Path(__file__).parent
_INSTALLED = _FOLDER / "node_modules" / ".installed-from"
_PROGRAM = _FOLDER / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
_SECONDS_TO_START = 60.0


class AzuriteServer:
    """A blob server with one account, which keeps what it is given in memory."""

    account = "star"

    def __init__(self) -> None:
        _install()
        self.key = base64.b64encode(secrets.token_bytes(32)).decode()
        self._process = subprocess.Popen(
            [
                *("node", str(_PROGRAM), "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence"),
                *("--skipApiVersionCheck", "--disableTelemetry"),
            ],
            env={**os.environ, "AZURITE_ACCOUNTS": f"{self.account}:{self.key}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said: Queue[str] = Queue()
        threading.Thread(target=self._listen, args=(said,), daemon=True).start()
        self.port = self._wait_for_port(said)

    def connection_string(self, port: int) -> str:
        """How clients reach it at that port."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={self.account};AccountKey={self.key};"
            f"BlobEndpoint=http://127.0.0.1:{port}/{self.account};"
        )

    def close(self) -> None:
        """Stop it; it keeps nothing that it would have to write."""
        self._process.kill()
        self._process.wait(20)

    def _listen(self, said: Queue[str]) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.put(line)

    def _wait_for_port(self, said: Queue[str]) -> int:
        heard = ""
        try:
            while not (found := re.search(r"successfully listens on http://127\.0\.0\.1:(\d+)", heard)):
                heard += said.get(timeout=_SECONDS_TO_START)
        except Empty:
            self.close()
            raise RuntimeError(f"Azurite did not start: {heard}") from None
        return int(found[1])


def _install() -> None:
    """Install the locked npm packages, unless they are."""
    lock = (_FOLDER / "package-lock.json").read_text()
    if _INSTALLED.exists() and _INSTALLED.read_text() == lock:
        return
    # Not skipped: without it nothing would show that Azure blobs are read at all.
    if shutil.which("npm") is None:
        raise RuntimeError(
            "npm is not there. Install Node.js 18 or later with npm (Debian: apt-get install nodejs npm)."
        )
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"npm could not install Azurite: {done.stderr or done.stdout}")
    _INSTALLED.write_text(lock)

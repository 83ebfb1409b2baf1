"""Make .venv from requirements.lock. Runs on the machine's own Python, so it uses the standard library alone.

uv installs, because it takes seconds where pip takes minutes. It does not read pip's configuration, so what that says
of indexes and certificates is handed over; where uv cannot work with it, pip installs the same lock itself.
"""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path

UV = "uv==0.13.9"
ENVIRONMENT = Path(".venv")
PYTHON = ENVIRONMENT / "bin" / "python"
MADE_FROM = ENVIRONMENT / "made-from"
LOCK = Path("requirements.lock")
PROJECT = Path("pyproject.toml")
BYTES_NEEDED = 2_500_000_000


class Failure(Exception):
    """The one sentence that says why it did not work."""


def main() -> int:
    """Make the environment; 2 and one sentence when it cannot be made."""
    # Interrupted or killed, the marks are missing, and the next time everything is done again.
    shutil.rmtree(MADE_FROM, ignore_errors=True)
    try:
        refuse_full_disk()
        print("Setting up .venv from requirements.lock; the first time this fetches about 200 packages.", flush=True)
        make_venv()
        install_packages()
        MADE_FROM.mkdir()
        for file in (LOCK, PROJECT):
            shutil.copyfile(file, MADE_FROM / file.name)
        (MADE_FROM / "place").write_text(f"{Path.cwd()}\n")
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename or ENVIRONMENT}: {error.strerror}. Correct that, then run again.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted; run again to set up.", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


def refuse_full_disk() -> None:
    """Refuse to begin what will not find room."""
    free = shutil.disk_usage(".").free
    if free < BYTES_NEEDED and not MADE_FROM.parent.exists():
        raise Failure(
            f"{Path.cwd()}: The disk is full: {free // 1_000_000} MB are free, and the environment needs "
            f"{BYTES_NEEDED // 1_000_000} MB. Free some room, then run again."
        )


def make_venv() -> None:
    """Make the folder anew unless it holds a working Python of this version, made at this place."""
    version = "import sys; print(sys.version_info[:2], sys.prefix)"
    known = (
        subprocess.run([PYTHON, "-c", version], capture_output=True, text=True, check=False) if _is_there() else None
    )
    if known is None or known.stdout.strip() != f"{sys.version_info[:2]} {ENVIRONMENT.resolve()}":
        venv.create(ENVIRONMENT, clear=True, with_pip=True)


def _is_there() -> bool:
    # A link to a Python that is gone is not there.
    return PYTHON.exists()


def install_packages() -> None:
    """Install the lock and the project itself."""
    settings = pip_settings()
    environment = {**uv_environment(settings), **os.environ, "VIRTUAL_ENV": str(ENVIRONMENT.resolve())}
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "--quiet"]
    uv = [str(PYTHON), "-m", "uv", "--quiet", "pip"]
    locked = ["--require-hashes", "--compile-bytecode"]
    if _run([*pip, "install", UV], environment) and _run([*uv, "sync", *locked, str(LOCK)], environment):
        own = [*uv, "install", "--no-deps", "--no-build-isolation", "--editable", "."]
    else:
        print("uv could not install them; pip tries, which takes some minutes.", file=sys.stderr, flush=True)
        if not _run([*pip, "install", "--no-deps", "--require-hashes", "--requirement", str(LOCK)], environment):
            raise Failure(
                f"{LOCK}: The packages could not be installed; what uv and pip said stands above. "
                "Make sure that pip reaches a package index, then run again."
            )
        own = [*pip, "install", "--no-deps", "--no-build-isolation", "--editable", "."]
    if not _run(own, environment):
        raise Failure(f"{PROJECT}: The project itself could not be installed; what was said stands above.")


def pip_settings() -> dict[str, str]:
    """pip's configuration by option, whatever it comes from; the environment goes before files."""
    done = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    by_rank: dict[int, dict[str, str]] = {0: {}, 1: {}, 2: {}}
    ranks = {"global": 0, "install": 1, ":env:": 2}
    for line in done.stdout.splitlines():
        name, separator, value = line.partition("=")
        section, _, option = name.rpartition(".")
        if separator and section in ranks:
            by_rank[ranks[section]][option] = str(ast.literal_eval(value))
    return {**by_rank[0], **by_rank[1], **by_rank[2]}


def uv_environment(settings: dict[str, str]) -> dict[str, str]:
    """pip's configuration in uv's words.

    Args:
        settings: pip's options, as ``pip config list`` names them.
    """
    # pip takes a version from whichever index has it; uv asks to be told so. The hashes hold in any case.
    translated = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    words = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "trusted-host": "UV_INSECURE_HOST",
        "no-index": "UV_NO_INDEX",
        "cert": "SSL_CERT_FILE",
        "timeout": "UV_HTTP_TIMEOUT",
        "default-timeout": "UV_HTTP_TIMEOUT",
        "proxy": "ALL_PROXY",
    }
    for option, name in words.items():
        if option in settings:
            separator = "," if option == "find-links" else " "
            translated[name] = separator.join(settings[option].split())
    return translated


def _run(command: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(command, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())

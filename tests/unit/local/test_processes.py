"""Child processes end with us, or at the latest when the next run begins."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from star_warehouse.local.processes import Children, end_leftovers

# A child with a child of its own, which ignores the polite request to end.
STUBBORN = textwrap.dedent(
    """
    import signal, subprocess, sys, time
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(99)"
    child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    child.stdout.readline()
    print(child.pid, flush=True)
    time.sleep(99)
    """
)


def wait_for(file: Path) -> str:
    for _ in range(200):
        if file.exists() and file.read_text().strip():
            return file.read_text().strip()
        time.sleep(0.05)
    raise AssertionError(f"{file} stayed empty")


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def children(tmp_path: Path) -> Children:
    return Children(tmp_path / "logs", tmp_path / "processes.json")


def test_stopping_ends_grandchildren_too(children: Children, tmp_path: Path) -> None:
    children.start("stubborn", [sys.executable, "-c", STUBBORN], os.environ)
    grandchild = int(wait_for(children.log("stubborn")))
    assert is_alive(grandchild)
    children.stop()
    assert not is_alive(grandchild)
    assert not (tmp_path / "processes.json").exists()


def test_tells_who_ended_by_itself_and_its_last_words(children: Children) -> None:
    children.start("brief", [sys.executable, "-c", "print('so long\\n'); raise SystemExit(3)"], os.environ)
    for _ in range(200):
        if children.ended():
            break
        time.sleep(0.05)
    assert children.ended() == {"brief": 3}
    assert children.last_words("brief") == "so long"
    children.stop()


def test_running_to_the_end_gives_the_exit_code(children: Children, tmp_path: Path) -> None:
    code = children.run("where", [sys.executable, "-c", "import os; print(os.getcwd())"], os.environ, folder=tmp_path)
    assert (code, children.last_words("where")) == (0, str(tmp_path))
    assert children.ended() == {}


def test_what_a_killed_parent_left_is_ended_by_the_next(tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import os, sys, time
        from pathlib import Path
        from star_warehouse.local.processes import Children
        folder = Path({str(tmp_path)!r})
        children = Children(folder / "logs", folder / "processes.json")
        children.start("stubborn", [sys.executable, "-c", {STUBBORN!r}], os.environ)
        time.sleep(99)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    grandchild = int(wait_for(tmp_path / "logs" / "stubborn.log"))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert is_alive(grandchild)
    assert end_leftovers(tmp_path / "processes.json") == 2
    assert not is_alive(grandchild)
    assert end_leftovers(tmp_path / "processes.json") == 0


def test_a_process_number_that_came_round_again_is_spared(tmp_path: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"], start_new_session=True)
    try:
        register = tmp_path / "processes.json"
        register.write_text(json.dumps([{"name": "old", "leader": bystander.pid, "began": time.time() - 86400}]))
        assert end_leftovers(register) == 0
        assert is_alive(bystander.pid)
    finally:
        bystander.kill()
        bystander.wait()


def test_a_damaged_register_ends_nobody(tmp_path: Path) -> None:
    register = tmp_path / "processes.json"
    register.write_text("[{")
    assert end_leftovers(register) == 0
    assert not register.exists()

"""One run at a time, and requests to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from star_warehouse.local.locks import LockIsHeld, SharedLock, exclusive
from star_warehouse.local.session import alone, at_work
from star_warehouse.local.signals import Interrupted, interruptible, undisturbed
from star_warehouse.refusal import Refusal
from star_warehouse.settings import Settings


def test_a_second_run_is_refused_and_told_of_the_first(settings: Settings) -> None:
    with alone(settings, "star-warehouse up"), pytest.raises(Refusal) as refused, alone(settings, "star-warehouse run"):
        pass
    assert f"star-warehouse up, process {os.getpid()}" in str(refused.value)
    with alone(settings, "star-warehouse run"):
        pass


def test_who_is_at_work_can_be_asked(settings: Settings) -> None:
    assert at_work(settings) is None
    with alone(settings, "star-warehouse up"):
        assert at_work(settings) == f"star-warehouse up, process {os.getpid()}"
    assert at_work(settings) is None


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from star_warehouse.local.locks import exclusive\n"
        f"with exclusive(Path({str(tmp_path / 'lock')!r}), 'the other'): print('held', flush=True); time.sleep(99)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert holder.stdout and holder.stdout.readline()
    with pytest.raises(LockIsHeld, match="the other"), exclusive(tmp_path / "lock"):
        pass
    holder.kill()
    holder.wait()
    with exclusive(tmp_path / "lock"):
        pass


def test_the_last_of_many_holders_can_tell(tmp_path: Path) -> None:
    one, two = SharedLock(tmp_path / "lock"), SharedLock(tmp_path / "lock")
    one.hold()
    two.hold()
    one.release()
    assert one.is_held()
    two.release()
    assert not one.is_held()


@pytest.fixture(params=[signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal, put back as it was: whoever started the tests may have had them not hear it."""
    before = signal.getsignal(request.param)
    yield request.param
    signal.signal(request.param, before)


def test_what_we_were_started_not_to_hear_stays_unheard(number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_IGN)
    with interruptible():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) == signal.SIG_IGN


def test_a_request_to_end_is_heard_at_once(number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_DFL)
    with pytest.raises(Interrupted) as interrupted, interruptible():
        os.kill(os.getpid(), number)
        time.sleep(5)
    assert interrupted.value.exit_code == 128 + number


def test_putting_things_in_order_is_not_interrupted() -> None:
    with interruptible(), undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)

"""One run at a time."""

import os
import signal
import subprocess
import sys

import pytest

from blockdata.errors import LockedError
from blockdata.store.layout import Layout
from blockdata.store.lock import run_lock

_HOLDER = """
import sys, time
from pathlib import Path
from blockdata.store.layout import Layout
from blockdata.store.lock import run_lock
with run_lock(Layout(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the base."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout.readline().strip() == b"held"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_is_refused_at_once(holder, tmp_path):
    with pytest.raises(LockedError, match="another run"), run_lock(Layout(tmp_path)):
        pass


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_holder_holds_nothing(holder, tmp_path):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with run_lock(Layout(tmp_path)):
        pass


def test_the_same_process_is_refused_too_and_released_afterwards(tmp_path):
    layout = Layout(tmp_path)
    with run_lock(layout), pytest.raises(LockedError), run_lock(layout):
        pass
    with run_lock(layout):
        pass


def test_a_failing_run_releases(tmp_path):
    with pytest.raises(ZeroDivisionError), run_lock(Layout(tmp_path)):
        raise ZeroDivisionError
    with run_lock(Layout(tmp_path)):
        pass

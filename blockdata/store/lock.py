"""One run at a time: an operating-system lock, which a dead holder releases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from blockdata.errors import LockedError
from blockdata.store.layout import Layout


@contextmanager
def run_lock(layout: Layout) -> Iterator[None]:
    """Hold the base for one run.

    Raises
    ------
    LockedError
        At once, if another process holds it.
    """
    layout.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(layout.lock, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockedError(
            "another run holds the base",
            where=str(layout.root),
            next_step="Wait for it to end; a run that died holds nothing.",
        ) from error
    try:
        yield
    finally:
        lock.release()

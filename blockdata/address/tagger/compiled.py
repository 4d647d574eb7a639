"""Compile a numeric kernel with numba, kept on disk where the disk allows it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

__all__ = ["compiled"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


# Kernels call one another across files, and numba looks at one file only when it asks whether its
# cached code is out of date: the name in the cache says of which sources it was made.
@functools.cache
def _sources_stamp() -> str:
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def compiled(kernel: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a function to machine code when it is first called.

    The code is cached beside the module or in the user's cache directory, so that only the first
    process pays for compiling. Where neither can be written (read-only installation, account
    without a home) every process compiles once for itself. Kernels release the interpreter lock,
    so threads run them side by side.

    Parameters
    ----------
    kernel : callable
        A function on numbers and arrays, in the part of Python that numba knows.

    Returns
    -------
    callable
        The compiled function, called like the given one.

    Examples
    --------
    >>> @compiled
    ... def double(number):
    ...     return 2 * number
    >>> double(21)
    42
    """
    kernel.__qualname__ = f"{kernel.__qualname__}_{_sources_stamp()}"
    # Without NaN and signed zeros a maximum is one instruction for a whole vector.
    options: dict[str, Any] = {"nogil": True, "fastmath": {"nnan", "nsz"}}
    try:
        return cast("Callable[Arguments, Result]", numba.njit(cache=True, **options)(kernel))
    except RuntimeError:
        # "no locator available": numba found no directory that it may write to.
        return cast("Callable[Arguments, Result]", numba.njit(**options)(kernel))

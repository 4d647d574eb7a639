"""One way to compile a loop, whether or not the machine code can be kept on disk."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled_with", "jit", "jit_finite", "jit_inline"]

F = TypeVar("F", bound=Callable[..., Any])


def compiled_with(**options: Any) -> Callable[[F], F]:
    """Make a decorator that compiles a loop over arrays to machine code.

    The code is compiled at the first call, works without the interpreter's lock, so that blocks of
    one array can be worked on by several threads, and divides as numpy does (by zero gives
    infinity or NaN). It is kept beside the source, else in the user's cache folder, else (read-only
    code and no home, as in a locked-down container) made once in each process.

    Parameters
    ----------
    **options
        Further options of numba. Without `fastmath`, floating-point operations are never
        reordered or fused: the exact predicates stand on that.

    Returns
    -------
    callable
        The decorator.

    Examples
    --------
    >>> import numpy as np
    >>> @compiled_with()
    ... def total(values):
    ...     result = 0.0
    ...     for value in values:
    ...         result += value
    ...     return result
    >>> total(np.array([1.0, 2.0]))
    3.0
    """

    def decorate(function: F) -> F:
        folder = Path(function.__code__.co_filename).parent
        function.__qualname__ += f"_{_stamp(folder)}"
        compiled = numba.njit(nogil=True, error_model="numpy", **options)(function)
        with suppress(RuntimeError):  # numba found no folder that it may write to
            compiled.enable_caching()
        return cast("F", compiled)

    return decorate


# Loops call one another across files, and numba looks at one file only when it asks whether kept
# code is out of date: the name under which it is kept says of which sources it was made.
@functools.cache
def _stamp(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for sources in sorted({folder, Path(__file__).parent}):
        for path in sorted(sources.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


jit = compiled_with()
"""Compile a loop: `compiled_with` without further options."""

jit_inline = compiled_with(forceinline=True)
"""Compile a small function into the loops that call it, where passing arguments costs more than
the work."""

jit_finite = compiled_with(fastmath={"nnan", "nsz"})
"""Compile a loop over numbers that are never NaN, where the sign of a zero says nothing: a maximum
is one instruction for a whole vector then."""

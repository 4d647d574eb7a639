"""Long arrays are worked on in blocks: bounded memory, and one block to a thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from blockdata.errors import AnalysisError

__all__ = ["BLOCK", "all_at_once", "at_once", "coordinates", "each_block", "non_negative_m"]

Floats = npt.NDArray[np.float64]
A = TypeVar("A")
B = TypeVar("B")

BLOCK = 65_536
"""Points of one block; what a kernel holds beside its input and output grows with this alone."""


def coordinates(x: npt.ArrayLike, y: npt.ArrayLike, name: str = "x, y") -> tuple[Floats, Floats]:
    """Take two columns of coordinates as contiguous doubles, without copying where they are.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Lists, numpy arrays, frame columns or Arrow columns; null becomes NaN.
    name : str
        What to call them in an error.

    Returns
    -------
    x, y : ndarray of float64, shape (n,)

    Raises
    ------
    AnalysisError
        If they are not two one-dimensional arrays of one length.

    Examples
    --------
    >>> import pyarrow as pa
    >>> coordinates(pa.array([1.0, None]), [3, 4])
    (array([ 1., nan]), array([3., 4.]))
    """
    xs, ys = (np.ascontiguousarray(values, dtype=np.float64) for values in (x, y))
    if np.ndim(x) != 1 or xs.shape != ys.shape:
        raise AnalysisError(
            f"shapes are {np.shape(x)} and {np.shape(y)}",
            where=name,
            allowed="two equal 1-d arrays",
        )
    return xs, ys


def non_negative_m(value: float, name: str) -> float:
    """Take a distance in metres.

    Parameters
    ----------
    value : float
    name : str
        The parameter's name, for the error.

    Returns
    -------
    float

    Raises
    ------
    AnalysisError
        If it is negative, NaN or infinite.

    Examples
    --------
    >>> non_negative_m(50, "radius_m")
    50.0
    """
    if not (np.isfinite(value) and value >= 0):
        raise AnalysisError(f"{name} is {value}", allowed="a finite number of metres >= 0")
    return float(value)


def each_block(size: int, work: Callable[[int, int], None], block: int = BLOCK) -> None:
    """Call `work(start, stop)` for each block of a long array, on as many threads as cores.

    Which thread does which block never matters: a block writes to its own rows only.

    Parameters
    ----------
    size : int
        Rows in all.
    work : callable
        Does one block; it should spend its time without the interpreter's lock.
    block : int
        Rows of one block.

    Examples
    --------
    >>> import numpy as np
    >>> doubled = np.arange(5)
    >>> def work(start, stop):
    ...     doubled[start:stop] *= 2
    >>> each_block(5, work, block=2)
    >>> doubled
    array([0, 2, 4, 6, 8])
    """
    starts = range(0, size, block)
    if len(starts) <= 1:
        if size:
            work(0, size)
        return
    all_at_once(starts, lambda start: work(start, min(start + block, size)))


def at_once(one: Callable[[], A], other: Callable[[], B]) -> tuple[A, B]:
    """Do two things on two threads.

    Parameters
    ----------
    one, other : callable
        Each should spend its time without the interpreter's lock.

    Returns
    -------
    tuple
        What they return.

    Examples
    --------
    >>> at_once(lambda: 1, lambda: "two")
    (1, 'two')
    """
    with ThreadPoolExecutor(1) as thread:
        later = thread.submit(other)
        return one(), later.result()


def all_at_once(items: Iterable[A], work: Callable[[A], B]) -> list[B]:
    """Do the same with each of some things, on as many threads as cores.

    Parameters
    ----------
    items : iterable
    work : callable
        Does one of them; it should spend its time without the interpreter's lock, as numpy's
        loops over long columns do.

    Returns
    -------
    list
        What it returns for each, in the order of the things. Where several fail, the error is that
        of the first.

    Examples
    --------
    >>> all_at_once([3, 1, 2], lambda number: number * 2)
    [6, 2, 4]
    """
    with ThreadPoolExecutor(_cores()) as threads:
        return list(threads.map(work, items))


def _cores() -> int:
    """Cores this process may use, which a container or a batch system may have made fewer."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

"""Gi* of every cell at every step of time, its neighbours being near in place and time."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, eye_array

from blockdata.analysis.local.weights import ROUNDING, Weights, checked
from blockdata.errors import AnalysisError

__all__ = ["Reference", "space_time_gi_star"]

Floats = npt.NDArray[np.float64]

Reference = Literal["entire", "neighbourhood", "step"]
"""What a neighbourhood is compared with: all steps, the steps it spans, or its own step."""


def space_time_gi_star(
    cube: npt.ArrayLike, weights: Weights, *, lag: int = 1, reference: Reference = "entire"
) -> Floats:
    """Return Gi* of every cell and step.

    The neighbourhood of a cell at a step is the cell and its neighbours at that step and at the
    `lag` steps before; the first steps have fewer before them.

    Parameters
    ----------
    cube : array_like of float, shape (n, t)
        Counts of n cells at t steps; empty ones are zeros.
    weights : csr_array, shape (n, n)
        Neighbours without the cell itself.
    lag : int
        Steps before that belong to a neighbourhood; none do where `reference` is "step", for a
        neighbourhood must be part of what it is compared with.
    reference : {"entire", "neighbourhood", "step"}
        Whose mean and variance count: of the whole cube, of the steps that the neighbourhood
        spans, or of its step.

    Returns
    -------
    ndarray of float64, shape (n, t)
        NaN where the values of the reference are all alike, where the neighbourhood is the whole
        reference, and for cells without a neighbour.

    Raises
    ------
    AnalysisError
        If shapes do not fit, a value is not finite, `lag` is out of bounds, or a weight is
        negative or of a cell with itself.

    References
    ----------
    Ord and Getis (1995), Geographical Analysis 27(4), 286-306, over bins of space and time.

    Examples
    --------
    >>> from blockdata.analysis.local import distance_band
    >>> near = distance_band([0, 1, 2, 3], [0] * 4, 1)
    >>> z = space_time_gi_star([[0, 0, 0], [0, 0, 0], [0, 1, 5], [0, 2, 6]], near)
    >>> z.round(1)[3].tolist()
    [-0.9, -0.5, 2.7]
    """
    values = np.asarray(cube, dtype=np.float64)
    if values.ndim != 2 or lag < 0:
        raise AnalysisError(
            f"the cube is of shape {values.shape} and lag is {lag}",
            where="space_time_gi_star",
            allowed="n cells x t steps, a lag of 0 or more",
        )
    _, neighbours = checked(values.sum(axis=1), weights)
    back = 0 if reference == "step" else lag
    matrix = csr_array(neighbours + eye_array(len(values), format="csr"))
    weight, squares = (np.asarray(matrix.power(k).sum(axis=1)) for k in (1, 2))
    centred = values - values.mean() if values.size else values
    spans = _spans(values.shape[1], back)
    local = _summed(matrix @ centred, spans)
    size, mean, variance = _reference(centred, spans, reference)
    steps = np.array([stop - start for start, stop in spans])
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = weight[:, None] * steps
        spread = (size * squares[:, None] * steps - whole**2) / (size - 1)
        z = (local - mean * whole) / np.sqrt(variance * spread)
    usable = (variance > ROUNDING * np.square(values).max(initial=0.0)) & (spread > 1e-12)
    island = np.diff(neighbours.indptr) == 0
    return np.where(usable & ~island[:, None], z, np.nan)


def _spans(steps: int, back: int) -> list[tuple[int, int]]:
    return [(max(0, step - back), step + 1) for step in range(steps)]


def _summed(values: Floats, spans: list[tuple[int, int]]) -> Floats:
    """Return, for each span of steps, the sum of each row over it."""
    parts = [values[:, start:stop].sum(axis=1) for start, stop in spans]
    return np.column_stack(parts) if parts else values


def _reference(
    values: Floats, spans: list[tuple[int, int]], reference: Reference
) -> tuple[Floats, Floats, Floats]:
    """Return size, mean and variance of what each step is compared with."""
    whole = (0, values.shape[1])
    used = [whole if reference == "entire" else span for span in spans]
    parts = [values[:, start:stop] for start, stop in used]
    size = np.array([part.size for part in parts], dtype=np.float64)
    mean = np.array([part.mean() for part in parts])
    variance = np.array([part.var() for part in parts])
    return size, mean, variance

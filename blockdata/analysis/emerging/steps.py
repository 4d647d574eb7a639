"""Gi* of every cell at every step of time, its neighbours being near in place and time."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, eye_array

from blockdata.analysis.checks import require_numbers, require_whole
from blockdata.analysis.local.weights import Weights, checked
from blockdata.errors import AnalysisError

__all__ = ["Reference", "Spans", "gi_star_of_bins", "space_time_gi_star", "spans_of"]

Floats = npt.NDArray[np.float64]
Strings = npt.NDArray[np.str_]

Reference = Literal["entire", "neighbourhood", "step"] | int
"""What a neighbourhood is compared with: all steps, the steps that it spans, its own step, or so
many steps up to its own."""

_SAME = 1e-13
"""Share of the mean square below which a variance is rounding of values that are all alike."""

REFERENCES = ("entire", "neighbourhood", "step")


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
    reference : {"entire", "neighbourhood", "step"} or int
        Whose mean and variance count: of the whole cube, of the steps that the neighbourhood
        spans, of its step, or of so many steps up to it (more than `lag`; the first have fewer).

    Returns
    -------
    ndarray of float64, shape (n, t)
        NaN where the values of the reference are all alike, where the neighbourhood is the whole
        reference, and for cells without a neighbour. Equal sums of whole numbers against an equal
        reference are equal to the last bit, so that they tie in a trend.

    Raises
    ------
    AnalysisError
        If shapes do not fit, a value is not finite, `lag` or `reference` is out of bounds, or a
        weight is negative or of a cell with itself.

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
    return gi_star_of_bins(cube, weights, lag=lag, reference=reference)[0]


def gi_star_of_bins(
    cube: npt.ArrayLike, weights: Weights, *, lag: int = 1, reference: Reference = "entire"
) -> tuple[Floats, Strings]:
    """Return Gi* of every cell and step, and why there is none.

    Parameters
    ----------
    cube, weights, lag, reference
        As for `space_time_gi_star`.

    Returns
    -------
    z : ndarray of float64, shape (n, t)
    reason : ndarray of str, shape (n, t)
        "island", "constant", "everything"; "" where there is a z.

    Raises
    ------
    AnalysisError
        As `space_time_gi_star`.

    Examples
    --------
    >>> from blockdata.analysis.local import distance_band
    >>> gi_star_of_bins([[1, 2], [1, 2], [1, 4]], distance_band([0, 1, 9], [0] * 3, 1),
    ...                 reference="step")[1].tolist()
    [['constant', ''], ['constant', ''], ['island', 'island']]
    """
    values = require_numbers(cube, "space_time_gi_star")
    if values.ndim != 2:
        raise AnalysisError(
            f"the cube is of shape {values.shape}",
            where="space_time_gi_star",
            allowed="n cells x t steps",
        )
    require_whole(lag, 0, "space_time_gi_star lag")
    spans = spans_of(values.shape[1], lag, reference)
    _, neighbours = checked(values.sum(axis=1), weights)
    matrix = csr_array(neighbours + eye_array(len(values), format="csr"))
    weight, squares = (np.asarray(matrix.power(k).sum(axis=1))[:, None] for k in (1, 2))
    # From a whole number near the mean, so that sums of whole numbers lose no digit.
    centred = values - np.rint(values.mean()) if values.size else values
    local = spans.summed(np.asarray(matrix @ centred))
    size, mean, variance = _reference(centred, spans)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = weight * spans.steps
        spread = (size * squares * spans.steps - whole**2) / (size - 1)
        z = (local - mean * whole) / np.sqrt(variance * spread)
    constant = variance <= _SAME * (variance + mean**2)
    island = np.diff(neighbours.indptr) == 0
    reason = np.select(
        [
            np.broadcast_to(island[:, None], z.shape),
            np.broadcast_to(constant, z.shape),
            ~(spread > 1e-12 * squares),
        ],
        ["island", "constant", "everything"],
        "",
    )
    return np.where(reason == "", z, np.nan), reason


class Spans(NamedTuple):
    """First step and step after the last, of each neighbourhood and of what it is compared with."""

    own: tuple[tuple[int, int], ...]
    compared: tuple[tuple[int, int], ...]

    @property
    def steps(self) -> Floats:
        """How many steps each neighbourhood spans."""
        return np.array([stop - start for start, stop in self.own], dtype=np.float64)

    def summed(self, values: Floats) -> Floats:
        """Return, for each step, the sum of each row over the neighbourhood's steps."""
        parts = [values[:, start:stop].sum(axis=1) for start, stop in self.own]
        return np.column_stack(parts) if parts else values


def spans_of(steps: int, lag: int, reference: Reference) -> Spans:
    """Return which steps belong to each neighbourhood and to what it is compared with.

    Parameters
    ----------
    steps : int
    lag : int
    reference : {"entire", "neighbourhood", "step"} or int

    Returns
    -------
    Spans

    Raises
    ------
    AnalysisError
        If `lag` is negative, the reference unknown, or shorter than a neighbourhood.

    Examples
    --------
    >>> spans_of(3, 1, "entire").own
    ((0, 1), (0, 2), (1, 3))
    >>> spans_of(3, 1, "step").own
    ((0, 1), (1, 2), (2, 3))
    """
    named = isinstance(reference, str)
    rolling = lag + 1 if named else int(reference)
    if lag < 0 or rolling <= lag or (named and reference not in REFERENCES):
        raise AnalysisError(
            f"lag is {lag} and the reference {reference!r}",
            where="space_time_gi_star",
            allowed=f"a lag of 0 or more; {', '.join(REFERENCES)}, or more steps than the lag",
        )
    back = 0 if reference == "step" else lag
    own = tuple((max(0, step - back), step + 1) for step in range(steps))
    if reference == "entire":
        return Spans(own, ((0, steps),) * steps)
    if reference == "step":
        return Spans(own, own)
    return Spans(own, tuple((max(0, step - rolling + 1), step + 1) for step in range(steps)))


def _reference(values: Floats, spans: Spans) -> tuple[Floats, Floats, Floats]:
    """Return size, mean and variance of what each step is compared with."""
    total, squares = values.sum(axis=0), np.square(values).sum(axis=0)
    size = np.array([len(values) * (stop - start) for start, stop in spans.compared], dtype=float)
    sums = np.array([total[start:stop].sum() for start, stop in spans.compared])
    powers = np.array([squares[start:stop].sum() for start, stop in spans.compared])
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums / size
        return size, mean, np.maximum(powers / size - mean**2, 0.0)

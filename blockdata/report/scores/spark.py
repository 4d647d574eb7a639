"""The course of a figure over months as a small line, drawn without anything from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Spark", "spark"]

WIDTH, HEIGHT, _EDGE = 100.0, 26.0, 3.0


@dataclass(frozen=True)
class Spark:
    """A small line.

    Parameters
    ----------
    path : str
        SVG path over the months that have a value; months without one leave a gap.
    x, y : float
        Where the last value stands.
    line : float or None
        Height of the threshold.
    """

    path: str
    x: float
    y: float
    line: float | None

    width = WIDTH
    height = HEIGHT


def spark(values: Sequence[float], threshold: float | None = None) -> Spark | None:
    """Draw the course of a figure.

    Parameters
    ----------
    values : sequence of float
        One per month, NaN where there is none.
    threshold : float, optional
        Drawn as a line; it takes part in the scale.

    Returns
    -------
    Spark or None
        None with fewer than two values.

    Examples
    --------
    >>> spark([0.0, 10.0], 5.0)
    Spark(path='M3.0,23.0L97.0,3.0', x=97.0, y=3.0, line=13.0)
    >>> spark([1.0, float("nan")]) is None
    True
    """
    y = np.asarray(values, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(y))
    if len(known) < 2:
        return None
    limits = [*y[known], *([] if threshold is None else [threshold])]
    low, span = min(limits), max(limits) - min(limits)
    x = np.linspace(_EDGE, WIDTH - _EDGE, len(y))

    def height(value: float) -> float:
        share = 0.5 if span == 0 else (value - low) / span
        return round(float(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE)), 1)

    parts = []
    for at in known:
        begins = at == 0 or np.isnan(y[at - 1])
        parts.append(f"{'M' if begins else 'L'}{round(float(x[at]), 1)},{height(y[at])}")
    last = int(known[-1])
    line = None if threshold is None else height(threshold)
    return Spark("".join(parts), round(float(x[last]), 1), height(y[last]), line)

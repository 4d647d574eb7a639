"""Which places without the intervention are like one that had it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.analysis.effect.settings import EffectSettings
from blockdata.analysis.effect.windows import Counts

__all__ = ["distances", "nearest_few", "pick_matches"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_SD_OF_DIFFERENCE = np.sqrt(0.5)
"""Of the square roots of two Poisson counts of one mean."""


def distances(
    counts: Counts, exposure: Floats, place: int, among: Integers, settings: EffectSettings
) -> Floats:
    """Tell how unlike places are to one of them, before the intervention.

    Parameters
    ----------
    counts : Counts
        Of all places in the window of the one.
    exposure : ndarray of float64, shape (places,)
        Above 0.
    place : int
        Position of the one.
    among : ndarray of int64
        Positions of the places that are asked about.
    settings : EffectSettings
        `caliper` and the segments of `counts` count.

    Returns
    -------
    ndarray of float64, of the shape of `among`
        Root of the mean of squared differences, in standard deviations, of the square roots of
        the counts before (their total weighing as much as all segments together, which bring in
        the trend) and of the logarithm of the exposure. Infinite beyond the caliper.

    Examples
    --------
    >>> counts = Counts(np.array([[4.0, 5.0], [4.0, 5.0], [9.0, 0.0], [50.0, 50.0]]), np.zeros(4))
    >>> told = distances(counts, np.ones(4), 0, np.arange(4), EffectSettings(segments=2))
    >>> told.round(2).tolist()
    [0.0, 0.0, 1.41, inf]
    """
    away = counts.roots[among] - counts.roots[place]
    squared = (away / _SD_OF_DIFFERENCE) ** 2
    size = np.log(exposure)
    spread = float(size.std()) or 1.0
    total = squared[:, :-1].mean(axis=1) + squared[:, -1]
    total += ((size[among] - size[place]) / spread) ** 2
    return np.sqrt(np.where(np.abs(away[:, -1]) <= settings.caliper, total / 3, np.inf))


def nearest_few(among: Integers, apart: Floats, most: int) -> tuple[Integers, Floats]:
    """Return the nearest of some places and how far they are, nearest first.

    Parameters
    ----------
    among : ndarray of int64
        Positions, rising.
    apart : ndarray of float64
        Distances; infinite ones are left out.
    most : int
        How many are wanted; those as far as the last of them are kept too.

    Examples
    --------
    >>> nearest_few(np.array([3, 5, 8]), np.array([0.2, np.inf, 0.1]), 2)[0].tolist()
    [8, 3]
    """
    kept = np.flatnonzero(np.isfinite(apart))
    if len(kept) > most:
        last = np.partition(apart[kept], most - 1)[most - 1]
        kept = kept[apart[kept] <= last]
    order = kept[np.argsort(apart[kept], kind="stable")]
    return among[order], apart[order]


def pick_matches(candidates: list[Integers], matches: int) -> list[Integers]:
    """Give each place with the intervention its nearest candidates, none of them twice.

    In rounds: in each one every place takes the nearest that is left, those with the fewest
    candidates first, so that a hard one is not left without.

    Parameters
    ----------
    candidates : list of ndarray of int64
        Of each place the positions that it may be matched with, nearest first. As many as all
        rounds of all places could take are enough.
    matches : int
        How many rounds.

    Returns
    -------
    list of ndarray of int64
        Positions of the places taken by each, nearest first.

    Examples
    --------
    >>> [m.tolist() for m in pick_matches([np.array([0, 1]), np.array([0])], 2)]
    [[1], [0]]
    """
    used: set[int] = set()
    left = [iter(c.tolist()) for c in candidates]
    taken: list[list[int]] = [[] for _ in candidates]
    order = np.argsort([len(c) for c in candidates], kind="stable")
    for _ in range(matches):
        for one in order:
            # What another place has taken stays taken, so that nobody looks at it again.
            found = next((c for c in left[one] if c not in used), None)
            if found is not None:
                taken[one].append(found)
                used.add(found)
    return [np.array(t, dtype=np.int64) for t in taken]

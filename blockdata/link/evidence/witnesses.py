"""What names a target: codes, texts and names, each with its odds of being right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Named", "agreed", "log_odds", "no_named"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_SUREST = 1e-6


class Named(NamedTuple):
    """Targets that witnesses name: one row an incident and target.

    `sign` tells which witnesses do, as bits.
    """

    incident: Integers
    target: Integers
    log_odds: Floats
    sign: Integers


def no_named() -> Named:
    """Return no rows.

    Examples
    --------
    >>> len(no_named().incident)
    0
    """
    nothing = np.zeros(0, dtype=np.int64)
    return Named(nothing, nothing, np.zeros(0), nothing)


def log_odds(probability: npt.ArrayLike) -> Floats:
    """Return the logarithm of the odds of a probability, kept from being endless.

    Examples
    --------
    >>> log_odds([0.5, 1.0]).round(1).tolist()
    [0.0, 13.8]
    """
    kept = np.clip(np.asarray(probability, dtype=np.float64), _SUREST, 1 - _SUREST)
    return np.log(kept) - np.log1p(-kept)


def agreed(witnesses: Sequence[Named], confusable: float) -> Named:
    """Join what witnesses say: odds are multiplied where they name the same.

    Witnesses that err independently seldom err alike: where two agree, the odds are multiplied by
    the number of things among which a wrong one would have chosen.

    Parameters
    ----------
    witnesses : sequence of Named
    confusable : float

    Returns
    -------
    Named
        Sorted by incident and target, each pair once.

    Examples
    --------
    >>> one = Named(np.array([0]), np.array([4]), np.log([9.0]), np.array([1]))
    >>> two = Named(np.array([0]), np.array([4]), np.log([2.0]), np.array([2]))
    >>> joined = agreed([one, two], 10.0)
    >>> np.exp(joined.log_odds).round(6).tolist(), joined.sign.tolist()
    ([180.0], [3])
    """
    incident, target, odds, sign = (
        np.concatenate(column) for column in zip(no_named(), *witnesses, strict=True)
    )
    order = np.lexsort((sign, target, incident))
    incident, target, odds, sign = (c[order] for c in (incident, target, odds, sign))
    if not len(incident):
        return no_named()
    first = np.flatnonzero(
        np.r_[True, (incident[1:] != incident[:-1]) | (target[1:] != target[:-1])]
    )
    count = np.diff(np.r_[first, len(incident)])
    together = np.add.reduceat(odds, first) + (count - 1) * np.log(confusable)
    return Named(incident[first], target[first], together, np.bitwise_or.reduceat(sign, first))

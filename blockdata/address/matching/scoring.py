"""How likely an answer is right: a logistic model over what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from blockdata.address.matching.agreeing import AGREES, DIFFERS, ONLY_LIBRARY, ONLY_TEXT
from blockdata.address.matching.fields import (
    BUILDING,
    CITY,
    COMMUNITY,
    DISTRICT,
    ESTATE,
    PROVINCE,
    ROAD,
    ROAD_NO,
    ROOM,
    TOWN,
    UNIT,
    Ints,
)
from blockdata.address.matching.searching import (
    BARE_NUMBERS,
    LEFT_OVER,
    MISSING_NUMBERS,
    ODD,
    OPEN_UNIT,
    OTHER_READING,
    PLAIN,
    RELATIVE_PLACE,
    RUNNER,
    SEVERAL,
    STATES,
    UNKNOWN_NAME,
)

if TYPE_CHECKING:
    from blockdata.address.matching.index import AddressIndex

__all__ = ["SIGNS", "Calibration", "signs_of"]

Floats = npt.NDArray[np.float64]

#: What the probability of an answer is computed from, in this order.
SIGNS = (
    "always",
    "areas that agree",
    "road agrees",
    "door number agrees",
    "estate agrees",
    "building agrees",
    "room agrees",
    "community or estate differs",
    "road differs",
    "numbers not in library",
    "unit left out",
    "road and estate left out",
    "bare numbers",
    "another reading",
    "附 taken for 之",
    "first of several",
    "place near it",
    "unknown name",
    "left over",
    "runner-up",
    "alias",
    "name unlike",
)
_CEILING = 0.9999
_RIDGE = 1e-3
_STEPS = 40

# Fitted by `python -m benchmarks.address_matching --calibrate` on generated texts.
_DEFAULT = (
    3.3723, 0.4769, 0.7233, 0.9389, 1.0644, 0.9818, 0.9903, -1.4613, -1.4845, -0.1638, -1.5,
    -0.4861, -0.0519, -0.6, -0.5, -0.5, -0.3, -0.7534, -0.7269, -0.8, 1.0, -5.9979,
)  # fmt: skip


def signs_of(found: Ints, similarity: Floats) -> Floats:
    """Return the signs of answers.

    Parameters
    ----------
    found : ndarray of int64, shape (n, FEATURES)
    similarity : ndarray of float64, shape (n,)
        How like a mended name is to what was written; 1 where nothing was mended.

    Returns
    -------
    ndarray of float64, shape (n, len(SIGNS))
    """
    states, odd = found[:, STATES], found[:, ODD]

    def stands(level: int, state: int) -> npt.NDArray[np.bool_]:
        found_states: npt.NDArray[np.bool_] = (states >> (3 * level) & 7) == state
        return found_states

    areas = sum(stands(level, AGREES) for level in (PROVINCE, CITY, DISTRICT, TOWN, COMMUNITY))
    unnamed = stands(ROAD, ONLY_LIBRARY) | stands(ESTATE, ONLY_LIBRARY)
    columns = [
        np.ones(len(found)),
        np.asarray(areas),
        stands(ROAD, AGREES),
        stands(ROAD_NO, AGREES),
        stands(ESTATE, AGREES),
        stands(BUILDING, AGREES),
        stands(ROOM, AGREES),
        stands(COMMUNITY, DIFFERS) | stands(ESTATE, DIFFERS) | stands(ESTATE, ONLY_TEXT),
        stands(ROAD, DIFFERS) | stands(ROAD, ONLY_TEXT),
        found[:, MISSING_NUMBERS],
        stands(UNIT, ONLY_LIBRARY) | (odd & OPEN_UNIT != 0),
        unnamed,
        *(odd & bit != 0 for bit in (BARE_NUMBERS, OTHER_READING, PLAIN, SEVERAL)),
        *(odd & bit != 0 for bit in (RELATIVE_PLACE, UNKNOWN_NAME, LEFT_OVER)),
        found[:, RUNNER] >= 0,
        np.zeros(len(found)),
        1.0 - similarity,
    ]
    return np.column_stack([np.asarray(column, np.float64) for column in columns])


@dataclass(frozen=True)
class Calibration:
    """Weights of `SIGNS`, by which an answer becomes a probability.

    Parameters
    ----------
    weights : tuple of float

    Examples
    --------
    >>> len(Calibration().weights) == len(SIGNS)
    True
    """

    weights: tuple[float, ...] = _DEFAULT

    def probability(self, signs: Floats) -> Floats:
        """Return the probability that an id is right, below 1."""
        odds = np.clip(signs @ np.array(self.weights), -30.0, 30.0)
        return np.asarray(np.round(np.minimum(1.0 / (1.0 + np.exp(-odds)), _CEILING), 4))

    @classmethod
    def fit(
        cls, index: AddressIndex, texts: Sequence[str | None], truth: Sequence[str]
    ) -> Calibration:
        """Fit the weights to a city: to texts of which it is known what they mean.

        Parameters
        ----------
        index : AddressIndex
        texts : sequence of str or None
            For example hand-written variants of the library's own addresses.
        truth : sequence of str
            The id that each text means, "" where the library has none.

        Returns
        -------
        Calibration
        """
        return cls.of_signs(*index.calibration_signs(texts, truth))

    @classmethod
    def of_signs(cls, signs: Floats, right: npt.ArrayLike) -> Calibration:
        """Fit the weights to answers of which it is known whether they were right.

        Penalised towards the shipped weights, so that a sign that never came keeps its own.

        Parameters
        ----------
        signs : ndarray of float64, shape (n, len(SIGNS))
        right : array_like of bool, shape (n,)

        Returns
        -------
        Calibration
        """
        start = np.array(_DEFAULT)
        target = np.asarray(right, np.float64)
        weights = start.copy()
        ridge = max(1.0, _RIDGE * len(target)) * np.eye(len(start))
        for _ in range(_STEPS):
            likely = 1.0 / (1.0 + np.exp(-np.clip(signs @ weights, -30.0, 30.0)))
            slope = signs.T @ (target - likely) - ridge @ (weights - start)
            curve = (signs * (likely * (1.0 - likely))[:, None]).T @ signs + ridge
            step = np.linalg.solve(curve, slope)
            weights += np.clip(step, -2.0, 2.0)
            if np.abs(step).max() < 1e-8:
                break
        return cls(tuple(float(w) for w in np.round(weights, 4)))

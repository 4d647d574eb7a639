"""The weights of the terms, and what a pair's levels give with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from blockdata.errors import AnalysisError
from blockdata.link.duplicates.coefficients import (
    INTERCEPT,
    INTERCEPT_WITHOUT_TEXT,
    WEIGHTS,
    WEIGHTS_WITHOUT_TEXT,
)
from blockdata.link.duplicates.terms import TERMS

__all__ = ["DuplicateModel", "model_for"]

Floats = npt.NDArray[np.float64]

_TEXTS_FROM_SHARE = 0.1


@dataclass(frozen=True)
class DuplicateModel:
    """A sum of weights: log-odds = intercept + one weight for the level of each term.

    Parameters
    ----------
    intercept : float
        Log-odds of a compared pair of which every term is neutral.
    weights : mapping of str to tuple of float
        For each term the weights of its levels; ascending, and 0 at the neutral one.
        Default: those that ship.

    Raises
    ------
    AnalysisError
        If a term is missing, has another number of levels, is not in order or not 0 where it
        should be.

    Examples
    --------
    >>> model = DuplicateModel()
    >>> model.weights["caller"][2] > 0 > model.weights["address"][0]
    True
    """

    intercept: float = INTERCEPT
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: dict(WEIGHTS))

    def __post_init__(self) -> None:
        for term in TERMS:
            weights = self.weights.get(term.name, ())
            sound = len(weights) == len(term.levels) and weights[term.neutral] == 0
            if not sound or (np.diff(weights) < 0).any():
                raise AnalysisError(
                    f"the weights of the term {term.name} cannot be used",
                    where="duplicate model",
                    allowed=f"{len(term.levels)} ascending numbers, 0 at the neutral level",
                )

    @classmethod
    def without_text(cls) -> DuplicateModel:
        """Return the weights for a base whose reports have no text fingerprints at all.

        Those that ship otherwise have learned from reports with texts, and take too little from
        place and time where there are none.

        Examples
        --------
        >>> DuplicateModel.without_text().intercept > DuplicateModel().intercept
        True
        """
        return cls(INTERCEPT_WITHOUT_TEXT, dict(WEIGHTS_WITHOUT_TEXT))

    def log_odds(self, levels: npt.NDArray[np.int8]) -> Floats:
        """Return the log-odds of pairs.

        Parameters
        ----------
        levels : ndarray of int8, shape (terms, m)
            As from `levels_of`.

        Returns
        -------
        ndarray of float64, shape (m,)
        """
        total = np.full(levels.shape[1], self.intercept)
        for term, level in zip(TERMS, levels, strict=True):
            total += np.array(self.weights[term.name])[level]
        return total

    def probability(self, levels: npt.NDArray[np.int8]) -> Floats:
        """Return the probability that each pair is one occurrence."""
        chance: Floats = expit(self.log_odds(levels))
        return chance


def model_for(reports: pd.DataFrame) -> DuplicateModel:
    """Choose the weights for reports: those with texts, if a tenth of the reports has one.

    Parameters
    ----------
    reports : DataFrame
        As for `duplicate_pairs`; without a column fingerprint there are no texts.

    Returns
    -------
    DuplicateModel

    Examples
    --------
    >>> model_for(pd.DataFrame({"fingerprint": [None, None]})) == DuplicateModel.without_text()
    True
    """
    if "fingerprint" not in reports or reports.empty:
        return DuplicateModel.without_text()
    has_texts = reports["fingerprint"].notna().mean() >= _TEXTS_FROM_SHARE
    return DuplicateModel() if has_texts else DuplicateModel.without_text()

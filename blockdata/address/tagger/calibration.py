"""Make confidences come true: a curve from the model's probabilities to shares of right spans.

A model is surer of sentences it has not seen than it should be, and labels are never without
slips. How often it is right is measured on held-out sentences, as a rising line through groups of
spans that are about equally probable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from blockdata.address.tagger.spans import Sentence
    from blockdata.address.tagger.tagger import TaggedColumns, Tagger

__all__ = ["AS_STATED", "Calibration", "fit_calibration", "measure_calibration"]

_GROUP = 150
# Keeps lines rising where groups agree, so that each share belongs to one probability.
_STEP = 1e-6
Floats = npt.NDArray[np.floating]


class Calibration(NamedTuple):
    """Knots of a rising line: probabilities as stated, and the shares right; both begin at 0."""

    knots: Sequence[float]
    shares: Sequence[float]

    def apply(self, stated: Floats) -> npt.NDArray[np.float32]:
        """Return the share that is right, for probabilities as stated.

        Examples
        --------
        >>> Calibration([0.0, 0.5, 1.0], [0.0, 0.3, 0.9]).apply(np.array([0.25, 1.0])).tolist()
        [0.15000000596046448, 0.8999999761581421]
        """
        return np.interp(stated, self.knots, self.shares).astype(np.float32)

    def stated(self, share: Floats) -> npt.NDArray[np.float32]:
        """Return the probabilities as stated that `apply` turns into these.

        Examples
        --------
        >>> Calibration([0.0, 0.5, 1.0], [0.0, 0.3, 0.9]).stated(np.array([0.0, 0.3])).tolist()
        [0.0, 0.5]
        """
        return np.interp(share, self.shares, self.knots).astype(np.float32)


AS_STATED = Calibration((0.0, 1.0), (0.0, 1.0))


def fit_calibration(stated: Floats, right: npt.NDArray[np.bool_]) -> Calibration:
    """Fit the curve to held-out spans: isotonic regression over groups of them.

    Parameters
    ----------
    stated : ndarray, (n,)
        Probabilities of spans.
    right : ndarray of bool, (n,)
        Which of them were right.

    Returns
    -------
    Calibration
        `AS_STATED` with fewer spans than make a group.

    References
    ----------
    Zadrozny, B. and Elkan, C. (2002). Transforming classifier scores into accurate multiclass
    probability estimates.

    Examples
    --------
    >>> stated = np.repeat([0.6, 0.9], 200)
    >>> right = np.arange(400) % 200 < np.repeat([100, 140], 200)
    >>> print(fit_calibration(stated, right).apply(np.array([0.6, 0.9])).round(2))
    [0.5 0.7]
    """
    from scipy.optimize import isotonic_regression

    if len(stated) < _GROUP:
        return AS_STATED
    order = np.argsort(stated, kind="stable")
    groups = np.array_split(order, len(stated) // _GROUP)
    knots = np.array([0.0, *(stated[group].mean(dtype=np.float64) for group in groups), 1.0])
    # One span more, half right, keeps shares off 0 and 1.
    shares = [(right[group].sum() + 0.5) / (len(group) + 1) for group in groups]
    rising = isotonic_regression(shares).x
    steps = _STEP * np.arange(len(knots))
    line = np.array([0.0, *rising, rising[-1]]) + steps
    return Calibration((knots + steps).tolist(), line.tolist())


def measure_calibration(tagger: Tagger, held_out: Sequence[Sentence]) -> Calibration:
    """Compare what a tagger without calibration says of sentences that it did not learn from."""
    every = dict.fromkeys(tagger.labels, 0.0)
    columns = tagger.tag_columns([text for text, _ in held_out], least_confidence=every)
    return fit_calibration(columns.confidence, _right_spans(columns, held_out))


def _right_spans(columns: TaggedColumns, sentences: Sequence[Sentence]) -> npt.NDArray[np.bool_]:
    """Tell which of the spans found are among those given for the same texts."""
    given = [{(start, end, label) for start, end, label in spans} for _, spans in sentences]
    places = (columns.text, columns.start, columns.end, columns.label)
    rows = zip(*(column.tolist() for column in places), strict=True)
    return np.array([(s, e, columns.labels[k]) in given[t] for t, s, e, k in rows], dtype=np.bool_)

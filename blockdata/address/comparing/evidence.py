"""Element by element, what agrees and what conflicts in two texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.comparing.comparison import STATES, ElementEvidence
from blockdata.address.comparing.features import FEATURES
from blockdata.address.parsed import ELEMENTS, Parsed

__all__ = ["element_evidence", "state_codes", "state_texts"]

_GIVEN = FEATURES.index(f"{ELEMENTS[0]}_given")
_ALIKE = FEATURES.index(f"{ELEMENTS[0]}_alike")
_BOTH = 3
_EQUAL, _LIKE, _CONFLICT = (STATES.index(name) for name in ("equal", "alike", "conflict"))


def state_codes(features: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Return for each pair and element the index into `STATES`.

    Parameters
    ----------
    features : ndarray of float32, shape (n, len(FEATURES))

    Returns
    -------
    ndarray of uint8, shape (n, len(ELEMENTS))
    """
    given = features[:, _GIVEN : _GIVEN + len(ELEMENTS)].astype(np.uint8)
    alike = features[:, _ALIKE : _ALIKE + len(ELEMENTS)]
    both = np.select([alike >= 1, alike > 0], [_EQUAL, _LIKE], _CONFLICT)
    codes: npt.NDArray[np.uint8] = np.where(given == _BOTH, both, given).astype(np.uint8)
    return codes


def state_texts(codes: npt.NDArray[np.uint8]) -> pd.Categorical:
    """Write states as texts such as "road equal, room conflict", each distinct one once."""
    distinct, which = np.unique(codes, axis=0, return_inverse=True)
    texts = [
        ", ".join(f"{ELEMENTS[at]} {STATES[row[at]]}" for at in np.flatnonzero(row))
        for row in distinct
    ]
    return pd.Categorical.from_codes(which.reshape(-1), categories=pd.Index(texts, dtype="str"))


def element_evidence(
    parsed: Parsed, pair: Any, features: npt.NDArray[np.float32]
) -> tuple[ElementEvidence, ...]:
    """Return the evidence of one pair: the elements that at least one text has."""
    left, right = parsed[int(pair[0])], parsed[int(pair[1])]
    codes = state_codes(features[None, :])[0]
    return tuple(
        ElementEvidence(name, left.get(name), right.get(name), STATES[codes[at]])
        for at, name in enumerate(ELEMENTS)
        if codes[at]
    )

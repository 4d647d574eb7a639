"""What matching gives: one entry a text, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.matching.agreeing import AGREES, DIFFERS, ONLY_LIBRARY, ONLY_TEXT
from blockdata.address.matching.fields import FIELDS, REST, Bools, Bytes, Ints, Small
from blockdata.address.matching.searching import (
    BARE_NUMBERS,
    OPEN_UNIT,
    OTHER_READING,
    PLAIN,
    RELATIVE_PLACE,
    SEVERAL,
)
from blockdata.address.parts import LEVELS

__all__ = ["METHODS", "REASONS", "MatchColumns", "evidence_text"]

#: How an address was found.
METHODS = ("none", "decision", "exact", "alias", "structured", "fuzzy")
#: Why none was found; "" where one was.
REASONS = (
    "",
    "no text",
    "names no place",
    "crossing",
    "not in library",
    "ambiguous",
    "conflict",
)

_SAID = {AGREES: "=", DIFFERS: "differs", ONLY_TEXT: "not in library"}
_NOTES = (
    (OPEN_UNIT, "unit not in text"),
    (SEVERAL, "first of several"),
    (RELATIVE_PLACE, "place near it"),
    (BARE_NUMBERS, "bare numbers"),
    (OTHER_READING, "other reading"),
    (PLAIN, "附 as 之"),
)


def evidence_text(states: int, odd: int) -> str:
    """Say element by element how text and library stand; never with a value.

    Parameters
    ----------
    states : int
        From `states`: three bits an element.
    odd : int
        What is odd about the text, as bits.

    Returns
    -------
    str

    Examples
    --------
    >>> evidence_text(AGREES << 15 | ONLY_TEXT << 33, 0)
    'road =; room not in library'
    """
    said = []
    for field, name in enumerate(FIELDS):
        state = states >> (3 * field) & 7
        if field == REST:
            said += ["rest not compared"] if state == ONLY_TEXT else []
        elif state in _SAID:
            said.append(f"{name} {_SAID[state]}")
        elif state == ONLY_LIBRARY and name in {"unit", "estate"}:
            said.append(f"{name} not in text")
    return "; ".join(said + [note for bit, note in _NOTES if odd & bit and note not in said])


@dataclass(frozen=True)
class MatchColumns:
    """Answers of `AddressIndex.match_columns`, one entry a text.

    Parameters
    ----------
    ids : list of str
        Ids of the library, then those that only decisions name.
    address : ndarray of int32
        Index into `ids`, -1 without a match.
    method : ndarray of int8
        Index into `METHODS`.
    score : ndarray of float64
        Probability that the id is right, 0 without a match.
    level : ndarray of int8
        Index into `LEVELS`: the deepest that agrees, -1 if none.
    evidence : ndarray of int32
        Index into `evidence_texts`.
    evidence_texts : list of str
    runner_up : ndarray of int32
        Index into `ids` of the next best, -1 if there is none.
    runner_up_score : ndarray of float64
    reason : ndarray of int8
        Index into `REASONS`.
    anchors : ndarray of int64, shape (n, k)
        What in the library the answer depends on (see `AddressIndex.anchors_of`); 0 is nothing.
    fuzzy : ndarray of bool
        Whether it may depend on anything else in the library too.
    """

    ids: list[str]
    address: Small
    method: Bytes
    score: npt.NDArray[np.float64]
    level: Bytes
    evidence: Small
    evidence_texts: list[str]
    runner_up: Small
    runner_up_score: npt.NDArray[np.float64]
    reason: Bytes
    anchors: Ints
    fuzzy: Bools

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.address)

    def df(self) -> pd.DataFrame:
        """Return the columns as a frame, as `AddressIndex.match` does."""
        ids = np.array([*self.ids, None], dtype=object)
        levels = np.array([*LEVELS, None], dtype=object)
        frame = pd.DataFrame(
            {
                "address_id": ids[self.address],
                "match_method": np.array(METHODS, dtype=object)[self.method],
                "match_score": self.score,
                "level": levels[self.level],
                "evidence": np.array([*self.evidence_texts, ""], dtype=object)[self.evidence],
                "runner_up": ids[self.runner_up],
                "runner_up_score": self.runner_up_score,
                "reason": np.array(REASONS, dtype=object)[self.reason],
            }
        )
        texts = ("address_id", "match_method", "level", "evidence", "runner_up", "reason")
        return frame.astype(dict.fromkeys(texts, "str"))

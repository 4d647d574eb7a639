"""Links as frames: one row an incident and kind of target, words encoded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import union_categoricals

from blockdata.link.evidence.weighing import Choice, Posterior
from blockdata.link.evidence.words import encoded, said
from blockdata.link.order import ranks

__all__ = ["COLUMNS", "Answers", "joined", "links_of", "plain_links", "sorted_links"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

COLUMNS = (
    "incident",
    "target_kind",
    "target",
    "method",
    "distance_m",
    "probability",
    "evidence",
    "runner_up",
    "runner_up_probability",
)
_WORDS = ("target_kind", "method", "evidence")


class Answers(Protocol):
    """What has been weighed for one kind of target."""

    @property
    def found(self) -> Posterior:
        """Probabilities of the candidates."""
        ...

    @property
    def choice(self) -> Choice:
        """The best two of each incident."""
        ...

    @property
    def sign(self) -> Integers:
        """What spoke for each candidate, as bits, beside the rows of `found`."""
        ...


def links_of(
    incidents: pd.DataFrame,
    kind: str,
    ids: pd.Series,
    answers: Answers,
    what: str,
    distance_m: Floats | None = None,
) -> pd.DataFrame:
    """Return the most probable target of each incident as a link.

    Parameters
    ----------
    incidents : DataFrame
    kind : str
        Kind of the targets.
    ids : Series of str
        Of the targets by number.
    answers : Answers
    what : str
        Whose words are used; key of `WORDS`.
    distance_m : ndarray of float64, optional
        Beside the rows of `answers.found`.
    """
    found, choice = answers.found, answers.choice
    row, after = choice.row, choice.next_row
    method, evidence = said(what, answers.sign[row])
    names = pd.array(ids.to_numpy(), dtype="str")
    has_next = after >= 0
    target = np.where(has_next, found.target[after], -1) if len(row) else row
    return pd.DataFrame(
        {
            "incident": incidents["id"].array.take(choice.incident),
            "target_kind": encoded([kind], np.zeros(len(row), dtype=np.int64)),
            "target": names.take(found.target[row]) if len(row) else pd.array([], dtype="str"),
            "method": method,
            "distance_m": np.full(len(row), np.nan) if distance_m is None else distance_m[row],
            "probability": found.probability[row],
            "evidence": evidence,
            "runner_up": names.take(target, allow_fill=True)
            if len(names)
            else pd.array([None] * len(row), dtype="str"),
            "runner_up_probability": np.where(has_next, found.probability[after], np.nan)
            if len(row)
            else np.zeros(0),
        }
    )


def plain_links(
    incident: pd.Series, target: pd.Series, words: tuple[str, str, str], probability: float
) -> pd.DataFrame:
    """Return links that are not weighed.

    Parameters
    ----------
    incident, target : Series of str, length n
    words : tuple of str
        Kind of target, method, evidence.
    probability : float
    """
    frame = pd.DataFrame({"incident": incident.to_numpy(), "target": target.to_numpy()})
    for name, word in zip(_WORDS, words, strict=True):
        frame[name] = encoded([word], np.zeros(len(frame), dtype=np.int64))
    frame["distance_m"], frame["runner_up_probability"] = np.nan, np.nan
    frame["probability"] = probability
    frame["runner_up"] = pd.array([None] * len(frame), dtype="str")
    return frame[list(COLUMNS)]


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put links together; words stay encoded."""
    words = {
        name: union_categoricals([p[name] for p in parts], sort_categories=True) for name in _WORDS
    }
    rest = [name for name in COLUMNS if name not in _WORDS]
    kept = {"incident": "str", "target": "str", "runner_up": "str"}
    links = pd.concat([p[rest].astype(kept) for p in parts], ignore_index=True)
    return links.assign(**words)[list(COLUMNS)]


def sorted_links(links: pd.DataFrame) -> pd.DataFrame:
    """Return links by incident, kind and target."""
    keys = (links["target"], links["target_kind"].astype("str"), links["incident"])
    return links.iloc[np.lexsort([ranks(key) for key in keys])].reset_index(drop=True)

"""The one place an incident counts at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.order import ranks

__all__ = ["PLACE_ORDER", "place_of"]

PLACE_ORDER = (
    *("component", "address", "crossing", "building"),
    *("cell:unit", "cell:responsibility", "area"),
)
"""Kinds of target that can be a place, the most specific first."""


def place_of(links: pd.DataFrame, order: Sequence[str] = PLACE_ORDER) -> pd.DataFrame:
    """Choose the most specific place that each incident is linked to.

    Of several targets of one kind the most probable is taken (null is the least), ties by the
    target's id.

    Parameters
    ----------
    links : DataFrame
        Columns incident, target_kind, target, probability, as from `link_by_evidence`.
    order : sequence of str
        Kinds of target, the most specific first. Kinds not named are no place.

    Returns
    -------
    DataFrame
        Columns incident, place_kind, place, probability, one row per incident that has a place,
        sorted by incident.

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"incident": ["i1", "i1"], "target_kind": ["area", "address"],
    ...                       "target": ["are1", "adr1"], "probability": [1.0, 0.9]})
    >>> place_of(links).values.tolist()
    [['i1', 'address', 'adr1', 0.9]]
    """
    rank = links["target_kind"].map({kind: place for place, kind in enumerate(order)})
    usable = links[rank.notna().to_numpy()]
    keys = np.stack(
        [
            -usable["probability"].fillna(0).to_numpy(dtype=float),
            rank.dropna().to_numpy(dtype=float),
            ranks(usable["incident"]).astype(float),
        ]
    )
    best = np.lexsort(keys)
    tied = _with_equals(keys[:, best])
    # Few are alike: the texts of the others need not be compared.
    again = np.zeros(len(best), dtype=np.int64)
    again[tied] = ranks(usable["target"].iloc[best[tied]])
    best = best[np.lexsort((again, *keys[:, best]))]
    first = best[np.unique(keys[2, best], return_index=True)[1]]
    chosen = usable.iloc[first][["incident", "target_kind", "target", "probability"]]
    chosen = chosen.set_axis(["incident", "place_kind", "place", "probability"], axis=1)
    texts = dict.fromkeys(("incident", "place_kind", "place"), "str")
    return chosen.astype(texts).reset_index(drop=True)


def _with_equals(keys: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which of sorted columns are equal to a neighbour."""
    same = (keys[:, 1:] == keys[:, :-1]).all(axis=0)
    equals: npt.NDArray[np.bool_] = np.append(same, False) | np.append(False, same)
    return equals[: keys.shape[1]]

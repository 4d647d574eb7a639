"""The one place an incident counts at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from blockdata.link.order import ranks

__all__ = ["PLACE_ORDER", "place_of"]

PLACE_ORDER = ("component", "address", "cell:unit", "cell:responsibility", "area")
"""Kinds of target that can be a place, the most specific first."""


def place_of(links: pd.DataFrame, order: Sequence[str] = PLACE_ORDER) -> pd.DataFrame:
    """Choose the most specific place that each incident is linked to.

    Of several targets of one kind the most probable is taken (null is the least), ties by the
    target's id.

    Parameters
    ----------
    links : DataFrame
        Columns incident, target_kind, target, probability, as from `link_incidents`.
    order : sequence of str
        Kinds of target, the most specific first. Kinds not named are no place.

    Returns
    -------
    DataFrame
        Columns incident, place_kind, place, one row per incident that has a place, sorted by
        incident.

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"incident": ["i1", "i1"], "target_kind": ["area", "address"],
    ...                       "target": ["are1", "adr1"], "probability": [1.0, 0.9]})
    >>> place_of(links).values.tolist()
    [['i1', 'address', 'adr1']]
    """
    rank = links["target_kind"].map({kind: place for place, kind in enumerate(order)})
    usable = links[rank.notna()]
    incident, target = ranks(usable["incident"]), ranks(usable["target"])
    doubt = -usable["probability"].fillna(0).to_numpy(dtype=float)
    best = np.lexsort((target, doubt, rank[rank.notna()].to_numpy(), incident))
    first = best[np.unique(incident[best], return_index=True)[1]]
    chosen = usable.iloc[first][["incident", "target_kind", "target"]]
    chosen = chosen.set_axis(["incident", "place_kind", "place"], axis=1)
    return chosen.astype("str").reset_index(drop=True)

"""Reports of one occurrence are at one place and of one category."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from blockdata.link.order import ranks

__all__ = ["place_occurrences"]

_TAKEN = ["place_kind", "place", "category"]


def place_occurrences(incidents: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Give all reports of an occurrence the place and the category of its best placed report.

    The reports of one occurrence may name it differently: one by a component and one by the
    address beside it, one filed under another category. The best placed report is that with the
    first kind of place in `order`, then the earliest, then the least id. A report without a place
    comes last, and one without a category gives none.

    Parameters
    ----------
    incidents : DataFrame
        Columns id (str, unique), occurrence (str, null for a report that is alone), place_kind,
        place, category (str) and reported_at (timestamp); nulls in all but id.
    order : sequence of str
        Kinds of place, the best first. Kinds not named come after all others.

    Returns
    -------
    DataFrame
        The same rows and columns; place_kind, place and category changed.

    Examples
    --------
    >>> import pandas as pd
    >>> incidents = pd.DataFrame({"id": ["i1", "i2"], "occurrence": "i1",
    ...     "place_kind": ["address", "component"], "place": ["adr1", "cmp1"],
    ...     "category": ["smell", "manhole"], "reported_at": pd.Timestamp("2026-01-01")})
    >>> placed = place_occurrences(incidents, ("component", "address"))
    >>> placed[["place", "category"]].values.tolist()
    [['cmp1', 'manhole'], ['cmp1', 'manhole']]
    """
    occurrence = incidents["occurrence"]
    several = occurrence.notna() & occurrence.duplicated(keep=False)
    if not several.any():
        return incidents
    group = incidents[several]
    rank = group["place_kind"].map({kind: place for place, kind in enumerate(order)})
    best = rank.fillna(len(order)).where(group["place"].notna(), len(order) + 1)
    sorted_rows = group.iloc[
        np.lexsort((ranks(group["id"]), group["reported_at"], best, ranks(group["occurrence"])))
    ]
    # The first that is not null, of place and category each; kind and place come together.
    chosen = sorted_rows.groupby("occurrence", sort=False)[_TAKEN].first()
    taken = chosen.reindex(group["occurrence"]).set_axis(group.index)
    return incidents.assign(**{n: incidents[n].where(~several, taken[n]) for n in _TAKEN})

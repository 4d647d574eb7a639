"""Where a chain's first case makes one look for others, and what kinds of them count there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from blockdata.link.chains import ChainSettings, main_categories

__all__ = ["ANY", "WATCHES", "Watch", "key_at", "related_categories", "watched_cases"]

ANY = "*"
"""Stands for every category where the category makes no difference."""


@dataclass(frozen=True)
class Watch:
    """One sort of place at which further cases count.

    Parameters
    ----------
    kind : str
        Of the place.
    rule : str
        Of `link.chains.RULES`: how long after the case before a further one may come.
    counts : {"any", "same", "related"}
        Which further cases count: those of any category, of that of the first case, or of one
        related to it.
    """

    kind: str
    rule: str
    counts: str

    @property
    def is_batch(self) -> bool:
        """Whether it makes chains of its own."""
        return self.kind == "batch"


WATCHES: Mapping[str, Watch] = MappingProxyType(
    {
        "entity": Watch("entity", "entity", "related"),
        "component": Watch("component", "component", "any"),
        "building": Watch("building", "building", "related"),
        "square": Watch("square", "near", "related"),
        "batch": Watch("batch", "batch", "same"),
    }
)
"""By the kind of place; a square of the plane, twice `near_m` wide, where no building is known."""


def related_categories(cases: pd.DataFrame, settings: ChainSettings) -> pd.DataFrame:
    """Return which categories are related, as `build_chains` takes it, or the same.

    Returns
    -------
    DataFrame
        category, other: each pair once, in both directions; sorted.
    """
    pairs = {(str(c), str(c)) for c in cases["category"].dropna().unique()}
    groups = [set(family) for family in settings.families.values()]
    main = main_categories(cases, settings)
    known = pd.DataFrame({"category": cases["category"], "main": main}).dropna().drop_duplicates()
    groups += [set(rows) for _, rows in known.groupby("main")["category"]]
    pairs |= {(one, other) for group in groups for one in group for other in group}
    return pd.DataFrame(sorted(pairs), columns=["category", "other"], dtype="str")


def key_at(cases: pd.DataFrame, watch: Watch, settings: ChainSettings) -> pd.Series:
    """Return the place of each case that is of a kind, null where it has none."""
    nothing = pd.Series(None, index=cases.index, dtype="str")
    if watch.kind != "square":
        column = "component_batch" if watch.kind == "batch" else f"{watch.kind}_id"
        return cases[column].astype("str") if column in cases else nothing
    if not {"x", "y"} <= set(cases):
        return nothing
    side_m = max(2 * settings.near_m, 1.0)
    free = cases["x"].notna() & cases["y"].notna()
    if "building_id" in cases:
        free &= cases["building_id"].isna()
    at = np.floor(cases.loc[free, ["x", "y"]].to_numpy(dtype=np.float64) / side_m).astype(np.int64)
    named = pd.Series(at[:, 0]).astype("str") + " " + pd.Series(at[:, 1]).astype("str")
    return pd.Series(named.to_numpy(), index=cases.index[free]).reindex(cases.index).astype("str")


def watched_cases(
    cases: pd.DataFrame, related: pd.DataFrame, watch: Watch, settings: ChainSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cases that count at a kind of place, and which categories follow which there.

    Returns
    -------
    watched : DataFrame
        Indexed by the rows of `cases`, some of them: place, category (`ANY` where it makes no
        difference), kinds (how many categories can follow).
    follows : DataFrame
        category, other.
    """
    found = pd.DataFrame({"place": key_at(cases, watch, settings), "category": cases["category"]})
    if watch.counts == "any":
        found["category"] = ANY
    found = found.dropna()
    distinct = np.sort(found["category"].unique())
    same = pd.DataFrame({"category": distinct, "other": distinct}, dtype="str")
    follows = related if watch.counts == "related" else same
    kinds = found["category"].map(follows.groupby("category").size()).astype("float64")
    # One category again at a building is a chronic place; around an entity it is a chain too.
    least = 2 if watch.kind in {"building", "square"} else 1
    return found.assign(kinds=kinds)[(kinds >= least).to_numpy()], follows

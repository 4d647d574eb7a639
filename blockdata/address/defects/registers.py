"""Defects between registers: addresses without a building, buildings without an address."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.address.defects.listing import Found
from blockdata.address.defects.structure import each
from blockdata.address.tree.growing import Grown
from blockdata.address.tree.steps import STEPS

__all__ = ["building_defects"]

_BUILDING = STEPS.index("building")


def building_defects(grown: Grown, buildings: pd.DataFrame) -> list[Found]:
    """Hold the library's building codes against the register of buildings.

    Parameters
    ----------
    grown : Grown
        Its library has ``building_code``.
    buildings : DataFrame
        ``id`` and ``code``; a building without a code has no address.

    Returns
    -------
    list of Found
        ``address_without_building``: one for each building of the library, with all addresses in
        it that have no code of a known building. ``building_without_address``: one for each.
    """
    library = grown.library
    known = pd.Index(buildings["code"].dropna().unique())
    node = grown.steps.paths[:, _BUILDING]
    lacking = np.flatnonzero((node >= 0) & ~library["building_code"].isin(known).to_numpy())
    ids = library["id"].iloc[lacking]
    groups = ids.groupby(node[lacking]).agg(list).tolist()
    named = buildings["code"].isin(library["building_code"].dropna().unique())
    unnamed = buildings["id"][~(named & buildings["code"].notna())]
    return [
        Found("address_without_building", groups, [float(len(g)) for g in groups]),
        each("building_without_address", unnamed.dropna()),
    ]

"""Defects of the structure: what rows say of one another, and of themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.codes import CodeScheme
from blockdata.address.defects.listing import Found
from blockdata.address.normalise import normalise_addresses
from blockdata.address.tree.growing import Grown
from blockdata.address.tree.steps import STEPS

__all__ = [
    "codes_outside_parents",
    "duplicates",
    "each",
    "hanging",
    "rooms_without_unit",
    "stated_faults",
]

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

_STATED = ("duplicate_id", "duplicate_code", "no_elements", "orphan", "cycle", "narrow_parent")
_BUILDING, _UNIT, _ROOM = (STEPS.index(name) for name in ("building", "unit", "room"))
_HOLDERS = [STEPS.index(name) for name in ("estate", "road_no", "building")]
_MAJORITY = 0.5


def each(code: str, ids: pd.Series, measures: npt.ArrayLike | None = None) -> Found:
    """Return a defect for each id."""
    own = np.full(len(ids), np.nan) if measures is None else np.asarray(measures, np.float64)
    return Found(code, [[i] for i in ids], own.tolist())


def stated_faults(grown: Grown) -> list[Found]:
    """Return what the tree could not take as it was stated; needs codes for parents."""
    found = {code: [ids for fault, ids in grown.faults if fault == code] for code in _STATED}
    return [
        each(code, pd.Series(pd.concat(ids).unique())) for code, ids in found.items() if len(ids)
    ]


def duplicates(grown: Grown, text: str | None) -> list[Found]:
    """Return entries that are the same address, and entries that differ in their text alone.

    The same address is the same elements and, where there is a text, the same normalised one.
    """
    nodes = grown.steps.nodes
    shared = np.flatnonzero(pd.Series(nodes).duplicated(keep=False).to_numpy() & (nodes >= 0))
    rows = grown.library.iloc[shared]
    texts = [""] * len(rows) if text is None else normalise_addresses(rows[text].tolist())
    frame = pd.DataFrame({"node": nodes[shared], "id": rows["id"].to_numpy(object), "text": texts})
    frame["text"] = frame["text"].fillna("")
    same = [g for g in frame.groupby(["node", "text"])["id"].agg(list) if len(g) > 1]
    distinct = frame.drop_duplicates(["node", "text"])["node"]
    several = frame["node"].isin(distinct[distinct.duplicated()])
    differing = frame[several].groupby("node")["id"].agg(list)
    return [
        Found("duplicate_address", same, [float(len(g)) for g in same]),
        Found("same_elements", list(differing), [float(len(g)) for g in differing]),
    ]


def codes_outside_parents(library: pd.DataFrame, scheme: CodeScheme) -> Found:
    """Return entries whose code does not lie within the code of their stated parent.

    Where both codes are of one level (a city that numbers units as rooms), they must lie within
    one and the same code. Codes that are none of the scheme are not judged.
    """
    both = library[library["code"].notna() & library["parent_code"].notna()]
    own, above = scheme.read(both["code"]), scheme.read(both["parent_code"])
    judged = (own.reasons == 0) & (above.reasons == 0)
    siblings = (own.depths == above.depths) & (own.parents() == above.parents()).to_numpy(bool)
    outside = judged & ~own.within(above) & ~siblings
    return each("code_outside_parent", both["id"][outside])


def hanging(grown: Grown) -> Found:
    """Return entries with a unit, floor or room, and nothing that could hold it."""
    paths = grown.steps.paths
    inside = (paths[:, _UNIT:] >= 0).any(axis=1)
    alone = np.flatnonzero(inside & (paths[:, _HOLDERS] < 0).all(axis=1))
    return each("hanging", grown.library["id"].iloc[alone])


def rooms_without_unit(grown: Grown) -> Found:
    """Return rooms without a unit in buildings most of whose rooms have one."""
    paths = grown.steps.paths
    rows = np.flatnonzero((paths[:, _ROOM] >= 0) & (paths[:, : _BUILDING + 1] >= 0).any(axis=1))
    holder = paths[rows, : _BUILDING + 1].max(axis=1)  # later steps have larger numbers
    with_unit = paths[rows, _UNIT] >= 0
    counts = pd.Series(with_unit).groupby(holder).agg(["sum", "mean"]).loc[holder]
    lacking = ~with_unit & (counts["mean"].to_numpy() > _MAJORITY)
    return each(
        "room_without_unit",
        grown.library["id"].iloc[rows[lacking]],
        counts["sum"].to_numpy()[lacking],
    )

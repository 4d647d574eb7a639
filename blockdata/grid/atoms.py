"""Atoms: the smallest sets of buildings that people are counted over.

A *piece* is a set of whole buildings that has at least `minimum` people when it is drawn. An
*atom* is a set of whole pieces: all that lie wholly inside one cell of the overlay of all layers,
or one piece that reaches into several. Every published figure of people, in every layer, is a sum
of whole atoms, each rounded once and never shown below the minimum.

What is promised
----------------
- Of one drawing: whatever figures of whatever layers are added and subtracted, the result is a
  combination of whole rounded atoms and tells of nothing smaller.
- Of two drawings one after another: every atom of both is a union of pieces of the later one, and
  each of these has at least `minimum` people at that moment, or is an atom by itself in both and
  shows the same lowest figure. So no combination of the last figures of the outgoing drawing with
  the first ones of the incoming drawing isolates people of fewer than `minimum`.

This is why pieces are never cut, why one that has become too small is joined only inside the atom
that it was counted in, why an atom that has become too small as a whole is joined with nothing
(its neighbours' figures are known, and the sum would give it away), and why new buildings never
join a piece that has been counted before (the difference would be theirs).

What is not promised
--------------------
- That figures of different months or years tell nothing of how many came and went: an atom's
  figure changes with its people, by any number. People who are counted at another building than
  before, because an address was matched anew or a building was given another id, have moved in
  this sense.
- Anything across a run that is sent back, by a delivery that comes late, to before a drawing: that
  drawing is made anew from what was known then, and what had been published of it is not regarded.
- That nobody can tell *that* a set has fewer than the minimum: of a piece that has been joined,
  and of an atom that stands alone in a cell of several, this can be told; how many it has, cannot.
- Anything against somebody who knows the people of all other buildings of an atom.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from blockdata.errors import ConfigError
from blockdata.grid._input import require_unique, whole_people
from blockdata.grid.pieces import first_pieces, joined_pieces, name_of_buildings

__all__ = ["atom_id", "draw_atoms", "piece_id"]

_COLUMNS = ["building", "piece", "atom"]


def atom_id(buildings: Sequence[str]) -> str:
    """Name an atom by its buildings.

    Parameters
    ----------
    buildings : sequence of str
        Building ids, in any order.

    Returns
    -------
    str
        "atm" and 13 base32 characters of the SHA-256 of the sorted ids.

    Examples
    --------
    >>> atom_id(["bld2", "bld1"]) == atom_id(["bld1", "bld2"])
    True
    """
    return name_of_buildings("atm", buildings)


def piece_id(buildings: Sequence[str]) -> str:
    """Name a piece by its buildings, as `atom_id` does an atom; the prefix is "pce".

    Examples
    --------
    >>> piece_id(["bld2", "bld1"])[:3]
    'pce'
    """
    return name_of_buildings("pce", buildings)


def draw_atoms(
    buildings: pd.DataFrame,
    minimum: int = 30,
    *,
    drawn: pd.DataFrame | None = None,
    mint: Callable[[Sequence[str]], str] = atom_id,
) -> pd.DataFrame:
    """Group populated buildings into pieces of at least `minimum` people, and these into atoms.

    Pieces of a first drawing are made as `first_pieces` says. At a revision

    1. pieces with fewer than `minimum` people now are joined for good with the nearest piece of
       the same outgoing atom, until none is too small or the atom is one piece; an atom that has
       fewer than `minimum` people as a whole stays an atom by itself, and one of whose buildings
       none stands any more is dropped;
    2. buildings with people that are in no piece make pieces of their own, never beyond a group;
       those that do not reach `minimum` there stay in none and are counted nowhere.

    Then all pieces that lie wholly inside one overlay cell are one atom, and a piece that reaches
    into several is an atom by itself. See the module for what this promises.

    Parameters
    ----------
    buildings : DataFrame
        Columns building (str, unique), x, y (metres), people (whole number, not negative),
        overlay (text that names the cell of the overlay of all layers; null is outside all of
        them), group (the coarser cell whose borders are not crossed without need; may be null).
        At a revision also those buildings of `drawn` that stand and have nobody. Buildings with 0
        or null people come into no piece, but stay in theirs.
    minimum : int
        People a piece has at least.
    drawn : DataFrame, optional
        The outgoing drawing: columns building, piece, atom. None for a first one.
    mint : callable
        Gives an atom's id from its sorted building ids.

    Returns
    -------
    DataFrame
        Columns building, piece, atom, sorted by building. Does not depend on the order of rows.
        A first drawing is empty where all buildings together have fewer than `minimum` people.

    Raises
    ------
    ConfigError
        If `minimum` is less than 1.
    AnalysisError
        If a building occurs twice, or people are negative or not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> buildings = pd.DataFrame({"building": ["b1", "b2", "b3"], "x": [0.0, 10, 500], "y": 0.0,
    ...     "people": [20, 15, 40], "overlay": ["u1", "u2", "u3"], "group": "r1"})
    >>> draw_atoms(buildings).groupby("atom")["building"].agg(list).sort_values().to_list()
    [['b1', 'b2'], ['b3']]
    """
    if minimum < 1:
        raise ConfigError(f"minimum is {minimum}", where="atoms", allowed="1 or more")
    require_unique(buildings["building"], "buildings")
    people = whole_people(buildings["people"], "buildings")
    rows = _in_order(buildings.assign(people=people))
    kept = _kept(rows, drawn, minimum)
    free = rows[(rows["people"] > 0) & ~rows["building"].isin(kept["building"])]
    number = first_pieces(free, minimum, across=drawn is None or drawn.empty)
    new = free.loc[number >= 0, ["building"]].assign(piece=number[number >= 0], alone=False)
    new["piece"] = _named(new["building"], new["piece"], piece_id)
    pieces = pd.concat([kept, new], ignore_index=True).sort_values("building", ignore_index=True)
    atom = _atoms_of_pieces(pieces, rows)
    return pieces.assign(atom=_named(pieces["building"], atom, mint))[_COLUMNS].astype("str")


def _in_order(buildings: pd.DataFrame) -> pd.DataFrame:
    # Sums of floats depend on their order in the last bits, hence the sorting.
    rows = buildings.sort_values("building", ignore_index=True)
    texts = {
        name: rows[name].astype(object).fillna("").astype("str") for name in ("group", "overlay")
    }
    return rows.assign(building=rows["building"].astype("str"), **texts)


def _named(
    buildings: pd.Series, label: pd.Series, mint: Callable[[Sequence[str]], str]
) -> pd.Series:
    """Name each set of buildings by its members, which come sorted."""
    if buildings.empty:
        return buildings.astype("str")
    return buildings.groupby(label.to_numpy()).transform(lambda names: mint(names.to_list()))


def _kept(rows: pd.DataFrame, drawn: pd.DataFrame | None, minimum: int) -> pd.DataFrame:
    """Return building, piece of the outgoing drawing with small pieces joined.

    Marked `alone` are the atoms that have too few people as a whole: they stay what they are.
    """
    if drawn is None or drawn.empty:
        none = pd.DataFrame({"building": [], "piece": [], "alone": []})
        return none.astype({"building": "str", "piece": "str", "alone": bool})
    old = _still_there(rows, drawn)
    of_piece = old.groupby(["atom", "piece"], sort=True)
    pieces = of_piece[["people", "located", "sum_x", "sum_y"]].sum().reset_index()
    first = joined_pieces(pieces, minimum)
    label = pd.Series(first[of_piece.ngroup()], index=old.index)
    joined = np.bincount(first, minlength=len(first))[label] > 1
    # Names are made of sorted buildings.
    together = old[joined].sort_values("building")
    name = old["piece"].copy()
    name.loc[together.index] = _named(together["building"], label[together.index], piece_id)
    few = old.groupby("atom")["people"].transform("sum") < minimum
    return old[["building"]].assign(piece=name, alone=few)


def _still_there(rows: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the outgoing atoms of which a building stands, with the terms of their middles."""
    known = rows[["building", "x", "y", "people"]].assign(stands=True)
    old = drawn[_COLUMNS].astype("str").merge(known, on="building", how="left")
    old = old[old["stands"].eq(True).groupby(old["atom"]).transform("any")]
    old = old.sort_values(["atom", "piece", "building"], ignore_index=True)
    located = old["x"].notna() & old["y"].notna()
    return old.assign(
        people=old["people"].fillna(0).astype("int64"),
        located=located.astype("int64"),
        sum_x=old["x"].astype(float).where(located, 0.0),
        sum_y=old["y"].astype(float).where(located, 0.0),
    )


def _atoms_of_pieces(pieces: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Return a label per building: the overlay cell of its piece, or the piece itself."""
    cell = rows.set_index("building")[["group", "overlay"]]
    where = pieces.join(cell, on="building").dropna(subset=["overlay"])
    where = where.assign(cell=where["group"] + "\x1f" + where["overlay"])
    of_piece = where.groupby("piece")
    first, last = of_piece["cell"].min(), of_piece["cell"].max()
    inside = (first == last) & ~of_piece["alone"].any()
    label = ("cell\x1f" + first).where(inside, "piece\x1f" + first.index.to_series())
    return pieces["piece"].map(label).astype("str")

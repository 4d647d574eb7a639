"""Holding a drawing of atoms, and its figures, to what is promised of them."""

from __future__ import annotations

import pandas as pd

from blockdata.errors import PrivacyError

__all__ = ["check_drawing", "check_figures"]

_NEXT = "Nothing is published. This is a fault of the program; please report it."


def check_drawing(
    atoms: pd.DataFrame,
    people: pd.DataFrame,
    minimum: int,
    *,
    drawn: pd.DataFrame | None = None,
) -> None:
    """Refuse a new drawing that could tell of fewer than `minimum` people.

    Held are: a building is in one piece, and a piece in one atom; a piece has at least `minimum`
    people, or is an atom by itself now and before; an atom of the outgoing drawing and a piece of
    it are unions of pieces of the new one, or gone as a whole; a new piece has no building that
    was in one before.

    Parameters
    ----------
    atoms : DataFrame
        The new drawing: columns building, piece, atom.
    people : DataFrame
        Columns building, people, of this moment; a building without a row has nobody.
    minimum : int
    drawn : DataFrame, optional
        The outgoing drawing, of the same columns.

    Raises
    ------
    PrivacyError
        If a promise is broken. No figure, no building and no place is told.

    Examples
    --------
    >>> import pandas as pd
    >>> atoms = pd.DataFrame({"building": ["b1", "b2"], "piece": "p1", "atom": "a1"})
    >>> check_drawing(atoms, pd.DataFrame({"building": ["b1"], "people": [40]}), 30)
    >>> check_drawing(atoms, pd.DataFrame({"building": ["b1"], "people": [4]}), 30)
    Traceback (most recent call last):
        ...
    blockdata.errors.PrivacyError: atoms: a piece is below the minimum. Nothing is published. ...
    """
    _check_partition(atoms)
    counts = people.set_index("building")["people"]
    now = atoms["building"].map(counts).fillna(0).groupby(atoms["piece"]).sum()
    small = set(now.index[now < minimum])
    before = atoms.iloc[:0] if drawn is None else drawn
    if small - _standing_alone(atoms, before):
        raise _broken("a piece is below the minimum")
    _check_succession(atoms, before)


def _check_succession(atoms: pd.DataFrame, before: pd.DataFrame) -> None:
    goes_on = before["building"].isin(atoms["building"])
    if _differ(before.assign(goes_on=goes_on), "atom", "goes_on"):
        raise _broken("a part of an atom is gone")
    both = before.merge(atoms, on="building", suffixes=("_old", ""))
    if _differ(both, "piece_old", "piece"):
        raise _broken("a piece was cut")
    if _differ(both, "piece", "atom_old"):
        raise _broken("a piece reaches into two atoms of the outgoing drawing")
    counted = atoms["piece"].isin(both["piece"])
    if not atoms.loc[counted, "building"].isin(before["building"]).all():
        raise _broken("a building joined a piece that was counted before")


def check_figures(
    atoms: pd.DataFrame, figures: pd.DataFrame, *, minimum: int, round_to: int
) -> None:
    """Refuse figures that are not of whole atoms, below the minimum or not rounded.

    Parameters
    ----------
    atoms : DataFrame
        Columns building, piece, atom.
    figures : DataFrame
        Columns atom, people.
    minimum, round_to : int

    Raises
    ------
    PrivacyError
        If a promise is broken. No figure, no building and no place is told.

    Examples
    --------
    >>> import pandas as pd
    >>> atoms = pd.DataFrame({"building": ["b1"], "piece": ["p1"], "atom": ["a1"]})
    >>> check_figures(atoms, pd.DataFrame({"atom": ["a1"], "people": [30]}), minimum=30, round_to=5)
    """
    _check_partition(atoms)
    if sorted(figures["atom"]) != sorted(set(atoms["atom"])):
        raise _broken("figures are not one of each atom")
    shown = figures["people"]
    if (shown < minimum).any() or (shown % round_to != 0).any():
        raise _broken("a figure is below the minimum or not rounded")


def _check_partition(atoms: pd.DataFrame) -> None:
    if atoms["building"].duplicated().any():
        raise _broken("a building is in two pieces")
    if _differ(atoms, "piece", "atom"):
        raise _broken("a piece is in two atoms")


def _differ(rows: pd.DataFrame, by: str, name: str) -> bool:
    """Tell whether a column has several values for one value of another."""
    return bool(rows[[by, name]].drop_duplicates()[by].duplicated().any())


def _standing_alone(atoms: pd.DataFrame, before: pd.DataFrame) -> set[str]:
    """Return the pieces that are an atom by themselves, of the same buildings as one before."""
    members = {frozenset(group) for _, group in before.groupby("atom")["building"]}
    single = atoms.groupby("atom")["piece"].transform("nunique") == 1
    own = atoms[single].groupby("piece")["building"]
    return {str(piece) for piece, group in own if frozenset(group) in members}


def _broken(what: str) -> PrivacyError:
    return PrivacyError(what, where="atoms", next_step=_NEXT)

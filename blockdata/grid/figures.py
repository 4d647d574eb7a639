"""Published figures of people: per atom, per cell of any layer, per layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from blockdata.errors import ConfigError
from blockdata.grid._input import require_unique, whole_people

__all__ = ["atom_figures", "cell_figures", "layer_total"]

_OUTSIDE = ""


def atom_figures(
    atoms: pd.DataFrame, people: pd.DataFrame, *, minimum: int = 30, round_to: int = 5
) -> pd.DataFrame:
    """Give each atom the one figure that is published of it.

    The figure is the number of people rounded to the nearest multiple of `round_to`, halves up,
    and never less than `minimum` rounded up to such a multiple. So an atom whose people fell
    below the minimum since it was drawn shows the same figure as one at the minimum, and how far
    it fell, even to nobody, cannot be told.

    Parameters
    ----------
    atoms : DataFrame
        Columns building, atom, as from `draw_atoms`.
    people : DataFrame
        Columns building (unique), people. Buildings without a row count 0; buildings in no atom
        (built or settled since the drawing) count in no figure.
    minimum : int
        The minimum the atoms were drawn with.
    round_to : int
        Step of the figures in people.

    Returns
    -------
    DataFrame
        Columns atom, people (int64), sorted by atom.

    Raises
    ------
    ConfigError
        If `minimum` or `round_to` is less than 1.
    AnalysisError
        If a building occurs twice, or people are negative or not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> atoms = pd.DataFrame({"building": ["b1", "b2", "b3"], "atom": ["a1", "a1", "a2"]})
    >>> people = pd.DataFrame({"building": ["b1", "b2", "b3"], "people": [20, 23, 4]})
    >>> atom_figures(atoms, people).values.tolist()
    [['a1', 45], ['a2', 30]]
    """
    if minimum < 1 or round_to < 1:
        raise ConfigError(
            f"minimum is {minimum} and round_to is {round_to}", where="atoms", allowed="1 or more"
        )
    require_unique(atoms["building"], "atoms")
    require_unique(people["building"], "people")
    counts = whole_people(people["people"], "people").set_axis(people["building"])
    now = atoms["building"].map(counts).fillna(0).astype("int64")
    total = now.groupby(atoms["atom"].to_numpy(dtype=object), sort=True).sum()
    rounded = (2 * total + round_to) // (2 * round_to) * round_to
    floor = -(-minimum // round_to) * round_to
    return pd.DataFrame(
        {
            "atom": pd.Series(total.index, dtype="str"),
            "people": np.maximum(rounded.to_numpy(dtype=np.int64), floor),
        }
    )


def cell_figures(
    atoms: pd.DataFrame, figures: pd.DataFrame, building_cells: pd.DataFrame, cells: Sequence[str]
) -> pd.DataFrame:
    """Give the people of each cell of one layer as the sum of the atoms that reach into it.

    An atom that also has buildings in another cell of the layer, or in none, is counted whole in
    every cell it reaches, and these cells are marked shared: their figures do not add up to the
    layer's, which `layer_total` gives. A cell that no atom reaches shows 0. Without any atom (no
    person source, or too few people in all) the figures are null, for nothing is known of them.

    Parameters
    ----------
    atoms : DataFrame
        Columns building, atom.
    figures : DataFrame
        Columns atom, people, as from `atom_figures`.
    building_cells : DataFrame
        Columns building, cell: the cell of each building in this layer. Buildings in no cell
        have no row or a null cell.
    cells : sequence of str
        All cells of the layer.

    Returns
    -------
    DataFrame
        Columns cell, people (Int64, null if unknown), shared (bool), sorted by cell.

    Examples
    --------
    >>> import pandas as pd
    >>> atoms = pd.DataFrame({"building": ["b1", "b2", "b3"], "atom": ["a1", "a1", "a2"]})
    >>> figures = pd.DataFrame({"atom": ["a1", "a2"], "people": [45, 30]})
    >>> where = pd.DataFrame({"building": ["b1", "b2", "b3"], "cell": ["u1", "u2", "u2"]})
    >>> cell_figures(atoms, figures, where, ["u1", "u2", "u3"]).values.tolist()
    [['u1', 45, True], ['u2', 75, True], ['u3', 0, False]]
    """
    reach = _reach(atoms, building_cells)
    reach = reach.assign(shared=reach.groupby("atom")["cell"].transform("size") > 1)
    known = reach[reach["cell"] != _OUTSIDE].merge(figures, on="atom", how="left")
    by_cell = known.groupby("cell")
    names = sorted(set(cells))
    people = by_cell["people"].sum().reindex(names, fill_value=0).astype("Int64")
    shared = by_cell["shared"].any().reindex(names, fill_value=False).astype(bool)
    if not len(atoms):
        people = people.mask(people.notna())
    return pd.DataFrame(
        {
            "cell": pd.Series(names, dtype="str"),
            "people": people.array,
            "shared": shared.to_numpy(),
        }
    )


def layer_total(
    atoms: pd.DataFrame, figures: pd.DataFrame, building_cells: pd.DataFrame
) -> int | None:
    """Give the people of a whole layer: each atom that reaches into it counts once.

    Parameters
    ----------
    atoms, figures, building_cells : DataFrame
        As for `cell_figures`.

    Returns
    -------
    int or None
        People; None without any atom.

    Examples
    --------
    >>> import pandas as pd
    >>> atoms = pd.DataFrame({"building": ["b1", "b2"], "atom": ["a1", "a1"]})
    >>> figures = pd.DataFrame({"atom": ["a1"], "people": [45]})
    >>> layer_total(atoms, figures, pd.DataFrame({"building": ["b1", "b2"], "cell": ["u1", "u2"]}))
    45
    """
    if not len(atoms):
        return None
    reach = _reach(atoms, building_cells)
    inside = reach.loc[reach["cell"] != _OUTSIDE, "atom"]
    return int(figures.loc[figures["atom"].isin(inside), "people"].sum())


def _reach(atoms: pd.DataFrame, building_cells: pd.DataFrame) -> pd.DataFrame:
    """Return each atom with each cell it has buildings in, `_OUTSIDE` for those in none."""
    placed = atoms[["building", "atom"]].merge(
        building_cells[["building", "cell"]].astype("str"), on="building", how="left"
    )
    placed["cell"] = placed["cell"].fillna(_OUTSIDE)
    return placed[["atom", "cell"]].drop_duplicates()

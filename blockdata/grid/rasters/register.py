"""What the published figures of a register leave open about the people of a cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["register_bounds"]

_OUTSIDE = ""


def register_bounds(
    atoms: pd.DataFrame,
    figures: pd.DataFrame,
    building_cells: pd.DataFrame,
    *,
    minimum: int = 30,
    round_to: int = 5,
) -> pd.DataFrame:
    """Return between which numbers the people of each cell lie, by published figures alone.

    An atom's figure is rounded, and one at the minimum may stand for fewer, even for nobody. An
    atom with buildings in several cells, or outside of all, may have all its people in any of
    them. What is estimated of a cell is its atoms' figures, one that is shared split by the
    number of its buildings.

    Parameters
    ----------
    atoms : DataFrame
        Columns building, atom.
    figures : DataFrame
        Columns atom, people.
    building_cells : DataFrame
        Columns building, cell, of one layer; a building without a row or with null is in none.
    minimum, round_to : int
        The settings by which figures were made.

    Returns
    -------
    DataFrame
        Columns cell, register (sum of the figures, shared atoms whole), shared (bool), low, high,
        estimate, sorted by cell; cells that no atom reaches have no row.

    Notes
    -----
    Everything is computed from figures that are published and from which buildings share an
    atom, so it tells nothing more of people than they do.

    Examples
    --------
    >>> atoms = pd.DataFrame({"building": ["b1", "b2", "b3"], "atom": ["a1", "a1", "a2"]})
    >>> figures = pd.DataFrame({"atom": ["a1", "a2"], "people": [45, 30]})
    >>> where = pd.DataFrame({"building": ["b1", "b2", "b3"], "cell": ["u1", "u2", "u2"]})
    >>> register_bounds(atoms, figures, where).values.tolist()
    [['u1', 45, True, 0.0, 47.0, 22.5], ['u2', 75, True, 0.0, 79.0, 52.5]]
    """
    placed = atoms[["building", "atom"]].merge(
        building_cells[["building", "cell"]], on="building", how="left"
    )
    placed["cell"] = placed["cell"].astype("str").fillna(_OUTSIDE)
    reach = placed.groupby(["cell", "atom"], sort=True).size().rename("buildings").reset_index()
    whole = reach.groupby("atom")["buildings"].transform("sum")
    reach["shared"] = reach["buildings"] < whole
    reach["split"] = reach["buildings"] / whole
    known = reach[reach["cell"] != _OUTSIDE].merge(figures[["atom", "people"]], on="atom")
    figure = known["people"].to_numpy(dtype=float)
    off = (round_to - 1) // 2, round_to // 2
    floor = -(-minimum // round_to) * round_to
    alone = ~known["shared"].to_numpy(dtype=bool) & (figure > floor)
    return _by_cell(
        known.assign(
            low=np.where(alone, figure - off[1], 0.0),
            high=figure + off[0],
            estimate=figure * known["split"].to_numpy(),
        )
    )


def _by_cell(known: pd.DataFrame) -> pd.DataFrame:
    cells = known.groupby("cell", sort=True)
    sums = cells[["people", "low", "high", "estimate"]].sum()
    return pd.DataFrame(
        {
            "cell": pd.Series(sums.index, dtype="str"),
            "register": sums["people"].to_numpy(dtype=np.int64),
            "shared": cells["shared"].any().to_numpy(dtype=bool),
            **{name: sums[name].to_numpy(dtype=float) for name in ("low", "high", "estimate")},
        }
    )

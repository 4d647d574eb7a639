"""What a list brought: how much of what happened since lay at its stops."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["TOTAL", "busiest_places", "list_outcome"]

TOTAL = "*"
"""Stands for all grids together."""

_STOP = ["stop_kind", "stop"]
_SUMS = ("stops", "met", "reported", "closed", "handled", "episodes", "grid_episodes")


def busiest_places(episodes: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """Choose as many places as a list has, by raw count: as many cells, and as many others.

    Parameters
    ----------
    episodes : DataFrame
        grid, stop_kind, stop: one row per episode.
    stops : DataFrame
        grid, stop_kind: the list's.

    Returns
    -------
    DataFrame
        grid, stop_kind, stop; fewer where fewer places had any. Ties by kind and id.

    Examples
    --------
    >>> episodes = pd.DataFrame({"grid": "g", "stop_kind": "building", "stop": ["a", "b", "b"]})
    >>> stops = pd.DataFrame({"grid": ["g"], "stop_kind": "component"})
    >>> busiest_places(episodes, stops)["stop"].tolist()
    ['b']
    """
    counted = episodes.groupby(["grid", *_STOP]).size().rename("count").reset_index()
    counted = counted.assign(is_cell=_is_cell(counted)).sort_values(
        ["grid", "count", *_STOP], ascending=[True, False, True, True], ignore_index=True
    )
    sort = ["grid", "is_cell"]
    sizes = stops.assign(is_cell=_is_cell(stops)).groupby(sort).size().rename("wanted")
    wanted = counted.merge(sizes.reset_index(), on=sort, how="left")["wanted"].fillna(0)
    taken = counted[counted.groupby(sort).cumcount() < wanted]
    return taken[["grid", *_STOP]].reset_index(drop=True)


def _is_cell(places: pd.DataFrame) -> pd.Series[bool]:
    return places["stop_kind"].astype("str").str.startswith("cell:").astype(bool)


def list_outcome(stops: pd.DataFrame, episodes: pd.DataFrame, signs: pd.DataFrame) -> pd.DataFrame:
    """Count, grid by grid and in total, what happened at the stops of a list.

    Parameters
    ----------
    stops : DataFrame
        grid, stop_kind, stop: those of the list, distinct.
    episodes : DataFrame
        grid, stop_kind, stop: one row per episode that began since, anywhere.
    signs : DataFrame
        stop_kind, stop, reported, closed, handled (bool): whether since then a report, a closing,
        or a step handled or checked is known of the place.

    Returns
    -------
    DataFrame
        grid (`TOTAL` last), stops, met (those with a new episode), reported, closed, handled
        (stops), episodes (new ones at stops), grid_episodes (all new ones of the grid),
        best_episodes (what the best list of as many cells and other places would have had),
        hit_rate (episodes
        over grid_episodes; null where there were none), efficiency (episodes over best_episodes,
        the prediction efficiency index).

    References
    ----------
    Hunt, J. M. (2016). Do crime hot spots move? Exploring the effects of the modifiable areal unit
    problem and modifiable temporal unit problem on crime hot spot stability. American University
    (prediction efficiency index).

    Examples
    --------
    >>> stops = pd.DataFrame({"grid": ["g"], "stop_kind": "building", "stop": "a"})
    >>> new = pd.DataFrame({"grid": "g", "stop_kind": "building", "stop": ["a", "b", "b", "c"]})
    >>> signs = pd.DataFrame(columns=["stop_kind", "stop", "reported", "closed", "handled"])
    >>> told = list_outcome(stops, new, signs)
    >>> told[["grid", "episodes", "best_episodes", "hit_rate", "efficiency"]].values.tolist()
    [['g', 1, 2, 0.25, 0.5], ['*', 1, 2, 0.25, 0.5]]
    """
    counted = episodes.groupby(_STOP).size().rename("episodes").reset_index()
    listed = stops.merge(counted, on=_STOP, how="left").merge(signs, on=_STOP, how="left")
    own = listed[["grid"]].assign(
        stops=1,
        met=listed["episodes"].notna().astype(np.int64),
        episodes=listed["episodes"].fillna(0).astype(np.int64),
        **{
            name: listed[name].eq(True).astype(np.int64)
            for name in ("reported", "closed", "handled")
        },
    )
    told = own.groupby("grid").sum()
    told["grid_episodes"] = episodes.groupby("grid").size().reindex(told.index).fillna(0)
    best = busiest_places(episodes, stops).merge(counted, on=_STOP)
    told["best_episodes"] = best.groupby("grid")["episodes"].sum().reindex(told.index).fillna(0)
    told = pd.concat([told, told.sum().rename(TOTAL).to_frame().T]).rename_axis("grid")
    told = told[[*_SUMS, "best_episodes"]].astype(np.int64)
    return told.assign(
        hit_rate=_share(told["episodes"], told["grid_episodes"]),
        efficiency=_share(told["episodes"], told["best_episodes"]),
    ).reset_index()


def _share(part: pd.Series[int], of: pd.Series[int]) -> pd.Series[float]:
    return (part / of.where(of > 0)).astype(np.float64)

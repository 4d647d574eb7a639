"""Whether a hot spot stays one when window, cell and threshold are chosen a little otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from blockdata.analysis.checks import (
    looks_like_degrees,
    require_columns,
    require_distinct,
    require_numbers,
    require_share,
    require_whole,
)
from blockdata.analysis.tails import negative_binomial_upper_tail
from blockdata.errors import AnalysisError

__all__ = ["CHANGE", "counts_in_resized", "other_window_days", "stability"]

CHANGE = 0.1
"""By how much window, size of the cell and threshold are changed."""

KEY = ["window_days", "category", "cell"]


def other_window_days(window_days: int) -> dict[str, int]:
    """Return a window a tenth shorter and one a tenth longer, at least a day apart.

    Parameters
    ----------
    window_days : int

    Returns
    -------
    dict of str to int
        "window_shorter" (absent for a window of one day) and "window_longer".

    Raises
    ------
    AnalysisError
        If the window is no whole number of 1 or more.

    Examples
    --------
    >>> other_window_days(28), other_window_days(1)
    ({'window_shorter': 25, 'window_longer': 31}, {'window_longer': 2})
    """
    require_whole(window_days, 1, "other_window_days")
    step = max(1, round(CHANGE * window_days))
    found = {"window_shorter": window_days - step, "window_longer": window_days + step}
    return {name: days for name, days in found.items() if days >= 1}


def counts_in_resized(
    hot: pd.DataFrame, cells: pd.DataFrame, episodes: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Count again in cells of a tenth less and a tenth more area, scaled about their centroids.

    Parameters
    ----------
    hot : DataFrame with window_days (int), category, cell (str)
    cells : DataFrame with cell (str, distinct), geom (polygons in metres)
        Cells without a polygon are left out of the answer.
    episodes : DataFrame with category, cell (str), age_days (float), x, y (metres)
        `age_days` before the window's end; an episode without coordinates counts in its cell,
        whatever the size.

    Returns
    -------
    dict of str to DataFrame
        "cell_smaller" and "cell_larger", each window_days, category, cell, count, area_ratio.

    Raises
    ------
    AnalysisError
        If a column is missing, a cell stands twice, or coordinates are no numbers or look like
        degrees.

    Examples
    --------
    >>> hot = pd.DataFrame({"window_days": [7], "category": "noise", "cell": "a"})
    >>> cells = pd.DataFrame({"cell": ["a"], "geom": [shapely.box(0, 0, 100, 100)]})
    >>> episodes = pd.DataFrame({"category": "noise", "cell": ["a", "a", "b"],
    ...     "age_days": 1.0, "x": [50.0, 99.0, 102.0], "y": 50.0})
    >>> again = counts_in_resized(hot, cells, episodes)
    >>> {name: frame["count"].tolist() for name, frame in again.items()}
    {'cell_smaller': [1], 'cell_larger': [3]}
    """
    require_columns(hot, KEY, "counts_in_resized hot")
    require_columns(episodes, ["category", "cell", "age_days"], "counts_in_resized episodes")
    if not {"x", "y"} <= set(episodes.columns) or "geom" not in cells.columns:
        raise AnalysisError(
            "no column x, y or geom",
            where="counts_in_resized",
            allowed="episodes with x, y; cells with cell, geom",
        )
    _refuse(cells, episodes)
    shaped = hot.merge(cells[["cell", "geom"]], on="cell")
    shaped = shaped[~shapely.is_missing(shaped["geom"].to_numpy(dtype=object))]
    ratios = {"cell_smaller": 1 - CHANGE, "cell_larger": 1 + CHANGE}
    return {name: _counted(shaped, episodes, ratio) for name, ratio in ratios.items()}


def _refuse(cells: pd.DataFrame, episodes: pd.DataFrame) -> None:
    """Refuse what are no numbers, no polygons, or degrees."""
    for column in ("age_days", "x", "y"):
        require_numbers(episodes[column], f"counts_in_resized {column}")
    require_distinct(cells, ["cell"], "counts_in_resized cells")
    shapes = cells["geom"].to_numpy(dtype=object)
    if not (shapely.is_geometry(shapes) | shapely.is_missing(shapes)).all():
        raise AnalysisError("geom are no polygons", where="counts_in_resized", allowed="shapely")
    if looks_like_degrees(shapely.get_coordinates(shapes)):
        raise AnalysisError(
            "coordinates look like degrees", where="counts_in_resized", allowed="metres"
        )


def _counted(hot: pd.DataFrame, episodes: pd.DataFrame, area_ratio: float) -> pd.DataFrame:
    shapes = hot.drop_duplicates("cell")[["cell", "geom"]].reset_index(drop=True)
    resized = _resized(shapes["geom"].to_numpy(dtype=object), area_ratio)
    x, y = (require_numbers(episodes[c], "counts_in_resized") for c in ("x", "y"))
    placed = np.isfinite(x) & np.isfinite(y)
    points = np.flatnonzero(placed)
    row, at = (
        shapely.STRtree(shapely.points(x[points], y[points]))
        .query(resized, predicate="intersects")
        .reshape(2, -1)
    )
    inside = pd.DataFrame({"cell": shapes["cell"].to_numpy()[row], "episode": points[at]})
    unplaced = pd.DataFrame(
        {"cell": episodes["cell"].to_numpy()[~placed], "episode": np.flatnonzero(~placed)}
    )
    found = pd.concat([inside, unplaced], ignore_index=True)
    found["category"] = episodes["category"].to_numpy()[found["episode"]]
    found["age_days"] = episodes["age_days"].to_numpy()[found["episode"]]
    asked = hot[KEY].merge(found, on=["category", "cell"], how="left")
    asked["count"] = (asked["age_days"] <= asked["window_days"]).astype("int64")
    counted = asked.groupby(KEY, sort=True)["count"].sum().reset_index()
    return counted.assign(area_ratio=area_ratio)


def _resized(shapes: NDArray[np.object_], area_ratio: float) -> NDArray[np.object_]:
    """Scale polygons about their centroids."""
    if len(shapes) == 0:
        return shapes
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    moved = centres[owner] + np.sqrt(area_ratio) * (coordinates - centres[owner])
    resized: NDArray[np.object_] = shapely.set_coordinates(shapes.copy(), moved)
    return resized


def stability(
    result: pd.DataFrame,
    windows: Mapping[str, pd.DataFrame],
    sizes: Mapping[str, pd.DataFrame],
    *,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Say under which share of small changes each hot spot stays one.

    Parameters
    ----------
    result : DataFrame as from `hot_spots`
    windows : mapping of str to DataFrame as from `hot_spots`
        The same cells in windows a tenth shorter or longer, which bear the days of the window
        that they stand for; a window that is not in it was not tried.
    sizes : mapping of str to DataFrame as from `counts_in_resized`
        The exposure is taken to change as the area; judged at the limit that the step-up rule
        set in `result`. A row that is not in it was not tried.
    alpha : float
        The level of `result`; a tenth less is tried too ("threshold": a tenth more cannot end a
        hot spot).

    Returns
    -------
    DataFrame, index as `result`
        stability (share of the changes tried under which it stays hot; null where not hot) and
        unstable_under (those that end it, separated by spaces; empty where none does).

    Raises
    ------
    AnalysisError
        If a column is missing, the index repeats, or `alpha` is no level.

    Examples
    --------
    >>> from blockdata.analysis import Exposure, hot_spots
    >>> exposure = Exposure("people", pd.Series(100.0, index=[f"c{i:02}" for i in range(40)]))
    >>> counts = pd.DataFrame({"category": "noise", "cell": exposure.values.index, "count": 1})
    >>> counts = counts.assign(window_days=28)
    >>> counts.loc[7, "count"] = 30
    >>> longer = hot_spots(counts, exposure)
    >>> found = stability(longer, {"window_longer": longer}, {})
    >>> found.dropna().to_numpy().tolist()
    [[1.0, '']]
    """
    require_share(alpha, "stability alpha")
    if "hot" not in result.columns or result.index.has_duplicates:
        raise AnalysisError(
            "no column hot, or its index repeats", where="stability result", allowed="as hot_spots"
        )
    for frame in windows.values():
        require_columns(frame, [*KEY, "hot"], "stability windows")
    for frame in sizes.values():
        require_columns(frame, [*KEY, "count", "area_ratio"], "stability sizes")
    hot = result.loc[result["hot"]]
    require_columns(hot, [*KEY, "q", "p", "expected", "dispersion"], "stability result")
    tried = {name: _still_hot(hot, frame) for name, frame in windows.items()}
    limit = _limit(hot, alpha)
    tried |= {name: _hot_when_resized(hot, frame, limit) for name, frame in sizes.items()}
    tried["threshold"] = (hot["q"] <= (1 - CHANGE) * alpha).astype("float64")
    verdicts = pd.DataFrame(tried, index=hot.index)
    ends = verdicts == 0
    named = [" ".join(verdicts.columns[row]) for row in ends.to_numpy()]
    return pd.DataFrame(
        {
            "stability": verdicts.mean(axis=1).reindex(result.index),
            "unstable_under": pd.Series(named, index=hot.index, dtype="str").reindex(result.index),
        }
    )


def _still_hot(hot: pd.DataFrame, other: pd.DataFrame) -> pd.Series[Any]:
    """1 where hot in the other answer too, 0 where not, NaN where that window was not tried."""
    if not set(hot["window_days"]) & set(other["window_days"]):
        return pd.Series(np.nan, index=hot.index)
    asked = hot[KEY].merge(other[[*KEY, "hot"]], on=KEY, how="left").set_index(hot.index)
    tried = hot["window_days"].isin(other["window_days"].unique())
    return asked["hot"].eq(True).astype("float64").where(tried)


def _limit(hot: pd.DataFrame, alpha: float) -> float:
    """Return the largest p at which a test of the family is rejected by the step-up rule."""
    if hot.empty:
        return 0.0
    p, q = float(hot["p"].max()), float(hot["q"].max())
    return alpha * p / q if q > 0 else p


def _hot_when_resized(hot: pd.DataFrame, counts: pd.DataFrame, limit: float) -> pd.Series[Any]:
    columns = [*KEY, "expected", "dispersion"]
    asked = hot[columns].merge(counts, on=KEY, how="left").set_index(hot.index)
    if asked["count"].isna().all():
        return pd.Series(np.nan, index=hot.index)
    p = negative_binomial_upper_tail(
        asked["count"], asked["expected"] * asked["area_ratio"], asked["dispersion"]
    )
    return pd.Series(p <= limit, index=hot.index, dtype="float64").where(asked["count"].notna())

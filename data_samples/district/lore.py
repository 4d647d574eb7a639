"""What people know beside the library: other names, old names, crossings, shops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data_samples.district.names import Names, pairs, with_ending
from data_samples.district.places import Places

_POPULAR, _RENAMED = 0.6, 0.06
_LEAST_RENAMED = 1


def popular_names(places: Places, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Return by block what people call its estate: often the first part of its name.

    Parameters
    ----------
    places : Places
    rng : numpy Generator

    Returns
    -------
    ndarray of str
        Empty where there is no other name.
    """
    names = places.blocks["name"].tolist()
    first = pd.Series(names).str[:2]
    known = (rng.random(len(names)) < _POPULAR) & ~first.duplicated(keep=False).to_numpy()
    estates = places.blocks["use"].isin(["estate", "towers"]).tolist()
    return np.array(
        [
            n[:2] if k and e and len(n) > 3 else ""
            for n, k, e in zip(names, known, estates, strict=True)
        ],
        dtype=object,
    )


def renamed_roads(places: Places, names: Names, rng: np.random.Generator) -> pd.DataFrame:
    """Return the roads that had another name: `street` (row), `road`, `former`, `renamed_on`."""
    roads = places.streets.index[places.streets["street_class"] != "巷"].to_numpy()
    count = max(_LEAST_RENAMED, int(_RENAMED * len(roads)))
    chosen = np.sort(rng.choice(roads, count, replace=False))
    words = with_ending(pairs(names.road_second, names.road_first, rng), names.road_ending, rng)
    taken = set(places.streets["name"])
    fresh = (word for word in words if word not in taken)
    days = rng.integers(0, 1200, count)
    return pd.DataFrame(
        {
            "street": chosen,
            "road": places.streets["name"].to_numpy()[chosen],
            "former": [next(fresh) for _ in range(count)],
            "renamed_on": (pd.Timestamp("2022-06-01") + pd.to_timedelta(days, unit="D")).date,
        }
    )


def crossings(places: Places) -> pd.DataFrame:
    """Return where two streets meet: `x`, `y`, `first`, `second` (rows of streets)."""
    edges = places.edges[places.edges["street"] >= 0]
    lines = edges["geometry"].to_numpy()
    ends = [shapely.get_coordinates(shapely.get_point(lines, n)) for n in (0, -1)]
    frame = pd.DataFrame(np.concatenate(ends).round(2), columns=["x", "y"])
    frame["street"] = np.tile(edges["street"].to_numpy(), 2)
    frame = frame.drop_duplicates().sort_values(["x", "y", "street"])
    groups = frame.groupby(["x", "y"])["street"]
    found = groups.agg(first="first", second="last").reset_index()
    return found[found["first"] != found["second"]].reset_index(drop=True)


def crossing_roads(places: Places, found: pd.DataFrame) -> dict[str, str]:
    """Return for each road one that crosses it."""
    names = places.streets["name"].to_numpy()
    first, second = names[found["first"]], names[found["second"]]
    return dict(zip(second, first, strict=True)) | dict(zip(first, second, strict=True))

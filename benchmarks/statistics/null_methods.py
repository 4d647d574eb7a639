"""Ways to call cells hot, each told which of a district's cells it calls so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.special import ndtr

from benchmarks.statistics.districts import PERIOD_DAYS, WIDTH_M, WINDOWS_DAYS, District, neighbours
from benchmarks.statistics.surveillance import dense_cube
from blockdata.analysis.emerging import emerging_hot_spots
from blockdata.analysis.exposure import Exposure
from blockdata.analysis.fdr import benjamini_hochberg
from blockdata.analysis.hotspots import Layer, Rules, hot_spots, search
from blockdata.analysis.local import Draws, getis_ord_test, local_moran_test, neighbourhood_test
from blockdata.analysis.near_repeat import knox
from blockdata.analysis.scan import Sequential, permutation_scan, poisson_scan
from blockdata.analysis.surveillance import surveillance_test
from blockdata.analysis.tails import binomial_upper_tail, poisson_upper_tail
from blockdata.kernels.clusters import dbscan

__all__ = ["ALPHA", "METHODS", "Method"]

ALPHA = 0.05
FIRST = pd.Timestamp("2026-01-05")
PAST_DAYS = 16 * 7 + 28
KNOX_PERMUTATIONS = 199
# Whether p is at most 0.05 is settled by 10 of 199 replications.
REPLICATIONS = Sequential(199, 10)
EPS_M, MIN_POINTS = 50.0, 10

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Method:
    """A way to call cells hot.

    Parameters
    ----------
    call : callable
        Takes a district, returns whether each cell is called hot.
    told : str
    share : float
        Of the districts, how many it is tried on: dear ones on few.
    """

    call: Callable[[District], Flags]
    told: str
    share: float = 1.0


def _cells(district: District) -> pd.Index[str]:
    return pd.Index([f"c{n:05}" for n in range(district.kind.cells)])


def _exposure(district: District) -> Exposure:
    return Exposure("people", pd.Series(district.exposure, index=_cells(district)))


def _hotspots(district: District) -> Flags:
    cells = _cells(district)
    counts = pd.DataFrame({"category": "any", "cell": cells, "count": district.counts})
    return hot_spots(counts, _exposure(district), alpha=ALPHA)["hot"].to_numpy()


def _hotspots_family(district: District) -> Flags:
    drawn = district.family()
    index = pd.MultiIndex.from_product(
        [WINDOWS_DAYS, [f"k{n}" for n in range(drawn.shape[1])], _cells(district)],
        names=["window_days", "category", "cell"],
    )
    counts = pd.DataFrame({"count": drawn.ravel()}, index=index).reset_index()
    # Sorted by window, category and cell, as drawn.
    return hot_spots(counts, _exposure(district), alpha=ALPHA)["hot"].to_numpy().reshape(
        drawn.shape
    ).any(axis=(0, 1))  # fmt: skip


def _layer(district: District, times: int) -> tuple[Layer, npt.NDArray[np.int64]]:
    """Make a layer of squares of so many cells a side; also return the square of each cell."""
    x, y, _ = neighbours(district.kind.cells)
    width = times * WIDTH_M
    corners, square = np.unique(np.stack([x, y]) // width, axis=1, return_inverse=True)
    names = pd.Index([f"c{n:05}" for n in range(corners.shape[1])])
    left, low = corners * width
    cell, age = district.episodes(max(WINDOWS_DAYS), PAST_DAYS)
    within = district.rng(8).uniform(0, WIDTH_M, (2, len(cell)))
    episodes = pd.DataFrame(
        {
            "category": "any",
            "cell": names[square[cell]],
            "age_days": age,
            "x": x[cell] + within[0],
            "y": y[cell] + within[1],
        }
    )
    shapes = shapely.box(left, low, left + width, low + width)
    people = pd.Series(np.bincount(square, weights=district.exposure), index=names)
    name = f"{width:g} m"
    cells = pd.DataFrame({"cell": names, "geom": shapes})
    return Layer(name, (name, name), cells, episodes, {"people": people}), square


def _hotspots_search(district: District) -> Flags:
    (fine, cells), (coarse, squares) = _layer(district, 1), _layer(district, 4)
    rules = Rules(WINDOWS_DAYS, alpha=ALPHA, past_days=PAST_DAYS)
    found = search([fine, coarse], rules)
    hot = found.frame.loc[found.frame["hot"], "cell"].str[1:].astype("int64")
    return np.isin(cells if found.layer == fine.name else squares, hot)


def _called(found: pd.DataFrame) -> Flags:
    return (found["q"] <= ALPHA).to_numpy()


def _called_high(found: pd.DataFrame) -> Flags:
    """Cells that a two-sided test, as is the custom, calls and that lie above."""
    return _called(found) & (found["z"] > 0).to_numpy()


def _gi_star(district: District) -> Flags:
    weights = neighbours(district.kind.cells)[2]
    return _called_high(getis_ord_test(district.counts, weights, method="analytic"))


def _gi_star_rates(district: District) -> Flags:
    level = district.level
    rate = np.divide(district.counts, level, out=np.zeros_like(level), where=level > 0)
    weights = neighbours(district.kind.cells)[2]
    return _called_high(getis_ord_test(rate, weights, method="analytic"))


def _gi_star_permuted(district: District) -> Flags:
    weights, draws = neighbours(district.kind.cells)[2], Draws(seed=district.key[-1])
    return _called_high(getis_ord_test(district.counts, weights, draws=draws))


def _local_moran(district: District) -> Flags:
    weights = neighbours(district.kind.cells)[2]
    found = local_moran_test(district.counts, weights, method="analytic")
    return _called_high(found) & (found["quadrant"] == "high_high").to_numpy()


def _neighbourhood(district: District) -> Flags:
    weights = neighbours(district.kind.cells)[2]
    return _called(neighbourhood_test(district.counts, district.exposure, weights))


def _neighbourhood_binomial(district: District) -> Flags:
    weights, counts = neighbours(district.kind.cells)[2], district.counts
    return _called(neighbourhood_test(counts, district.exposure, weights, method="binomial"))


def _tested(district: District, p: Floats) -> Flags:
    return benjamini_hochberg(np.where(district.exposure > 0, p, np.nan), ALPHA)


def _binomial(district: District) -> Flags:
    share = district.exposure / district.exposure.sum()
    total = district.counts.sum()
    return _tested(district, binomial_upper_tail(district.counts, total, share))


def _poisson(district: District) -> Flags:
    expected = district.counts.sum() * district.exposure / district.exposure.sum()
    return _tested(district, poisson_upper_tail(district.counts, expected))


def _z_of_counts(district: District) -> Flags:
    counts = district.counts
    if not counts.any():
        return np.zeros(len(counts), dtype=bool)
    return benjamini_hochberg(ndtr(-(counts - counts.mean()) / counts.std()), ALPHA)


def _places(district: District) -> pd.DataFrame:
    x, y, _ = neighbours(district.kind.cells)
    return pd.DataFrame({"place": _cells(district), "x": x + WIDTH_M * 1000, "y": y})


def _inside(district: District, clusters: pd.DataFrame) -> Flags:
    """Cells of the clusters that chance does not explain."""
    found = clusters.loc[clusters["p"] <= ALPHA, "places"]
    return _cells(district).isin([cell for cells in found for cell in cells])


def _scan(district: District) -> Flags:
    exposed = district.exposure > 0
    frame = _places(district).assign(count=district.counts, expected=district.exposure)
    found = poisson_scan(
        frame[exposed], max_radius_m=6 * WIDTH_M, replications=REPLICATIONS, seed=district.key[-1]
    )
    return _inside(district, found)


def _permutation_scan(district: District) -> Flags:
    cell, day = district.incidents()
    if not len(cell):
        return np.zeros(district.kind.cells, dtype=bool)
    cases = pd.DataFrame(
        {"place": _cells(district)[cell], "day": FIRST + pd.to_timedelta(day, unit="D")}
    )
    places = _places(district)
    found = permutation_scan(
        cases,
        places[places["place"].isin(cases["place"])],
        period=(FIRST, FIRST + pd.Timedelta(days=PERIOD_DAYS - 1)),
        max_radius_m=2 * WIDTH_M,
        prospective=True,
        replications=REPLICATIONS,
        seed=district.key[-1],
    )
    return _inside(district, found)


def _surveillance(district: District) -> Flags:
    cube = dense_cube(district.past(PAST_DAYS)[None])
    exposure = Exposure("people", pd.Series(district.exposure, index=cube.places))
    night = surveillance_test(cube, cube.edges[-1], exposure=exposure)
    return cube.places.isin(night.loc[night["alarm"], "place"])


def _emerging(district: District) -> Flags:
    found = emerging_hot_spots(district.weekly(), neighbours(district.kind.cells)[2])
    return (found.cells["side"] == "hot").to_numpy()


def _emerging_given_exposure(district: District) -> Flags:
    weights, exposure = neighbours(district.kind.cells)[2], district.exposure
    found = emerging_hot_spots(district.weekly(), weights, exposure=exposure)
    return (found.cells["side"] == "hot").to_numpy()


def _knox(district: District) -> Flags:
    cell, day = district.incidents()
    x, y, _ = neighbours(district.kind.cells)
    events = pd.DataFrame(
        {
            "x": WIDTH_M * 1000 + x[cell],
            "y": y[cell],
            "day": FIRST + pd.to_timedelta(day, unit="D"),
        }
    )
    found = knox(
        events,
        distance_edges_m=[WIDTH_M],
        day_bands=[(0, 7)],
        permutations=KNOX_PERMUTATIONS,
        seed=district.key[-1],
    )
    # One answer for the whole district: same cell, or next to one another.
    return np.full(district.kind.cells, bool((found["p"] <= ALPHA / len(found)).any()))


def _dbscan(district: District) -> Flags:
    x, y, _ = neighbours(district.kind.cells)
    cell = np.repeat(np.arange(district.kind.cells), district.counts)
    within = district.rng(6).uniform(0, WIDTH_M, (2, len(cell)))
    label, _ = dbscan(x[cell] + within[0], y[cell] + within[1], EPS_M, MIN_POINTS)
    return np.bincount(cell[label >= 0], minlength=district.kind.cells) > 0


METHODS = MappingProxyType(
    {
        "hotspots": Method(_hotspots, "bd.hotspots: one category, one window"),
        "hotspots_family": Method(
            _hotspots_family, "bd.hotspots: 5 categories x 3 windows, one family", 0.05
        ),
        "hotspots_search": Method(
            _hotspots_search, "bd.hotspots: layer (cells or 4 x 4) chosen by the past", 0.05
        ),
        "gi_star": Method(_gi_star, "Gi* of counts, normal tail, BH"),
        "gi_star_rates": Method(_gi_star_rates, "Gi* of rates, normal tail, BH", 0.3),
        "gi_star_permuted": Method(
            _gi_star_permuted, "Gi* of counts, up to 99,999 permutations, BH", 0.2
        ),
        "neighbourhood": Method(
            _neighbourhood, "neighbourhood given exposure, negative binomial, BH"
        ),
        "neighbourhood_binomial": Method(
            _neighbourhood_binomial, "neighbourhood given exposure, binomial, BH", 0.2
        ),
        "local_moran": Method(
            _local_moran, "local Moran of counts, high-high, normal tail, BH", 0.3
        ),
        "binomial": Method(_binomial, "exact binomial given exposure, BH"),
        "poisson": Method(_poisson, "Poisson tail given exposure, BH"),
        "z_of_counts": Method(_z_of_counts, "(count - mean) / sd, normal tail, BH"),
        "dbscan": Method(_dbscan, f"DBSCAN, {MIN_POINTS} within {EPS_M:g} m", 0.2),
        "scan": Method(_scan, "Kulldorff's Poisson scan to 1,500 m, 199 replications", 0.05),
        "permutation_scan": Method(
            _permutation_scan, "space-time permutation scan to 500 m and 28 days, last day", 0.02
        ),
        "surveillance": Method(
            _surveillance, "surveillance, 16 weeks of past, windows 1, 7, 28 days", 0.1
        ),
        "emerging": Method(
            _emerging, "emerging hot spots, 12 weeks, any hot kind by Gi* and normal tails", 0.2
        ),
        "emerging_given_exposure": Method(
            _emerging_given_exposure, "emerging hot spots, 12 weeks, any hot kind, exposure", 0.1
        ),
        "knox": Method(_knox, "Knox, 0 to 7 days, same or next cell, 199 permutations", 0.02),
    }
)

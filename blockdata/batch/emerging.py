"""The step that tells what is becoming of hot places: new, growing, persistent, fading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.analysis import EXPOSURE_WORDS, Exposure, choose_exposure
from blockdata.analysis.cube import Cube, counts_cube
from blockdata.analysis.emerging import EmergingHotSpots, emerging_hot_spots
from blockdata.analysis.local import contiguity
from blockdata.analysis.local.weights import Weights
from blockdata.batch.findings import Finding
from blockdata.batch.hot_spots import layer_tested
from blockdata.batch.steps import Context
from blockdata.config import Config
from blockdata.config.gathering import Emerging, Reference
from blockdata.engines import feeds, gathering_feeds
from blockdata.engines.exposure_feeds import exposure_candidates
from blockdata.errors import AnalysisError
from blockdata.store import derived
from blockdata.store.session import Session

__all__ = ["AS_THEY_ARE", "Watch", "find_emerging", "watch_layer"]

Integers = npt.NDArray[np.int64]

AS_THEY_ARE = "counts"
"""Stands in `exposure_name` where counts are held against nothing."""

_TOUCH_M = 0.5
"""Cells so near to each other touch: borders drawn twice do not meet to the millimetre."""

_DENSE = 1.0
"""Episodes of a mean neighbourhood: with fewer the normal tail of Gi* tells of single ones."""


@dataclass(frozen=True)
class Watch:
    """The weeks of the cells of a layer, ready to be asked category by category.

    Parameters
    ----------
    layer : str
    cube : Cube
        Episodes by category, cell and week; cells are those with a polygon.
    weights : csr_array
        Cells that touch.
    exposure : Exposure or None
        None where counts are taken as they are.
    settings : Emerging
    """

    layer: str
    cube: Cube
    weights: Weights
    exposure: Exposure | None
    settings: Emerging

    def counts(self, category: str) -> Integers:
        """Return the episodes of a category, shape (cells, weeks)."""
        cube = self.cube
        mine = cube.category == cube.categories.get_loc(category)
        counted: Integers = np.zeros(cube.shape[1:], dtype=np.int64)
        counted[cube.place[mine], cube.step[mine]] = cube.count[mine]
        return counted

    def exposure_of(self, category: str) -> Exposure | None:
        """Return what a category is held against; None where it is all there is to hold it to."""
        exposure = self.exposure
        if exposure is None or exposure.name != "all_incidents":
            return exposure
        own = self.counts(category).sum(axis=1)
        return None if np.array_equal(own, exposure.values) else exposure

    def is_sparse(self, category: str) -> bool:
        """Whether a category has too few episodes for its weeks to be told apart."""
        counts = self.counts(category)
        spanned = (1 + self.weights.nnz / len(counts)) * (1 + self.settings.lag_weeks)
        normal = self.exposure_of(category) is None
        too_thin = normal and counts.mean() * spanned < _DENSE
        return bool(too_thin or counts.sum() < self.settings.min_total)

    def ask(self, category: str, reference: Reference) -> EmergingHotSpots:
        """Tell how hot each cell was in each week, and what it is becoming."""
        exposure = self.exposure_of(category)
        return emerging_hot_spots(
            self.counts(category),
            self.weights,
            exposure=None if exposure is None else exposure.values.to_numpy(dtype=np.float64),
            lag=self.settings.lag_weeks,
            reference=reference,
            alpha=self.settings.alpha,
        )

    def labels(self, category: str, reference: Reference) -> pd.DataFrame:
        """Return the rows of the result table, one per cell in their order."""
        found = self.ask(category, reference)
        counts, told, steps = self.counts(category), found.cells, self.cube.shape[2]
        exposure = self.exposure_of(category)
        return pd.DataFrame(
            {
                "layer": self.layer,
                "category": category,
                "cell": self.cube.places,
                "reference": reference,
                "exposure_name": AS_THEY_ARE if exposure is None else exposure.name,
                "label": told["category"],
                "side": told["side"],
                "steps": steps,
                "hot_steps": told["steps_hot"],
                "cold_steps": told["steps_cold"],
                "run_steps": told["run"],
                "count": counts.sum(axis=1),
                "last_count": counts[:, -1],
                "last_z": found.bins["z"].to_numpy()[steps - 1 :: steps],
                "s": told["s"],
                "var_s": told["s_variance"],
                "trend_z": told["trend_z"],
                "p_trend": told["trend_p"],
            }
        )


def find_emerging(session: Session, context: Context) -> None:
    """Tell, of every category and cell of the tested layer, what is becoming of it."""
    derived.clear_result(session, "emerging")
    watched = watch_layer(session, context.config, context.as_of)
    if isinstance(watched, Finding):
        context.tell(watched)
    if not isinstance(watched, Watch):
        return
    sparse = [name for name in watched.cube.categories if watched.is_sparse(name)]
    for category in watched.cube.categories.difference(sparse):
        for reference in watched.settings.references:
            told = watched.labels(category, reference)
            derived.append_result(session, "emerging", told[told["label"].notna()])
    for finding in _findings(watched, sparse):
        context.tell(finding)


def watch_layer(session: Session, config: Config, as_of: dt.date) -> Watch | Finding | None:
    """Read the weeks of the layer on which hot spots are looked for.

    Parameters
    ----------
    session : Session
        Its episodes and profile must be there.
    config : Config
    as_of : date

    Returns
    -------
    Watch, Finding or None
        The finding says why nothing can be told; None where there are no cells or no episodes.
    """
    context = Context(config, as_of)
    layer, first = layer_tested(session, context), gathering_feeds.first_report(session)
    if layer is None or first is None:
        return None
    settings, grid = config.emerging, config.grid
    shapes = feeds.cells_standing(session, grid.all_layers, grid.area_levels, context.last_day)
    shapes = shapes[shapes["layer"] == layer].drop_duplicates("id").sort_values("id")
    if shapes.empty:
        return _no_geometry(layer)
    weeks = _whole_weeks(config, as_of, first, settings.weeks)
    if weeks < settings.min_weeks:
        return _too_few_weeks(layer, weeks, settings.min_weeks)
    since = config.city.midnight_utc(as_of - dt.timedelta(weeks=weeks))
    episodes = feeds.episodes_in_cells(session, f"cell:{layer}", since)
    episodes = episodes[episodes["cell"].isin(shapes["id"])]
    if episodes.empty:
        return None
    return Watch(
        layer,
        _cube(episodes, shapes["id"], config, as_of, weeks),
        contiguity(shapes["geom"].to_numpy(dtype=object), tolerance_m=_TOUCH_M),
        _exposure(session, context, shapes["id"].tolist(), episodes["cell"]),
        settings,
    )


def _whole_weeks(config: Config, as_of: dt.date, first: dt.datetime, most: int) -> int:
    """Return how many weeks up to as_of, at most so many, are known whole."""
    began: dt.date = config.city.local_days(pd.Series([pd.Timestamp(first)])).iloc[0].date()
    return max(0, min(most, (as_of - began).days // 7))


def _exposure(
    session: Session, context: Context, cells: list[str], where: pd.Series[str]
) -> Exposure | None:
    """Return the exposure, sorted by cell; None where counts are to be taken as they are."""
    if not context.config.emerging.by_exposure:
        return None
    everything = where.value_counts().astype("float64")
    candidates = exposure_candidates(session, context.config.grid, cells, context.last_day)
    try:
        return choose_exposure(
            {**candidates, "all_incidents": everything.reindex(cells).fillna(0.0)},
            cells,
            incidents=everything,
        )
    except AnalysisError:
        return None


def _cube(
    episodes: pd.DataFrame, cells: pd.Series[str], config: Config, as_of: dt.date, weeks: int
) -> Cube:
    end = pd.Timestamp(as_of)
    edges = pd.date_range(end=end, periods=weeks + 1, freq="7D")
    events = pd.DataFrame(
        {
            "place": episodes["cell"],
            "category": episodes["category"],
            "day": config.city.local_days(episodes["first_reported"]),
        }
    )
    return counts_cube(events, start=edges[0], end=end, step=edges, places=cells.tolist())


def _no_geometry(layer: str) -> Finding:
    return Finding(
        "no_geometry",
        layer,
        "该层没有图形：地图、街道长度、邻接和距离类统计需要图形，均未计算",
        "this layer has no geometry: maps, street length and statistics of neighbours or "
        "distances need it and were not computed",
        warns=False,
    )


def _too_few_weeks(layer: str, weeks: int, least: int) -> Finding:
    return Finding(
        "emerging_too_few_weeks",
        layer,
        f"热点走势需要至少 {least} 个完整的周，现只有 {weeks} 周，未计算",
        f"what becomes of hot spots needs at least {least} whole weeks; there are {weeks}, so that "
        "nothing was computed",
        weeks,
        warns=False,
    )


def _findings(watched: Watch, sparse: list[str]) -> Iterator[Finding]:
    zh, en = EXPOSURE_WORDS.get(watched.exposure.name if watched.exposure else "", ("", ""))
    if watched.exposure is None and watched.settings.by_exposure:
        yield Finding(
            "emerging_counts",
            watched.layer,
            "热点走势没有可用的基数，按起数本身计算，问题多的地方本来就可能多",
            "there is no exposure to hold what becomes of hot spots against: it stands on counts, "
            "and where there is more of everything there is more of each",
            warns=False,
        )
    elif zh:
        yield Finding(
            "emerging_exposure",
            watched.layer,
            f"热点走势以{zh}为基数",
            f"what becomes of hot spots is measured against {en}",
            warns=False,
        )
    islands = int((np.diff(watched.weights.indptr) == 0).sum())
    if islands:
        yield Finding(
            "emerging_islands",
            watched.layer,
            f"{islands} 个单元没有相邻的，不看走势",
            f"{islands} cells touch no other: nothing is told of what becomes of them",
            islands,
            warns=False,
        )
    if sparse:
        yield Finding(
            "emerging_sparse",
            watched.layer,
            f"{len(sparse)} 个类别起数太少，没有算热点走势：{'、'.join(sparse)}",
            f"{len(sparse)} categories have too few problems to tell what becomes of hot spots: "
            f"{', '.join(sparse)}",
            len(sparse),
            warns=False,
        )

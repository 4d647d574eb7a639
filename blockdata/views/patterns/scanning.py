"""A scan that an analyst asks for: any model, any period, looking back or up to the last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
import pandas as pd

from blockdata.analysis.expected import Calendar, calendar_law
from blockdata.analysis.exposure import EXPOSURE_ORDER, Exposure, choose_exposure
from blockdata.analysis.scan import (
    bernoulli_scan,
    expected_by_day,
    permutation_scan,
    poisson_scan,
    space_time_poisson_scan,
)
from blockdata.batch.steps import Context
from blockdata.batch.watching import watched
from blockdata.config import Config
from blockdata.engines import case_lookups, exposure_feeds, hot_feeds, pattern_feeds
from blockdata.errors import AnalysisError, GeometryNeededError
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.patterns.asked import require_options
from blockdata.views.patterns.clusters import drawn_clusters
from blockdata.views.patterns.told import Pattern
from blockdata.views.results import require_category

__all__ = ["MODELS", "Model", "Reach", "scan"]

Model = Literal["permutation", "poisson", "space_time_poisson", "bernoulli"]

MODELS = {
    "permutation": ("时空重排", "space-time permutation"),
    "poisson": ("泊松（空间）", "Poisson, in space"),
    "space_time_poisson": ("泊松（时空）", "Poisson, in space and time"),
    "bernoulli": ("伯努利（在各类中的占比）", "Bernoulli: its share of all categories"),
}
_IN_TIME = ("permutation", "space_time_poisson")


class Reach(TypedDict, total=False):
    """How far a scan looks, and how surely; see `scan`."""

    start: dt.date | None
    end: dt.date | None
    max_days: int | None
    max_radius_m: float | None
    max_share: float
    prospective: bool
    replications: int
    seed: int


@dataclass(frozen=True)
class _Asked:
    """What a scan works on."""

    session: Session
    config: Config
    as_of: dt.date
    layer: str
    category: str
    start: pd.Timestamp
    end: pd.Timestamp
    events: pd.DataFrame
    points: pd.DataFrame
    reach: Reach

    @property
    def cases(self) -> pd.DataFrame:
        """place, day of the category's episodes."""
        return self.events.loc[self.events["category"] == self.category, ["place", "day"]]

    @property
    def limits(self) -> dict[str, Any]:
        """What every model is limited by."""
        radius_m = self.reach.get("max_radius_m")
        return {
            "max_radius_m": self.config.scan.radius_m if radius_m is None else radius_m,
            "max_share": self.reach.get("max_share", 0.5),
            "replications": self.reach.get("replications", 999),
            "seed": self.reach.get("seed", 0),
        }

    @property
    def days(self) -> dict[str, Any]:
        """What models in time are limited by besides."""
        days = self.reach.get("max_days")
        return {
            "max_days": self.config.scan.days if days is None else days,
            "prospective": self.reach.get("prospective", False),
        }


def scan(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    category: str,
    model: Model = "permutation",
    *,
    layer: str | None = None,
    exposure: str | None = None,
    **reach: Unpack[Reach],
) -> Pattern:
    """Scan one category for what gathers in circles of cells.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    category : str
    model : {"permutation", "poisson", "space_time_poisson", "bernoulli"}
        "permutation": more than place and day explain; needs nothing else. "poisson": more than
        the exposure explains, over the whole period. "space_time_poisson": more than exposure and
        calendar (season, weekday, holidays) explain, in stretches of days. "bernoulli": a larger
        share of all episodes than elsewhere, which tells of a category apart from how readily
        people report.
    layer : str, optional
        Default: the layer that hot spots are looked for on.
    exposure : {"people", "addresses", "street_length_m", "all_incidents"}, optional
        Of the Poisson models; default: the first of these that is usable.
    start, end : date, optional
        The period, `end` exclusive; default: `past_days` of `[scan]` up to as_of.
    max_days : int, optional
        Longest stretch of days, of models in time; default as in `[scan]`.
    max_radius_m : float, optional
        Default as in `[scan]`.
    max_share : float, default 0.5
        Largest share of all cases, or of all that is expected, that a circle may hold.
    prospective : bool, default False
        Whether only stretches count that reach to the last day: what gathers now.
    replications : int, default 999
    seed : int, default 0

    Returns
    -------
    Pattern
        `.frame` as of `clusters`, all clusters that do not overlap, with p up to 1; alarm is
        p <= `[scan]` alpha; recurrence_days is null unless the scan is prospective; of models
        without time first_day and last_day are the period's. A GeoDataFrame.

    Raises
    ------
    AnalysisError
        If the model, layer, category, exposure or an option is unknown, no exposure is usable, or
        the period is none of the base's.
    GeometryNeededError
        If no cell of the layer has a polygon.

    Notes
    -----
    All models take episodes for independent of each other. Counts that vary more than that (some
    nights everywhere, or again and again at one place) make p too small in the Poisson models:
    hot spots (`blockdata.hotspots`) estimate that variation, scans do not.

    References
    ----------
    Kulldorff (1997), Communications in Statistics 26(6), 1481-1496; Kulldorff et al. (2005), PLoS
    Medicine 2(3), e59.
    """
    for table in ("incident_place", "coverage_gap"):
        case_lookups.require_table(session, table)
    if model not in MODELS:
        raise AnalysisError(
            f"unknown model {model!r}", where="patterns scan", allowed=", ".join(MODELS)
        )
    require_options(reach, Reach.__annotations__)
    require_category(session, category)
    asked = _asked(session, config, as_of, category, layer, reach)
    found, told = _found(asked, model, exposure, words)
    text = "\n".join((*_explained(asked, model, words), *told))
    return drawn_clusters(session, config, as_of, words, found, text)


def _asked(
    session: Session,
    config: Config,
    as_of: dt.date,
    category: str,
    layer: str | None,
    reach: Reach,
) -> _Asked:
    there = hot_feeds.candidate_layers(session, config.grid, as_of - dt.timedelta(days=1))
    known = (*config.grid.all_layers, *config.grid.area_levels)
    own = layer or hot_feeds.layer_tested(session) or next(iter(there), None)
    if own is None or own not in known:
        raise AnalysisError(
            f"there is no layer {own!r}" if own else "there are no cells",
            where="patterns scan",
            allowed=", ".join(known),
        )
    points = pattern_feeds.cell_points(session, own, as_of - dt.timedelta(days=1))
    if points.empty:
        raise GeometryNeededError(
            f"no cell of the layer {own!r} has a polygon",
            where="patterns scan",
            next_step="Load cells with polygons, or take another layer.",
        )
    end = pd.Timestamp(reach.get("end") or as_of)
    start = pd.Timestamp(reach.get("start") or end - pd.Timedelta(days=config.scan.past_days))
    if not start < end <= pd.Timestamp(as_of):
        raise AnalysisError(
            f"from {start.date()} to {end.date()} is no period of the base",
            where="patterns scan",
            allowed=f"start before end, end not after {as_of}",
        )
    back = (pd.Timestamp(as_of) - start).days
    seen = watched(
        session, Context(config, as_of), own, days=back, window_days=config.scan.days
    ).events
    inside = seen["day"].between(start, end - pd.Timedelta(days=1))
    events = seen[inside & seen["place"].isin(points["cell"])].reset_index(drop=True)
    places = points.rename(columns={"cell": "place"})
    return _Asked(session, config, as_of, own, category, start, end, events, places, reach)


def _found(
    asked: _Asked, model: Model, exposure: str | None, words: Words
) -> tuple[pd.DataFrame, list[str]]:
    told: list[str] = []
    if model == "permutation":
        period = (asked.start, asked.end - pd.Timedelta(days=1))
        found = permutation_scan(
            asked.cases, asked.points, period=period, **asked.days, **asked.limits
        )
    elif model == "bernoulli":
        found = bernoulli_scan(_cases_and_others(asked), **asked.limits)
    else:
        measured = _exposure(asked, exposure)
        there = measured.values[measured.values > 0]
        cases = asked.cases[asked.cases["place"].isin(there.index)]
        told = list(_told_exposure(measured, len(asked.cases) - len(cases), words))
        found = _poisson(asked, model, cases, there)
    return _completed(asked, found), told


def _cases_and_others(asked: _Asked) -> pd.DataFrame:
    everything = asked.events["place"].value_counts()
    own = asked.cases["place"].value_counts()
    place = asked.points["place"]
    count = own.reindex(place, fill_value=0).to_numpy()
    return asked.points.assign(
        count=count, controls=everything.reindex(place, fill_value=0).to_numpy() - count
    )


def _exposure(asked: _Asked, name: str | None) -> Exposure:
    if name is not None and name not in EXPOSURE_ORDER:
        raise AnalysisError(
            f"unknown exposure {name!r}",
            where="patterns scan",
            allowed=", ".join(EXPOSURE_ORDER),
        )
    cells, everything = asked.points["place"].tolist(), asked.events["place"].value_counts()
    day = asked.as_of - dt.timedelta(days=1)
    candidates = exposure_feeds.exposure_candidates(asked.session, asked.config.grid, cells, day)
    candidates["all_incidents"] = everything.reindex(cells, fill_value=0).astype("float64")
    if name is not None:
        candidates = {name: candidates[name]}
    return choose_exposure(candidates, cells, incidents=everything)


def _poisson(
    asked: _Asked, model: Model, cases: pd.DataFrame, exposed: pd.Series[float]
) -> pd.DataFrame:
    points = asked.points[asked.points["place"].isin(exposed.index)].reset_index(drop=True)
    if model == "poisson":
        count = cases["place"].value_counts().reindex(points["place"], fill_value=0)
        share = exposed.reindex(points["place"]).to_numpy()
        counted = points.assign(count=count.to_numpy(), expected=share)
        return poisson_scan(counted, **asked.limits)
    days = pd.date_range(asked.start, asked.end - pd.Timedelta(days=1))
    totals = cases["day"].value_counts().reindex(days, fill_value=0)
    known = asked.config.calendar
    calendar = Calendar(
        holidays=frozenset(map(pd.Timestamp, known.holidays)),
        working_days=frozenset(map(pd.Timestamp, known.working_weekends)),
    )
    law = calendar_law(totals.to_numpy(dtype=np.float64), days, calendar, prior_sd=1.0)
    expected = expected_by_day(exposed, pd.Series(law.expected, index=days))
    return space_time_poisson_scan(cases, points, expected, **asked.days, **asked.limits)


def _completed(asked: _Asked, found: pd.DataFrame) -> pd.DataFrame:
    """Give every model's clusters the columns of the night's."""
    frame = found.rename(columns={"places": "members"}).assign(
        layer=asked.layer,
        category=asked.category,
        cells=found["places"].str.len(),
        excess=found["count"] - found["expected"],
        tied=found["tied"].str.len(),
        alarm=found["p"] <= asked.config.scan.alpha,
        reason=None,
    )
    if "first_day" not in frame:
        frame["first_day"], frame["last_day"] = asked.start, asked.end - pd.Timedelta(days=1)
    if "recurrence_days" not in frame:
        frame["recurrence_days"] = np.nan
    frame["days"] = (frame["last_day"] - frame["first_day"]).dt.days + 1
    first = ["layer", "category", "rank", "centre", "radius_m", "cells", "members"]
    return frame[[*first, *(column for column in frame if column not in first)]]


def _explained(asked: _Asked, model: Model, words: Words) -> Iterator[str]:
    limits, days = asked.limits, asked.days
    last = (asked.end - pd.Timedelta(days=1)).date()
    yield words.t(
        f"扫描：{asked.category}，{words.t(*MODELS[model])}，{asked.start.date()} 至 {last}，"
        f"{words.layer(asked.layer)} {len(asked.points)} 个，{len(asked.cases)} 起",
        f"Scan: {asked.category}, {words.t(*MODELS[model])}, {asked.start.date()} to {last}, "
        f"{len(asked.points)} cells ({words.layer(asked.layer)}), {len(asked.cases)} episodes",
    )
    yield words.t(
        f"半径不超过 {limits['max_radius_m']:g} 米", f"circles to {limits['max_radius_m']:g} m"
    )
    if model in _IN_TIME:
        now = words.t("只看延续到最后一天的", "only up to the last day")
        back = words.t("任何时候", "at any time")
        yield words.t(
            f"不超过 {days['max_days']} 天，{now if days['prospective'] else back}",
            f"stretches to {days['max_days']} days, {now if days['prospective'] else back}",
        )


def _told_exposure(measured: Exposure, lost: int, words: Words) -> Iterator[str]:
    yield words.t(
        f"以{words.exposure(measured.name)}为基数", f"against {words.exposure(measured.name)}"
    )
    for name, why in measured.skipped.items():
        yield words.t(
            f"  未用{words.exposure(name)}：{why.zh}",
            f"  not against {words.exposure(name)}: {why.en}",
        )
    if lost:
        yield words.t(
            f"  {lost} 起发生在没有{words.exposure(measured.name)}的格子，未计入",
            f"  {lost} episodes lie in cells without any {words.exposure(measured.name)}: left out",
        )

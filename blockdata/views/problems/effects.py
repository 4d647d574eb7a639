"""What interventions did: those of the base as the night judged them, and the analyst's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import pandas as pd
import shapely

from blockdata.analysis.effect import Effect, effect_words, verdict_of
from blockdata.engines import case_lookups, cause_feeds, effect_feeds, gathering_feeds
from blockdata.engines.effect_studies import (
    Ground,
    reach,
    read_ground,
    settings_of,
    study_effect,
    told_places,
)
from blockdata.errors import AnalysisError
from blockdata.report.effects import effect_order, forest, verdict_words
from blockdata.report.page import forest_plot
from blockdata.store.session import Session
from blockdata.views.results import Facts, Result, require_category

__all__ = ["Effects", "OneEffect", "Places", "effect", "effects"]

Places: TypeAlias = Sequence[str] | shapely.Geometry | gpd.GeoDataFrame
"""Ids of places, or an area in the base's coordinate system (a GeoDataFrame in any)."""


@dataclass(frozen=True, repr=False)
class Effects(Result):
    """What interventions did.

    Parameters
    ----------
    places : DataFrame
        The places they reached and those they were compared with, as the table `effect_place`,
        with their name.
    svg : str or None
        The ratios with their intervals, as a drawing; None where nothing could be estimated.
    """

    places: pd.DataFrame
    svg: str | None

    def plot(self) -> str | None:
        """Return the ratios with their intervals as SVG; None where there is no estimate."""
        return self.svg


@dataclass(frozen=True)
class OneEffect:
    """What an intervention of the analyst's own did.

    Parameters
    ----------
    summary : dict of str to float, int, str or None
        As of `blockdata.analysis.effect.Effect`, and verdict: "fewer", "more", "undecided", or
        null with a reason.
    places : DataFrame
        The places that it reached, and those they were compared with (`matched_to`).
    text : str
    """

    summary: dict[str, float | int | str | None]
    places: pd.DataFrame
    text: str

    def explain(self) -> str:
        """Return in words what it did, with the interval."""
        return self.text

    def __repr__(self) -> str:
        return self.text


def effects(session: Session, facts: Facts) -> Effects:
    """List what interventions did, against places like those they reached.

    Each intervention by itself, and those of one name and of one category together. Bad places get
    better by themselves; what counts is how they do beside places with like counts, trend and size
    before, where nothing was done (`ratio`, with `low` and `high`), not before and after alone
    (`naive_ratio`).

    Parameters
    ----------
    session : Session
    facts : Facts

    Returns
    -------
    Effects
        `.frame`: several together first, then by start: effect, scope ("intervention", "name",
        "category"), code, name, category, interventions, started_on, ended_on, department,
        place_kind, reached, treated, followed, matched, controls, pre, post, control_pre,
        control_post, expected, naive_ratio, did_ratio, ratio, low, high, level, p, p_randomised,
        prevented, dispersion, verdict ("fewer", "more", "undecided"), zh, en, reason. Also
        `.places`, `.plot()` and `.explain()`.

    Raises
    ------
    AnalysisError
        If an earlier version made the snapshot.
    """
    case_lookups.require_table(session, "effect")
    frame = effect_order(gathering_feeds.result_rows(session, "effect", ("effect",)))
    places = gathering_feeds.result_rows(
        session, "effect_place", ("effect", "matched_to", "place_kind", "place", "category")
    )
    drawn = forest(frame, facts.words)
    return Effects(
        *(frame, "\n".join(_explained(frame, facts)), pd.DataFrame(), pd.DataFrame(), facts.words),
        places=_named(session, places),
        svg=None if drawn is None else forest_plot(drawn, facts.words),
    )


def _named(session: Session, places: pd.DataFrame) -> pd.DataFrame:
    names = cause_feeds.told_names(session, places["place"].tolist())
    return places.merge(names, on="place", how="left")


def _explained(frame: pd.DataFrame, facts: Facts) -> Iterator[str]:
    words = facts.words
    yield words.t(f"措施的效果（截至 {facts.as_of}）", f"Effects (as of {facts.as_of})")
    if frame.empty:
        yield words.t("库中没有治理措施。", "The base knows no intervention.")
        return
    for row in frame.to_dict("records"):
        yield f"{verdict_words(row, words)}{words.t('：', ': ')}{row[words.lang]}"


def effect(
    session: Session,
    facts: Facts,
    places: Places,
    started_on: dt.date,
    *,
    ended_on: dt.date | None = None,
    category: str | None = None,
) -> OneEffect:
    """Judge an intervention of your own: before and after, against places like those it reached.

    Parameters
    ----------
    session : Session
    facts : Facts
    places : sequence of str, or geometry, or GeoDataFrame
        Ids of addresses, buildings, components or cells of the finest layer; or an area (in the
        base's coordinate system, a GeoDataFrame in any): the cells that it covers whole, else the
        addresses and components inside. A flat or a building counts as its address.
    started_on : date
    ended_on : date, optional
        First day on which it was done; what lies between is not compared. Default: it started and
        took effect at once.
    category : str, optional
        At which problems it aimed; default: all.

    Returns
    -------
    OneEffect
        `.summary`, `.places`, `.explain()`.

    Raises
    ------
    AnalysisError
        If no place is known or reached, the days are none that the base knows, or no incident has
        the category.

    Notes
    -----
    Settings are those of `[effects]`. Places that the base's own interventions of the category
    reached are not compared with.
    """
    _require_days(started_on, ended_on, facts)
    require_category(session, category)
    wanted = None if category is None else [category]
    ground = read_ground(session, facts.config, facts.as_of, wanted, cells=True)
    if ground is None:
        raise AnalysisError("the base has no incident", where="problems.effect")
    own = _reached(session, facts, places, ground).assign(
        category=category,
        started_on=pd.Timestamp(started_on),
        # It took effect at once where it has no end.
        ended_on=pd.Timestamp(ended_on or started_on),
    )
    if own.empty:
        raise AnalysisError(
            "no place was reached",
            where="problems.effect places",
            allowed="ids of addresses, buildings, components, cells, or an area with any of them",
        )
    taken = _taken(session, category)
    found = study_effect(ground, own, taken, settings_of(facts.config.effects))
    return _told(session, found, own, facts)


def _require_days(started_on: dt.date, ended_on: dt.date | None, facts: Facts) -> None:
    if started_on >= facts.as_of or (ended_on is not None and ended_on < started_on):
        raise AnalysisError(
            "it starts when nothing is known yet, or ends before it starts",
            where="problems.effect started_on",
            allowed=f"days before {facts.as_of}, the end not before the start",
        )


def _reached(session: Session, facts: Facts, places: Places, ground: Ground) -> pd.DataFrame:
    """Return place_kind, place of what an area covers or ids name."""
    if isinstance(places, shapely.Geometry | gpd.GeoDataFrame):
        shape = places
        if isinstance(places, gpd.GeoDataFrame):
            shape = shapely.union_all(places.to_crs(facts.config.city.crs).geometry.to_numpy())
        work = pd.DataFrame(
            {
                "intervention": ["own"],
                "category": pd.Series([None], dtype="str"),
                "place": pd.Series([None], dtype="str"),
                "geom": pd.Series([shape], dtype=object),
                "started_on": [pd.NaT],
                "ended_on": [pd.NaT],
            }
        )
        return reach(work, ground, facts.config.effects)[["place_kind", "place"]]
    ids = list(dict.fromkeys(places))
    spots = effect_feeds.spots_of_places(session, ids).set_index("id")["place"]
    wanted = set(ids) | set(spots)
    known = ground.places[ground.places["place"].isin(wanted)]
    if unknown := len([i for i in ids if i not in spots.index and i not in set(known["place"])]):
        raise AnalysisError(
            f"{unknown} of the ids are no places that can be compared",
            where="problems.effect places",
            allowed="ids of addresses, buildings, components, and cells of the finest layer",
        )
    return known[["place_kind", "place"]].reset_index(drop=True)


def _taken(session: Session, category: str | None) -> pd.DataFrame:
    """Return what the base's own interventions of a category reached, as the night found it."""
    rows = gathering_feeds.result_rows(session, "effect_place", ("place",))
    columns = ["place_kind", "place", "category"]
    if rows.empty:
        return pd.DataFrame(columns=columns)
    treated = rows[rows["matched_to"].isna()]
    if category is not None:
        treated = treated[treated["category"].isna() | (treated["category"] == category)]
    return treated[columns].assign(category=category).drop_duplicates()


def _told(session: Session, found: Effect, own: pd.DataFrame, facts: Facts) -> OneEffect:
    zh, en = effect_words(found, facts.config.effects.level)
    verdict = None if found.summary["reason"] else verdict_of(found.summary)
    return OneEffect(
        found.summary | {"verdict": verdict},
        _named(session, told_places(found, own)),
        facts.words.t(zh, en),
    )

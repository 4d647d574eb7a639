"""Layers that hot spots are looked for on when someone asks: the base's own, or drawn ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from blockdata.analysis.hotspots import Layer, Rules
from blockdata.analysis.reasons import Reason
from blockdata.engines import hot_feeds
from blockdata.errors import AnalysisError
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.patterns.asked import asked_of
from blockdata.views.patterns.exposures import EXPOSURES, measure, measures
from blockdata.views.patterns.ground import PLACE, Ground, ground_of
from blockdata.views.results import Facts

__all__ = ["is_own_layer", "layers_of"]

_USUAL = ("people", "addresses", "street_length_m")
_COUNTED_BY_SEARCH = "all_incidents"


def is_own_layer(facts: Facts, grid: str | gpd.GeoDataFrame | None) -> bool:
    """Whether a layer is one of the base, so that its cells are ids of the base."""
    known = (*facts.config.grid.all_layers, *facts.config.grid.area_levels)
    return grid is None or (isinstance(grid, str) and grid in known)


def layers_of(
    session: Session, facts: Facts, grid: str | gpd.GeoDataFrame | None, rules: Rules
) -> tuple[list[Layer], pd.DataFrame | None]:
    """Read the layers that a search needs.

    Parameters
    ----------
    session : Session
    facts : Facts
    grid : str or GeoDataFrame, optional
        A layer of the base, "h3:N", "street", "segment", or areas of one's own.
    rules : Rules
        Its layer is that of `grid`.

    Returns
    -------
    layers : list of Layer
    cells : DataFrame or None
        cell, code, name, geom of a drawn layer; None for layers of the base.

    Raises
    ------
    AnalysisError
        If there is no such layer, no cell of it stands, or the exposure asked for is unknown.
    """
    if is_own_layer(facts, grid):
        found = [
            _own(session, facts, name, rules)
            for name in hot_feeds.layers_to_read(rules.layer, _candidates(session, facts))
        ]
        standing = [layer for layer in found if len(layer.cells)]
        if not standing or rules.layer not in (None, *(layer.name for layer in standing)):
            raise AnalysisError(
                f"no cell of {rules.layer or 'any layer'} stands on the last day that is known",
                where="hotspots",
                next_step="Load a layer of grids or areas.",
            )
        return [_with_exposure(session, facts, layer, rules) for layer in standing], None
    if isinstance(grid, str) and grid == PLACE:
        raise AnalysisError(
            "hot spots are looked for on cells, and a place is none",
            where="hotspots",
            next_step="blockdata.chronic tells which places never get better.",
        )
    ground = ground_of(session, facts.config, _day(facts), grid if grid is not None else "unit")
    return [_drawn(session, facts, ground, rules)], ground.cells


def _day(facts: Facts) -> dt.date:
    return facts.as_of - dt.timedelta(days=1)


def _candidates(session: Session, facts: Facts) -> Sequence[str]:
    return hot_feeds.candidate_layers(session, facts.config.grid, _day(facts))


def _label(session: Session, name: str) -> tuple[str, str]:
    zh, en = (Words(lang, session.catalogue) for lang in ("zh", "en"))
    return zh.layer(name), en.layer(name)


def _own(session: Session, facts: Facts, name: str, rules: Rules) -> Layer:
    return hot_feeds.read_layer(
        session,
        facts.config.grid,
        name,
        label=_label(session, name),
        end=facts.config.city.midnight_utc(facts.as_of),
        day=_day(facts),
        since_days=rules.since_days,
    )


def _with_exposure(session: Session, facts: Facts, layer: Layer, rules: Rules) -> Layer:
    """Add an exposure that is asked for and is none of those that are chosen among."""
    if rules.exposure in (None, _COUNTED_BY_SEARCH, *_USUAL):
        return layer
    ground = ground_of(session, facts.config, _day(facts), layer.name)
    return replace(layer, exposures=_exposures(session, facts, ground, rules))


def _drawn(session: Session, facts: Facts, ground: Ground, rules: Rules) -> Layer:
    """Locate episodes by their points in cells that the base does not link to."""
    if ground.cells is None or ground.cells.empty:
        raise AnalysisError(
            "there are no cells", where="hotspots", next_step="Give areas, or a layer that has any."
        )
    end = facts.config.city.midnight_utc(facts.as_of)
    since = end - dt.timedelta(days=rules.since_days)
    episodes = hot_feeds.episodes_since(session, (since, end))
    episodes = episodes.assign(cell=ground.locate(episodes["x"], episodes["y"]).to_numpy())
    zh, en = (ground.word(Words(lang, session.catalogue)) for lang in ("zh", "en"))
    return Layer(
        ground.by,
        (zh, en),
        ground.cells[["cell", "geom"]],
        episodes[episodes["cell"].notna()].reset_index(drop=True),
        _exposures(session, facts, ground, rules),
    )


def _exposures(
    session: Session, facts: Facts, ground: Ground, rules: Rules
) -> dict[str, pd.Series[Any] | Reason | None]:
    asked = asked_of(session, facts.config, facts.as_of, {})
    if rules.exposure == _COUNTED_BY_SEARCH:
        return {}
    if rules.exposure is not None:
        if rules.exposure not in EXPOSURES:
            raise AnalysisError(
                f"there is no exposure {rules.exposure!r}",
                where="hotspots",
                allowed=", ".join(EXPOSURES),
            )
        return {rules.exposure: measure(asked, facts.words, ground, rules.exposure).values}
    found, skipped = measures(asked, facts.words, ground, _USUAL)
    return {name: found[name].values if name in found else skipped[name] for name in _USUAL}

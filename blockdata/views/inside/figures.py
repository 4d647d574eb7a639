"""Indicators and the scorecard of an area, worked out as those of any cell are."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from blockdata.analysis.indicators import (
    WHOLE,
    Facts,
    Figures,
    MeasureTable,
    indicator_values,
    mask_untold,
    measure_table,
    natural_months,
)
from blockdata.analysis.scorecard import definition_table, scorecard
from blockdata.batch.scores_settings import card_settings, definitions_of, registry_of
from blockdata.engines import indicator_feeds, inside_feeds
from blockdata.engines.indicator_feeds import Asked
from blockdata.engines.indicator_figures import chronic_things
from blockdata.store.session import Session
from blockdata.views.inside.area import Area
from blockdata.views.results import Facts as BaseFacts

__all__ = ["HERE", "area_indicators", "area_scorecard"]

HERE = "here"
"""Layer and cell of the area, beside `WHOLE`."""

_CASES = ("case", "void_case")


def area_indicators(session: Session, facts: BaseFacts, area: Area, months: int) -> pd.DataFrame:
    """Return the indicators of an area and of the whole base, by indicator and month.

    Parameters
    ----------
    session : Session
    facts : Facts
    area : Area
    months : int
        The last so many whole months.

    Returns
    -------
    DataFrame
        indicator, name, unit, month, numerator, denominator, value, light, whole (the value of the
        whole base), reason. What is only known by cell (what cameras see) is not known of an area.
    """
    asked, table, inputs = _counted(session, facts, area, months)
    values = indicator_values(
        table,
        asked.registry,
        inputs,
        as_of=pd.Timestamp(asked.as_of),
        gaps=indicator_feeds.indicator_gaps(session, asked),
    )
    keys = ["indicator", "month"]
    whole = values[values["layer"] == WHOLE].set_index(keys)["value"].rename("whole")
    here = values[values["layer"] == HERE].join(whole, on=keys)
    named = {i.id: (i.zh, i.en, i.unit) for i in asked.registry.indicators.values()}
    zh_en = 0 if facts.words.lang == "zh" else 1
    told = here.assign(
        name=here["indicator"].map(lambda i: named[i][zh_en]),
        unit=here["indicator"].map(lambda i: named[i][2]),
        reason=here["reason"].map(facts.words.untested, na_action="ignore"),
    )
    columns = ["indicator", "name", "unit", "month", "numerator", "denominator", "value"]
    return told[[*columns, "light", "whole", "reason"]].reset_index(drop=True)


def area_scorecard(session: Session, facts: BaseFacts, area: Area, months: int) -> pd.DataFrame:
    """Return the scorecard of an area beside that of the whole base.

    Parameters
    ----------
    session, facts, area, months
        As for `area_indicators`.

    Returns
    -------
    DataFrame
        definition, name, month, numerator, denominator, value, low, high, small, whole.
    """
    chosen = definitions_of(facts.config.scorecard)
    asked, table, inputs = _counted(session, facts, area, months)
    gaps = indicator_feeds.indicator_gaps(session, asked)
    told = mask_untold(table, asked.registry, inputs, gaps)
    card = scorecard(told, chosen, card_settings(facts.config.scorecard))
    keys = ["definition", "month"]
    whole = card[card["unit_kind"] == WHOLE].set_index(keys)["value"].rename("whole")
    here = card[card["unit_kind"] == HERE].join(whole, on=keys)
    names = definition_table(chosen).set_index("id")[facts.words.lang]
    here = here.assign(name=here["definition"].map(names))
    columns = ["definition", "name", "month", "numerator", "denominator", "value", "low", "high"]
    return here[[*columns, "small", "whole"]].reset_index(drop=True)


def _counted(
    session: Session, facts: BaseFacts, area: Area, months: int
) -> tuple[Asked, MeasureTable, pd.DataFrame]:
    registry = registry_of(facts.config)
    asked_months = natural_months(pd.Timestamp(facts.as_of), months)
    asked = Asked(registry, facts.config, facts.as_of, asked_months[0].date())
    subjects = _of_area(session, asked, area, indicator_feeds.indicator_subjects(session, asked))
    cells = pd.DataFrame({"layer": [HERE], "cell": [HERE]})
    measures = {m.id: m for m in registry.measures_used()}
    for definition in definitions_of(facts.config.scorecard):
        measures |= {m.id: m for m in definition.measures(registry)}
    table = measure_table(measures.values(), subjects, cells, asked_months)
    return asked, table, indicator_feeds.indicator_inputs(session, asked)


def _of_area(
    session: Session, asked: Asked, area: Area, subjects: Mapping[str, Facts | Figures]
) -> dict[str, Facts | Figures]:
    """Return subjects with the area as the one cell they may lie in."""
    standing = inside_feeds.records_inside(session, area.shape, asked.day)
    ids = {str(kind): rows["id"] for kind, rows in standing.groupby("kind")}
    cases = inside_feeds.cases_inside(session, area.shape, asked.end)["id"]
    ids |= dict.fromkeys(_CASES, cases)
    ids["episode"] = inside_feeds.episodes_inside(session, area.shape)["id"]
    own = _figures(session, area, asked, standing["id"])
    found: dict[str, Facts | Figures] = {}
    for name, subject in subjects.items():
        if isinstance(subject, Figures):
            found[name] = _with_area(subject, own.get(name))
        else:
            found[name] = Facts(subject.rows, _cells(ids.get(name), subject.cells))
    return found


def _cells(ids: pd.Series | None, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the ids as lying in the area; what stands there now is told of all months."""
    listed = pd.Series([], dtype="str") if ids is None else ids
    told = pd.DataFrame({"id": listed, "layer": HERE, "cell": HERE})
    dates = [c for c in ("valid_from", "valid_to") if c in cells.columns]
    return told.assign(**{c: pd.Series(pd.NaT, told.index, cells[c].dtype) for c in dates})


def _figures(
    session: Session, area: Area, asked: Asked, ids: pd.Series
) -> dict[str, dict[str, float]]:
    """Return what comes counted: whole atoms, streets, chronic things, cells that are hot.

    A hot cell counts where more than half of it lies inside.
    """
    chronic = chronic_things(session)
    hot = inside_feeds.hot_inside(session, area.shape, asked.day)
    longest = hot["window_days"] == hot["window_days"].max()
    people, _, _ = inside_feeds.atoms_inside(session, area.shape)
    length_m = inside_feeds.streets_inside(session, area.shape)
    told = {
        "area": {"area_m2": area.area_m2},
        "hotspot": {"hot_cells": float((longest & (hot["share_inside"] > 0.5)).sum())},
    }
    if chronic is not None:
        told["chronic"] = {"places": float(chronic["place"].isin(ids).sum())}
    if people is not None:
        told["people"] = {"people": float(people)}
    if length_m is not None:
        told["street_length"] = {"street_length_m": length_m}
    return told


def _with_area(figures: Figures, own: dict[str, float] | None) -> Figures:
    whole = figures.rows[figures.rows["layer"] == WHOLE]
    if own is None:
        return Figures(whole)
    here = pd.DataFrame({"layer": [HERE], "cell": [HERE], **{n: [v] for n, v in own.items()}})
    return Figures(pd.concat([whole, here], ignore_index=True))

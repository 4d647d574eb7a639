"""Where problems gather: the night's answer, or one found now by the same rules."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any

import geopandas as gpd
import pandas as pd

from blockdata.analysis.fdr import Correction
from blockdata.analysis.hotspots import CHANGES, Rules, search
from blockdata.engines import hot_feeds, lookups
from blockdata.engines.hot_feeds import KEY
from blockdata.errors import AnalysisError
from blockdata.report.hot import most_places
from blockdata.report.hot_words import change_word, sentence, stands_there
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.hot_layers import is_own_layer, layers_of
from blockdata.views.results import Facts, Result, require_category, result, with_places

__all__ = ["Asked", "HotSpots", "hot_spots"]


@dataclass(frozen=True)
class Asked:
    """What hot spots are asked for; None is what the nightly run tested.

    Parameters
    ----------
    category : str, optional
    grid : str or GeoDataFrame, optional
        A layer of the base, "h3:N", "street", "segment", or areas of one's own.
    window_days : int, optional
    exposure : str, optional
    alpha : float, optional
    correction : {"bh", "by"}, optional
    """

    category: str | None = None
    grid: str | gpd.GeoDataFrame | None = None
    window_days: int | None = None
    exposure: str | None = None
    alpha: float | None = None
    correction: Correction | None = None


@dataclass(frozen=True, repr=False)
class HotSpots(Result):
    """Hot spots, and how they were found.

    Parameters
    ----------
    choices : DataFrame
        topic, choice, zh, en: each choice of the search and why, in order.
    changes : DataFrame
        What became of hot spots since the snapshot before, those that are gone among them; empty
        where the answer is not the night's.
    """

    choices: pd.DataFrame
    changes: pd.DataFrame


def hot_spots(
    session: Session, facts: Facts, asked: Asked, tell: Callable[[str], None] | None
) -> HotSpots:
    """Return the night's answer where it is what is asked for, else search; see `hotspots`."""
    _require_numbers(asked)
    if asked.category is not None:
        require_category(session, asked.category)
    found = _of_the_night(session, facts, asked) or _searched(session, facts, asked)
    words = facts.words
    choices = found.choices[words.lang].tolist() if len(found.choices) else []
    if tell is not None:
        for line in choices:
            tell(str(line))
    told = _with_what_is_behind(found.rows, found.cases, found.changes)
    frame = _with_sentences(session, _placed(session, facts, told, found.cells), found.cases)
    text = [
        words.t(f"热点（截至 {facts.as_of}）", f"Hot spots (as of {facts.as_of})"),
        *(choices or [words.t("没有可检验的问题。", "There was nothing to test.")]),
        *_untested(found.rows, words),
        *_changed(found.changes, words),
    ]
    shown = result(session, facts, frame, "\n".join(text))
    if found.cells is not None:
        shown = replace(shown, background=found.cells[["cell", "name", "geom"]])
    return HotSpots(**vars(shown), choices=found.choices, changes=found.changes)


def _require_numbers(asked: Asked) -> None:
    """Refuse a window or a level that is none, before anything is read by it."""
    days, alpha = asked.window_days, asked.alpha
    if days is not None and not (_is(days, Integral) and days >= 1):
        raise AnalysisError(
            f"window_days is {days!r}", where="hotspots", allowed="a whole number of days, from 1"
        )
    if alpha is not None and not _is(alpha, Real):
        raise AnalysisError(
            f"alpha is {alpha!r}", where="hotspots", allowed="a number between 0 and 1"
        )


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


@dataclass(frozen=True)
class _Answer:
    """Rows, the cases behind the hot ones, choices, changes; the cells of a drawn layer."""

    rows: pd.DataFrame
    cases: pd.DataFrame
    choices: pd.DataFrame
    changes: pd.DataFrame
    cells: pd.DataFrame | None = None


def _placed(
    session: Session, facts: Facts, rows: pd.DataFrame, cells: pd.DataFrame | None
) -> pd.DataFrame:
    """Put code, name and geometry beside each cell."""
    if cells is None:
        return with_places(rows, "cell", session, facts.crs)
    joined = cells.merge(rows, on="cell", how="right")
    geometry = joined.pop("geom").to_numpy(dtype=object)
    drawn: pd.DataFrame = gpd.GeoDataFrame(joined, geometry=geometry, crs=facts.crs)
    return drawn


def _of_the_night(session: Session, facts: Facts, asked: Asked) -> _Answer | None:
    """Return the nightly run's rows of what is asked for; None if it did not test that."""
    settings = facts.config.hotspots
    own = (asked.exposure, asked.alpha, asked.correction)
    layer = hot_feeds.layer_tested(session)
    if any(value is not None for value in own):
        return None
    if asked.grid is not None and not (isinstance(asked.grid, str) and asked.grid == layer):
        return None
    if asked.window_days is not None and asked.window_days not in settings.windows_days:
        return None
    wanted = {"window_days": asked.window_days, "category": asked.category}
    return _Answer(
        _only(lookups.hotspot_rows(session), wanted),
        _only(lookups.table_frame(session, "base", "hotspot_case"), wanted),
        lookups.table_frame(session, "base", "hotspot_choice").sort_values("no"),
        _only(hot_feeds.changes_on(session, facts.as_of), wanted),
    )


def _only(frame: pd.DataFrame, wanted: dict[str, Any]) -> pd.DataFrame:
    for column, value in wanted.items():
        if value is not None and len(frame):
            frame = frame[frame[column] == value]
    return frame.reset_index(drop=True)


def _searched(session: Session, facts: Facts, asked: Asked) -> _Answer:
    settings = facts.config.hotspots
    rules = Rules(
        windows_days=settings.windows_days if asked.window_days is None else [asked.window_days],
        layer=_wanted_layer(facts, asked),
        exposure=asked.exposure,
        categories=None if asked.category is None else [asked.category],
        alpha=settings.alpha if asked.alpha is None else asked.alpha,
        min_total=settings.min_total,
        correction=asked.correction or settings.correction,
    )
    layers, cells = layers_of(session, facts, asked.grid, rules)
    found = search(layers, rules)
    layer = next(part for part in layers if part.name == found.layer)
    rows = found.frame.assign(layer=found.layer).sort_values(
        ["layer", "window_days", "hot", "q", "excess", "category", "cell"],
        ascending=[True, True, False, True, False, True, True],
        ignore_index=True,
    )
    choices = pd.DataFrame([vars(choice) for choice in found.choices])
    cases = hot_feeds.cases_behind(session, found, layer)
    return _Answer(rows, cases, choices, pd.DataFrame(), cells)


def _wanted_layer(facts: Facts, asked: Asked) -> str | None:
    """Return the layer of the base that is asked for; None where one is drawn."""
    if isinstance(asked.grid, str) and is_own_layer(facts, asked.grid):
        return asked.grid
    return facts.config.hotspots.layer if asked.grid is None else None


def _with_what_is_behind(
    rows: pd.DataFrame, cases: pd.DataFrame, changes: pd.DataFrame
) -> pd.DataFrame:
    """Put beside each hot spot its incidents, and what became of it since the night before."""
    told = rows.assign(incidents=None, change=None, count_before=None)
    if len(cases):
        behind = cases.groupby(KEY)["incident"].agg(list).reset_index(name="incidents")
        told = told.drop(columns="incidents").merge(behind, on=KEY, how="left")
    if len(changes):
        beside = changes[[*KEY, "change", "count_before"]]
        told = told.drop(columns=["change", "count_before"]).merge(beside, on=KEY, how="left")
    return told


def _with_sentences(session: Session, frame: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Say of each hot spot in both languages what was found, and what stands there."""
    hot = frame[frame["hot"]]
    standing = hot_feeds.standing_in(session, hot["cell"].tolist())
    counts: dict[str, dict[str, float]] = {}
    for cell, kind, count in standing.itertuples(index=False):
        counts.setdefault(cell, {})[kind] = count
    most = most_places(hot_feeds.places_behind(session, cases)) if len(cases) else {}
    told = {}
    for lang in ("zh", "en"):
        words = Words(lang, session.catalogue)
        rows = hot.to_dict("records")
        told[f"sentence_{lang}"] = [sentence(row, _name(row), words) for row in rows]
        told[f"stands_there_{lang}"] = [
            stands_there(counts.get(row["cell"], {}), most.get(_key(row), []), words)
            for row in rows
        ]
    columns = pd.DataFrame(told, index=hot.index, dtype="str")
    return frame.join(columns)


def _name(row: dict[Hashable, Any]) -> str:
    known = (row[column] for column in ("name", "code", "cell"))
    return str(next(value for value in known if not pd.isna(value)))


def _key(row: dict[Hashable, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in KEY)


def _untested(rows: pd.DataFrame, words: Words) -> Iterator[str]:
    for reason, count in rows["reason"].value_counts().sort_index().items():
        yield words.t(
            f"未检验 {count} 处：{words.untested(str(reason))}",
            f"not tested, {count} places: {words.untested(str(reason))}",
        )


def _changed(changes: pd.DataFrame, words: Words) -> Iterator[str]:
    if changes.empty:
        return
    counted = changes["change"].value_counts()
    places = words.t(" 处", "")
    told = [
        f"{change_word(code, words)} {counted[code]}{places}" for code in CHANGES if code in counted
    ]
    since = changes["since"].iloc[0]
    yield words.t(
        f"与 {pd.Timestamp(since).date()} 相比：{'，'.join(told)}",
        f"since {pd.Timestamp(since).date()}: {', '.join(told)}",
    )

"""Indicators of cells and months, their definitions, and alarms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from blockdata.config import Config
from blockdata.engines import score_feeds
from blockdata.report.scores.words import (
    WHOLE,
    alarm_sentence,
    light_words,
    month_words,
    unit_kind_words,
    unit_words,
)
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.patterns.told import label_of
from blockdata.views.results import Result
from blockdata.views.scores.asking import month_asked, reason_words, require_one_of

__all__ = ["alarms", "indicator_definitions", "indicators"]

_TOLD = (
    *("layer", "cell", "code", "name", "month", "indicator", "zh", "en", "group", "value", "unit"),
    *("numerator", "denominator", "denominator_zh", "denominator_en", "light", "sure"),
    *("yellow", "red", "observed_share", "shared_people", "reason", "why"),
)
_ALARMS = (
    *("layer", "cell", "code", "name", "month", "indicator", "zh", "en", "light", "value", "unit"),
    *("threshold", "numerator", "denominator", "previous", "months", "since", "is_new", "sure"),
    *("owner_zh", "owner_en", "sentence_zh", "sentence_en"),
)


def indicators(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    layer: str | None = None,
    indicator: str | None = None,
    *,
    month: dt.date | str | None = None,
) -> Result:
    """List indicators (体征) of cells and whole months, each with both counts.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    layer : str, optional
        Only this layer of grids or level of areas, or "whole" for the whole base; default: all.
    indicator : str, optional
        Only this one, by its id.
    month : date or str, optional
        Only this month ("2026-10", or any day of it); default: all that are kept.

    Returns
    -------
    Result
        `.frame`: layer, cell, code, name, month (first day), indicator, zh, en, group, value, unit,
        numerator, denominator (null for plain amounts), denominator_zh, denominator_en, light
        (green, yellow, red; null without thresholds), sure (a share whose whole 95 % interval is
        beyond the threshold), yellow, red, observed_share (of the month, that its sources tell
        of), shared_people (the figure of people is that of a group of buildings which the cell
        shares with neighbours), reason and why (in words, where there is no value). What is
        known of the present alone, such as hot and chronic places, stands in the last month as
        it was at as_of. Also `.explain()`.

    Raises
    ------
    AnalysisError
        If the layer, indicator or month is none that is told, or an earlier version made the
        snapshot.
    """
    where = "scores indicators"
    known = score_feeds.definition_rows(session, "indicator_definition")
    require_one_of(indicator, known["indicator"], "indicator", where)
    require_one_of(layer, score_feeds.layers_told(session, "indicator", "layer"), "layer", where)
    first = month_asked(session, month, "indicator", where)
    rows = score_feeds.indicator_rows(session, layer, indicator, first)
    frame = rows.merge(known, on="indicator", how="left", sort=False)
    frame = frame.assign(why=reason_words(frame["reason"], words), name=_names(frame, words))
    frame = frame[list(_TOLD)]
    text = "\n".join(_explained(frame, session, as_of, words))
    return Result(frame, text, pd.DataFrame(), pd.DataFrame(), words)


def _names(frame: pd.DataFrame, words: Words) -> pd.Series:
    whole = unit_kind_words(WHOLE, words)
    return frame["name"].mask(frame["layer"] == WHOLE, whole).astype("str")


def _explained(
    frame: pd.DataFrame, session: Session, as_of: dt.date, words: Words
) -> Iterator[str]:
    yield words.t(f"体征（截至 {as_of}，只计整月）", f"Indicators (as of {as_of}, whole months)")
    if frame.empty:
        yield words.t("没有可计算的体征。", "There was nothing to work out.")
        return
    first, last = frame["month"].min(), frame["month"].max()
    yield words.t(
        f"{month_words(first, words)}至{month_words(last, words)}，"
        f"{frame['indicator'].nunique()} 项，{frame['cell'].nunique()} 个单元",
        f"{month_words(first, words)} to {month_words(last, words)}: "
        f"{frame['indicator'].nunique()} indicators, {frame['cell'].nunique()} cells",
    )
    newest = frame[frame["month"] == last]
    lights = newest["light"].value_counts()
    told = words.t("、", ", ").join(
        f"{light_words(light, words)} {lights[light]:,}"
        for light in ("red", "yellow", "green")
        if light in lights
    )
    yield words.t(
        f"  最后一个月：{int(newest['value'].notna().sum()):,} 个数值；{told or '没有阈值'}",
        f"  last month: {int(newest['value'].notna().sum()):,} values; {told or 'no thresholds'}",
    )
    for why, own in newest.dropna(subset="why").groupby("why", sort=True):
        yield words.t(
            f"  没有数值 {len(own):,} 个：{why}", f"  without a value, {len(own):,}: {why}"
        )
    if newest["shared_people"].any():
        yield words.t(
            "  人口按楼栋组合取整公布；标有 shared_people 的单元与邻近单元共用一组，"
            "显示的是整组的数，不能相加。",
            "  People are rounded sums over groups of buildings; a cell marked shared_people "
            "shows the figure of a group it shares with neighbours: do not add them up.",
        )


def indicator_definitions(
    session: Session, config: Config, as_of: dt.date, words: Words, group: str | None = None
) -> pd.DataFrame:
    """List the indicators that are told, each with its formula, denominator and thresholds.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    group : str, optional
        Only this group: cases, places, housing, components, safety, cameras, data.

    Returns
    -------
    DataFrame
        indicator, group, zh, en, definition_zh, definition_en, formula, denominator_zh,
        denominator_en, unit, unit_zh, fresh_days, register_days, min_denominator, yellow, red,
        bad, inputs, owner_zh, owner_en, reference; those of the city among them.

    Raises
    ------
    AnalysisError
        If there is no such group.
    """
    known = score_feeds.definition_rows(session, "indicator_definition")
    require_one_of(group, known["group"], "group", "scores indicator_definitions")
    chosen = known if group is None else known[known["group"] == group].reset_index(drop=True)
    zh = Words("zh", session.catalogue)
    named = chosen.assign(unit_zh=[unit_words(unit, zh) for unit in chosen["unit"]])
    at = list(chosen.columns).index("unit") + 1
    return named[[*chosen.columns[:at], "unit_zh", *chosen.columns[at:]]]


def alarms(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    layer: str | None = None,
    *,
    light: str | None = None,
) -> Result:
    """List the indicators that the last whole month has beyond a threshold, and since when.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    layer : str, optional
        Only this layer, or "whole"; default: all, the whole base first.
    light : {"red", "yellow"}, optional
        Only this.

    Returns
    -------
    Result
        `.frame`: of each layer red before yellow, sure before what may be chance, long before
        short: layer, cell, code, name, month, indicator, zh, en, light, value, unit, threshold
        (that was passed), numerator, denominator, previous (value of the month before), months
        (in a row), since (first of them; no earlier than the first month that is kept), is_new,
        sure, owner_zh, owner_en, sentence_zh, sentence_en. Also `.explain()`.

    Raises
    ------
    AnalysisError
        If the layer or light is none that is told, or an earlier version made the snapshot.
    """
    where = "scores alarms"
    require_one_of(layer, score_feeds.layers_told(session, "indicator", "layer"), "layer", where)
    require_one_of(light, ("red", "yellow"), "light", where)
    rows = score_feeds.alarm_rows(session, layer)
    rows = rows if light is None else rows[rows["light"] == light]
    known = score_feeds.definition_rows(session, "indicator_definition")
    frame = rows.merge(known, on="indicator", how="left", sort=False)
    frame = frame.assign(name=_names(frame, words), **_sentences(frame, session))[list(_ALARMS)]
    text = "\n".join(_alarms_explained(frame, as_of, words))
    return Result(frame, text, pd.DataFrame(), pd.DataFrame(), words)


def _sentences(frame: pd.DataFrame, session: Session) -> dict[str, pd.Series]:
    told = {}
    since = next(iter(score_feeds.indicator_months(session)), None)
    for lang in ("zh", "en"):
        words = Words(lang, session.catalogue)
        whole = unit_kind_words(WHOLE, words)
        said = [
            alarm_sentence(
                row, row, whole if row["layer"] == WHOLE else label_of(row), words, since
            )
            for row in frame.to_dict("records")
        ]
        told[f"sentence_{lang}"] = pd.Series(said, index=frame.index, dtype="str")
    return told


def _alarms_explained(frame: pd.DataFrame, as_of: dt.date, words: Words) -> Iterator[str]:
    yield words.t(f"体征预警（截至 {as_of}）", f"Alarms (as of {as_of})")
    if frame.empty:
        yield words.t("没有体征越过阈值。", "No indicator is beyond a threshold.")
        return
    month = month_words(frame["month"].max(), words)
    for layer, own in frame.groupby("layer", sort=False):
        reds = int((own["light"] == "red").sum())
        yield words.t(
            f"  {month}，{unit_kind_words(str(layer), words)}：红 {reds:,}，"
            f"黄 {len(own) - reds:,}，其中新出现 {int(own['is_new'].sum()):,}",
            f"  {month}, {unit_kind_words(str(layer), words)}: red {reds:,}, "
            f"yellow {len(own) - reds:,}, of them new {int(own['is_new'].sum()):,}",
        )
    yield words.t(
        "阈值没有国家条文规定，是缺省设置，由本市在 [indicators.thresholds] 里定。",
        "No national clause sets thresholds: they are defaults, set in [indicators.thresholds].",
    )

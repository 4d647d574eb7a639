"""How the city did last month: indicators, and what is beyond a threshold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.engines import case_lookups, score_feeds
from blockdata.report.scores.spark import Spark, spark
from blockdata.report.scores.words import (
    WHOLE,
    alarm_sentence,
    amount,
    group_words,
    light_words,
    month_words,
    unit_kind_words,
    value_words,
)
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["IndicatorSection", "indicator_section"]

_LISTED = 20
_MOST_CELLS = 200


@dataclass(frozen=True)
class AlarmLine:
    """One indicator of one cell that is beyond its threshold."""

    name: str
    title: str
    light: str
    colour: str
    value: str
    threshold: str
    months: int
    owner: str
    sentence: str
    course: Spark | None


@dataclass(frozen=True)
class AlarmLayer:
    """The alarms of a layer; of one with very many cells only how many there are."""

    layer: str
    whole: bool
    red: int
    yellow: int
    new: int
    lines: list[AlarmLine]
    more: int


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator of the whole base."""

    title: str
    definition: str
    value: str
    numerator: str
    denominator: str
    against: str
    light: str
    colour: str
    why: str
    course: Spark | None


@dataclass(frozen=True)
class IndicatorSection:
    """The indicators of the last whole month.

    Parameters
    ----------
    month, since : str
        The last month that is told, and the first.
    known, all : int
        Indicators of the whole base that have a value, and how many there are.
    layers : list of AlarmLayer
    groups : list of tuple of str and list of IndicatorLine
    """

    month: str
    since: str
    known: int
    all: int
    layers: list[AlarmLayer]
    groups: list[tuple[str, list[IndicatorLine]]]


def indicator_section(session: Session, words: Words) -> IndicatorSection | None:
    """Return the section; None where nothing was worked out.

    Parameters
    ----------
    session : Session
    words : Words
    """
    months = score_feeds.indicator_months(session)
    if not months:
        return None
    known = score_feeds.definition_rows(session, "indicator_definition")
    definitions = {str(row["indicator"]): row for row in known.to_dict("records")}
    rows = score_feeds.indicator_rows(session, WHOLE, None, months[-1])
    course = _course(score_feeds.course_of(session, WHOLE, [WHOLE]), len(months))
    groups: dict[str, list[IndicatorLine]] = {}
    for row in rows.to_dict("records"):
        definition = definitions[str(row["indicator"])]
        line = _line(row, definition, course, words)
        groups.setdefault(group_words(str(definition["group"]), words), []).append(line)
    return IndicatorSection(
        month=month_words(months[-1], words),
        since=month_words(months[0], words),
        known=int(rows["value"].notna().sum()),
        all=len(rows),
        layers=_layers(session, definitions, months, words),
        groups=list(groups.items()),
    )


_Course = dict[tuple[str, str], list[float]]


def _course(values: pd.DataFrame, months: int) -> _Course:
    """Return the values of each indicator and cell month by month, up to the last."""
    day = pd.to_datetime(values["month"])
    number = day.dt.year * 12 + day.dt.month
    ago = (number.max() - number).tolist()
    found: _Course = {}
    for indicator, cell, back, value in zip(
        *(values["indicator"].tolist(), values["cell"].tolist(), ago, values["value"].tolist()),
        strict=True,
    ):
        told = found.setdefault((indicator, cell), [float("nan")] * months)
        told[months - 1 - back] = value
    return found


def _line(
    row: Mapping[Hashable, Any], definition: Mapping[Hashable, Any], course: _Course, words: Words
) -> IndicatorLine:
    unit = str(definition["unit"])
    told = pd.notna(row["denominator"])
    return IndicatorLine(
        title=words.t(definition["zh"], definition["en"]),
        definition=words.t(definition["definition_zh"], definition["definition_en"]),
        value=value_words(row["value"], unit, words),
        numerator=amount(row["numerator"]) if told else "",
        denominator=amount(row["denominator"]) if told else "",
        against=words.t(definition["denominator_zh"], definition["denominator_en"]) or "",
        light=light_words(row["light"], words),
        colour=str(row["light"]) if isinstance(row["light"], str) else "",
        why=words.untested(str(row["reason"])) if isinstance(row["reason"], str) else "",
        course=spark(course.get((str(row["indicator"]), str(row["cell"])), []), _limit(definition)),
    )


def _limit(definition: Mapping[Hashable, Any], light: object = "red") -> float | None:
    for name in (str(light), "red", "yellow"):
        if name in definition and pd.notna(definition[name]):
            return float(definition[name])
    return None


def _layers(
    session: Session,
    definitions: Mapping[str, Mapping[Hashable, Any]],
    months: list[dt.date],
    words: Words,
) -> list[AlarmLayer]:
    if not case_lookups.has_table(session, "indicator_alarm"):
        return []
    alarms = score_feeds.alarm_rows(session)
    found = []
    for layer, own in alarms.groupby("layer", sort=False):
        listed = own.head(_LISTED)
        lines: list[AlarmLine] = []
        if own["cell"].nunique() <= _MOST_CELLS:
            told = score_feeds.course_of(session, str(layer), listed["cell"].tolist())
            course = _course(told, len(months))
            lines = [
                _alarm(row, definitions[str(row["indicator"])], course, (words, months[0]))
                for row in listed.to_dict("records")
            ]
        red = int((own["light"] == "red").sum())
        found.append(
            AlarmLayer(
                layer=unit_kind_words(str(layer), words),
                whole=layer == WHOLE,
                red=red,
                yellow=len(own) - red,
                new=int(own["is_new"].sum()),
                lines=lines,
                more=len(own) - len(lines),
            )
        )
    return found


def _alarm(
    row: Mapping[Hashable, Any],
    definition: Mapping[Hashable, Any],
    course: _Course,
    told: tuple[Words, dt.date],
) -> AlarmLine:
    words, kept_since = told
    unit = str(definition["unit"])
    if row["layer"] == WHOLE:
        name = unit_kind_words(WHOLE, words)
    else:
        name = next(str(row[c]) for c in ("name", "code", "cell") if pd.notna(row[c]))
    return AlarmLine(
        name=name,
        title=words.t(definition["zh"], definition["en"]),
        light=light_words(row["light"], words),
        colour=str(row["light"]),
        value=value_words(row["value"], unit, words),
        threshold=value_words(row["threshold"], unit, words),
        months=int(row["months"]),
        owner=words.t(definition["owner_zh"], definition["owner_en"]) or "",
        sentence=alarm_sentence(row, definition, name, words, kept_since),
        course=spark(
            course.get((str(row["indicator"]), str(row["cell"])), []),
            _limit(definition, row["light"]),
        ),
    )

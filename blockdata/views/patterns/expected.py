"""How many incidents were to be expected by the calendar and the exposure, and what it found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from blockdata.analysis.cube import Cube
from blockdata.analysis.expected import Calendar, calendar_law, expected_counts
from blockdata.analysis.expected.effects import EFFECT_COLUMNS, calendar_effects
from blockdata.analysis.exposure import Exposure
from blockdata.config import Config
from blockdata.engines import feeds
from blockdata.errors import AnalysisError
from blockdata.report.words import Words, q_value, share
from blockdata.store.session import Session
from blockdata.views.patterns.asked import Options, asked_of
from blockdata.views.patterns.counts import counted
from blockdata.views.patterns.exposures import measure, with_geometry
from blockdata.views.patterns.ground import with_names
from blockdata.views.patterns.measured import Measured

__all__ = ["Expected", "expected"]

_OWN_PAST = "own_past"
_LEVEL = 0.05
_YEAR_DAYS = 365
_PRIOR_SD = 1.0
"""One normal standard deviation of each coefficient beforehand: few days leave the law flat."""

_LEVELS = MappingProxyType(
    {
        "monday": ("星期一", "Monday"),
        "tuesday": ("星期二", "Tuesday"),
        "wednesday": ("星期三", "Wednesday"),
        "thursday": ("星期四", "Thursday"),
        "friday": ("星期五", "Friday"),
        "saturday": ("星期六", "Saturday"),
        "sunday": ("星期日", "Sunday"),
        "holiday": ("节假日", "holidays"),
        "year": ("每年变化", "change in a year"),
        "all": ("总体（最高比最低）", "as a whole (highest to lowest)"),
    }
)
_PARTS = MappingProxyType(
    {
        "weekday": ("星期", "weekday"),
        "holiday": ("节假日", "holiday"),
        "season": ("季节", "season"),
        "trend": ("趋势", "trend"),
    }
)

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, repr=False)
class Expected(Measured):
    """Expected counts by cell, and what the law has found.

    Parameters
    ----------
    effects : DataFrame
        category, part, level (codes), what (in words), ratio (to the average), low, high (95 %),
        p, used (whether the law counts with it: a trend only if it is significant).
    """

    effects: pd.DataFrame


def expected(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    by: str | gpd.GeoDataFrame = "unit",
    exposure: str | None = None,
    *,
    learn_until: dt.date | None = None,
    **options: Unpack[Options],
) -> Expected:
    """Say how many incidents each cell was to have, by the calendar and what it holds.

    One law for each category, fitted to its daily totals: season (two harmonics of the year, from
    a year of days on), weekday, holidays and days worked instead ([calendar] of the
    configuration), and a trend if it is significant. A cell's share of it is its share of the
    exposure, or of its own past.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    by : str or GeoDataFrame, default "unit"
        As in `cube`.
    exposure : str, optional
        As in `exposure`. Default: its own past, which is the same as the count unless
        `learn_until` parts the past from what is asked.
    learn_until : date, optional
        The law and the own past are learned from the days before it, and counts are expected for
        those from it on; without it both are the whole period.
    of, start, end, categories, sources, channels, within_m
        As in `cube`; but without a start the last three years are taken.

    Returns
    -------
    Expected
        `.frame` has category, place, code, name, count, expected, excess (more than expected),
        ratio, observed_days, reason, note (in words) and geometry; by category, the largest
        excess first. `.effects` are what the law found, `.explain()` tells them in words,
        `.map(category)` draws the ratios.

    Raises
    ------
    AnalysisError
        As in `cube` and `exposure`, and if `learn_until` is not inside the period.
    """
    if options.get("start") is None:
        end = options.get("end") or as_of
        options["start"] = _earliest(session, config, as_of, options, end)
    asked = asked_of(session, config, as_of, options)
    found = counted(asked, words, by, "day")
    exposures, name = [], _OWN_PAST
    if exposure is not None:
        known = measure(asked, words, found.ground, exposure)
        values = known.values.reindex(found.cube.places).rename_axis("place").fillna(0.0)
        exposures, name = [Exposure(exposure, values)], exposure
    calendar = _calendar(config, found.cube)
    until = None if learn_until is None else _inside(learn_until, found.cube)
    table = expected_counts(
        found.cube, exposures, calendar=calendar, learn_until=until, prior_sd=_PRIOR_SD
    )
    table = table[table["exposure_name"] == name].drop(columns="exposure_name")
    table = table.sort_values(
        ["category", "excess", "place"], ascending=[True, False, True], ignore_index=True
    )
    told = {code: words.untested(code) for code in table["reason"].dropna().unique()}
    notes = [told.get(code, "") for code in table["reason"]]
    table = table.assign(note=pd.Series(notes, index=table.index, dtype="str"))
    effects = _effects(found.cube, calendar, until, words)
    frame = with_geometry(with_names(session, found.ground, table), found.ground, config.city.crs)
    text = "\n".join([*_explained(effects, table, name, words), found.cube.explain()])
    legend = words.t("实际与预期之比", "ratio of the count to what was expected")
    streets = feeds.streets(session)
    return Expected(frame, text, "ratio", legend, streets, words, effects)


def _earliest(
    session: Session, config: Config, as_of: dt.date, options: Options, end: dt.date
) -> dt.date:
    """Return when three years before the end began, or the first report if it was later."""
    known = asked_of(session, config, as_of, options).by_source["first"]
    start = pd.Timestamp(end) - pd.Timedelta(days=3 * _YEAR_DAYS)
    first = known.min() if len(known) else start
    return max(start, min(first, pd.Timestamp(end) - pd.Timedelta(days=1))).date()


def _inside(day: dt.date, cube: Cube) -> pd.Timestamp:
    moment = pd.Timestamp(day)
    if not cube.edges[0] < moment < cube.edges[-1]:
        raise AnalysisError(
            f"{moment.date()} is not inside the period",
            where="patterns expected learn_until",
            allowed=f"after {cube.edges[0].date()}, before {cube.edges[-1].date()}",
        )
    return moment


def _calendar(config: Config, cube: Cube) -> Calendar:
    """Return the city's calendar; less than a year of days tells nothing of the season."""
    days = config.calendar
    return Calendar(
        season="harmonic" if cube.shape[2] >= _YEAR_DAYS else "none",
        trend="significant" if cube.shape[2] >= _YEAR_DAYS else "never",
        holidays=frozenset(map(pd.Timestamp, days.holidays)),
        working_days=frozenset(map(pd.Timestamp, days.working_weekends)),
    )


def _effects(
    cube: Cube, calendar: Calendar, until: pd.Timestamp | None, words: Words
) -> pd.DataFrame:
    """Return what the laws found, of every category that has one."""
    past = cube if until is None else cube.between(cube.edges[0], until)
    blocks = []
    for category, totals, seen in zip(
        past.categories, past.step_totals(), past.observed_days > 0, strict=True
    ):
        if totals[seen].sum() == 0:
            continue
        law = calendar_law(totals, past.edges[:-1], calendar, used=seen, prior_sd=_PRIOR_SD)
        block = calendar_effects(law, calendar).assign(used=True)
        if calendar.trend == "significant" and "trend" not in law.terms:
            block = pd.concat([block, _unused_trend(totals, past, calendar, seen)])
        blocks.append(block.assign(category=category))
    if not blocks:
        blocks = [pd.DataFrame(columns=[*EFFECT_COLUMNS, "used", "category"])]
    table = pd.concat(blocks, ignore_index=True)
    table["what"] = [
        _what(part, level, words) for part, level in zip(table["part"], table["level"], strict=True)
    ]
    return table[["category", "part", "level", "what", "ratio", "low", "high", "p", "used"]]


def _unused_trend(
    totals: np.ndarray, cube: Cube, calendar: Calendar, seen: np.ndarray
) -> pd.DataFrame:
    """Return the trend of a law that does not count with it, since it is not significant."""
    always = Calendar(
        calendar.season,
        calendar.harmonics,
        trend="always",
        holidays=calendar.holidays,
        working_days=calendar.working_days,
    )
    law = calendar_law(totals, cube.edges[:-1], always, used=seen, prior_sd=_PRIOR_SD)
    effects = calendar_effects(law, always)
    return effects[effects["part"] == "trend"].assign(used=False)


def _what(part: str, level: str, words: Words) -> str:
    if level == "all":
        return words.t(*_PARTS[part]) + words.t("：", ", ") + words.t(*_LEVELS[level])
    if part == "season":
        month = int(level)
        return words.t(f"{month} 月中旬", f"the middle of {_MONTHS[month - 1]}")
    return words.t(*_LEVELS[level])


def _explained(
    effects: pd.DataFrame, table: pd.DataFrame, name: str, words: Words
) -> Iterator[str]:
    t = words.t
    stands = (
        t("本单元以往的份额", "the cell's own share of the past")
        if name == _OWN_PAST
        else words.exposure(name)
    )
    yield t(
        f"预期数：按季节、星期、节假日和趋势，单元份额按{stands}",
        f"Expected by season, weekday, holidays and trend; a cell's share by {stands}",
    )
    for category, rows in effects.groupby("category", sort=True):
        yield f"  {category}{t('：', ': ')}{t('；', '; ').join(_found(rows, words))}"
    for code, number in table["reason"].value_counts().sort_index().items():
        why = words.untested(str(code))
        yield t(f"  未计算 {number} 个：{why}", f"  not told, {number}: {why}")


def _found(rows: pd.DataFrame, words: Words) -> Iterator[str]:
    """Tell what the law of one category found."""
    levels = {
        (str(part), str(level)): _Level(str(what), float(ratio), float(p), bool(used))
        for part, level, what, ratio, p, used in zip(
            *(rows[c] for c in ("part", "level", "what", "ratio", "p", "used")), strict=True
        )
    }
    for part in ("weekday", "season"):
        if (part, "all") in levels:
            each = [v for (own, level), v in levels.items() if own == part and level != "all"]
            yield _told_part(part, levels[part, "all"].p, each, words)
    holiday, trend = levels.get(("holiday", "holiday")), levels.get(("trend", "year"))
    if holiday is not None and np.isfinite(holiday.ratio):
        yield words.t(
            f"节假日为平日平均的 {holiday.ratio:.2f} 倍，p {q_value(holiday.p)}",
            f"holidays {holiday.ratio:.2f} of the average day, p {q_value(holiday.p)}",
        )
    if trend is not None:
        yield _told_trend(trend, words)


class _Level(NamedTuple):
    what: str
    ratio: float
    p: float
    used: bool


def _told_part(part: str, p: float, each: Sequence[_Level], words: Words) -> str:
    label = words.t(*_PARTS[part])
    if not p < _LEVEL:
        return words.t(f"{label}无显著差别", f"no significant difference by {label}")
    most = max(each, key=lambda level: level.ratio)
    least = min(each, key=lambda level: level.ratio)
    return words.t(
        f"{most.what}最多（平均的 {most.ratio:.2f} 倍），{least.what}最少（{least.ratio:.2f} 倍），"
        f"p {q_value(p)}",
        f"most on {most.what} ({most.ratio:.2f} of the average), least on {least.what} "
        f"({least.ratio:.2f}), p {q_value(p)}",
    )


def _told_trend(trend: _Level, words: Words) -> str:
    change = share(abs(trend.ratio - 1))
    way = words.t("增加", "more") if trend.ratio >= 1 else words.t("减少", "fewer")
    p = q_value(trend.p)
    told = words.t(f"每年{way} {change}，p {p}", f"{change} {way} a year, p {p}")
    if trend.used:
        return told
    return told + words.t("（不显著，未计入）", " (not significant, left out)")

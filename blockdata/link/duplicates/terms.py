"""The terms by which a pair is judged: each has a few levels, in order, and words for them.

A level left of the neutral one can only speak against a pair, one right of it only for it, and
the farther the more. The neutral level says nothing: its weight is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from blockdata.link.duplicates.columns import ReportColumns
from blockdata.link.duplicates.fingerprints import similarity

__all__ = ["TERMS", "Level", "Term", "effective_distance_m", "levels_of", "same_caller"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Levels = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Level:
    """One level of a term, and how a reason says it; no words where it says nothing."""

    name: str
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Term:
    """A term: its levels from what speaks most against a pair to what speaks most for it."""

    name: str
    levels: tuple[Level, ...]
    neutral: int

    def number(self, name: str) -> int:
        """Return the place of a level.

        Examples
        --------
        >>> TERMS[0].name, TERMS[0].number("other_site")
        ('address', 0)
        """
        return [level.name for level in self.levels].index(name)


_DISTANCES_M = (15.0, 30.0, 50.0, 80.0, 120.0)
_SIMILARITIES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75)
_SILENT_TEXT, _BRIEF_TEXT = 12, 24
"""Below so many elements a text hardly says more than its category does, or says little."""

_LEVEL_OF_BRIEF = np.array([3, 3, 4, 4, 4, 5, 6, 7, 7, 7], dtype=np.int8)
"""What a brief text's similarity counts as, against that of longer ones."""

_GAPS_HOURS = (1, 3, 6, 12, 18, 24, 30, 36, 48)
_USUAL_PER_DAY = (0.003, 0.006, 0.012, 0.025, 0.05, 0.1, 0.3)
_US_PER_HOUR = 3_600_000_000

TERMS = (
    Term(
        "address",
        (
            Level("other_site", "门牌或小区不同", "different door plates or estates"),
            Level("other_building", "同一门牌或小区内楼栋不同", "different buildings of one site"),
            Level("other_room", "同一楼栋不同房间", "different rooms of one building"),
            Level("unknown"),
            Level("site", "同一门牌或小区", "the same door plate or estate"),
            Level("partly", "同一楼栋，一方未写房间", "the same building, one without a room"),
            Level("building", "同一楼栋", "the same building"),
            Level("room", "同一房间", "the same room"),
        ),
        3,
    ),
    Term(
        "distance",
        (
            Level("far", "相距可能超过 120 米", "may be more than 120 m apart"),
            Level("120", "相距约 80 至 120 米", "about 80 to 120 m apart"),
            Level("80", "相距约 50 至 80 米", "about 50 to 80 m apart"),
            Level("unknown"),
            Level("50", "相距约 30 至 50 米", "about 30 to 50 m apart"),
            Level("30", "相距约 15 至 30 米", "about 15 to 30 m apart"),
            Level("15", "相距不足 15 米", "less than 15 m apart"),
        ),
        3,
    ),
    Term(
        "road",
        (
            Level("other", "道路不同", "on different roads"),
            Level("unknown"),
            Level("same", "同一道路", "on the same road"),
        ),
        1,
    ),
    Term(
        "component",
        (
            Level("other", "部件不同", "different components"),
            Level("unknown"),
            Level("same", "同一部件", "the same component"),
        ),
        1,
    ),
    Term(
        "cell",
        (
            Level("other", "所在片区不同", "in different cells"),
            Level("unknown"),
            Level("same", "同一片区（无更确切位置）", "in the same cell, with no better place"),
        ),
        1,
    ),
    Term(
        "category",
        (
            Level("other", "类别不同", "different categories"),
            Level("related", "大类相同", "the same main category"),
            Level("unknown"),
            Level("same", "类别相同", "the same category"),
        ),
        2,
    ),
    Term(
        "text",
        (
            Level("0", "文字几乎无相同", "texts with next to nothing in common"),
            Level("5", "文字很少相同", "texts with very little in common"),
            Level("10", "文字少有相同", "texts with little in common"),
            Level("15", "文字略有相同", "texts with something in common"),
            Level("unknown"),
            Level("30", "文字部分相同", "texts alike in part"),
            Level("40", "文字多处相同", "texts alike in much"),
            Level("50", "文字过半相同", "texts alike by half"),
            Level("60", "文字大半相同", "texts mostly alike"),
            Level("75", "文字很相近", "texts much alike"),
        ),
        4,
    ),
    Term(
        "caller",
        (
            Level("other", "来电人不同", "different callers"),
            Level("unknown"),
            Level("same", "同一来电人", "the same caller"),
        ),
        1,
    ),
    Term(
        "gap",
        (
            Level("longer", "相隔两天以上", "more than 48 h apart"),
            *(
                Level(str(h), f"相隔不超过 {h} 小时", f"at most {h} h apart")
                for h in reversed(_GAPS_HOURS)
            ),
        ),
        0,
    ),
    Term(
        "usual",
        (
            *(
                Level(
                    str(n),
                    f"此处同类案件平时每天超过 {n} 件",
                    f"usually more than {n} a day from here",
                )
                for n in reversed(_USUAL_PER_DAY)
            ),
            Level("seldom"),
        ),
        len(_USUAL_PER_DAY),
    ),
)
"""All terms; their weights and an intercept add up to the log-odds of a pair."""


def levels_of(
    one: ReportColumns, i: Integers, other: ReportColumns, j: Integers
) -> npt.NDArray[np.int8]:
    """Return the level of every term for pairs of reports.

    Nothing else than the two reports of a pair is looked at, and neither is the first.

    Parameters
    ----------
    one, other : ReportColumns
    i, j : ndarray of int, shape (m,)
        Rows of the one and of the other.

    Returns
    -------
    ndarray of int8, shape (number of terms, m)
        Places in `Term.levels`, in the order of `TERMS`.
    """
    parts = (
        _address(one, i, other, j),
        _distance(one, i, other, j),
        _road(one, i, other, j),
        _key(one.component_id[i], other.component_id[j]),
        _cell(one, i, other, j),
        _category(one, i, other, j),
        _text(one, i, other, j),
        same_caller(one, i, other, j),
        _gap(one, i, other, j),
        _usual(one, i, other, j),
    )
    return np.stack([part.astype(np.int8) for part in parts])


def effective_distance_m(
    one: ReportColumns, i: Integers, other: ReportColumns, j: Integers
) -> Floats:
    """Return how far apart two places may be, taking into account how surely each is known.

    The root of the sum of the squares of the distance and of both radii; NaN without points.
    Uncertainty so weakens what nearness says, and two vague places are never taken for near.
    """
    across, along = one.x[i] - other.x[j], one.y[i] - other.y[j]
    spread = one.radius_m[i] ** 2 + other.radius_m[j] ** 2
    effective: Floats = np.sqrt(across * across + along * along + spread)
    return effective


def same_caller(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Levels:
    """Return 0 for different callers, 1 where one is unknown, 2 for the same."""
    return _key(one.caller[i], other.caller[j])


def _key(key: Integers, other: Integers) -> Levels:
    known = (key >= 0) & (other >= 0)
    return np.where(known, np.where(key == other, 2, 0), 1).astype(np.int8)


def _position(name: str) -> int:
    return [term.name for term in TERMS].index(name)


def _road(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Levels:
    """Compare the roads, of crossings both; what is on one site is on one road anyway."""
    roads = (one.road_id[i], one.other_road_id[i])
    others = (other.road_id[j], other.other_road_id[j])
    level = np.where((roads[0] >= 0) & (others[0] >= 0), 0, 1).astype(np.int8)
    for road in roads:
        for other_road in others:
            level[(road == other_road) & (road >= 0)] = 2
    return np.where(_key(one.site_id[i], other.site_id[j]) == 1, level, np.int8(1))


def _cell(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Levels:
    placed = one.has_point[i] & other.has_point[j]
    return np.where(placed, np.int8(1), _key(one.cell[i], other.cell[j]))


def _gap(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Integers:
    gap_us = np.abs(one.time_us[i] - other.time_us[j])
    limits = np.array(_GAPS_HOURS, dtype=np.int64) * _US_PER_HOUR
    level: Integers = len(limits) - np.searchsorted(limits, gap_us, side="left")
    return level


def _usual(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Integers:
    usual = np.fmax(one.usual_per_day[i], other.usual_per_day[j])
    level: Integers = len(_USUAL_PER_DAY) - np.searchsorted(_USUAL_PER_DAY, np.nan_to_num(usual))
    return level


def _address(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Levels:
    term = TERMS[0]
    site = _key(one.site_id[i], other.site_id[j])
    building = _key(one.building_id[i], other.building_id[j])
    room = _key(one.room_id[i], other.room_id[j])
    level = np.array([0, term.neutral, term.number("site")], dtype=np.int8)[site]
    level[(site == 2) & (building == 0)] = term.number("other_building")
    same = building == 2
    silent = (one.room_id[i] < 0) & (other.room_id[j] < 0)
    level[same] = term.number("partly")
    level[same & silent] = term.number("building")
    level[same & (room == 0)] = term.number("other_room")
    level[same & (room == 2)] = term.number("room")
    return level


def _distance(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Levels:
    apart_m = effective_distance_m(one, i, other, j)
    step = np.searchsorted(np.array(_DISTANCES_M), apart_m, side="left")
    level = np.array([6, 5, 4, 2, 1, 0], dtype=np.int8)[np.minimum(step, 5)]
    return np.where(np.isnan(apart_m), np.int8(TERMS[1].neutral), level)


def _category(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Levels:
    term = TERMS[_position("category")]
    own, other_own = one.category[i], other.category[j]
    main, other_main = one.main_category[i], other.main_category[j]
    known = (own >= 0) & (other_own >= 0)
    level = np.where(known, term.number("other"), term.neutral)
    level[known & (main == other_main) & (main >= 0)] = term.number("related")
    level[known & (own == other_own)] = term.number("same")
    return level.astype(np.int8)


def _text(one: ReportColumns, i: Integers, other: ReportColumns, j: Integers) -> Levels:
    """Compare the texts; a bare one that is found in a longer one says next to nothing."""
    alike = similarity((one.slots, one.text_size), i, (other.slots, other.text_size), j)
    level = np.searchsorted(np.array(_SIMILARITIES), alike, side="right").astype(np.int8)
    size = np.fmin(one.text_size[i], other.text_size[j])
    silent, brief = size < _SILENT_TEXT, size < _BRIEF_TEXT
    level[brief] = _LEVEL_OF_BRIEF[level[brief]]
    level[silent] = TERMS[_position("text")].neutral
    return level

"""What is said of a rise and of a cluster, in sentences that a street office understands."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from blockdata.report.words import Words, tenth

__all__ = ["cluster_sentence", "how_rare", "rise_sentence"]

_YEAR_DAYS = 365.25
_FIRST_YEARS, _MOST_YEARS = 3, 100
# What comes by chance more often is told as no rarity.
_RARE_DAYS = 30


def how_rare(days: float, words: Words) -> str:
    """Tell a recurrence interval in whole days, or years from three on; never too long a one.

    Parameters
    ----------
    days : float
        1 or more.
    words : Words

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> words = Words("zh", Catalogue())
    >>> [how_rare(days, words) for days in (1.0, 40.2, 400.0, 4000.0, 1e9)]
    ['1 天', '40 天', '400 天', '10 年', '100 多年']
    """
    if days < _FIRST_YEARS * _YEAR_DAYS:
        number = math.floor(days)
        return words.t(f"{number} 天", f"{number} day{'s' if number != 1 else ''}")
    years = math.floor(days / _YEAR_DAYS)
    if years < _MOST_YEARS:
        return words.t(f"{years} 年", f"{years} years")
    return words.t("100 多年", "more than 100 years")


def rise_sentence(row: Mapping[Hashable, Any], name: str, words: Words) -> str:
    """Say how much a place had lately, and how much its own past lets expect.

    Parameters
    ----------
    row : mapping
        Of the table `rise`: category, window_days, observed_days, count, expected, excess,
        reference, recurrence_days.
    name : str
        What the cell is called.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"category": "占道经营", "window_days": 7, "observed_days": 7, "count": 9,
    ...        "expected": 2.0, "excess": 7.0, "reference": "matched", "recurrence_days": 400.0}
    >>> rise_sentence(row, "望海社区第3网格", Words("zh", Catalogue()))[:40]
    '最近 7 天，望海社区第3网格占道经营 9 起，按这里往年同期和近期的水平应有约'
    """
    days, seen = int(row["window_days"]), int(row["observed_days"])
    category, count = row["category"], int(row["count"])
    expected, more = _about(row["expected"], words), tenth(row["excess"])
    matched = row["reference"] == "matched"
    known = (
        words.t(f"（其中 {seen} 天有数据）", f" ({seen} of them observed)") if seen < days else ""
    )
    rare = how_rare(float(row["recurrence_days"]), words)
    only = "才" if float(row["recurrence_days"]) >= _RARE_DAYS else "就"
    level_zh = "按这里往年同期和近期的水平" if matched else "按这里以往的水平"
    level_en = "as in this season before" if matched else "as in its past"
    return words.t(
        f"最近 {days} 天{known}，{name}{category} {count} 起，{level_zh}应有{expected} 起，"
        f"多出 {more} 起；全区所有格子和类别合起来看，"
        f"这么反常的情况平均 {rare}{only}会碰巧出现一次。",
        f"In the past {days} day{'s' if days != 1 else ''}{known} {name} had {count} × {category}; "
        f"{level_en} it should have had {expected}: {more} too many. Over all cells and "
        f"categories, chance alone brings something so unusual once in {rare}.",
    )


def cluster_sentence(row: Mapping[Hashable, Any], name: str, layer: str, words: Words) -> str:
    """Say how much gathered in some cells within some days.

    Parameters
    ----------
    row : mapping
        Of the table `cluster`: category, radius_m, cells, first_day, last_day, days, count,
        expected, ratio, p, replications, recurrence_days.
    name : str
        What the cell in the middle is called.
    layer : str
        What the cells are called.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> row = {"category": "noise", "radius_m": 240.0, "cells": 4, "days": 3, "count": 20,
    ...        "first_day": pd.Timestamp("2026-10-29"), "last_day": pd.Timestamp("2026-10-31"),
    ...        "expected": 5.8, "ratio": 3.44, "p": 0.001, "replications": 999,
    ...        "recurrence_days": 1000.0}
    >>> cluster_sentence(row, "grid 3", "unit grid", Words("en", Catalogue()))[44:84]
    '4 cells (unit grid) within 240 m of grid'
    """
    first, last = (pd.Timestamp(row[day]).date() for day in ("first_day", "last_day"))
    days, cells, radius_m = int(row["days"]), int(row["cells"]), round(float(row["radius_m"]))
    category, count, ratio = row["category"], int(row["count"]), tenth(row["ratio"])
    expected = _about(row["expected"], words)
    where = words.t(
        f"{name}周围 {radius_m} 米内的 {cells} 个{layer}" if cells > 1 else name,
        f"{cells} cells ({layer}) within {radius_m} m of {name}" if cells > 1 else name,
    )
    when_zh = f"{first} 一天" if days == 1 else f"{first} 至 {last} 的 {days} 天"
    when_en = f"On {first}" if days == 1 else f"In the {days} days from {first} to {last}"
    return words.t(
        f"{when_zh}里，{where}有{category} {count} 起，按平常的分布应有{expected} 起，"
        f"是 {ratio} 倍；",
        f"{when_en} {where} had {count} × {category}; as cases usually spread it should be "
        f"{expected}: {ratio} times as many. ",
    ) + _chance(row, words)


def _about(expected: float, words: Words) -> str:
    told = tenth(expected)
    if told.startswith("<"):
        return words.t(f"不到 {told[1:]}", f"less than {told[1:]}")
    return words.t(f"约 {told}", f"about {told}")


def _chance(row: Mapping[Hashable, Any], words: Words) -> str:
    """Tell how often chance brings such a cluster; a scan that looks back has its p alone."""
    p = float(row["p"])
    # The rank among replications tells no rarer event than one in all of them.
    floor = p * (int(row["replications"]) + 1) < 1.5
    if pd.isna(row["recurrence_days"]):
        told = f"{p:.3f}" if p >= 0.001 else f"{p:.2g}"
        return words.t(
            f"碰巧出现这样的聚集，机会{'不到' if floor else '约'} {told}。",
            f"Chance alone brings such a cluster with a probability of "
            f"{'less than' if floor else 'about'} {told}.",
        )
    rare = how_rare(float(row["recurrence_days"]), words)
    return words.t(
        f"只看这一类、每晚查一次，碰巧出现这样的聚集平均{'至少' if floor else ''}要 {rare}一次。",
        "Looking at this category every night, chance alone brings such a cluster once in "
        f"{'at least ' if floor else ''}{rare}.",
    )

"""Did it work: what became of places after an intervention, against places like them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import log
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.engines import gathering_feeds
from blockdata.report.settings import Settings
from blockdata.report.words import Words, tenth, whole
from blockdata.store.session import Session

__all__ = [
    "EffectLine",
    "EffectSection",
    "Forest",
    "effect_line",
    "effect_order",
    "effect_section",
    "forest",
    "verdict_words",
]

_DRAWN = 25
_WIDTH, _LABELS, _FIGURES = 860.0, 270.0, 170.0
_ROW, _TOP = 30.0, 34.0
_LEAST, _MOST = 0.05, 20.0
_MARKS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
_LONGEST_LABEL = 17.0

_VERDICTS = MappingProxyType(
    {
        "fewer": ("确有减少", "fewer"),
        "more": ("反而增多", "more"),
        "undecided": ("尚不能断定", "undecided"),
    }
)


@dataclass(frozen=True)
class EffectLine:
    """One intervention, or several together."""

    label: str
    when: str
    pooled: bool
    treated: str
    controls: str
    pre: str
    post: str
    expected: str
    naive: str
    ratio: str
    interval: str
    verdict: str
    verdict_code: str | None
    sentence: str


@dataclass(frozen=True)
class Mark:
    """One line of the forest plot; positions in units of the drawing."""

    y: float
    label: str
    text: str
    x: float
    low: float
    high: float
    low_open: bool
    high_open: bool
    pooled: bool
    verdict: str


@dataclass(frozen=True)
class Forest:
    """Ratios with their intervals on a logarithmic scale.

    Parameters
    ----------
    width, height : float
    left, right : float
        Ends of the scale.
    one : float
        Where nothing has changed.
    ticks : list of (float, str)
    marks : list of Mark
    """

    width: float
    height: float
    left: float
    right: float
    one: float
    ticks: list[tuple[float, str]]
    marks: list[Mark]


@dataclass(frozen=True)
class EffectSection:
    """What interventions did.

    Parameters
    ----------
    level : str
        Of the intervals.
    since : str
        From when problems count.
    lines : list of EffectLine
    forest : Forest or None
        None where nothing could be estimated.
    """

    level: str
    since: str
    lines: list[EffectLine]
    forest: Forest | None


def effect_section(session: Session, settings: Settings, words: Words) -> EffectSection | None:
    """Return the section; None where the base knows no intervention.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    """
    rows = gathering_feeds.result_rows(session, "effect", ("effect",))
    if rows.empty:
        return None
    ordered = effect_order(rows)
    return EffectSection(
        level=f"{100 * settings.effects.level:.0f}%",
        since=str(ordered["observed_from"].iloc[0]),
        lines=[effect_line(row, words) for row in ordered.to_dict("records")],
        forest=forest(ordered, words),
    )


def effect_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return effects with those told of several interventions first, then by start and name."""
    single = rows["scope"] == "intervention"
    return (
        rows.assign(_single=single)
        .sort_values(["_single", "started_on", "name", "category", "effect"], ignore_index=True)
        .drop(columns="_single")
    )


def verdict_words(row: Mapping[Hashable, Any], words: Words) -> str:
    """Return in words what an effect's interval lets one say, or why there is none."""
    if not pd.isna(row["verdict"]):
        return words.t(*_VERDICTS[str(row["verdict"])])
    return words.untested(str(row["reason"]))


def effect_line(row: Mapping[Hashable, Any], words: Words) -> EffectLine:
    """Return an effect in figures and words."""
    estimated = not pd.isna(row["verdict"])
    return EffectLine(
        label=_label(row, words),
        when=_when(row),
        pooled=row["scope"] != "intervention",
        treated=whole(row["treated"]),
        controls=whole(row["controls"]),
        pre=whole(row["pre"]),
        post=whole(row["post"]),
        expected=tenth(row["expected"]),
        naive=_percent(row["naive_ratio"]),
        ratio=_percent(row["ratio"]),
        interval=_interval(row) if estimated else "—",
        verdict=verdict_words(row, words),
        verdict_code=str(row["verdict"]) if estimated else None,
        sentence=str(row[words.lang]),
    )


def _label(row: Mapping[Hashable, Any], words: Words) -> str:
    name = words.t("各项措施", "all interventions") if pd.isna(row["name"]) else str(row["name"])
    about = "" if pd.isna(row["category"]) else f" · {row['category']}"
    several = "" if row["scope"] == "intervention" else f" ×{row['interventions']}"
    return f"{name}{several}{about}"


def _when(row: Mapping[Hashable, Any]) -> str:
    end = "" if pd.isna(row["ended_on"]) else f" – {row['ended_on']}"
    return f"{row['started_on']}{end}"


def _percent(value: object) -> str:
    """Write a ratio in percent.

    Examples
    --------
    >>> _percent(0.603), _percent(None)
    ('60%', '—')
    """
    number = float("nan") if value is None else float(str(value))
    return "—" if pd.isna(number) else f"{min(100 * number, 9999):,.0f}%"


def _interval(row: Mapping[Hashable, Any]) -> str:
    return f"{_percent(row['low'])} – {_percent(row['high'])}"


def forest(rows: pd.DataFrame, words: Words) -> Forest | None:
    """Draw the effects that have an estimate; None where none has.

    Parameters
    ----------
    rows : DataFrame
        Of the table `effect`, in the order in which they are drawn; the first 25 are.
    words : Words

    Returns
    -------
    Forest or None
        An end of an interval beyond the scale is open: it is drawn as an arrow.
    """
    known = rows[rows["verdict"].notna()].head(_DRAWN)
    if known.empty:
        return None
    least = min(0.5, max(_LEAST, float(known["low"].min())))
    most = max(2.0, min(_MOST, float(known["high"].max())))
    left, right = _LABELS, _WIDTH - _FIGURES

    def across(ratio: float) -> float:
        share = (log(min(max(ratio, least), most)) - log(least)) / (log(most) - log(least))
        return round(left + share * (right - left), 1)

    marks = [
        Mark(
            y=_TOP + number * _ROW,
            label=_short(_label(row, words)),
            text=f"{_percent(row['ratio'])} ({_interval(row)})",
            x=across(float(row["ratio"])),
            low=across(float(row["low"])),
            high=across(float(row["high"])),
            low_open=float(row["low"]) < least,
            high_open=float(row["high"]) > most,
            pooled=row["scope"] != "intervention",
            verdict=str(row["verdict"]),
        )
        for number, row in enumerate(known.to_dict("records"))
    ]
    ticks = [(across(at), f"{100 * at:g}%") for at in _MARKS if least <= at <= most]
    height = _TOP + len(marks) * _ROW + 24
    return Forest(_WIDTH, height, left, right, across(1.0), ticks, marks)


def _short(text: str) -> str:
    """Cut a label to what has room; a Chinese character is twice as wide as a letter."""
    width, kept = 0.0, ""
    for letter in text:
        width += 1.0 if ord(letter) > _ASCII else 0.55
        if width > _LONGEST_LABEL:
            return f"{kept}…"
        kept += letter
    return kept


_ASCII = 127

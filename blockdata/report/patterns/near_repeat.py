"""Whether trouble is followed by more of it near by: near repeat, told band by band."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.config.gathering import NearRepeat
from blockdata.engines import gathering_feeds
from blockdata.report.settings import Settings
from blockdata.report.words import Words, q_value, tenth, whole
from blockdata.store.session import Session

__all__ = [
    "NearRepeatSection",
    "band_sentence",
    "band_words",
    "near_repeat_section",
    "raised",
    "times",
]

_LISTED = 15


@dataclass(frozen=True)
class RepeatLine:
    """One band of one category."""

    category: str
    band: str
    pairs: str
    expected: str
    ratio: str
    q: str
    sentence: str


@dataclass(frozen=True)
class RepeatCategory:
    """What became of one category."""

    category: str
    episodes: str
    window_days: str
    raised: int
    strongest: str
    reason: str


@dataclass(frozen=True)
class NearRepeatSection:
    """Bands in which problems follow each other, and what was tested.

    Parameters
    ----------
    window_days : int
    farthest : str
        Largest distance that was looked at.
    days : int
        Largest difference of days.
    tested : int
        Bands that make the family of q.
    alpha, min_ratio : float
    lines : list of RepeatLine
        The highest ratio first.
    more : int
    categories : list of RepeatCategory
    shortened : bool
        Whether a category with very many pairs was looked at over fewer days.
    """

    window_days: int
    farthest: str
    days: int
    tested: int
    alpha: float
    min_ratio: float
    lines: list[RepeatLine]
    more: int
    categories: list[RepeatCategory]
    shortened: bool


def near_repeat_section(
    session: Session, settings: Settings, words: Words
) -> NearRepeatSection | None:
    """Return the section; None where there was nothing to test.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    """
    rows = gathering_feeds.result_rows(
        session, "near_repeat", ("category", "from_m", "to_m", "from_days")
    )
    if rows.empty:
        return None
    own = settings.near_repeat
    found = raised(rows, own)
    return NearRepeatSection(
        window_days=own.window_days,
        farthest=f"{own.distances_m[-1]:g}",
        days=own.days[-1],
        tested=int(rows["p"].notna().sum()),
        alpha=own.alpha,
        min_ratio=own.min_ratio,
        lines=[_line(row, words) for row in found.head(_LISTED).to_dict("records")],
        more=max(0, len(found) - _LISTED),
        categories=[
            _category(str(name), group, own, words)
            for name, group in rows.groupby("category", sort=True)
        ],
        shortened=bool((rows["window_days"] < own.window_days).any()),
    )


def raised(rows: pd.DataFrame, settings: NearRepeat) -> pd.DataFrame:
    """Return the bands that hold clearly and notably more pairs than chance, by ratio."""
    found = rows[(rows["q"] <= settings.alpha) & (rows["ratio"] >= settings.min_ratio)]
    by = ["ratio", "category", "from_m", "to_m", "from_days"]
    return found.sort_values(by, ascending=[False, True, True, True, True]).reset_index(drop=True)


def band_words(row: Mapping[Hashable, Any], words: Words) -> str:
    """Return a band in words, as 100 到 200 米、8 到 14 天."""
    days = words.t(
        f"{row['from_days']:.0f} 到 {row['to_days']:.0f} 天",
        f"{row['from_days']:.0f} to {row['to_days']:.0f} days",
    )
    if row["to_m"] == 0:
        return words.t(f"同一处、{days}", f"on the same spot, {days}")
    if row["from_m"] == 0:
        return words.t(f"{row['to_m']:g} 米以内、{days}", f"within {row['to_m']:g} m, {days}")
    return words.t(
        f"{row['from_m']:g} 到 {row['to_m']:g} 米、{days}",
        f"{row['from_m']:g} to {row['to_m']:g} m, {days}",
    )


def band_sentence(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say what a raised band means for whoever plans the next round."""
    band = band_words(row, words)
    ratio, pairs, usual = times(row["ratio"]), whole(row["pairs"]), tenth(row["expected"])
    return words.t(
        f"{row['category']}发生后，在{band}之间再发生的，是碰巧应有的 {ratio} 倍"
        f"（{pairs} 对，碰巧应有 {usual} 对）。",
        f"After {row['category']}, more of it follows {band} later {ratio} times as often as by "
        f"chance ({pairs} pairs, {usual} expected).",
    )


def times(ratio: float | None) -> str:
    """Write a ratio with two decimals; a dash where nothing is expected.

    Examples
    --------
    >>> times(2.674), times(None)
    ('2.67', '—')
    """
    return "—" if ratio is None or pd.isna(ratio) else f"{ratio:.2f}"


def _line(row: Mapping[Hashable, Any], words: Words) -> RepeatLine:
    return RepeatLine(
        category=str(row["category"]),
        band=band_words(row, words),
        pairs=whole(row["pairs"]),
        expected=tenth(row["expected"]),
        ratio=times(row["ratio"]),
        q=q_value(row["q"]),
        sentence=band_sentence(row, words),
    )


def _category(name: str, rows: pd.DataFrame, settings: NearRepeat, words: Words) -> RepeatCategory:
    tested = rows[rows["p"].notna()]
    best = tested.sort_values(["q", "ratio"], ascending=[True, False]).head(1).to_dict("records")
    reasons = rows["reason"].dropna().drop_duplicates().tolist() if tested.empty else []
    return RepeatCategory(
        category=name,
        episodes=whole(rows["episodes"].iloc[0]),
        window_days=whole(rows["window_days"].iloc[0]),
        raised=len(raised(rows, settings)),
        strongest=words.t("：", ": ").join([band_words(best[0], words), times(best[0]["ratio"])])
        if best
        else "—",
        reason=words.t("；", "; ").join(words.untested(str(code)) for code in reasons),
    )

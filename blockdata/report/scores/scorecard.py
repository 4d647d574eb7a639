"""The scorecard of departments and areas, with both counts of every figure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.config import Scorecard
from blockdata.engines import case_lookups, score_feeds
from blockdata.report.scores.totals import total_sentence
from blockdata.report.scores.words import (
    WHOLE,
    amount,
    better_words,
    month_words,
    number,
    span_words,
    unit_kind_words,
)
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["ScorecardSection", "scorecard_section"]

_LISTED = 20
_NAMED = 8


@dataclass(frozen=True)
class UnitLine:
    """One unit by one definition."""

    name: str
    numerator: str
    denominator: str
    value: str
    interval: str
    rank: str
    small: bool
    why: str


@dataclass(frozen=True)
class DefinitionBlock:
    """All units of a kind by one definition, the best first; `without` have no case to count."""

    title: str
    numerator: str
    denominator: str
    better: str
    month: str
    whole: UnitLine | None
    lines: list[UnitLine]
    more: int
    without: str


@dataclass(frozen=True)
class ScoreLine:
    """The score of one unit."""

    name: str
    score: str
    interval: str
    rank: str
    missing: str
    why: str


@dataclass(frozen=True)
class UnitKind:
    """The scorecard of one kind of unit."""

    kind: str
    units: int
    blocks: list[DefinitionBlock]
    scores: list[ScoreLine]
    totals: list[str]
    adding_up: int
    counts: int


@dataclass(frozen=True)
class ScorecardSection:
    """The scorecard of the last whole month.

    Parameters
    ----------
    month : str
    level, min_denominator : str
    kinds : list of UnitKind
        Departments first.
    weights : list of tuple of str
        Definition, and its share of the weights.
    """

    month: str
    level: str
    min_denominator: str
    kinds: list[UnitKind]
    weights: list[tuple[str, str]]


def scorecard_section(
    session: Session, settings: Scorecard, words: Words
) -> ScorecardSection | None:
    """Return the section; None where nothing was measured.

    Parameters
    ----------
    session : Session
    settings : Scorecard
    words : Words
    """
    months = score_feeds.indicator_months(session, "scorecard")
    if not months:
        return None
    known = score_feeds.definition_rows(session, "scorecard_definition")
    card = score_feeds.card_rows(session)
    kinds = sorted(set(card["unit_kind"]) - {WHOLE}, key=lambda kind: (kind != "department", kind))
    weights = known[known["weight"].notna()]
    total = float(weights["weight"].sum())
    return ScorecardSection(
        month=month_words(months[-1], words),
        level=f"{settings.level:.0%}",
        min_denominator=f"{settings.min_denominator:g}",
        kinds=[_kind(session, kind, card, known, words) for kind in kinds],
        weights=[
            (words.t(row["zh"], row["en"]), f"{row['weight'] / total:.0%}")
            for row in weights.to_dict("records")
        ],
    )


def _kind(
    session: Session, kind: str, card: pd.DataFrame, known: pd.DataFrame, words: Words
) -> UnitKind:
    own = card[card["unit_kind"] == kind]
    last = card["month"].max()
    totals = score_feeds.total_rows(session, kind, last.date())
    wrong = totals[~totals["adds_up"]]
    return UnitKind(
        kind=unit_kind_words(kind, words),
        units=own["unit"].nunique(),
        blocks=[
            _block(definition, own, card, words)
            for definition in known[known["chosen"]].to_dict("records")
        ],
        scores=_scores(session, kind, last, known, words),
        totals=[total_sentence(row, words) for row in wrong.to_dict("records")],
        adding_up=len(totals) - len(wrong),
        counts=len(totals),
    )


def _block(
    definition: Mapping[Hashable, Any], own: pd.DataFrame, card: pd.DataFrame, words: Words
) -> DefinitionBlock:
    """Return the newest month of which any unit has a case to count.

    Recurrence is known some months later than all else: its closings must have been followed.
    """
    rows = own[own["definition"] == definition["definition"]]
    counted = rows.loc[rows["denominator"] > 0, "month"]
    month = counted.max() if len(counted) else rows["month"].max()
    rows = rows[rows["month"] == month]
    whole = card[
        (card["unit_kind"] == WHOLE)
        & (card["definition"] == definition["definition"])
        & (card["month"] == month)
    ]
    empty = rows["denominator"] == 0
    listed = rows[~empty]
    told = [_unit(row, definition, words) for row in listed.head(_LISTED).to_dict("records")]
    everything = [_unit(row, definition, words) for row in whole.to_dict("records")]
    return DefinitionBlock(
        title=words.t(definition["zh"], definition["en"]),
        numerator=words.t(definition["numerator_zh"], definition["numerator_en"]),
        denominator=words.t(definition["denominator_zh"], definition["denominator_en"]),
        better=better_words(str(definition["better"]), words),
        month=month_words(month, words) if month != own["month"].max() else "",
        whole=everything[0] if everything else None,
        lines=told,
        more=len(listed) - len(told),
        without=_together([_name(row, words) for row in rows[empty].to_dict("records")], words),
    )


def _together(names: list[str], words: Words) -> str:
    """Name some units, or the first and how many there are."""
    text = words.t("、", ", ").join(names[:_NAMED])
    many = words.t(f" 等 {len(names)} 个", f" and others, {len(names)} in all")
    return text + (many if len(names) > _NAMED else "")


def _unit(
    row: Mapping[Hashable, Any], definition: Mapping[Hashable, Any], words: Words
) -> UnitLine:
    sign = "%" if definition["kind"] == "share" else ""
    low, high = number(row["low"]), number(row["high"])
    told = pd.notna(row["value"])
    return UnitLine(
        name=_name(row, words),
        numerator=amount(row["numerator"]),
        denominator=amount(row["denominator"]),
        value=f"{number(row['value'])}{sign}" if told else "—",
        interval=f"{low}–{high}{sign}" if told else "",
        rank=span_words(row, words),
        small=bool(row["small"]),
        why=words.untested(str(row["reason"])) if isinstance(row["reason"], str) else "",
    )


def _name(row: Mapping[Hashable, Any], words: Words) -> str:
    if row["unit_kind"] == WHOLE:
        return unit_kind_words(WHOLE, words)
    if row["unit_kind"] == "department":
        return str(row["unit"])
    return next(str(row[c]) for c in ("name", "code", "unit") if pd.notna(row[c]))


def _scores(
    session: Session, kind: str, month: pd.Timestamp, known: pd.DataFrame, words: Words
) -> list[ScoreLine]:
    if not case_lookups.has_table(session, "score"):
        return []
    names = known.set_index("definition")[words.lang]
    rows = score_feeds.score_rows(session, kind, month.date())
    joint = words.t("、", ", ")
    lines = []
    for row in rows.head(_LISTED).to_dict("records"):
        missing = row["missing"].split(", ") if isinstance(row["missing"], str) else []
        told = pd.notna(row["score"])
        lines.append(
            ScoreLine(
                name=_name(row, words),
                score=f"{row['score']:.1f}" if told else "—",
                interval=f"{row['low']:.1f}–{row['high']:.1f}" if told else "",
                rank=span_words(row, words),
                missing=joint.join(str(names[name]) for name in missing),
                why=words.untested(str(row["reason"])) if isinstance(row["reason"], str) else "",
            )
        )
    return lines

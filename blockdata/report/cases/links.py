"""What cases could be linked to, how surely, and where they contradict themselves."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from blockdata.engines import case_report_feeds
from blockdata.report.cases.words import CaseWords
from blockdata.report.words import metres, percent, share, whole
from blockdata.store.session import Session

__all__ = ["LINKED", "Contradictions", "LinkSection", "link_section", "links_of"]

LINKED = ("address", "building", "component", "cell", "area_only", "nothing", "at_default")
"""Columns of the table of sources after its cases; a case may count in several of them."""

_WORST = 10
_SUMMED = ("cases", "counted", *LINKED)


@dataclass(frozen=True)
class SourceLinks:
    """Cases of one source: how many are linked to what, and the share that counts at a place."""

    source: str
    cases: str
    placed: str
    counts: dict[str, str]


@dataclass(frozen=True)
class MethodLine:
    """Links of one source to one kind of target by one method, and how sure they are."""

    source: str
    target: str
    method: str
    links: str
    median: str
    unsure: str


@dataclass(frozen=True)
class ContradictionLine:
    """One kind of contradiction: how often, how far apart, and which side was believed."""

    first: str
    second: str
    cases: str
    median: str
    first_stands: str
    second_stands: str


@dataclass(frozen=True)
class WorstLine:
    """One case that contradicts itself: its id and metres, nothing of what it says."""

    incident: str
    first: str
    second: str
    distance: str
    allowed: str
    stands: str


@dataclass(frozen=True)
class Contradictions:
    """What contradicts itself: kinds, and the cases that are farthest apart."""

    total: int
    kinds: list[ContradictionLine]
    worst: list[WorstLine]


@dataclass(frozen=True)
class LinkSection:
    """What cases are linked to.

    Parameters
    ----------
    sources : list of SourceLinks
    total : SourceLinks or None
        Sums; None for a single source.
    methods : list of MethodLine
    sure_from : str
        Probability from which on a case counts at a place.
    contradictions : Contradictions
    """

    sources: list[SourceLinks]
    total: SourceLinks | None
    methods: list[MethodLine]
    sure_from: str
    contradictions: Contradictions


def link_section(session: Session, words: CaseWords, sure_from: float) -> LinkSection | None:
    """Return what cases are linked to; None where there are no cases.

    Parameters
    ----------
    session : Session
    words : CaseWords
    sure_from : float
        Probability from which on a case counts at a place.

    Returns
    -------
    LinkSection or None
    """
    counts = case_report_feeds.link_counts(session)
    if counts.empty:
        return None
    contradictions = contradictions_of(
        case_report_feeds.contradiction_counts(session),
        case_report_feeds.worst_contradictions(session, _WORST),
        words,
    )
    methods = case_report_feeds.link_methods(session, sure_from)
    return links_of(counts, methods, contradictions, words, sure_from)


def links_of(
    counts: pd.DataFrame,
    methods: pd.DataFrame,
    contradictions: Contradictions,
    words: CaseWords,
    sure_from: float,
) -> LinkSection:
    """Put the section together.

    Parameters
    ----------
    counts : DataFrame
        As from `case_report_feeds.link_counts`.
    methods : DataFrame
        As from `case_report_feeds.link_methods`.
    contradictions : Contradictions
    words : CaseWords
    sure_from : float
    """
    rows = counts.to_dict("records")
    sums = {name: int(counts[name].sum()) for name in _SUMMED}
    return LinkSection(
        sources=[_source(str(row["source"]), {n: int(row[n]) for n in _SUMMED}) for row in rows],
        total=_source(words.t("合计", "Total"), sums) if len(rows) > 1 else None,
        methods=[_method(pd.Series(row), words) for row in methods.to_dict("records")],
        sure_from=f"{100 * sure_from:g}%",
        contradictions=contradictions,
    )


def _source(name: str, counts: dict[str, int]) -> SourceLinks:
    return SourceLinks(
        source=name,
        cases=whole(counts["cases"]),
        placed=percent(counts["counted"], counts["cases"]),
        counts={column: whole(counts[column]) for column in LINKED},
    )


def _method(row: pd.Series, words: CaseWords) -> MethodLine:
    return MethodLine(
        source=str(row["source"]),
        target=words.target(str(row["target_kind"])),
        method=words.method(row["method"]),
        links=whole(row["links"]),
        median=share(row["median"]),
        unsure=percent(int(row["unsure"]), int(row["links"])),
    )


def contradictions_of(
    counts: pd.DataFrame, worst: pd.DataFrame, words: CaseWords
) -> Contradictions:
    """Put together what contradicts itself.

    Parameters
    ----------
    counts : DataFrame
        As from `case_report_feeds.contradiction_counts`.
    worst : DataFrame
        As from `case_report_feeds.worst_contradictions`.
    words : CaseWords
    """
    return Contradictions(
        total=int(counts["cases"].sum()),
        kinds=[
            ContradictionLine(
                first=words.side(str(row["first_kind"])),
                second=words.side(str(row["second_kind"])),
                cases=whole(row["cases"]),
                median=metres(row["median_m"]),
                first_stands=whole(row["first_stands"]),
                second_stands=whole(row["cases"] - row["first_stands"]),
            )
            for row in counts.to_dict("records")
        ],
        worst=[
            WorstLine(
                incident=str(row["incident"]),
                first=words.side(str(row["first_kind"])),
                second=words.side(str(row["second_kind"])),
                distance=metres(row["distance_m"]),
                allowed=metres(row["allowed_m"]),
                stands=words.side(str(row["stands"])),
            )
            for row in worst.to_dict("records")
        ],
    )

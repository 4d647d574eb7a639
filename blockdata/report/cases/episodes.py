"""From reports to occurrences to episodes: how many, how they ended, what was revised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from blockdata.engines import case_report_feeds, episode_feeds
from blockdata.link.revisions import CAUSES, CHANGES
from blockdata.report.cases.words import CaseWords
from blockdata.report.words import percent, whole
from blockdata.store.session import Session

__all__ = [
    "EpisodeSection",
    "Revisions",
    "SumLine",
    "episode_section",
    "episodes_of",
    "revisions_of",
]

_REMARKS = (
    ("reopened", ("办结后又被退回或重办", "Reopened after a closing")),
    ("administrative", ("有上报后随即办结的案件（不算治好）", "With a closing that mends nothing")),
    ("ignored_closing", ("有办结早于上报的案件（办结不计）", "With a closing before its report")),
    ("late", ("有晚到的上报", "With a report that was delivered late")),
)


@dataclass(frozen=True)
class SumLine:
    """One line of a sum: taken away, or what is left after those above.

    Parameters
    ----------
    text : str
    count : str
    is_sum : bool
    """

    text: str
    count: str
    is_sum: bool


@dataclass(frozen=True)
class Share:
    """A kind of episode: how many, and their share of all."""

    text: str
    count: str
    share: str


@dataclass(frozen=True)
class Revisions:
    """Episodes that were told of before and are told differently now.

    Parameters
    ----------
    since : str
        Day up to which they were told before; "" where nothing was revised.
    episodes : str
    changes : list of (str, str)
        What became of them, and how many; adds up to all.
    causes : list of (str, str)
        Why, and how many; an episode may have several causes.
    """

    since: str
    episodes: str
    changes: list[tuple[str, str]]
    causes: list[tuple[str, str]]


@dataclass(frozen=True)
class EpisodeSection:
    """Reports, occurrences and episodes.

    Parameters
    ----------
    sum : list of SumLine
        From the cases of the base to the episodes; it adds up.
    states : list of Share
        By status; they add up to all episodes.
    remarks : list of Share
        Those that a stated rule treats; an episode may be among several.
    revisions : Revisions
        Of this run.
    """

    sum: list[SumLine]
    states: list[Share]
    remarks: list[Share]
    revisions: Revisions


def episode_section(session: Session, words: CaseWords, as_of: dt.date) -> EpisodeSection | None:
    """Return what became of the reports; None where no case was looked at.

    Parameters
    ----------
    session : Session
    words : CaseWords
    as_of : date
        Of the run whose revisions are told.
    """
    if not session.count("episode_member"):
        return None
    return episodes_of(
        case_report_feeds.episode_counts(session),
        case_report_feeds.excluded_counts(session),
        case_report_feeds.episode_states(session),
        revisions_of(episode_feeds.revision_counts(session, as_of), words),
        words,
    )


def episodes_of(
    counts: pd.DataFrame,
    excluded: pd.DataFrame,
    states: pd.DataFrame,
    revisions: Revisions,
    words: CaseWords,
) -> EpisodeSection:
    """Put the section together.

    Parameters
    ----------
    counts : DataFrame
        As from `case_report_feeds.episode_counts`.
    excluded : DataFrame
        As from `case_report_feeds.excluded_counts`.
    states : DataFrame
        As from `case_report_feeds.episode_states`.
    revisions : Revisions
    words : CaseWords
    """
    row = {str(name): int(value) for name, value in counts.iloc[0].items()}
    total = row["episodes"]
    return EpisodeSection(
        sum=_sum(row, excluded, words),
        states=[
            _share(words.state(state), int(count), total)
            for state, count in zip(states["status"], states["episodes"], strict=True)
        ],
        remarks=[_share(words.t(*pair), row[name], total) for name, pair in _REMARKS],
        revisions=revisions,
    )


def revisions_of(counts: pd.DataFrame, words: CaseWords) -> Revisions:
    """Count what a run has revised by what became of it and by why.

    Parameters
    ----------
    counts : DataFrame
        As from `episode_feeds.revision_counts`.
    words : CaseWords
    """
    causes = counts.assign(cause=counts["causes"].str.split()).explode("cause")
    return Revisions(
        since="" if counts.empty else str(pd.Timestamp(counts["since"].iloc[-1]).date()),
        episodes=whole(counts["episodes"].sum()),
        changes=_counted(counts.groupby("change")["episodes"].sum(), CHANGES, words),
        causes=_counted(causes.groupby("cause")["episodes"].sum(), CAUSES, words),
    )


def _counted(
    counts: pd.Series, known: Mapping[str, tuple[str, str]], words: CaseWords
) -> list[tuple[str, str]]:
    return [(words.t(*pair), whole(counts[name])) for name, pair in known.items() if name in counts]


def _sum(row: dict[str, int], excluded: pd.DataFrame, words: CaseWords) -> list[SumLine]:
    t = words.t
    left_out = [
        (words.excluded(reason), int(count))
        for reason, count in zip(excluded["excluded_reason"], excluded["reports"], strict=True)
    ]
    lines = [
        (t("库中的案件", "Cases in the base"), row["incidents"], True),
        (
            t("作废或决定不计", "void or ignored by decision"),
            row["incidents"] - row["members"],
            False,
        ),
        *((text, count, False) for text, count in left_out),
        (t("计入的上报", "Reports that count"), row["reports"], True),
        (
            t("重复上报同一事件", "repeated reports of one occurrence"),
            row["reports"] - row["occurrences"],
            False,
        ),
        (t("事件", "Occurrences"), row["occurrences"], True),
        (
            t("问题未了结时又上报的事件", "occurrences while the same problem went on"),
            row["occurrences"] - row["episodes"],
            False,
        ),
        (t("问题（从出现到了结算一次）", "Episodes"), row["episodes"], True),
    ]
    return [SumLine(text, whole(count), summed) for text, count, summed in lines if summed or count]


def _share(text: str, count: int, total: int) -> Share:
    return Share(text, whole(count), percent(count, total))

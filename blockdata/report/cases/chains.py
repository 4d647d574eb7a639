"""Cases that belong together: the chains that grew in the last days."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from blockdata.engines import case_report_feeds, report_feeds
from blockdata.report.cases.window import Window
from blockdata.report.cases.words import CaseWords
from blockdata.report.words import q_value, tenth, whole
from blockdata.store.session import Session

__all__ = ["ChainSection", "ChainTexts", "chain_section", "chains_of"]

_LISTED = 15
_CATEGORIES = 3


@dataclass(frozen=True)
class ChainTexts:
    """What is told of chains beside their table, each by the chain's id.

    Parameters
    ----------
    reasons : DataFrame
        chain, reason_zh, reason_en.
    categories : DataFrame
        chain, label, cases; the most frequent first.
    places : DataFrame
        chain, house (text of an address up to its building), name, code.
    """

    reasons: pd.DataFrame
    categories: pd.DataFrame
    places: pd.DataFrame


@dataclass(frozen=True)
class ChainLine:
    """One chain."""

    number: int
    chain: str
    place: str
    categories: str
    kinds: str
    cases: str
    usual: str
    q: str
    span_days: str
    last_reported: str
    rules: str
    reason: str


@dataclass(frozen=True)
class ChainSection:
    """Chains of related cases.

    Parameters
    ----------
    window_days : int
    chains : list of ChainLine
        By rank, which is that of their cases beyond the usual.
    more : int
        Chains of the window that are not listed.
    in_all : str
        Chains of all time.
    """

    window_days: int
    chains: list[ChainLine]
    more: int
    in_all: str


def chain_section(session: Session, words: CaseWords, window: Window) -> ChainSection | None:
    """Return the chains of the window; None where there has never been one.

    Parameters
    ----------
    session : Session
    words : CaseWords
    window : Window
    """
    in_all = session.count("chain")
    if not in_all:
        return None
    chains = in_order(case_report_feeds.chains_since(session, window.since))
    listed = chains["chain"].head(_LISTED).tolist()
    places = case_report_feeds.chain_places(session, listed)
    names = report_feeds.place_names(session, places["place"].unique().tolist())
    texts = ChainTexts(
        reasons=case_report_feeds.chain_reasons(session, listed),
        categories=case_report_feeds.chain_categories(session, listed),
        places=places.merge(names, how="left", left_on="place", right_on="id"),
    )
    return chains_of(chains, texts, words, window, in_all)


def in_order(chains: pd.DataFrame) -> pd.DataFrame:
    """Return chains by rank, those without one after them by their number of cases; ties by id."""
    ranked = chains.assign(place=chains["rank"].astype("float64"))
    ordered = ranked.sort_values(["place", "cases", "chain"], ascending=[True, False, True])
    return ordered.drop(columns="place").reset_index(drop=True)


def chains_of(
    chains: pd.DataFrame, texts: ChainTexts, words: CaseWords, window: Window, in_all: int
) -> ChainSection:
    """Put the section together.

    Parameters
    ----------
    chains : DataFrame
        As from `in_order`.
    texts : ChainTexts
        Of the chains that are listed.
    words : CaseWords
    window : Window
    in_all : int
        Chains of all time.
    """
    reasons = dict(
        zip(texts.reasons["chain"], texts.reasons[words.t("reason_zh", "reason_en")], strict=True)
    )
    where = texts.places
    named = where["house"].fillna(where["name"]).fillna(where["code"]).fillna("—")
    places = dict(zip(where["chain"], named, strict=True))
    kinds = _kinds(texts.categories, words)
    lines = [
        ChainLine(
            number=number,
            chain=str(row["chain"]),
            place=places.get(row["chain"], "—"),
            categories=kinds.get(row["chain"], "—"),
            kinds=whole(row["categories"]),
            cases=whole(row["cases"]),
            usual=tenth(row["usual_cases"]),
            q=q_value(row["q"]),
            span_days=tenth(row["span_days"]),
            last_reported=words.moment(row["last_reported"], window.time_zone),
            rules=words.rules(row["rules"]),
            reason=reasons.get(row["chain"], "—"),
        )
        for number, row in enumerate(chains.head(_LISTED).to_dict("records"), start=1)
    ]
    return ChainSection(
        window_days=window.days,
        chains=lines,
        more=len(chains) - len(lines),
        in_all=whole(in_all),
    )


def _kinds(categories: pd.DataFrame, words: CaseWords) -> dict[str, str]:
    """Return the most frequent categories of each chain with their numbers."""
    told = {}
    for chain, rows in categories.groupby("chain", sort=True):
        listed = rows.head(_CATEGORIES)
        parts = [f"{r['label']} {r['cases']}" for r in listed.to_dict("records")]
        rest = len(rows) - len(listed)
        if rest:
            parts.append(words.t(f"另 {rest} 类", f"{rest} more"))
        told[str(chain)] = words.t("、", ", ").join(parts)
    return told

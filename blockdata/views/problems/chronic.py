"""Which places never get better: `blockdata.chronic` and `base.problems.chronic`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from blockdata.engines import evidence_feeds, lookups, report_feeds
from blockdata.errors import AnalysisError
from blockdata.report.chronic_words import (
    chronic_sentences,
    course_word,
    group_of,
    measure_word,
    place_called,
)
from blockdata.report.evidence import Asking
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.problems.chronic_telling import explained, is_still_bad
from blockdata.views.problems.evidence import PlaceEvidence, gathered_at
from blockdata.views.results import Facts, Result, require_category, result, with_places

__all__ = ["ChronicPlaces", "chronic_places", "place_evidence"]

_EARLIER_VERSION = "Run 'blockdata nightly' once, and open the base again."


@dataclass(frozen=True, repr=False)
class ChronicPlaces(Result):
    """Places that never get better.

    Parameters
    ----------
    similar : DataFrame
        Per place that is chronic still, similar ones that got better: rows of the table
        `chronic_similar` with both names.
    ask : callable
        Gathers the evidence of a place and, if given, a category.
    """

    similar: pd.DataFrame
    ask: Callable[[str, str | None], PlaceEvidence]

    @property
    def still_bad(self) -> pd.DataFrame:
        """The rows of what was found and has not been resolved."""
        return self.frame[is_still_bad(self.frame)]

    def evidence(self, place: str, category: str | None = None) -> PlaceEvidence:
        """Return what speaks for a place being chronic.

        Parameters
        ----------
        place : str
            Id of a place of any kind that was found, or its name or code.
        category : str, optional
            Only this category; default: all in which it was found.

        Returns
        -------
        PlaceEvidence
            Tables, a page and sentences.

        Raises
        ------
        AnalysisError
            If no such place was found.
        """
        found = self.frame[self.frame["status"].notna()]
        named = (found[["place", "name", "code"]] == place).any(axis=1)
        ids = found.loc[named, "place"].unique()
        return self.ask(str(ids[0]) if len(ids) == 1 else place, category)


def chronic_places(
    session: Session,
    facts: Facts,
    category: str | None = None,
    place_kind: str | None = None,
) -> ChronicPlaces:
    """List the places that never get better, as the nightly run found them.

    Parameters
    ----------
    session : Session
    facts : Facts
    category : str, optional
        Only this category of incidents.
    place_kind : str, optional
        Only this kind of place: "address", "building", "component", "legal_entity", "premises",
        "crossing", "cell:unit", ...

    Returns
    -------
    ChronicPlaces
        Its `frame` has one row per place and category with an episode in the window: first what
        is still bad, then what has been resolved, then what was not found or not tested (reason);
        each by kind of place, spots first, and rank. Besides the columns of the table `chronic` it
        has code and name, course_word and measure_word, and sentence_zh and sentence_en for what
        was found. `evidence(place)` tells what speaks for it, `similar` who got better.

    Raises
    ------
    AnalysisError
        If no incident has the category, or no place of the kind has an episode.
    """
    require_category(session, category)
    rows = lookups.chronic_rows(session)
    _require_columns(rows)
    if place_kind is not None and place_kind not in set(rows["place_kind"]):
        known = sorted(set(rows["place_kind"]))
        raise AnalysisError(
            f"no place of kind {place_kind!r} has an episode in the window",
            where="chronic",
            allowed=", ".join(known) or "none",
        )
    for column, value in (("category", category), ("place_kind", place_kind)):
        if value is not None:
            rows = rows[rows[column] == value]
    rows = _ordered(rows)
    frame = _with_sentences(session, facts, with_places(rows, "place", session, facts.crs))
    shown = result(session, facts, frame, "\n".join(explained(rows, facts)))

    def ask(place: str, of: str | None) -> PlaceEvidence:
        return place_evidence(session, facts, place, category if of is None else of)

    return ChronicPlaces(**vars(shown), similar=_similar(session, rows), ask=ask)


def place_evidence(
    session: Session, facts: Facts, place: str, category: str | None = None
) -> PlaceEvidence:
    """Tell what speaks for a place being chronic.

    Parameters
    ----------
    session : Session
    facts : Facts
    place : str
        Id of a place of any kind.
    category : str, optional
        Only this category; default: all in which it was found.

    Returns
    -------
    PlaceEvidence
        The timeline of its reports, closings and their results, what stands there, what changed,
        and similar places that got better; of people sums of atoms alone.

    Raises
    ------
    AnalysisError
        If the place was not found to be chronic, or an earlier version made the snapshot.
    """
    _require_tables(session)
    found = evidence_feeds.chronic_found(session)
    own = found[found["place"] == place]
    if category is not None:
        own = own[own["category"] == category]
    if own.empty:
        raise AnalysisError(
            "nothing chronic or recurring was found there"
            + (" in this category" if category is not None else ""),
            where="evidence",
            next_step="blockdata.chronic(base).frame lists the places; base.place(id) tells all "
            "that is known of one.",
        )
    asking = Asking(facts.as_of, facts.config.city, facts.config.chronic, facts.config.episodes)
    return gathered_at(session, own, place, asking, facts.words)


def _require_tables(session: Session) -> None:
    if not evidence_feeds.has_evidence(session):
        raise AnalysisError(
            "an earlier version made this snapshot: it does not hold what speaks for its places",
            next_step=_EARLIER_VERSION,
        )


def _require_columns(rows: pd.DataFrame) -> None:
    if "course" not in rows:
        raise AnalysisError(
            "an earlier version made this snapshot: its places were judged by another rule",
            next_step=_EARLIER_VERSION,
        )


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort: still bad, resolved, the rest; spots before areas; by rank."""
    found = rows["status"].notna()
    order = pd.DataFrame(
        {
            "state": 2 - found.astype(int) - is_still_bad(rows).astype(int),
            "group": rows["place_kind"].map(
                {kind: group_of(kind) for kind in rows["place_kind"].unique()}
            ),
            "kind": rows["place_kind"],
            "rank": rows["rank"].astype("Float64").fillna(float("inf")),
            "category": rows["category"],
            "place": rows["place"],
        }
    ).sort_values(["state", "group", "kind", "rank", "category", "place"])
    return rows.loc[order.index].reset_index(drop=True)


def _told(codes: pd.Series[str], say: Callable[[object], str]) -> pd.Series[str]:
    """Return the words of codes; each code is asked for once."""
    known, none = {code: say(code) for code in codes.dropna().unique()}, say(None)
    return pd.Series([known.get(c, none) for c in codes], codes.index, dtype="str")


def _with_sentences(session: Session, facts: Facts, frame: pd.DataFrame) -> pd.DataFrame:
    """Say in both languages what was found."""
    frame = frame.assign(
        course_word=_told(frame["course"], lambda code: course_word(code, facts.words)),
        measure_word=_told(frame["measure"], lambda code: measure_word(code, facts.words)),
    )
    found = frame[frame["status"].notna()]
    settings = facts.config.chronic
    days = (int(settings.window_days), int(settings.recur_days))
    told = {}
    for lang in ("zh", "en"):
        words = Words(lang, session.catalogue)
        told[f"sentence_{lang}"] = [
            chronic_sentences(row, place_called(row), days, words)
            for row in found.to_dict("records")
        ]
    return frame.join(pd.DataFrame(told, index=found.index, dtype="str"))


def _similar(session: Session, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the similar places of what is listed, both sides named."""
    if not evidence_feeds.has_evidence(session):
        return pd.DataFrame()
    similar = evidence_feeds.similar_to(session, rows[rows["status"].notna()])
    ids = sorted({*similar["place"], *similar["similar"]})
    names = report_feeds.place_names(session, ids).set_index("id")
    called = names["name"].fillna(names["code"])
    return similar.assign(
        name=similar["place"].map(called), similar_name=similar["similar"].map(called)
    )

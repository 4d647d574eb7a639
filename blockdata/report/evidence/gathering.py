"""Gathering the evidence of many places: one question to the base for each thing, not one each."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from blockdata.engines import evidence_feeds, report_feeds, standing_feeds
from blockdata.engines.evidence_feeds import KEY
from blockdata.report.change_words import change_sentence, sum_sentence
from blockdata.report.evidence import changing, standing, timeline, works
from blockdata.report.evidence.asking import Asking
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["Evidence", "gather"]

_PLACE = ["place_kind", "place"]


@dataclass(frozen=True)
class Evidence:
    """What speaks for places being chronic; every frame but `standing` has KEY first.

    Parameters
    ----------
    problems : DataFrame
        Rows of the table `chronic` with name, code, address and began_on.
    months : ndarray of int, shape (len(problems), months)
        Episodes by month of 30 days, the oldest first.
    episodes : DataFrame
        As from `episodes_of`, local times, with at_name.
    reports : DataFrame
        place_kind, place, category and the columns of `reports_of`, local times.
    steps : DataFrame
        place_kind, place, category, episode, incident, step, step_at (local), department, result.
    closings : DataFrame
        As from `timeline.closings_of`.
    standing : DataFrame
        As from `standing.standing_at`, by place.
    whereabouts : DataFrame
        As from `standing.whereabouts`.
    changes : DataFrame
        As from `changing.of_the_problems`, with zh and en; sums of cells last, without a day.
    similar : DataFrame
        Rows of `chronic_similar` with name (of the similar place), works_zh and works_en (what
        was done there).
    """

    problems: pd.DataFrame
    months: np.ndarray
    episodes: pd.DataFrame
    reports: pd.DataFrame
    steps: pd.DataFrame
    closings: pd.DataFrame
    standing: pd.DataFrame
    whereabouts: pd.DataFrame
    changes: pd.DataFrame
    similar: pd.DataFrame

    def of(self, place_kind: str, place: str, category: str) -> dict[str, pd.DataFrame]:
        """Return the frames of one problem."""
        own = dict(zip(KEY, (place_kind, place, category), strict=True))
        told = {}
        for name in (f.name for f in fields(self)):
            frame = getattr(self, name)
            if isinstance(frame, pd.DataFrame):
                for column in (c for c in KEY if c in frame.columns):
                    frame = frame[frame[column] == own[column]]
                told[name] = frame.reset_index(drop=True)
        return told

    def months_of(self, place_kind: str, place: str, category: str) -> list[int]:
        """Return the episodes of one problem by month; none where it is not told of."""
        own = (self.problems[KEY] == [place_kind, place, category]).all(axis=1).to_numpy()
        return [int(n) for n in self.months[own][0]] if own.any() else []


def gather(session: Session, found: pd.DataFrame, asking: Asking, words: Words) -> Evidence:
    """Gather the evidence of some chronic or recurring places.

    Parameters
    ----------
    session : Session
        With the tables `chronic_case` and `chronic_similar`.
    found : DataFrame
        Rows of the table `chronic`, distinct.
    asking : Asking
    words : Words

    Returns
    -------
    Evidence
        Of people sums of atoms by cell alone; flats are told as their building.
    """
    found = found.reset_index(drop=True)
    episodes = _episodes(session, found, asking)
    reports, steps = _reports(session, episodes, asking)
    similar = evidence_feeds.similar_to(session, found)
    ids = [*found["place"], *episodes["at"], *similar["similar"]]
    names = report_feeds.place_names(session, sorted({str(i) for i in ids}))
    called = called_of(names)
    counts = timeline.months_of(episodes, found, asking)
    problems = timeline.with_beginning(found, counts, asking)
    problems = problems.join(
        names.set_index("id")[["code", "address"]], on="place", how="left"
    ).assign(name=problems["place"].map(called))
    places, like = found[_PLACE].drop_duplicates(), _places_of(similar)
    addresses, points = standing_feeds.reach_of(session, pd.concat([places, like]))
    done = works.interventions_at(session, pd.concat([places, like]), addresses, points)
    own = addresses.merge(places, on=_PLACE)
    states = standing_feeds.states_at(session, places, own, points.merge(places, on=_PLACE))
    here = standing.now_standing(states, asking.as_of)
    keyed = episodes[[*KEY, "episode"]]
    return Evidence(
        problems=problems,
        months=counts,
        episodes=episodes.assign(at_name=episodes["at"].map(called)),
        reports=keyed.merge(reports, on="episode"),
        steps=keyed.merge(steps, on="episode"),
        closings=timeline.closings_of(episodes, reports),
        standing=standing.standing_at(session, places, here, words),
        whereabouts=standing.whereabouts(episodes, called, words),
        changes=_changes(session, problems, [states, own, done], asking, words),
        similar=_similar(similar, called, done, words),
    )


def called_of(names: pd.DataFrame) -> dict[str, str]:
    """Return what places are called by id: their name, else code; as from `place_names`."""
    own = names["name"].fillna(names["code"])
    known = own.notna().to_numpy()
    return dict(zip(names["id"][known], own[known].astype(str), strict=True))


def _episodes(session: Session, found: pd.DataFrame, asking: Asking) -> pd.DataFrame:
    rows = evidence_feeds.episodes_of(session, found)
    times = ("first_reported", "last_reported", "closed_at")
    return rows.assign(**{name: asking.local(rows[name]) for name in times})


def _reports(
    session: Session, episodes: pd.DataFrame, asking: Asking
) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = episodes["episode"].tolist()
    reports = evidence_feeds.reports_of(
        session,
        ids,
        asking.end,
        administrative_s=asking.episodes.administrative_s,
        by_form=asking.episodes.administrative_results,
    )
    steps = evidence_feeds.steps_of(session, ids, asking.end)
    local = {name: asking.local(reports[name]) for name in ("reported_at", "closed_at")}
    return reports.assign(**local), steps.assign(step_at=asking.local(steps["step_at"]))


def _places_of(similar: pd.DataFrame) -> pd.DataFrame:
    named = similar[["place_kind", "similar"]].rename(columns={"similar": "place"})
    return named.drop_duplicates()


def _changes(
    session: Session,
    problems: pd.DataFrame,
    known: list[pd.DataFrame],
    asking: Asking,
    words: Words,
) -> pd.DataFrame:
    """Tell what changed at each place in both languages, by day; sums of cells last."""
    states, addresses, done = known
    events = changing.with_replacements(
        changing.events_of_states(states, session.catalogue, asking)
    )
    places = problems[_PLACE].drop_duplicates()
    more = [
        done.merge(places, on=_PLACE),
        works.redrawn_at(session, places),
        works.renumbered_at(session, addresses),
    ]
    all_ = pd.concat([p.astype(object) for p in (events, *more) if len(p)] or [events])
    all_ = all_.assign(on=pd.to_datetime(all_["on"]))
    inside = all_["on"].between(pd.Timestamp(asking.since), pd.Timestamp(asking.as_of), "left")
    told = changing.of_the_problems(all_[inside], problems)
    told = _with_sentences(told, change_sentence, words)
    sums = works.sums_around(session, problems, asking).assign(what="sum")
    sums = _with_sentences(sums, sum_sentence, words)
    parts = [p for p in (told, sums.drop(columns=["since", "until"])) if len(p)]
    columns = [*KEY, "on", "days", "what", "relation", "kind", "id", "zh", "en"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True).reindex(columns=columns)


def _with_sentences(rows: pd.DataFrame, say: object, words: Words) -> pd.DataFrame:
    both = {lang: Words(lang, words.catalogue) for lang in ("zh", "en")}
    records = rows.to_dict("records")
    return rows.assign(
        **{lang: [say(row, own) for row in records] for lang, own in both.items()}  # type: ignore[operator]
    )


def _similar(
    similar: pd.DataFrame, called: dict[str, str], done: pd.DataFrame, words: Words
) -> pd.DataFrame:
    """Name the similar places, and what was done there."""
    both = {lang: Words(lang, words.catalogue) for lang in ("zh", "en")}
    rows = done.assign(days=None, relation=None).to_dict("records")
    told: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in sorted(rows, key=lambda r: str(r["on"])):
        place = told.setdefault((str(row["place_kind"]), str(row["place"])), {"zh": [], "en": []})
        for lang, own in both.items():
            place[lang].append(change_sentence(row, own))
    keys = list(zip(similar["place_kind"], similar["similar"], strict=True))
    named = similar.assign(name=similar["similar"].map(called))
    for lang in both:
        named[f"works_{lang}"] = [" ".join(told.get(key, {}).get(lang, [])) for key in keys]
    return named

"""The step that makes episodes of reports, and what of their history late facts have revised."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pyarrow as pa

from blockdata.batch.linking import place_order
from blockdata.batch.steps import Context
from blockdata.config import Config
from blockdata.engines import episode_feeds
from blockdata.link import build_episodes
from blockdata.link.episodes import place_occurrences
from blockdata.link.order import is_in
from blockdata.link.revisions import CAUSES, CHANGES, EpisodeHistory, episode_revisions
from blockdata.store import derived
from blockdata.store.schema import EPISODE_REVISION
from blockdata.store.session import Session

_KEPT_DAYS = 90
"""For how long a base shows what a run has revised."""


def make_episodes(session: Session, context: Context) -> None:
    """Make episodes of the reports about the same place and category.

    The reports of one occurrence take the place and the category of the best placed of them. Every
    incident that the analysis sees is in an episode, or excluded for a reason that is told.
    """
    history = history_until(session, context.config, context.end)
    derived.write_result(session, "episode", history.episodes)
    derived.write_result(session, "episode_member", history.members)


def history_until(session: Session, config: Config, end: dt.datetime) -> EpisodeHistory:
    """Return the episodes of the time before a moment, as what the base knows now tells them.

    Parameters
    ----------
    session : Session
    config : Config
    end : datetime
        In UTC, exclusive.
    """
    return _history(_reports(session, config, end), config, end)


def _history(reports: pd.DataFrame, config: Config, end: dt.datetime) -> EpisodeHistory:
    settings = config.episodes
    episodes, members = build_episodes(
        reports,
        gap_days=settings.gap_days,
        repeat_hours=settings.repeat_hours,
        administrative_s=settings.administrative_s,
        as_of=pd.Timestamp(end),
    )
    return EpisodeHistory(reports, episodes, _with_reasons(members, reports))


def _reports(session: Session, config: Config, end: dt.datetime) -> pd.DataFrame:
    settings = config.episodes
    reports = episode_feeds.reports(
        session, end, late_hours=settings.late_hours, by_form=settings.administrative_results
    )
    return place_occurrences(reports, place_order(config))


def _with_reasons(members: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    """Tell more exactly why a report has no place; both frames are sorted by incident."""
    told = reports["unplaced"].astype("str")
    nowhere = (members["excluded_reason"] == "no place").to_numpy() & told.notna().to_numpy()
    reason = members["excluded_reason"].mask(nowhere, told.set_axis(members.index))
    return members.assign(excluded_reason=reason)


def note_revisions(session: Session, earlier: Session, config: Config, as_of: dt.date) -> None:
    """Write down how the published episodes are told differently now, of the time they tell of.

    Of each source that time ends with the last report or closing that it had delivered: what a
    monthly export brings of its own month is news. Rows of earlier runs stay for some months. A
    run that looks back before what is published, or that follows a version that did not know of
    revisions, finds none.

    Parameters
    ----------
    session : Session
        Of the run, its steps done.
    earlier : Session
        Of the snapshot that is published.
    config : Config
    as_of : date
        Of the run.
    """
    kept = episode_feeds.revisions_since(earlier, as_of - dt.timedelta(days=_KEPT_DAYS))
    since = dt.date.fromisoformat(earlier.meta("as_of") or as_of.isoformat())
    found = [kept]
    if since <= as_of and episode_feeds.tells_episodes(earlier):
        end = Context(config, since).end
        before = EpisodeHistory(
            _reports(earlier, config, end),
            episode_feeds.episodes(earlier),
            episode_feeds.members(earlier),
        )
        reports = _of_that_time(_reports(session, config, end), before.reports)
        revised = episode_revisions(before, _history(reports, config, end))
        found.append(revised.assign(as_of=as_of, since=since))
    parts = [_as_stored(frame) for frame in found if len(frame)]
    empty = EPISODE_REVISION.arrow_schema().empty_table()
    session.replace(EPISODE_REVISION.name, pa.concat_tables([empty, *parts]))


def _of_that_time(reports: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Leave out reports and closings later than all that their source had delivered.

    What a source says that had delivered nothing is kept: it tells of a time already told of.
    """
    facts = known.melt("source", ["reported_at", "closed_at"], value_name="at")
    newest = pd.to_datetime(facts["at"]).groupby(facts["source"]).max()
    until = newest.reindex(reports["source"]).set_axis(reports.index)
    is_news = (reports["reported_at"] > until) & ~is_in(reports["id"], known["id"])
    closed_at = reports["closed_at"].mask(reports["closed_at"] > until)
    return reports.assign(closed_at=closed_at)[~is_news]


def _as_stored(revisions: pd.DataFrame) -> pa.Table:
    schema = EPISODE_REVISION.arrow_schema()
    return pa.Table.from_pandas(revisions[schema.names], schema=schema, preserve_index=False)


def revision_summary(session: Session, as_of: dt.date) -> dict[str, object]:
    """Return what a run has revised, in numbers, for its manifest and its page.

    Parameters
    ----------
    session : Session
    as_of : date
        Of the run.

    Returns
    -------
    dict
        episodes (how many), since (as_of of the snapshot that was published before, null without
        a revision), changes and causes (how many episodes by each, those of `CHANGES` and
        `CAUSES` that came up; an episode may have several causes).
    """
    counts = episode_feeds.revision_counts(session, as_of)
    causes = counts.assign(cause=counts["causes"].str.split()).explode("cause")
    by_change = counts.groupby("change")["episodes"].sum().to_dict()
    by_cause = causes.groupby("cause")["episodes"].sum().to_dict()
    return {
        "episodes": int(counts["episodes"].sum()),
        "since": None if counts.empty else str(counts["since"].iloc[-1]),
        "changes": {name: int(by_change[name]) for name in CHANGES if name in by_change},
        "causes": {name: int(by_cause[name]) for name in CAUSES if name in by_cause},
    }

"""What a cube of counts is made of: reports or episodes with where, when and of what category."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from blockdata.engines.feeds import OWN_FIRST, SEEN
from blockdata.store.session import Session

__all__ = [
    "Chosen",
    "channels",
    "count_before",
    "count_unseen",
    "events",
    "labels",
    "reports_by_source",
    "silences",
    "without_episode",
]

_LABEL = "coalesce(c.label, i.category)"
_CATEGORY = "LEFT JOIN base.category c ON c.source = i.source AND c.category = i.category"
_DEFAULT = (
    "LEFT JOIN (SELECT DISTINCT incident FROM base.link WHERE target_kind = 'default_location') d "
    "ON d.incident = i.id"
)


@dataclass(frozen=True)
class Chosen:
    """Which reports are asked for; None is all.

    Parameters
    ----------
    categories : sequence of str, optional
        Labels by which cases count.
    sources, channels : sequence of str, optional
    """

    categories: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    channels: Sequence[str] | None = None

    def terms(self, label: str = _LABEL) -> tuple[str, dict[str, object]]:
        """Return the conditions on an incident `i`, and their values."""
        wanted = {
            "categories": (label, self.categories),
            "sources": ("i.source", self.sources),
            "channels": ("i.channel", self.channels),
        }
        asked = {name: (text, v) for name, (text, v) in wanted.items() if v is not None}
        terms = (
            f"{text} IN (SELECT unnest(${name}::VARCHAR[]))" for name, (text, _) in asked.items()
        )
        return " AND ".join(("true", *terms)), {name: list(v) for name, (_, v) in asked.items()}


Span = tuple[dt.datetime, dt.datetime]
"""Two moments in UTC, the second exclusive."""


def events(
    session: Session, span: Span, of: str, chosen: Chosen, target_kind: str | None
) -> pd.DataFrame:
    """Return the reports or episodes of a time, and where each is.

    Parameters
    ----------
    session : Session
    span : tuple of datetime
        In UTC, the second exclusive.
    of : {"reports", "episodes"}
        A report counts when it was made; an episode when it was first reported, and for the
        source and channel of its first report.
    chosen : Chosen
    target_kind : str or None
        Kind of the link that tells the place, as "cell:unit"; None takes the place at which a
        case counts.

    Returns
    -------
    DataFrame
        Sorted by id: category, at (UTC), place (null where it is nowhere), x, y (null where not
        known; of an episode that of its first report that has a point, one that is not described
        before those that are), described (the point is that of a description, as of a crossing),
        at_default (it stands at a default location).
    """
    ask = _episodes if of == "episodes" else _reports
    return ask(session, span, chosen, target_kind)


def _reports(session: Session, span: Span, chosen: Chosen, target_kind: str | None) -> pd.DataFrame:
    terms, values = chosen.terms()
    place, joined = "p.place", ""
    if target_kind is not None:
        place, values = "l.target", values | {"kind": target_kind}
        joined = "LEFT JOIN base.link l ON l.incident = i.id AND l.target_kind = $kind"
    return session.frame(
        f"SELECT {_LABEL} AS category, i.reported_at AS at, {place} AS place, p.x, p.y, "
        "coalesce(p.made = 'description', false) AS described, "
        "d.incident IS NOT NULL AS at_default FROM base.incident_place p "
        f"JOIN base.incident i ON i.id = p.incident {_CATEGORY} {_DEFAULT} {joined} "
        f"WHERE {_IN_SPAN.format('i.reported_at')} AND {terms} ORDER BY i.id",
        _bounds(span) | values,
    )


def _episodes(
    session: Session, span: Span, chosen: Chosen, target_kind: str | None
) -> pd.DataFrame:
    terms, values = chosen.terms("e.category")
    place, joined = "e.place", ""
    if target_kind is not None:
        place, values = "l.cell", values | {"kind": target_kind}
        joined = (
            "LEFT JOIN (SELECT o.episode, arg_min(l.target, o.own) AS cell FROM own o "
            "JOIN base.link l ON l.incident = o.incident AND l.target_kind = $kind "
            "GROUP BY o.episode) l ON l.episode = e.episode"
        )
    # Text order: what is not described first, then an episode's first report, then ids.
    rank = "CASE WHEN p.made = 'description' THEN '1' ELSE '0' END || o.own"
    return session.frame(
        "WITH asked AS (SELECT e.episode, e.category, e.first_reported AS at, e.place "
        "FROM base.episode e JOIN base.incident i ON i.id = e.episode "
        f"WHERE {_IN_SPAN.format('e.first_reported')} AND {terms}), "
        f"own AS (SELECT m.episode, m.incident, {OWN_FIRST} AS own FROM base.episode_member m "
        "WHERE m.episode IN (SELECT episode FROM asked)), "
        f"point AS (SELECT o.episode, arg_min(p.x, {rank}) AS x, arg_min(p.y, {rank}) AS y, "
        "bool_and(p.made = 'description') AS described FROM own o "
        "JOIN base.incident_place p ON p.incident = o.incident AND p.x IS NOT NULL "
        f"GROUP BY o.episode) SELECT e.category, e.at, {place} AS place, q.x, q.y, "
        "coalesce(q.described, false) AS described, false AS at_default FROM asked e "
        f"LEFT JOIN point q ON q.episode = e.episode {joined} ORDER BY e.episode",
        _bounds(span) | values,
    )


_IN_SPAN = "{0} >= $since AND {0} < $end"


def _bounds(span: Span) -> dict[str, object]:
    return {"since": span[0], "end": span[1]}


def count_before(session: Session, moment: dt.datetime, of: str, chosen: Chosen) -> int:
    """Return how many reports or episodes there were before a moment in UTC; see `events`."""
    if of == "episodes":
        terms, values = chosen.terms("e.category")
        rows = "base.episode e JOIN base.incident i ON i.id = e.episode"
        time = "e.first_reported"
    else:
        terms, values = chosen.terms()
        rows = f"base.incident_place p JOIN base.incident i ON i.id = p.incident {_CATEGORY}"
        time = "i.reported_at"
    counted = session.frame(
        f"SELECT count(*) AS n FROM {rows} WHERE {time} < $end AND {terms}",
        {"end": moment, **values},
    )
    return int(counted["n"].iloc[0])


def without_episode(session: Session, span: Span, chosen: Chosen) -> dict[str, int]:
    """Return how many reports of a time are in no episode, by reason, sorted."""
    terms, values = chosen.terms()
    found = session.frame(
        "SELECT m.excluded_reason AS reason, count(*) AS n FROM base.episode_member m "
        f"JOIN base.incident i ON i.id = m.incident {_CATEGORY} WHERE m.episode IS NULL "
        f"AND {_IN_SPAN.format('i.reported_at')} AND {terms} GROUP BY ALL ORDER BY ALL",
        _bounds(span) | values,
    )
    return {str(reason): int(n) for reason, n in zip(found["reason"], found["n"], strict=True)}


def count_unseen(session: Session, span: Span, chosen: Chosen) -> int:
    """Return how many reports of a time are void or decided to be ignored."""
    terms, values = chosen.terms()
    found = session.frame(
        f"SELECT count(*) AS n FROM base.incident i {_CATEGORY} "
        f"WHERE {_IN_SPAN.format('i.reported_at')} AND NOT ({SEEN}) AND {terms}",
        _bounds(span) | values,
    )
    return int(found["n"].iloc[0])


def labels(session: Session) -> list[str]:
    """Return the labels by which cases count, sorted."""
    rows = session.rows(
        "SELECT DISTINCT label FROM base.category WHERE label IS NOT NULL ORDER BY 1"
    )
    return [str(row[0]) for row in rows]


def channels(session: Session) -> pd.DataFrame:
    """Return source, channel of the incidents that there are, sorted."""
    return session.frame("SELECT DISTINCT source, channel FROM base.incident ORDER BY ALL")


def reports_by_source(session: Session, end: dt.datetime, chosen: Chosen) -> pd.DataFrame:
    """Return category, source, reports, first (UTC) of the reports that count, sorted."""
    terms, values = chosen.terms()
    return session.frame(
        f"SELECT {_LABEL} AS category, i.source, count(*) AS reports, min(i.reported_at) AS first "
        f"FROM base.incident_place p JOIN base.incident i ON i.id = p.incident {_CATEGORY} "
        f"WHERE i.reported_at < $end AND {terms} GROUP BY ALL ORDER BY ALL",
        {"end": end, **values},
    )


def silences(session: Session) -> pd.DataFrame:
    """Return source, start, end (local midnights, end exclusive) of the silences found; sorted."""
    found = session.frame(
        "SELECT source, start_on::TIMESTAMP AS start, end_on::TIMESTAMP AS end "
        "FROM base.coverage_gap ORDER BY ALL"
    )
    return found.astype({"source": "str", "start": "datetime64[us]", "end": "datetime64[us]"})

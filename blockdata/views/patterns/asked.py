"""What a count is narrowed by, checked against what the base has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import pandas as pd

from blockdata.config import Config
from blockdata.engines import case_lookups, cube_feeds
from blockdata.engines.cube_feeds import Chosen
from blockdata.errors import AnalysisError
from blockdata.store.session import Session

__all__ = ["Asked", "Options", "asked_of", "require_known", "require_options"]

_YEAR_DAYS = 365
_MOST_LISTED = 20
_OF = ("episodes", "reports")
_TABLES = ("incident_place", "episode_member", "category", "coverage_gap")


class Options(TypedDict, total=False):
    """What every count is narrowed by; see `blockdata.views.patterns.counts.cube`."""

    of: str
    start: dt.date | None
    end: dt.date | None
    categories: str | Sequence[str] | None
    sources: str | Sequence[str] | None
    channels: str | Sequence[str] | None
    within_m: float


@dataclass(frozen=True)
class Asked:
    """A checked question.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
    of : {"episodes", "reports"}
    chosen : Chosen
    start, end : Timestamp
        Local midnights, end exclusive.
    within_m : float
    by_source : DataFrame
        category, source, reports, first: of the chosen sources and channels, all categories.
    """

    session: Session
    config: Config
    as_of: dt.date
    of: str
    chosen: Chosen
    start: pd.Timestamp
    end: pd.Timestamp
    within_m: float
    by_source: pd.DataFrame

    @property
    def until(self) -> dt.datetime:
        """as_of in UTC."""
        return self.config.city.midnight_utc(self.as_of)

    @property
    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """The period in UTC, its end exclusive."""
        midnight = self.config.city.midnight_utc
        return midnight(self.start.date()), midnight(self.end.date())

    @property
    def day(self) -> dt.date:
        """The last day that is known, on which cells and records stand."""
        return self.as_of - dt.timedelta(days=1)


def asked_of(session: Session, config: Config, as_of: dt.date, options: Options) -> Asked:
    """Check a question.

    Raises
    ------
    AnalysisError
        If an option or a name is unknown, the period is none of the base's, or an earlier version
        made the snapshot.
    """
    require_options(options, Options.__annotations__)
    for table in _TABLES:
        case_lookups.require_table(session, table)
    of = options.get("of", "episodes")
    if of not in _OF:
        raise AnalysisError(f"of is {of!r}", where="patterns", allowed=", ".join(_OF))
    chosen = _chosen(session, options)
    until = config.city.midnight_utc(as_of)
    everything = Chosen(None, chosen.sources, chosen.channels)
    by_source = cube_feeds.reports_by_source(session, until, everything)
    by_source = by_source.assign(first=config.city.local_days(by_source["first"]))
    start, end = _period(as_of, by_source["first"], options)
    within_m = options.get("within_m", 50.0)
    return Asked(session, config, as_of, of, chosen, start, end, within_m, by_source)


def require_options(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse options that would be passed over in silence.

    Raises
    ------
    AnalysisError
    """
    unknown = sorted(set(given).difference(known))
    if unknown:
        raise AnalysisError(
            f"unknown option {', '.join(unknown)}", where="patterns", allowed=", ".join(known)
        )


def _chosen(session: Session, options: Options) -> Chosen:
    categories = _several(options.get("categories"))
    sources, channels = _several(options.get("sources")), _several(options.get("channels"))
    hint = "base.cases.categories() tells as what each source's words count."
    require_known(categories, cube_feeds.labels(session), "category", hint)
    if sources is not None or channels is not None:
        known = cube_feeds.channels(session)
        require_known(sources, known["source"].dropna(), "source")
        require_known(channels, known["channel"].dropna(), "channel")
    return Chosen(categories, sources, channels)


def _several(value: str | Sequence[str] | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(sorted({value} if isinstance(value, str) else set(value)))


def require_known(
    asked: Sequence[str] | None, known: Iterable[str], what: str, hint: str = ""
) -> None:
    """Refuse a category, source or channel that no incident has.

    Raises
    ------
    AnalysisError
    """
    listed = sorted(set(known))
    unknown = sorted(set(asked or ()).difference(listed))
    if unknown:
        more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
        raise AnalysisError(
            f"no incident has this {what}",
            where=f"patterns {what}",
            allowed=", ".join(listed[:_MOST_LISTED]) + more or "none: there are no incidents",
            next_step=hint,
        )


def _period(
    as_of: dt.date, first: pd.Series[pd.Timestamp], options: Options
) -> tuple[pd.Timestamp, pd.Timestamp]:
    last = pd.Timestamp(as_of)
    end, given = pd.Timestamp(options.get("end") or as_of), options.get("start")
    start = end - pd.Timedelta(days=_YEAR_DAYS) if given is None else pd.Timestamp(given)
    if given is None and len(first):
        start = max(start, min(first.min(), end - pd.Timedelta(days=1)))
    if not start < end <= last:
        raise AnalysisError(
            f"from {start.date()} to {end.date()} is no period of the base",
            where="patterns start and end",
            allowed=f"start before end, end not after {last.date()}",
        )
    return start.as_unit("us"), end.as_unit("us")

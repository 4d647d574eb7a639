"""Counts of incidents by cell, category and time, with what could not be counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from blockdata.analysis.cube import Cube, counts_cube
from blockdata.analysis.cube.silence import gaps_of_sources
from blockdata.config import Config
from blockdata.engines import cube_feeds
from blockdata.errors import AnalysisError
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.patterns.account import account_of, lines_of, placed
from blockdata.views.patterns.asked import Asked, Options, asked_of
from blockdata.views.patterns.ground import Ground, ground_of, with_names

__all__ = ["BaseCube", "Counted", "counted", "counts", "cube"]

_MOST_ROWS = 5_000_000


@dataclass(frozen=True)
class BaseCube(Cube):
    """A cube of a base's incidents, which tells what could not be counted.

    It is a `blockdata.analysis.cube.Cube` and does all that one does.

    Parameters
    ----------
    by, of : str
        What is counted by, and whether reports or episodes are.
    account : DataFrame
        unit ("episodes" or "reports"), code, what (in words), number: what was counted and what
        was not, and why; those of the unit `of` add up to all that the base has.
    gaps : DataFrame
        category, start, end: when a category was not observed, for its sources were silent.
    words : Words
    """

    by: str
    of: str
    account: pd.DataFrame
    gaps: pd.DataFrame
    words: Words

    def explain(self) -> str:
        """Tell what was counted, what was not and why, and when nothing was observed."""
        t = self.words.t
        first, last = (str(edge.date()) for edge in (self.edges[0], self.edges[-1]))
        lines = [t(f"{first} 至 {last}（不含当日）", f"From {first} to {last} (exclusive)")]
        lines += [f"  {line}" for line in lines_of(self.account, self.words)]
        for gap in self.gaps.to_dict("records"):
            category, begin, end = gap["category"], gap["start"].date(), gap["end"].date()
            lines.append(
                t(
                    f"  {category}：{begin} 至 {end}（不含当日）来源没有数据，不当作零",
                    f"  {category}: not observed from {begin} to {end} (exclusive)",
                )
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class Counted:
    """A cube, the ground that it stands on, and the question that it answers."""

    cube: BaseCube
    ground: Ground
    asked: Asked


def cube(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    by: str | gpd.GeoDataFrame = "unit",
    *,
    step: str | pd.DatetimeIndex = "day",
    **options: Unpack[Options],
) -> BaseCube:
    """Count incidents into a cube of cell, category and time.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    by : str or GeoDataFrame, default "unit"
        A layer of grids or a level of areas, by what each incident was linked to; "h3:N", by its
        point; "street", or "segment" (a street's piece between two crossings), the nearest within
        `within_m` of its point; "place", at which it counts; or areas of one's own with a
        coordinate system, by its point (of areas that overlap the first by name counts).
    step : {"day", "week", "month"} or DatetimeIndex, default "day"
        Local days; see `blockdata.analysis.cube.step_edges`.
    of : {"episodes", "reports"}, default "episodes"
        Episodes count on the day of their first report, for its source and channel; reports on
        their own day. A report stands in the cell that it is linked to, an episode in that of
        the first of its reports that has one.
    start, end : date, optional
        Local days; end is exclusive. Default: the year before as_of, or since the first report.
    categories : str or sequence of str, optional
        Labels by which cases count; default: all.
    sources, channels : str or sequence of str, optional
        Only what came by these; default: all.
    within_m : float, default 50
        Largest distance in metres of an incident from its street.

    Returns
    -------
    BaseCube
        A `Cube` with `.account` (what was counted, what not and why), `.gaps` and `.explain()`.
        Days on which sources that bring much of a category (a fifth; `[rises] silent_share`) were
        silent, or had not begun, are not observed: `observed_days` leaves them out.

    Raises
    ------
    AnalysisError
        If a name is unknown, the period is empty or ends after as_of, or an earlier version made
        the snapshot.
    GeometryNeededError
        If polygons or streets are needed that the base has not.
    """
    return counted(asked_of(session, config, as_of, options), words, by, step).cube


def counted(
    asked: Asked,
    words: Words,
    by: str | gpd.GeoDataFrame,
    step: str | pd.DatetimeIndex = "day",
    *,
    ground: Ground | None = None,
) -> Counted:
    """Count as `cube` does, and keep the cells that were counted by."""
    session, config = asked.session, asked.config
    if ground is None:
        ground = ground_of(session, config, asked.day, by, asked.within_m)
    events = cube_feeds.events(session, asked.span, asked.of, asked.chosen, ground.target_kind)
    days, where = config.city.local_days(events["at"]), placed(events, ground)
    there = where["lost"].isna()
    known = where["place"].dropna().unique() if ground.cells is None else ground.cells["cell"]
    gaps = _gaps(asked)
    made = counts_cube(
        where[["place"]].assign(category=events["category"], day=days)[there],
        start=asked.start,
        end=asked.end,
        step=step,
        places=known,
        categories=asked.chosen.categories
        or sorted({*cube_feeds.labels(session), *events["category"].unique()}),
        gaps=gaps,
    )
    parts = {name: getattr(made, name) for name in Cube.__dataclass_fields__}
    account = account_of(asked, words, where["lost"])
    shown = BaseCube(**parts, by=ground.by, of=asked.of, account=account, gaps=gaps, words=words)
    return Counted(shown, ground, asked)


def _gaps(asked: Asked) -> pd.DataFrame:
    """Return when categories were not observed in the period, by the silence of their sources."""
    bring = asked.by_source
    began = bring.groupby("source")["first"].min()
    if asked.chosen.categories is not None:
        bring = bring[bring["category"].isin(asked.chosen.categories)]
    found = gaps_of_sources(
        bring,
        cube_feeds.silences(asked.session),
        began,
        pd.Timestamp(asked.as_of),
        least_share=asked.config.rises.silent_share,
    )
    there = found[(found["end"] > asked.start) & (found["start"] < asked.end)]
    starts, ends = there["start"], there["end"]
    return there.assign(
        start=starts.where(starts > asked.start, asked.start),
        end=ends.where(ends < asked.end, asked.end),
    ).reset_index(drop=True)


def counts(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    by: str | gpd.GeoDataFrame = "unit",
    *,
    step: str | pd.DatetimeIndex = "month",
    zeros: bool = True,
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Count incidents by cell, category and time, as a table.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    by : str or GeoDataFrame, default "unit"
        As in `cube`.
    step : {"day", "week", "month"} or DatetimeIndex, default "month"
    zeros : bool, default True
        Whether steps without an incident have a row too.
    of, start, end, categories, sources, channels, within_m
        As in `cube`.

    Returns
    -------
    DataFrame
        category, place (cell, or place), code, name, start, end (local days, end exclusive),
        count (null where no day was observed), days, observed_days; sorted by category, place and
        start. `attrs` has account and gaps as `BaseCube` has them, and the summary in words.

    Raises
    ------
    AnalysisError
        As in `cube`, and if there would be more than 5 million rows.
    GeometryNeededError
        As in `cube`.
    """
    found = counted(asked_of(session, config, as_of, options), words, by, step)
    table = _all_bins(found.cube) if zeros else _counted_bins(found.cube)
    table = with_names(session, found.ground, table)
    table.attrs["account"] = found.cube.account.to_dict("records")
    table.attrs["gaps"] = found.cube.gaps.to_dict("records")
    table.attrs["summary"] = found.cube.explain()
    return table


def _all_bins(made: Cube) -> pd.DataFrame:
    rows = int(np.prod(made.shape))
    if rows > _MOST_ROWS:
        raise AnalysisError(
            f"there would be {rows:,} rows",
            where="patterns counts",
            allowed=f"{_MOST_ROWS:,}",
            next_step="Leave out the zeros (zeros=False), take longer steps, or one category.",
        )
    return made.frame()


def _counted_bins(made: Cube) -> pd.DataFrame:
    order = np.lexsort((made.step, made.place, made.category))
    step, category = made.step[order], made.category[order]
    return pd.DataFrame(
        {
            "category": made.categories[category].astype("str"),
            "place": made.places[made.place[order]].astype("str"),
            "start": made.edges[step],
            "end": made.edges[step + 1],
            "count": pd.Series(made.count[order], dtype="Int64"),
            "days": made.step_days[step],
            "observed_days": made.observed_days[category, step],
        }
    )

"""What gathers: circles of cells and stretches of days with more than place and day explain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockdata.config import Config
from blockdata.engines import case_lookups, pattern_feeds
from blockdata.errors import AnalysisError
from blockdata.report.patterns.rising_words import cluster_sentence
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.patterns.told import Pattern, facts_of, label_of, local_time
from blockdata.views.results import located, require_category, result

__all__ = ["cluster_incidents", "clusters", "drawn_clusters"]

_KEY = ["category", "rank"]


def clusters(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    category: str | None = None,
    *,
    everything: bool = False,
) -> Pattern:
    """List what the night found to gather in place and time, up to the last day.

    Every category has a prospective space-time permutation scan of its own over points inside the
    cells of the layer that hot spots are looked for on (`[scan]`: circles to 500 m, stretches to
    28 days): what is usual for a cell, or on a day everywhere, is no cluster. q is over all
    categories. The scan takes cases for independent: where one occurrence brings many episodes,
    it finds more than it should.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    category : str, optional
        Only this one.
    everything : bool, default False
        Whether clusters without an alarm, and categories that were not scanned, are listed too.

    Returns
    -------
    Pattern
        `.frame`: alarms first: category, rank (within the category), centre (cell), code, name (of
        the centre), radius_m, cells (how many), members (list of cells), first_day, last_day,
        days, count, expected, excess, ratio, llr, p, p_gumbel (approximation), replications, q,
        alarm, recurrence_days (of this category alone), recurrence_days_gumbel, tied, recent,
        reason (why not scanned), sentence_zh, sentence_en, geometry (the cells together).

    Raises
    ------
    AnalysisError
        If no incident has the category, or an earlier version made the snapshot.
    """
    case_lookups.require_table(session, "cluster")
    require_category(session, category)
    rows, members = pattern_feeds.cluster_rows(session), pattern_feeds.cluster_cells(session)
    if category is not None:
        rows = rows[rows["category"] == category]
    shown = (rows if everything else rows[rows["alarm"]]).reset_index(drop=True)
    text = "\n".join(_explained(rows, config, as_of, words))
    listed = members.groupby(_KEY)["cell"].agg(list).reset_index(name="members")
    return drawn_clusters(session, config, as_of, words, shown.merge(listed, "left", _KEY), text)


def drawn_clusters(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    shown: pd.DataFrame,
    text: str,
) -> Pattern:
    """Put names, sentences and shapes beside clusters.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
    words : Words
    shown : DataFrame
        As the table `cluster`, with members: list of cells, or missing.
    text : str
        What `explain` tells.

    Returns
    -------
    Pattern
    """
    facts = facts_of(config, as_of, words)
    inside = shown[["category", "alarm", "excess", "members"]].explode("members")
    inside = inside.dropna(subset="members").rename(columns={"members": "cell"})
    known = located(session, inside["cell"].tolist(), facts.crs)
    shapes = known.set_index("id")["geometry"]
    drawn = inside.merge(known.rename(columns={"id": "cell"}), on="cell")
    drawn = gpd.GeoDataFrame(drawn.assign(hot=drawn["alarm"]), geometry="geometry", crs=facts.crs)
    named = known.drop(columns="geometry").rename(columns={"id": "centre"})
    frame = _with_sentences(session, shown.merge(named, on="centre", how="left"))
    together = [
        None if not isinstance(own, list) else shapely.union_all(shapes.reindex(own).to_numpy())
        for own in frame["members"]
    ]
    if len(frame) and not shapely.is_missing(np.array(together, dtype=object)).all():
        frame = gpd.GeoDataFrame(frame, geometry=together, crs=facts.crs)
    return Pattern(
        **vars(result(session, facts, pd.DataFrame(frame), text)) | {"frame": frame}, drawn=drawn
    )


def _with_sentences(session: Session, frame: pd.DataFrame) -> pd.DataFrame:
    told = {}
    for lang in ("zh", "en"):
        own = Words(lang, session.catalogue)
        told[f"sentence_{lang}"] = pd.Series(
            [
                cluster_sentence(
                    row, label_of({**row, "cell": row["centre"]}), _layer(row, own), own
                )
                if pd.isna(row["reason"])
                else None
                for row in frame.to_dict("records")
            ],
            dtype="str",
        )
    return frame.assign(**told)


def _layer(row: Mapping[Hashable, Any], words: Words) -> str:
    return words.layer(str(row["layer"]))


def _explained(rows: pd.DataFrame, config: Config, as_of: dt.date, words: Words) -> Iterator[str]:
    settings = config.scan
    yield words.t(f"新近聚集（截至 {as_of}）", f"Recent clusters (as of {as_of})")
    if rows.empty:
        yield words.t("没有可扫描的问题。", "There was nothing to scan.")
        return
    layer, found = words.layer(str(rows["layer"].iloc[0])), int(rows["alarm"].sum())
    scanned = rows.loc[rows["rank"].notna(), "category"].nunique()
    yield words.t(
        f"{layer}，半径不超过 {settings.radius_m:.0f} 米、最近不超过 {settings.days} 天："
        f"扫描 {scanned} 个类别，{found} 处聚集",
        f"{layer}, circles to {settings.radius_m:.0f} m, the last days up to {settings.days}: "
        f"categories scanned: {scanned}, clusters: {found}",
    )
    for reason, group in rows.dropna(subset="reason").groupby("reason", sort=True):
        names = words.t("、", ", ").join(sorted(group["category"].unique()))
        yield words.t(
            f"  未发现或未扫描（{words.untested(str(reason))}）：{names}",
            f"  nothing, or not scanned ({words.untested(str(reason))}): {names}",
        )
    yield words.t(
        f"时空重排扫描：某处一向多、某天到处都多，都不算聚集。各类合在一起，误报所占比例不超过 "
        f"{settings.alpha:.0%}；前提是各起问题互不牵连，一事多起会使它偏多。",
        "Space-time permutation scan: what is always high at a place, or high everywhere on a day, "
        f"is no cluster. Over all categories the share of false alarms is at most "
        f"{settings.alpha:.0%}, provided that cases do not bring each other about: where they do, "
        "it finds too many.",
    )


def cluster_incidents(
    session: Session, config: Config, category: str, rank: int = 1
) -> pd.DataFrame:
    """List the incidents behind a cluster.

    Parameters
    ----------
    session : Session
    config : Config
    category : str
    rank : int, default 1
        Of the cluster within its category, as in `clusters().frame`.

    Returns
    -------
    DataFrame
        cell, episode, incident, reported_at (local), source, place_kind, place; by time. All
        reports of the episodes that began in these cells and days.

    Raises
    ------
    AnalysisError
        If there is no such cluster.
    """
    case_lookups.require_table(session, "cluster")
    rows, members = pattern_feeds.cluster_rows(session), pattern_feeds.cluster_cells(session)
    own = rows[(rows["category"] == category) & (rows["rank"] == rank)]
    if own.empty:
        raise AnalysisError(
            "there is no such cluster",
            where="patterns cluster_incidents",
            allowed="a category and rank of base.patterns.clusters(everything=True).frame",
        )
    cells = members[(members["category"] == category) & (members["rank"] == rank)]["cell"]
    first, last = (pd.Timestamp(own[day].iloc[0]).date() for day in ("first_day", "last_day"))
    found = pattern_feeds.episodes_behind(
        session,
        str(own["layer"].iloc[0]),
        category,
        cells.tolist(),
        since=config.city.midnight_utc(first),
        end=config.city.midnight_utc(last + dt.timedelta(days=1)),
    )
    return local_time(found, config)

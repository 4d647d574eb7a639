"""What late facts have changed in episodes that were known before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from blockdata.link.order import is_in, positions

__all__ = ["CAUSES", "CHANGES", "EpisodeHistory", "episode_revisions"]

CHANGES = {
    "gone": ("已不存在", "is no more"),
    "split": ("拆为几个", "is several now"),
    "joined": ("与其他问题合并", "is one with others"),
    "renamed": ("编号改变", "has another id"),
    "changed": ("内容改变", "is told differently"),
    "added": ("补记", "was not known"),
}
"""What can become of an episode, in Chinese and English; of several the first is told."""

CAUSES = {
    "late_report": ("迟到的上报", "a report came late"),
    "report_withdrawn": ("上报被撤回", "a report was withdrawn"),
    "time_corrected": ("上报时间更正", "the time of a report was corrected"),
    "closing_learned": ("迟到的结案", "a closing was learned late"),
    "closing_withdrawn": ("结案被撤销（重开）", "a closing was undone: reopened"),
    "closing_corrected": ("结案时间更正", "the time of a closing was corrected"),
    "place_changed": ("地点改变", "a report is at another place"),
    "category_changed": ("类别改变", "a report is of another category"),
    "occurrence_changed": ("判重改变", "reports are of one occurrence, or no longer"),
    "rules": ("规则或配置改变", "rules or settings changed"),
}
"""Why an episode is told differently, in Chinese and English."""

_TOLD = ("place", "category", "first_reported", "last_reported", "closed_at", "reports", "status")
_SHOWN = ("first_reported", "last_reported", "closed_at", "reports", "status")
_FACTS = ["reported_at", "closed_at", "place", "category", "occurrence"]


class EpisodeHistory(NamedTuple):
    """Episodes as they are told of one time, and the reports they are made of.

    `reports` has id, reported_at, closed_at (null while open), place, category, occurrence (null
    if alone); `episodes` and `members` are as from `build_episodes`.
    """

    reports: pd.DataFrame
    episodes: pd.DataFrame
    members: pd.DataFrame


def episode_revisions(before: EpisodeHistory, after: EpisodeHistory) -> pd.DataFrame:
    """Tell how the history of one time is told differently from before, and why.

    Both histories are of the time up to the same cut date: `before` as it was told then, `after`
    as it is told of the same time now. So an episode that only went on after the cut date, by a
    further report or by its closing, is not among them: that is news and no revision.

    An episode that was known before is told of if it

    - is gone: none of its reports is in an episode any more;
    - is split: its reports are in several episodes;
    - is joined: its reports are in an episode with those of others that were known;
    - is renamed: its reports are in an episode of another id, because of an earlier report; or
    - is changed: it has its id, and other reports, times, status, place or category.

    An episode that has none of the reports of known ones is told of as added.

    Parameters
    ----------
    before, after : EpisodeHistory

    Returns
    -------
    DataFrame
        One row per revised episode, sorted by episode: episode, change (as in `CHANGES`), became
        (ids of the episodes that its reports are in, by blanks), differs (what is different in
        the first of those, by blanks), causes (as in `CAUSES`, by blanks; "rules" if no fact about
        its reports has changed), incident (a report whose facts changed, null if none);
        first_reported, last_reported, closed_at, reports, status as told before (null if added),
        and the same with "_now" (null if gone).

    Examples
    --------
    >>> from blockdata.link import build_episodes
    >>> reports = pd.DataFrame({"id": ["i1", "i2"], "place": "p", "category": "c",
    ...     "reported_at": pd.to_datetime(["2026-01-01", "2026-01-02"]),
    ...     "closed_at": pd.Series(pd.NaT, [0, 1], "datetime64[us]"), "occurrence": None})
    >>> late = EpisodeHistory(reports, *build_episodes(reports))
    >>> early = EpisodeHistory(reports[1:], *build_episodes(reports[1:]))
    >>> told = episode_revisions(early, late)
    >>> told[["episode", "change", "became", "causes", "incident"]].values.tolist()
    [['i2', 'renamed', 'i1', 'late_report', 'i1']]
    """
    was, now = _in_episodes(before.members), _in_episodes(after.members)
    was = was.assign(became=_episode_of(was["incident"], now))
    now = now.assign(come_from=_episode_of(now["incident"], was))
    touched = _touched(was, now, before.episodes, after.episodes)
    was = was[is_in(was["episode"], touched)]
    added = now.groupby("episode")["come_from"].transform("count") == 0
    new = now.loc[added, "episode"].drop_duplicates()
    concerned = now[is_in(now["episode"], pd.concat([was["became"].dropna(), new]))]
    rows = pd.concat([_fates(touched, was), _new(new)], ignore_index=True)
    rows = _with_figures(rows, before.episodes, after.episodes)
    rows = rows.assign(differs=_differs(rows, _moved(was, concerned)))
    rows = rows[(rows["change"] != "changed") | (rows["differs"] != "")]
    causes = _causes(before.reports, after.reports, _related(was, concerned))
    told = rows.merge(causes, on="episode", how="left").sort_values("episode", ignore_index=True)
    kept = ["episode", "change", "became", "differs", "causes", "incident"]
    told[kept] = told[kept].astype("str")
    told["causes"] = told["causes"].fillna("rules")
    return told[[*kept, *_SHOWN, *(f"{name}_now" for name in _SHOWN)]]


def _in_episodes(members: pd.DataFrame) -> pd.DataFrame:
    return members.loc[members["episode"].notna(), ["incident", "episode"]].astype("str")


def _episode_of(incidents: pd.Series, members: pd.DataFrame) -> pd.Series:
    """Return the episode of each incident among members, null where it is in none."""
    row = positions(incidents, members["incident"])
    ids = members["episode"].reset_index(drop=True)
    return ids.reindex(row).set_axis(incidents.index).astype("str")


def _touched(
    was: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame
) -> pd.Series:
    """Return the known episodes of which something is different."""
    row = positions(before["episode"], after["episode"])
    same = after.iloc[row] if len(after) else before
    other = np.zeros(len(before), dtype=bool)
    for name in _TOLD:
        old, new = before[name].to_numpy(), same[name].to_numpy()
        other |= (old != new) & ~(pd.isna(old) & pd.isna(new))
    left = was.loc[~(was["episode"] == was["became"]).to_numpy(dtype=bool), "episode"]
    taken_in = now.loc[~(now["episode"] == now["come_from"]).to_numpy(dtype=bool), "episode"]
    taken_in = taken_in[is_in(taken_in, before["episode"])]
    found = pd.concat([before.loc[other | (row < 0), "episode"], left, taken_in])
    touched: pd.Series = found.astype("str").drop_duplicates().sort_values(ignore_index=True)
    return touched


def _fates(touched: pd.Series, was: pd.DataFrame) -> pd.DataFrame:
    """Return episode, change, became, leading (the first of those) of known episodes."""
    pairs = was[["episode", "became"]].dropna().drop_duplicates().sort_values(["episode", "became"])
    sources = pairs.groupby("became")["episode"].transform("nunique")
    by = pairs.assign(sources=sources).groupby("episode")
    frame = pd.DataFrame(index=pd.Index(touched, name="episode"))
    count = by.size().reindex(frame.index, fill_value=0)
    shared = by["sources"].max().reindex(frame.index, fill_value=0) > 1
    leading = by["became"].first().reindex(frame.index)
    renamed = (leading != frame.index).to_numpy(dtype=bool)
    change = np.select(
        [count == 0, count > 1, shared, renamed], list(CHANGES)[:4], default="changed"
    )
    became = by["became"].agg(" ".join).reindex(frame.index) if len(pairs) else leading
    return frame.assign(change=change, became=became, leading=leading).reset_index()


def _new(episodes: pd.Series) -> pd.DataFrame:
    ids = episodes.to_numpy()
    return pd.DataFrame({"episode": ids, "change": "added", "became": ids, "leading": ids})


def _with_figures(rows: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Add what was told of each episode, and what is told now."""
    columns = ["episode", *_TOLD]
    wanted = rows["leading"].dropna()
    old = before.loc[is_in(before["episode"], rows["episode"]), columns]
    new = after.loc[is_in(after["episode"], wanted), columns]
    new = new.rename(columns={"episode": "leading"} | {name: f"{name}_now" for name in _TOLD})
    return rows.merge(old, on="episode", how="left").merge(new, on="leading", how="left")


def _moved(was: pd.DataFrame, concerned: pd.DataFrame) -> pd.Series:
    """Return the episodes, known ones and present ones, that gained or lost a report."""
    left = was.loc[~(was["episode"] == was["became"]).to_numpy(dtype=bool), "episode"]
    gained = ~(concerned["episode"] == concerned["come_from"]).to_numpy(dtype=bool)
    moved: pd.Series = pd.concat([left, concerned.loc[gained, "episode"]])
    return moved


def _differs(rows: pd.DataFrame, moved: pd.Series) -> pd.Series:
    """Return the names of what is different, by blanks."""
    text = pd.Series("", index=rows.index, dtype="str")
    both = rows["leading"].notna() & (rows["change"] != "added")
    for name in _TOLD:
        old, new = rows[name].to_numpy(dtype=object), rows[f"{name}_now"].to_numpy(dtype=object)
        same = (old == new) | (pd.isna(old) & pd.isna(new))
        text = text.mask(both & ~same, text + f" {name}")
    others = both & (is_in(rows["episode"], moved) | is_in(rows["leading"], moved))
    return text.mask(others, text + " members").str.strip()


def _related(was: pd.DataFrame, concerned: pd.DataFrame) -> pd.DataFrame:
    """Return episode, incident: the reports whose facts bear on a revised episode.

    They are its own, and those of the episodes in which its own are now.
    """
    pairs = was[["episode", "became"]].dropna().drop_duplicates()
    theirs = concerned.merge(pairs, left_on="episode", right_on="became", suffixes=("_now", ""))
    added = concerned[~is_in(concerned["episode"], pairs["became"])]
    parts = [frame[["episode", "incident"]] for frame in (was, theirs, added)]
    return pd.concat(parts, ignore_index=True).drop_duplicates()


def _causes(before: pd.DataFrame, after: pd.DataFrame, related: pd.DataFrame) -> pd.DataFrame:
    """Return episode, causes, incident: which facts about their reports have changed."""
    of = related.merge(_changed_facts(before, after, related["incident"]), on="incident")
    order = {cause: place for place, cause in enumerate(CAUSES)}
    of = of.assign(order=of["cause"].map(order)).sort_values(["episode", "order", "incident"])
    by = of.groupby("episode", sort=True)
    told = by["incident"].first().to_frame()
    told["causes"] = [" ".join(dict.fromkeys(group)) for _, group in by["cause"]]
    return told.reset_index()


def _changed_facts(before: pd.DataFrame, after: pd.DataFrame, incidents: pd.Series) -> pd.DataFrame:
    """Return incident, cause of the incidents of which another fact is known now."""
    old, new = (
        frame.loc[is_in(frame["id"], incidents), ["id", *_FACTS]].set_index("id").astype(object)
        for frame in (before, after)
    )
    ids = old.index.union(new.index)
    was, now = old.reindex(ids), new.reindex(ids)
    told, tells = ids.isin(old.index), ids.isin(new.index)
    other = told[:, None] & tells[:, None] & ((was != now) & ~(was.isna() & now.isna())).to_numpy()
    reported, closed, place, category, occurrence = other.T
    was_open, is_open = was["closed_at"].isna().to_numpy(), now["closed_at"].isna().to_numpy()
    holds = {
        "late_report": tells & ~told,
        "report_withdrawn": told & ~tells,
        "time_corrected": reported,
        "closing_learned": closed & was_open,
        "closing_withdrawn": closed & is_open,
        "closing_corrected": closed & ~was_open & ~is_open,
        "place_changed": place,
        "category_changed": category,
        "occurrence_changed": occurrence,
    }
    parts = [pd.DataFrame({"incident": ids[flag], "cause": name}) for name, flag in holds.items()]
    return pd.concat(parts, ignore_index=True).astype("str")

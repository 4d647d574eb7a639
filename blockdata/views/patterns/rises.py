"""What rose: places that lately had more of a category than their own past lets expect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from blockdata.config import Config
from blockdata.engines import case_lookups, pattern_feeds
from blockdata.errors import AnalysisError
from blockdata.report.patterns.rising_words import rise_sentence
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.patterns.told import Pattern, facts_of, label_of, local_time
from blockdata.views.results import require_category, result, with_places

__all__ = ["rise_incidents", "rises"]


def rises(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    category: str | None = None,
    window_days: int | None = None,
    *,
    everything: bool = False,
) -> Pattern:
    """List where the night found more than a place's own past lets expect.

    Every cell of the layer that hot spots are looked for on, every category and every window of
    `[rises]` is compared with the cell's own past: same season and, for one day, same kind of day,
    holidays apart; the category's calendar and spread, and past outbreaks left out. The share of
    false alarms is controlled over all of them together.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    category : str, optional
        Only this one.
    window_days : int, optional
        Only this window.
    everything : bool, default False
        Whether places without an alarm are listed too, where they had anything.

    Returns
    -------
    Pattern
        `.frame`: alarms first, by excess: cell, code, name, layer, category, window_days,
        observed_days, count, expected, excess, ratio, dispersion, past_count, reference ("matched":
        own days of the same season; "pooled": all days), trend_per_year, p, tests (of the night),
        q, recurrence_days (chance alone brings something so unusual anywhere once in so many
        days: 1 / (p x tests)), alarm, rank, reason (why not tested), sentence_zh, sentence_en (of
        alarms), geometry where the base has any. Also `.map()` and `.explain()`.

    Raises
    ------
    AnalysisError
        If no incident has the category, the window was not compared, or an earlier version made
        the snapshot.
    """
    case_lookups.require_table(session, "rise")
    require_category(session, category)
    _require_window(config, window_days)
    rows, by_category = pattern_feeds.rise_rows(session), pattern_feeds.rise_categories(session)
    for column, wanted in (("category", category), ("window_days", window_days)):
        if wanted is not None:
            rows, by_category = (f[f[column] == wanted] for f in (rows, by_category))
    shown = (rows if everything else rows[rows["alarm"]]).reset_index(drop=True)
    facts = facts_of(config, as_of, words)
    frame = _with_sentences(session, with_places(shown, "cell", session, facts.crs))
    text = "\n".join(_explained(rows, by_category, config, as_of, words))
    drawn = frame.assign(hot=frame["alarm"])
    return Pattern(**vars(result(session, facts, frame, text)), drawn=drawn)


def _require_window(config: Config, window_days: int | None) -> None:
    windows = config.rises.windows_days
    if window_days is not None and window_days not in windows:
        raise AnalysisError(
            f"the nightly run did not compare a window of {window_days} days",
            where="patterns rises",
            allowed=", ".join(map(str, windows)),
            next_step=f"Add {window_days} to [rises] windows_days and run again.",
        )


def _with_sentences(session: Session, frame: pd.DataFrame) -> pd.DataFrame:
    told = {}
    for lang in ("zh", "en"):
        words = Words(lang, session.catalogue)
        told[f"sentence_{lang}"] = [
            rise_sentence(row, label_of(row), words) if row["alarm"] else None
            for row in frame.to_dict("records")
        ]
    return frame.assign(**{name: pd.Series(said, dtype="str") for name, said in told.items()})


def _explained(
    rows: pd.DataFrame, by_category: pd.DataFrame, config: Config, as_of: dt.date, words: Words
) -> Iterator[str]:
    settings = config.rises
    windows = words.t("、", ", ").join(map(str, settings.windows_days))
    yield words.t(f"近来增多之处（截至 {as_of}）", f"Rises (as of {as_of})")
    if by_category.empty:
        yield words.t("没有可比较的问题。", "There was nothing to compare.")
        return
    layer = words.layer(str(by_category["layer"].iloc[0]))
    found = len(rows[rows["alarm"]].drop_duplicates(["category", "cell"]))
    yield words.t(
        f"{layer}，最近 {windows} 天：{found} 处增多",
        f"{layer}, the last {windows} days, rises: {found}",
    )
    yield words.t(
        f"  已比较 {int(by_category['tested'].sum()):,} 项（格子、类别、时间窗）",
        f"  compared: {int(by_category['tested'].sum()):,} (cells, categories, windows)",
    )
    untested = by_category.dropna(subset="reason")
    for reason, group in untested.groupby("reason", sort=True):
        names = words.t("、", ", ").join(sorted(group["category"].unique()))
        yield words.t(
            f"  未比较（{words.untested(str(reason))}）：{names}",
            f"  not compared ({words.untested(str(reason))}): {names}",
        )
    yield words.t(
        f"全部比较合在一起，误报所占比例不超过 {settings.alpha:.0%}；"
        "与该处自己的以往比，节假日、季节和星期已扣除，以往的异常周不算。",
        f"Over all comparisons together the share of false alarms is at most {settings.alpha:.0%}; "
        "each place is compared with its own past, by season, weekday and holidays, without its "
        "past outbreaks.",
    )


def rise_incidents(
    session: Session,
    config: Config,
    as_of: dt.date,
    category: str,
    cell: str,
    window_days: int = 7,
) -> pd.DataFrame:
    """List the incidents behind a rise.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    category : str
    cell : str
        Id, as in `rises().frame`.
    window_days : int, default 7

    Returns
    -------
    DataFrame
        cell, episode, incident, reported_at (local), source, place_kind, place; by time. All
        reports of the episodes that began in the window, those of sources that were left out of
        the comparison included.

    Raises
    ------
    AnalysisError
        If the night compared nothing at this cell and category, or the window is none.
    """
    if window_days < 1:
        raise AnalysisError(
            f"window_days is {window_days}", where="patterns rise_incidents", allowed="1 or more"
        )
    case_lookups.require_table(session, "rise")
    rows = pattern_feeds.rise_rows(session)
    own = rows[(rows["category"] == category) & (rows["cell"] == cell)]
    if own.empty:
        raise AnalysisError(
            "the night compared nothing there",
            where="patterns rise_incidents",
            allowed="a category and cell of base.patterns.rises(everything=True).frame",
        )
    found = pattern_feeds.episodes_behind(
        session,
        str(own["layer"].iloc[0]),
        category,
        [cell],
        since=config.city.midnight_utc(as_of - dt.timedelta(days=window_days)),
        end=config.city.midnight_utc(as_of),
    )
    return local_time(found, config)

"""Near repeat, as the nightly run found it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from blockdata.config import Config
from blockdata.engines import case_lookups, gathering_feeds
from blockdata.report.patterns.near_repeat import band_sentence, band_words, raised
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.results import Result, require_category

__all__ = ["near_repeat"]


def near_repeat(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    category: str | None = None,
) -> Result:
    """List whether problems near one another in place follow each other in time (Knox).

    Pairs of episodes of one category are counted by bands of distance and days, beside what
    shuffled days would give.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    category : str, optional
        Only this one.

    Returns
    -------
    Result
        `.frame`: one row per category and band, raised ones first, by ratio: category, band (in
        words), from_m, to_m (both 0: one spot), from_days, to_days, window_days, episodes, pairs,
        expected, ratio, permutations, p (upper tail), q (over all bands of all categories), raised
        (q and ratio as `[near_repeat]` asks), reason (why not tested), sentence (of raised ones).
        Also `.explain()`.

    Raises
    ------
    AnalysisError
        If no incident has the category, or an earlier version made the snapshot.
    """
    case_lookups.require_table(session, "near_repeat")
    require_category(session, category)
    rows = gathering_feeds.result_rows(
        session, "near_repeat", ("category", "from_m", "to_m", "from_days")
    )
    rows = rows if category is None else rows[rows["category"] == category]
    found = raised(rows, config.near_repeat).assign(raised=True)
    keys = ["category", "from_m", "to_m", "from_days"]
    marked = rows.merge(found[[*keys, "raised"]], on=keys, how="left")
    marked["raised"] = marked["raised"].notna()
    marked = marked.sort_values(
        ["raised", "ratio", *keys], ascending=[False, False, *([True] * len(keys))]
    )
    bands = [
        None if pd.isna(row["to_m"]) else band_words(row, words)
        for row in marked.to_dict("records")
    ]
    said = [
        band_sentence(row, words) if row["raised"] else None for row in marked.to_dict("records")
    ]
    marked = marked.reset_index(drop=True)
    marked.insert(1, "band", pd.Series(bands, dtype="str"))
    marked = marked.assign(sentence=pd.Series(said, dtype="str"))
    text = "\n".join(_explained(marked, config, as_of, words))
    return Result(marked, text, pd.DataFrame(), pd.DataFrame(), words)


def _explained(rows: pd.DataFrame, config: Config, as_of: dt.date, words: Words) -> Iterator[str]:
    own = config.near_repeat
    yield words.t(f"近邻复发（截至 {as_of}）", f"Near repeat (as of {as_of})")
    tested = rows["p"].notna()
    if not tested.any():
        yield words.t("没有可检验的问题。", "There was nothing to test.")
    else:
        yield words.t(
            f"{rows.loc[tested, 'category'].nunique()} 个类别，{int(tested.sum())} 档，"
            f"{int(rows['raised'].sum())} 档明显多于碰巧",
            f"{rows.loc[tested, 'category'].nunique()} categories, {int(tested.sum())} bands, "
            f"{int(rows['raised'].sum())} clearly above chance",
        )
    for reason, group in rows.groupby("reason", sort=True):
        names = words.t("、", ", ").join(sorted(group["category"].unique()))
        told = words.untested(str(reason))
        yield words.t(f"  未检验（{told}）：{names}", f"  not tested ({told}): {names}")
    yield words.t(
        f"“明显”指 q ≤ {own.alpha}（全部类别、全部档一并计算）且不少于碰巧的 {own.min_ratio:g} 倍；"
        "p 由打乱日期得来。同一处还没办结就再报的并作一起，所以同一处相隔几天的对数本来偏少。",
        f"Clearly means q of at most {own.alpha} (over all bands of all categories) and at least "
        f"{own.min_ratio:g} times as many as chance; p is by shuffled days. Reports at one place "
        "before its closing are one episode, so that pairs on one spot within days are rarer.",
    )

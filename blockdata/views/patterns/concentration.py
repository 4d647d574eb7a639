"""How few places have how much of all problems, as the nightly run measured it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from blockdata.config import Config
from blockdata.engines import case_lookups, gathering_feeds
from blockdata.errors import AnalysisError
from blockdata.report.patterns.concentration import half_sentence, in_order
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.results import Result, require_category

__all__ = ["concentration"]


def concentration(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    category: str | None = None,
    *,
    layer: str | None = None,
) -> Result:
    """List how problems gather at few places (80-20), per layer, kind of place and category.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    category : str, optional
        Only this one; its row over all categories is left out too.
    layer : str, optional
        Only this layer of cells, or "address", "building", "component".

    Returns
    -------
    Result
        `.frame`: layer, category (null: all), places (there are), places_with_any, episodes (of
        `[concentration] window_days`), gini, gini_adjusted (against the most equal sharing out
        that whole episodes allow), half_places and share_with_half (fewest places with half of
        all), share_with_80, top_1 ... top_50 (share of the episodes that the busiest 1 % ... 50 %
        of the places have, on the Lorenz curve), reason, sentence. Also `.explain()`.

    Raises
    ------
    AnalysisError
        If the category or layer is unknown, or an earlier version made the snapshot.
    """
    case_lookups.require_table(session, "concentration")
    require_category(session, category)
    rows = in_order(gathering_feeds.result_rows(session, "concentration", ("layer", "category")))
    if layer is not None and layer not in set(rows["layer"]):
        raise AnalysisError(
            f"nothing was counted by {layer!r}",
            where="patterns concentration",
            allowed=", ".join(rows["layer"].unique()) or "none",
        )
    for column, value in (("category", category), ("layer", layer)):
        rows = rows if value is None else rows[rows[column] == value]
    said = [
        half_sentence(row, words) if pd.isna(row["reason"]) else None
        for row in rows.to_dict("records")
    ]
    frame = rows.reset_index(drop=True).assign(sentence=pd.Series(said, dtype="str"))
    text = "\n".join(_explained(frame, config, as_of, words))
    return Result(frame, text, pd.DataFrame(), pd.DataFrame(), words)


def _explained(rows: pd.DataFrame, config: Config, as_of: dt.date, words: Words) -> Iterator[str]:
    days = config.concentration.window_days
    yield words.t(
        f"集中程度（截至 {as_of}，{days} 天）", f"Concentration (as of {as_of}, {days} days)"
    )
    if rows.empty:
        yield words.t("没有可统计的问题。", "There was nothing to count.")
    every = rows[rows["category"].isna()]
    yield from (every if len(every) else rows)["sentence"].dropna().tolist()

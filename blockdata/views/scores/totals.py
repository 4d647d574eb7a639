"""Whether figures add up: the units to the whole, ours to what a source states of itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from blockdata.analysis.checks import require_columns
from blockdata.analysis.scorecard import compare_totals, share_agrees
from blockdata.config import Config
from blockdata.engines import score_feeds
from blockdata.errors import AnalysisError
from blockdata.report.scores.totals import total_sentence
from blockdata.report.scores.words import month_words, unit_kind_words
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.results import Result
from blockdata.views.scores.asking import month_asked, require_one_of

__all__ = ["compare_stated", "totals"]


def totals(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    unit_kind: str | None = None,
    month: dt.date | str | None = None,
) -> Result:
    """List whether the units of each kind add up to the whole base, count by count.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    unit_kind : str, optional
        "department" or a layer; default: all.
    month : date or str, optional
        Only this month; default: all that are kept.

    Returns
    -------
    Result
        `.frame`: unit_kind, month, measure, zh, en, units (their sum), whole, difference (whole
        less units: above 0 cases of no unit, below 0 cases of several), adds_up, sentence_zh and
        sentence_en (where they do not). Also `.explain()`.

    Raises
    ------
    AnalysisError
        If the unit_kind or month is none that is told, or an earlier version made the snapshot.
    """
    where = "scores totals"
    kinds = score_feeds.layers_told(session, "score_total", "unit_kind")
    if kinds:
        require_one_of(unit_kind, kinds, "kind of unit", where)
    first = month_asked(session, month, "score_total", where)
    rows = score_feeds.total_rows(session, unit_kind, first)
    told = {}
    for lang in ("zh", "en"):
        own = Words(lang, session.catalogue)
        said = [
            None if row["adds_up"] else total_sentence(row, own) for row in rows.to_dict("records")
        ]
        told[f"sentence_{lang}"] = pd.Series(said, index=rows.index, dtype="str")
    frame = rows.assign(**told)
    text = "\n".join(_explained(frame, as_of, words))
    return Result(frame, text, pd.DataFrame(), pd.DataFrame(), words)


def _explained(frame: pd.DataFrame, as_of: dt.date, words: Words) -> Iterator[str]:
    yield words.t(f"分部与总数核对（截至 {as_of}）", f"Parts and the whole (as of {as_of})")
    if frame.empty:
        yield words.t("没有可核对的计数。", "There is nothing to add up.")
        return
    last = frame["month"].max()
    month = month_words(last, words)
    for kind, own in frame[frame["month"] == last].groupby("unit_kind", sort=True):
        wrong = int((~own["adds_up"]).sum())
        name = unit_kind_words(str(kind), words)
        yield words.t(
            f"  {month}，{name}：{len(own)} 个计数中 {wrong} 个与总数不等",
            f"  {month}, {name}: of {len(own)} counts {wrong} do not add up to the whole",
        )
    yield words.t(
        "不等的差数是没有写明单位（或不在任何格子里）的案件，只计入全区。",
        "The difference is cases that name no unit, or lie in no cell: they count for the whole.",
    )


def compare_stated(
    session: Session, config: Config, as_of: dt.date, words: Words, stated: pd.DataFrame
) -> pd.DataFrame:
    """Hold a scorecard that a department states itself against what its cases give.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    stated : DataFrame
        unit (a department's name, the id of a cell, or "whole"), month ("2026-10" or any day),
        definition (that the scorecard has), and what is stated, each of which may be null or
        lacking: numerator, denominator, value (in per cent, rounded to two decimals).

    Returns
    -------
    DataFrame
        unit, month, definition, part (numerator or denominator), stated, counted, difference,
        agrees, zh, en (a sentence where they do not agree), and value_fits: whether the stated
        value can come from the stated counts by rounding (null where it is not stated).

    Raises
    ------
    AnalysisError
        If a column is lacking, or a unit, month and definition stand twice.
    """
    where = "scores compare_stated"
    key = ["unit", "month", "definition"]
    require_columns(stated, key, where)
    stated = stated.reindex(columns=[*key, "numerator", "denominator", "value"])
    months = [month_asked(session, str(m)[:7], "scorecard", where) for m in stated["month"]]
    asked = stated.assign(month=pd.to_datetime(pd.Series(months, index=stated.index)))
    if asked.duplicated(key).any():
        raise AnalysisError("a unit, month and definition stand twice", where=where)
    card = score_feeds.card_rows(session)
    known = asked.merge(
        card[[*key, "numerator", "denominator"]], on=key, how="left", suffixes=("", "_counted")
    )
    names = score_feeds.definition_rows(session, "scorecard_definition").set_index("definition")
    known = known.assign(called=known["definition"].map(names[words.lang]))
    blocks = [_part(known, part, words) for part in ("numerator", "denominator")]
    told = pd.concat(blocks, ignore_index=True)
    fits = known[key].assign(value_fits=_fits(known))
    return told.merge(fits, on=key, how="left").sort_values(key, kind="stable", ignore_index=True)


def _part(known: pd.DataFrame, part: str, words: Words) -> pd.DataFrame:
    rows = known[known[part].notna()].reset_index(drop=True)
    of = words.t("分子", "numerator") if part == "numerator" else words.t("分母", "denominator")
    subject = [
        f"{r['unit']} {month_words(r['month'], words)} {r['called']} {of}"
        for r in rows.to_dict("records")
    ]
    counted = pd.DataFrame({"subject": subject, "total": rows[f"{part}_counted"]}).dropna()
    told = compare_totals(counted, pd.DataFrame({"subject": subject, "total": rows[part]}))
    compared = told.set_index("subject").loc[subject].reset_index(drop=True)
    return pd.concat([rows[["unit", "month", "definition"]].assign(part=part), compared], axis=1)


def _fits(known: pd.DataFrame) -> pd.Series:
    """Tell whether each stated value can come from the stated counts; null where it is not."""
    columns = ("value", "numerator", "denominator")
    stated = known.reindex(columns=list(columns)).astype("float64")
    told = [
        share_agrees(value, int(below), numerator=None if pd.isna(above) else int(above))
        if below > 0 and not pd.isna(value)
        else pd.NA
        for value, above, below in stated.itertuples(index=False)
    ]
    return pd.Series(told, index=known.index, dtype="boolean")

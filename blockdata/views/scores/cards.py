"""The scorecard of departments and areas: definitions, scores by weight, totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from blockdata.config import Config
from blockdata.engines import score_feeds
from blockdata.report.scores.words import WHOLE, month_words, unit_kind_words
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.results import Result
from blockdata.views.scores.asking import month_asked, reason_words, require_one_of

__all__ = ["composite", "scorecard", "scorecard_definitions"]

_CARD = (
    *("unit_kind", "unit", "code", "name", "month", "indicator", "definition", "zh", "en"),
    *("numerator", "denominator", "value", "low", "high", "small"),
    *("rank", "rank_low", "rank_high", "ranked", "reason", "why"),
    *("numerator_zh", "numerator_en", "denominator_zh", "denominator_en", "better", "kind"),
)
_SCORE = (
    *("unit_kind", "unit", "code", "name", "month", "score", "low", "high"),
    *("rank", "rank_low", "rank_high", "ranked", "weight_used", "missing", "missing_zh"),
    *("missing_en", "reason", "why"),
)


def scorecard(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    unit_kind: str | None = "department",
    month: dt.date | str | None = None,
) -> Result:
    """List the scorecard (考核): every unit and definition with both counts, interval and rank.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    unit_kind : str, default "department"
        "department" (as the case's source names it), a layer measured beside departments, or
        "whole"; None for all.
    month : date or str, optional
        Only this month ("2026-10", or any day of it); default: all that are kept.

    Returns
    -------
    Result
        `.frame`: unit_kind, unit, code, name, month, indicator, definition, zh, en, numerator,
        denominator, value (per cent of shares), low, high (interval), small (denominator below
        `[scorecard] min_denominator`), rank (1 is the best), rank_low to rank_high (where it may
        truly stand), ranked (units in the ranking), reason and why (no value, or no rank),
        numerator_zh, numerator_en, denominator_zh, denominator_en, better, kind (share, ratio of
        two counts, or mean). By definition, month, and rank. Also `.explain()`.

    Raises
    ------
    AnalysisError
        If the unit_kind or month is none that is told, or an earlier version made the snapshot.
    """
    where = "scores scorecard"
    kinds = score_feeds.layers_told(session, "scorecard", "unit_kind")
    if kinds:
        require_one_of(unit_kind, kinds, "kind of unit", where)
    first = month_asked(session, month, "scorecard", where)
    rows = score_feeds.card_rows(session, unit_kind, first)
    known = score_feeds.definition_rows(session, "scorecard_definition")
    frame = rows.merge(known.drop(columns="indicator"), on="definition", how="left", sort=False)
    frame = frame.assign(why=reason_words(frame["reason"], words), name=_names(frame, words))
    frame = frame[list(_CARD)]
    text = "\n".join(_explained(frame, config, as_of, words))
    return Result(frame, text, pd.DataFrame(), pd.DataFrame(), words)


def _names(frame: pd.DataFrame, words: Words) -> pd.Series:
    names = frame["name"].mask(frame["unit_kind"] == "department", frame["unit"])
    return names.mask(frame["unit_kind"] == WHOLE, unit_kind_words(WHOLE, words)).astype("str")


def _explained(frame: pd.DataFrame, config: Config, as_of: dt.date, words: Words) -> Iterator[str]:
    settings = config.scorecard
    yield words.t(f"考核指标（截至 {as_of}，只计整月）", f"Scorecard (as of {as_of}, whole months)")
    if frame.empty:
        yield words.t("没有可考核的案件。", "There are no cases to measure.")
        return
    first, last = frame["month"].min(), frame["month"].max()
    units = frame[["unit_kind", "unit"]].drop_duplicates()
    yield words.t(
        f"{month_words(first, words)}至{month_words(last, words)}，"
        f"{frame['definition'].nunique()} 项，{len(units)} 个单位",
        f"{month_words(first, words)} to {month_words(last, words)}: "
        f"{frame['definition'].nunique()} definitions, {len(units)} units",
    )
    yield words.t(
        f"  区间为 {settings.level:.0%} 置信区间，按案件相互独立计算，成批到来的案件会使区间偏窄；"
        "名次后面是它真正可能在的名次范围，范围重叠的单位不能说有好坏之分。",
        f"  Intervals are of {settings.level:.0%}, taking cases as independent; cases that come in "
        "bursts make them too narrow. Beside a rank stands where it may truly be: units whose "
        "spans overlap cannot be told apart.",
    )
    small = int(frame["small"].sum())
    least = f"{settings.min_denominator:g}"
    yield words.t(
        f"  分母小于 {least} 的 {small:,} 个数值标为 small，不排名",
        f"  {small:,} values have a denominator below {least}: they are marked small, without rank",
    )


def composite(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    unit_kind: str | None = "department",
    month: dt.date | str | None = None,
) -> Result:
    """List one score of each unit and month, from the shares by the city's weights.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    unit_kind : str, default "department"
        As for `scorecard`; None for all.
    month : date or str, optional
        Only this month; default: all that are kept.

    Returns
    -------
    Result
        `.frame`: unit_kind, unit, code, name, month, score (0 to 100, the weighted mean of the
        shares, of 100 less the share where low is good), low, high, rank, rank_low, rank_high,
        ranked, weight_used (share of the weights that the unit has values of), missing (the
        other definitions, also in words), reason and why; the best first. Empty where
        `[scorecard.weights]` gives no weights. Also `.explain()`.

    Raises
    ------
    AnalysisError
        If the month is none that is told, or an earlier version made the snapshot.
    """
    where = "scores composite"
    known = score_feeds.definition_rows(session, "scorecard_definition")
    weights = known[known["weight"].notna()]
    kinds = score_feeds.layers_told(session, "score", "unit_kind")
    if kinds:
        require_one_of(unit_kind, kinds, "kind of unit", where)
    first = month_asked(session, month, "score", where) if kinds else None
    rows = score_feeds.score_rows(session, unit_kind, first)
    told = {
        f"missing_{lang}": _missing(rows["missing"], known.set_index("definition")[lang], lang)
        for lang in ("zh", "en")
    }
    frame = rows.assign(why=reason_words(rows["reason"], words), name=_names(rows, words), **told)[
        list(_SCORE)
    ]
    text = "\n".join(_scores_explained(frame, weights, config, as_of, words))
    return Result(frame, text, pd.DataFrame(), pd.DataFrame(), words)


def _missing(listed: pd.Series, names: pd.Series, lang: str) -> pd.Series:
    joint = "、" if lang == "zh" else ", "
    said = [
        joint.join(str(names[n]) for n in text.split(", ")) if isinstance(text, str) else None
        for text in listed
    ]
    return pd.Series(said, index=listed.index, dtype="str")


def _scores_explained(
    frame: pd.DataFrame, weights: pd.DataFrame, config: Config, as_of: dt.date, words: Words
) -> Iterator[str]:
    yield words.t(f"综合得分（截至 {as_of}）", f"Scores (as of {as_of})")
    if weights.empty:
        yield words.t(
            "配置里没有权重，不计综合得分；权重写在 [scorecard.weights]。",
            "The configuration gives no weights, so there is no score; see [scorecard.weights].",
        )
        return
    total = float(weights["weight"].sum())
    listed = words.t("、", ", ").join(
        f"{row[words.lang]} {row['weight'] / total:.0%}" for row in weights.to_dict("records")
    )
    yield words.t(f"  权重：{listed}", f"  weights: {listed}")
    yield words.t(
        f"  可用权重不足 {config.scorecard.min_weight_used:.0%} 的单位不排名",
        f"  a unit with values for less than {config.scorecard.min_weight_used:.0%} of the "
        "weights has no rank",
    )
    if frame.empty:
        yield words.t("没有可计分的单位。", "There is no unit to score.")


def scorecard_definitions(
    session: Session,
    config: Config,
    as_of: dt.date,
    words: Words,
    indicator: str | None = None,
) -> pd.DataFrame:
    """List every definition of the scorecard, and which are chosen.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    words : Words
    indicator : str, optional
        Only the definitions of this indicator.

    Returns
    -------
    DataFrame
        indicator, definition, chosen, weight (null without), zh, en, formula, numerator_zh,
        numerator_en, denominator_zh, denominator_en, better, kind, reference. Another definition
        is chosen in `[scorecard.definitions]`.

    Raises
    ------
    AnalysisError
        If there is no such indicator.
    """
    known = score_feeds.definition_rows(session, "scorecard_definition")
    require_one_of(indicator, known["indicator"], "indicator", "scores scorecard_definitions")
    if indicator is None:
        return known
    return known[known["indicator"] == indicator].reset_index(drop=True)

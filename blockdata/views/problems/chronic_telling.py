"""What `blockdata.chronic` says in words: what was found, by what measure, what was not tested."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from blockdata.analysis.lasting import STEP_DAYS
from blockdata.report.chronic_words import course_word, measure_word
from blockdata.report.words import Words
from blockdata.views.results import Facts

__all__ = ["explained", "is_still_bad"]


def is_still_bad(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row was found chronic or recurring and has not been resolved since."""
    return rows["status"].notna() & (rows["course"].fillna("") != "resolved")


def explained(rows: pd.DataFrame, facts: Facts) -> Iterator[str]:
    """Return line by line what rows of the table `chronic` tell."""
    words, settings = facts.words, facts.config.chronic
    recurring = bool(len(rows)) and bool((rows["measure"] == "recurring").all())
    title = measure_word("recurring" if recurring else "chronic", words)
    yield words.t(
        f"{title}（截至 {facts.as_of}）", f"{title.capitalize()} problems (as of {facts.as_of})"
    )
    if rows.empty:
        yield words.t("没有可检验的问题。", "There was nothing to test.")
        return
    days = int(settings.window_days)
    yield _counted(rows, days if recurring else days - days % STEP_DAYS, words)
    for name in sorted(rows["exposure_name"].dropna().unique()):
        kinds = words.t("、", ", ").join(
            words.place_kind(k)
            for k in sorted(rows.loc[rows["exposure_name"] == name, "place_kind"].unique())
        )
        yield words.t(
            f"  {kinds}：以{words.exposure(name)}为基数",
            f"  {kinds}: measured against {words.exposure(name)}",
        )
    yield from _tested(rows, words)
    yield _meaning(recurring, settings.recur_days, words)


def _counted(rows: pd.DataFrame, window_days: int, words: Words) -> str:
    found, still = rows[rows["status"].notna()], int(is_still_bad(rows).sum())
    counted = found["course"].value_counts()
    told = words.t("，", ", ").join(
        f"{course_word(code, words)} {counted[code]}" for code in counted.index
    )
    more = words.t(f"（{told}）", f" ({told})") if told else ""
    return words.t(
        f"最近 {window_days} 天：{len(found)} 处，仍未解决 {still} 处{more}",
        f"The last {window_days} days: {len(found)}, of which {still} are still bad{more}",
    )


def _tested(rows: pd.DataFrame, words: Words) -> Iterator[str]:
    tested = rows["reason"].isna()
    categories = rows.loc[tested, "category"].nunique()
    yield words.t(
        f"  已检验：{categories} 个类别，{int(tested.sum())} 处有问题的地点",
        f"  tested: {categories} categories, {int(tested.sum())} places with problems",
    )
    for reason, count in rows["reason"].value_counts().sort_index().items():
        yield words.t(
            f"  未检验 {count} 处：{words.untested(str(reason))}",
            f"  not tested, {count} places: {words.untested(str(reason))}",
        )


def _meaning(recurring: bool, recur_days: int, words: Words) -> str:
    if recurring:
        return words.t(
            "来源没有结案时间，无法知道问题是否办结后复发，所以只称“反复发生”："
            "问题数显著多于按基数应有的数目，并且不止一个月发生。",
            "No source tells when a problem was closed, so nobody can know whether it came back: "
            "these are called recurring. They are significantly more frequent than their exposure "
            "explains, and in more than one month.",
        )
    return words.t(
        f"“久治不愈”指问题显著多于同类地方，而且办结后 {recur_days} 天内又发生的次数也显著更多；"
        "两条都成立才算。“多出”扣除了偶然，排名看当前每年多出多少。",
        f"Chronic means significantly more problems than such places have, and significantly more "
        f"of them back within {recur_days} days of closing: both must hold. The excess allows for "
        "chance; the rank goes by what the excess is a year, now.",
    )

"""What chronic places have in common, and whether they stand together, as the night found it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from blockdata.engines import case_lookups, cause_feeds, gathering_feeds
from blockdata.errors import AnalysisError
from blockdata.report.causes import cause_sentence, neighbour_sentence
from blockdata.report.words import Words
from blockdata.store.session import Session
from blockdata.views.results import Facts, Result, located

__all__ = ["NearChronic", "SharedCauses", "causes", "neighbours"]

_KEY = ["place_kind", "cause_kind", "cause"]


@dataclass(frozen=True, repr=False)
class SharedCauses(Result):
    """What chronic places have in common.

    Parameters
    ----------
    places : DataFrame
        place_kind, cause_kind, cause, place, name, category: the chronic places behind each cause
        that is listed. A flat is called by its building.
    kinds : DataFrame
        What was tested: one row per kind of place and of cause, as the table `cause_kind`.
    """

    places: pd.DataFrame
    kinds: pd.DataFrame


@dataclass(frozen=True, repr=False)
class NearChronic(Result):
    """Chronic places near other chronic places.

    Parameters
    ----------
    places : DataFrame
        place_kind, place, name, near (chronic neighbours), expected, geometry where known.
    """

    places: pd.DataFrame


def causes(
    session: Session, facts: Facts, place_kind: str | None = None, *, everything: bool = False
) -> SharedCauses:
    """List what chronic places have in common, more often than places like them.

    Owners, keepers and batches of components; estates, roads and companies of addresses; units
    that dealt with the problems; and the city's own fields of `[causes]`. A place is bad if it is
    chronic in any category, and counts once; of units a place counts for each category.

    Parameters
    ----------
    session : Session
    facts : Facts
    place_kind : str, optional
        Only causes of places of this kind: "component", "address" (flats counted as their
        building) or another.
    everything : bool, default False
        Whether what is not listed is shown too, where it has any chronic place.

    Returns
    -------
    SharedCauses
        `.frame`: by excess: place_kind, cause_kind, cause, places, bad, expected, excess, ratio, p,
        tests (of the night), q (over all of them), status ("shared_cause"), rank, reason (why not
        tested), sentence_zh, sentence_en (of what is listed). Also `.places`, `.kinds`,
        `.explain()`.

    Raises
    ------
    AnalysisError
        If no cause was looked for among places of this kind, or an earlier version made the
        snapshot.

    Notes
    -----
    Bodies are named, never people: names of owners that are not known to be a body's, and sole
    traders, are no cause; their things count among the others.
    """
    case_lookups.require_table(session, "cause")
    rows = gathering_feeds.result_rows(session, "cause", tuple(_KEY))
    kinds = gathering_feeds.result_rows(session, "cause_kind", ("place_kind", "cause_kind"))
    places = gathering_feeds.result_rows(session, "cause_place", (*_KEY, "place", "category"))
    if place_kind is not None:
        _require_kind(place_kind, kinds)
        rows, kinds, places = (f[f["place_kind"] == place_kind] for f in (rows, kinds, places))
    shown = rows if everything else rows[rows["status"].notna()]
    shown = shown.assign(_listed=shown["status"].notna()).sort_values(
        ["_listed", "excess", *_KEY], ascending=[False, False, True, True, True]
    )
    frame = shown.drop(columns="_listed").reset_index(drop=True)
    for lang in ("zh", "en"):
        words = Words(lang, session.catalogue)
        said = [
            None if pd.isna(row["status"]) else cause_sentence(row, words)
            for row in frame.to_dict("records")
        ]
        frame = frame.assign(**{f"sentence_{lang}": pd.Series(said, dtype="str")})
    names = cause_feeds.told_names(session, places["place"].tolist())
    behind = places.merge(names, on="place", how="left").reset_index(drop=True)
    behind = behind[[*_KEY, "place", "name", "category"]]
    text = "\n".join(_explained(rows, kinds, facts))
    return SharedCauses(
        *(frame, text, pd.DataFrame(), pd.DataFrame(), facts.words),
        places=behind,
        kinds=kinds.reset_index(drop=True),
    )


def _require_kind(place_kind: str, kinds: pd.DataFrame) -> None:
    if place_kind not in set(kinds["place_kind"]):
        raise AnalysisError(
            "no cause was looked for among places of this kind",
            where="problems.causes place_kind",
            allowed=", ".join(sorted(set(kinds["place_kind"]))) or "nothing is chronic",
        )


def _explained(rows: pd.DataFrame, kinds: pd.DataFrame, facts: Facts) -> Iterator[str]:
    words, settings = facts.words, facts.config.causes
    yield words.t(
        f"久治不愈的共同点（截至 {facts.as_of}）",
        f"What chronic places share (as of {facts.as_of})",
    )
    if kinds.empty:
        yield words.t("没有久治不愈的地方，没有可检验的。", "Nothing is chronic: nothing to test.")
        return
    yield words.t(
        f"已检验 {int(kinds['tested'].sum()):,} 项，列出 {int(rows['status'].notna().sum())} 项",
        f"tested: {int(kinds['tested'].sum()):,}, listed: {int(rows['status'].notna().sum())}",
    )
    yield words.t(
        f"列出的是 q ≤ {settings.alpha} 的，q 在当晚全部检验里一并计算；"
        f"不足 {settings.min_places} 处的不检验，只和同类相比。"
        "只列单位，不列个人：看不出是单位的名称和个体工商户不列，户室按所在楼栋说。",
        f"Listed is what has q of at most {settings.alpha}, over all tests of the night; what "
        f"fewer than {settings.min_places} places share is not tested, and places are compared "
        "with places like them. Bodies are named, never people: names not known to be a body's "
        "and sole traders are left out, and flats are called by their building.",
    )


def neighbours(session: Session, facts: Facts) -> NearChronic:
    """Tell whether chronic places stand near each other more than by chance.

    Among places of a kind that had any problem in the window the chronic ones are dealt out anew,
    within places like them, and pairs of chronic ones within `[causes] radius_m` are counted.

    Parameters
    ----------
    session : Session
    facts : Facts

    Returns
    -------
    NearChronic
        `.frame`: one row per kind of place: place_kind, places, bad, radius_m, pairs, expected,
        permutations, p, q (over the kinds), status ("gathered"), reason (why not tested),
        sentence_zh, sentence_en. Also `.places` and `.explain()`.

    Raises
    ------
    AnalysisError
        If an earlier version made the snapshot.
    """
    case_lookups.require_table(session, "near_chronic")
    frame = gathering_feeds.result_rows(session, "near_chronic", ("place_kind",))
    told = {
        lang: [
            neighbour_sentence(row, Words(lang, session.catalogue))
            for row in frame.to_dict("records")
        ]
        for lang in ("zh", "en")
    }
    frame = frame.assign(
        **{f"sentence_{lang}": pd.Series(said, dtype="str") for lang, said in told.items()}
    )
    near = gathering_feeds.result_rows(session, "near_chronic_place", ("place_kind", "place"))
    ids = near["place"].tolist()
    names = cause_feeds.told_names(session, ids)
    shapes = located(session, ids, facts.crs).rename(columns={"id": "place"})
    places = near.merge(names, on="place", how="left").merge(
        shapes[["place", "geometry"]], on="place", how="left"
    )
    places = places.sort_values(["near", "place"], ascending=[False, True], ignore_index=True)
    head = facts.words.t(
        f"久治不愈的地方是否扎堆（截至 {facts.as_of}）",
        f"Whether chronic places stand together (as of {facts.as_of})",
    )
    nothing = facts.words.t("没有久治不愈的地方。", "Nothing is chronic.")
    text = "\n".join([head, *(told[facts.words.lang] or [nothing])])
    return NearChronic(frame, text, pd.DataFrame(), pd.DataFrame(), facts.words, places=places)

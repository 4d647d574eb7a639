"""What chronic places have in common: owners, batches, companies, estates, units, neighbours."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from blockdata.engines import cause_feeds, gathering_feeds
from blockdata.report.settings import Settings
from blockdata.report.words import Words, q_value, tenth, whole
from blockdata.store.session import Session

__all__ = [
    "CauseSection",
    "cause_kind_words",
    "cause_section",
    "cause_sentence",
    "neighbour_sentence",
    "things",
]

_LISTED = 20
_NAMED = 5

_KINDS = MappingProxyType(
    {
        "owner": ("权属单位", "owner"),
        "keeper": ("养护单位", "keeper"),
        "batch": ("同批部件（类别、单位、普查年份）", "batch (class, body, year of survey)"),
        "road": ("道路", "road"),
        "estate": ("小区", "estate"),
        "company": ("所在单位（含分支机构）", "company there, with its branches"),
        "department": ("承办单位", "unit dealing with it"),
    }
)

_UNTESTED = ("too_few_places", "no_other_like", "none_or_all_bad", "too_few_to_tell")


@dataclass(frozen=True)
class CauseLine:
    """One cause with more chronic places than chance."""

    number: int
    kind: str
    cause: str
    places: str
    bad: str
    expected: str
    ratio: str
    q: str
    sentence: str
    behind: str


@dataclass(frozen=True)
class CauseKind:
    """What became of one kind of cause."""

    things: str
    kind: str
    with_cause: str
    causes: str
    tested: int
    listed: int
    untested: str


@dataclass(frozen=True)
class NeighbourLine:
    """Whether the chronic places of one kind stand near each other."""

    things: str
    bad: str
    pairs: str
    expected: str
    q: str
    sentence: str
    gathered: bool


@dataclass(frozen=True)
class CauseSection:
    """Causes and neighbours of chronic places.

    Parameters
    ----------
    tests : int
        Causes that make the family of q.
    alpha : float
    min_places : int
    radius_m : str
    lines : list of CauseLine
        By excess, the largest first.
    more : int
    kinds : list of CauseKind
    neighbours : list of NeighbourLine
    no_company : bool
        Whether no register names who manages estates and houses.
    notes : list of str
        What was not named, and why.
    """

    tests: int
    alpha: float
    min_places: int
    radius_m: str
    lines: list[CauseLine]
    more: int
    kinds: list[CauseKind]
    neighbours: list[NeighbourLine]
    no_company: bool
    notes: list[str]


def cause_section(session: Session, settings: Settings, words: Words) -> CauseSection | None:
    """Return the section; None where nothing is chronic.

    Parameters
    ----------
    session : Session
    settings : Settings
    words : Words
    """
    kinds = gathering_feeds.result_rows(session, "cause_kind", ("place_kind", "cause_kind"))
    if kinds.empty:
        return None
    rows = gathering_feeds.result_rows(session, "cause", ("place_kind", "cause_kind", "cause"))
    order = ["excess", "place_kind", "cause_kind", "cause"]
    found = rows[rows["status"].notna()].sort_values(
        order, ascending=[False, True, True, True], ignore_index=True
    )
    near = gathering_feeds.result_rows(session, "near_chronic", ("place_kind",))
    told = gathering_feeds.findings_of(session, "causes")
    behind = _behind(session)
    return CauseSection(
        tests=int(rows["tests"].max()) if len(rows) else 0,
        alpha=settings.causes.alpha,
        min_places=settings.causes.min_places,
        radius_m=f"{settings.causes.radius_m:g}",
        lines=[
            _line(number, row, behind, words)
            for number, row in enumerate(found.head(_LISTED).to_dict("records"), start=1)
        ],
        more=max(0, len(found) - _LISTED),
        kinds=[_kind(row, words) for row in kinds.to_dict("records")],
        neighbours=[_neighbour(row, words) for row in near.to_dict("records")],
        no_company=not settings.causes.bodies.get("building"),
        notes=[words.t(zh, en) for zh, en in zip(told["zh"], told["en"], strict=True)],
    )


def cause_kind_words(place_kind: str, name: str, words: Words) -> str:
    """Return what a kind of cause is called; a city's own field by its label.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> cause_kind_words("component", "owner", Words("zh", Catalogue()))
    '权属单位'
    """
    if name in _KINDS:
        return words.t(*_KINDS[name])
    for kind in (place_kind, "building", "premises"):
        label = words.field(kind, name)
        if label != name:
            return label
    return name


def things(place_kind: str, words: Words) -> str:
    """Return what the places of a kind are called in a sentence.

    Examples
    --------
    >>> from blockdata.records import Catalogue
    >>> things("component", Words("en", Catalogue()))
    'components'
    """
    named = {
        "address": ("地址（楼栋）", "addresses"),
        "component": ("部件", "components"),
        "legal_entity": ("法人单位", "legal entities"),
        "premises": ("重点场所", "premises"),
        "building": ("建筑物", "buildings"),
        "crossing": ("路口", "crossings"),
    }
    return words.t(*named.get(place_kind, (words.place_kind(place_kind),) * 2))


def cause_sentence(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say what a listed cause means, with its numbers."""
    kind = cause_kind_words(str(row["place_kind"]), str(row["cause_kind"]), words)
    what, cause = things(str(row["place_kind"]), words), row["cause"]
    places, bad, usual = whole(row["places"]), whole(row["bad"]), tenth(row["expected"])
    ratio = f"{row['ratio']:.1f}"
    if row["cause_kind"] == "department":
        return words.t(
            f"{kind}“{cause}”经办的 {places} 处{what}问题里，{bad} 处久治不愈；"
            f"按同类问题在各单位的比例应有 {usual} 处，是应有的 {ratio} 倍。",
            f"{cause} ({kind}): of {places} problems at {what} {bad} are chronic; by the usual "
            f"share of such problems there would be {usual}: {ratio} times that.",
        )
    return words.t(
        f"{kind}“{cause}”的 {places} 处{what}里，{bad} 处久治不愈；"
        f"按同类{what}的比例应有 {usual} 处，是应有的 {ratio} 倍。",
        f"{cause} ({kind}): of its {places} {what} {bad} are chronic; by the usual share of places "
        f"like them there would be {usual}: {ratio} times that.",
    )


def neighbour_sentence(row: Mapping[Hashable, Any], words: Words) -> str:
    """Say whether the chronic places of a kind stand near each other more than by chance."""
    what = things(str(row["place_kind"]), words)
    if row["reason"] is not None and not pd.isna(row["reason"]):
        why = words.untested(str(row["reason"]))
        return words.t(f"{what}未检验：{why}。", f"Not tested for {what}: {why}.")
    pairs, usual = whole(row["pairs"]), tenth(row["expected"])
    near = f"{row['radius_m']:g}"
    gathered = row["status"] is not None and not pd.isna(row["status"])
    verdict = (
        words.t("确实扎堆，宜一并查原因", "they do stand together: look for one reason")
        if gathered
        else words.t("看不出扎堆", "no sign that they stand together")
    )
    return words.t(
        f"{whole(row['bad'])} 处久治不愈的{what}中，相距 {near} 米以内的有 {pairs} 对，"
        f"碰巧应有 {usual} 对：{verdict}。",
        f"Of {whole(row['bad'])} chronic {what}, {pairs} pairs are within {near} m of each other, "
        f"{usual} by chance: {verdict}.",
    )


def _behind(session: Session) -> dict[tuple[str, str, str], list[str]]:
    """Return the names of the chronic places behind each listed cause."""
    key = ["place_kind", "cause_kind", "cause"]
    rows = gathering_feeds.result_rows(session, "cause_place", (*key, "place", "category"))
    names = cause_feeds.told_names(session, rows["place"].tolist())
    rows = rows.merge(names, on="place", how="left")
    known = rows.dropna(subset=["name"]).drop_duplicates([*key, "name"])
    return {(str(a), str(b), str(c)): own["name"].tolist() for (a, b, c), own in known.groupby(key)}


def _line(
    number: int,
    row: Mapping[Hashable, Any],
    behind: dict[tuple[str, str, str], list[str]],
    words: Words,
) -> CauseLine:
    own = behind.get((str(row["place_kind"]), str(row["cause_kind"]), str(row["cause"])), [])
    more = len(own) - _NAMED
    listed = words.t("、", ", ").join(own[:_NAMED])
    if more > 0:
        listed += words.t(f" 等 {len(own)} 处", f" and {more} more")
    return CauseLine(
        number=number,
        kind=cause_kind_words(str(row["place_kind"]), str(row["cause_kind"]), words),
        cause=str(row["cause"]),
        places=whole(row["places"]),
        bad=whole(row["bad"]),
        expected=tenth(row["expected"]),
        ratio=f"{row['ratio']:.1f}",
        q=q_value(row["q"]),
        sentence=cause_sentence(row, words),
        behind=listed,
    )


def _kind(row: Mapping[Hashable, Any], words: Words) -> CauseKind:
    if not pd.isna(row["reason"]):
        untested = words.untested(str(row["reason"]))
    else:
        untested = words.t("；", "; ").join(
            words.t(
                f"{words.untested(code)}（{row[code]}）", f"{words.untested(code)} ({row[code]})"
            )
            for code in _UNTESTED
            if row[code]
        )
    return CauseKind(
        things=things(str(row["place_kind"]), words),
        kind=cause_kind_words(str(row["place_kind"]), str(row["cause_kind"]), words),
        with_cause=whole(row["with_cause"]),
        causes=whole(row["causes"]),
        tested=int(row["tested"]),
        listed=int(row["listed"]),
        untested=untested,
    )


def _neighbour(row: Mapping[Hashable, Any], words: Words) -> NeighbourLine:
    return NeighbourLine(
        things=things(str(row["place_kind"]), words),
        bad=whole(row["bad"]),
        pairs=whole(row["pairs"]),
        expected=tenth(row["expected"]),
        q=q_value(row["q"]),
        sentence=neighbour_sentence(row, words),
        gathered=not pd.isna(row["status"]),
    )

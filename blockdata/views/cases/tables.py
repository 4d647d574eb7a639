"""The nightly run's answers about cases, as tables to look through."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from blockdata.engines import case_lookups
from blockdata.engines.link_feeds import NONE
from blockdata.errors import AnalysisError, DecisionError
from blockdata.store.session import Session
from blockdata.views.cases.words import CaseWords

__all__ = [
    "categories",
    "chains",
    "class_text",
    "contradictions",
    "disputes",
    "due_soon",
    "duplicates",
    "episodes",
    "links",
    "ownerless",
    "revisions",
    "suggestions",
    "units",
]

_LINKS = (
    *("incident", "target_kind", "target", "name", "method", "distance_m", "probability"),
    *("evidence", "runner_up", "runner_up_name", "runner_up_probability"),
)
_BRIEF = ["case_no", "reported_at", "category", "address_text"]


def links(
    session: Session,
    words: CaseWords,
    incident: str | Sequence[str] | None = None,
    *,
    kind: str | None = None,
    at_most: float | None = None,
) -> pd.DataFrame:
    """List what cases are linked to.

    Parameters
    ----------
    session : Session
    words : CaseWords
    incident : str or sequence of str, optional
        Ids of cases; default: all.
    kind : str, optional
        Only this kind of target: "address", "crossing", "building", "component", "camera",
        "premises", "legal_entity", "cell:unit" and other layers, "area", "default_location".
    at_most : float, optional
        Only links of at most this probability: those to look at.

    Returns
    -------
    DataFrame
        incident, target_kind, target, name (of the target), method, distance_m, probability,
        evidence, runner_up (the second best target), runner_up_name, runner_up_probability; by
        incident and kind, the most probable first.
    """
    wanted = {"incident": _several(incident), "target_kind": _several(kind)}
    rows = case_lookups.case_rows(session, "link", wanted, at_most=at_most)
    known = pd.concat([rows["target"], rows["runner_up"]]).dropna().unique()
    named = case_lookups.names_of(session, known.tolist())
    rows = rows.assign(evidence=[words.phrase(text) for text in rows["evidence"]])
    rows["name"] = _mapped(rows["target"], named)
    rows["runner_up_name"] = _mapped(rows["runner_up"], named)
    return words.hinted(rows[list(_LINKS)], "link")


def contradictions(
    session: Session, words: CaseWords, incident: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """List the cases whose evidence contradicts itself.

    Parameters
    ----------
    session : Session
    words : CaseWords
    incident : str or sequence of str, optional

    Returns
    -------
    DataFrame
        incident, first_kind, first, first_name, second_kind, second, second_name, distance_m
        (between both), allowed_m (so far apart they may be by the source's own errors),
        probability (that they contradict each other), stands (which of both is believed); by
        incident.
    """
    rows = case_lookups.case_rows(session, "contradiction", {"incident": _several(incident)})
    named = case_lookups.names_of(session, [*rows["first"].dropna(), *rows["second"].dropna()])
    rows.insert(3, "first_name", _mapped(rows["first"], named))
    rows.insert(6, "second_name", _mapped(rows["second"], named))
    return words.hinted(rows, "contradiction")


def categories(session: Session, words: CaseWords, *, unmapped: bool = False) -> pd.DataFrame:
    """List what each source's categories are taken for.

    Parameters
    ----------
    session : Session
    words : CaseWords
    unmapped : bool, default False
        Only those that are mapped to no class.

    Returns
    -------
    DataFrame
        source, category (the source's word), incidents, label (what it counts as), scheme, kind,
        code, name (of the class), method ("table", "name", null where unmapped); most incidents
        first.
    """
    rows = case_lookups.case_rows(session, "category")
    if unmapped:
        rows = rows[rows["method"].isna()].reset_index(drop=True)
    return words.hinted(rows, "category")


def suggestions(session: Session, words: CaseWords) -> pd.DataFrame:
    """List the classes that unmapped categories may stand for, for a person to confirm.

    `map_category` confirms one.

    Parameters
    ----------
    session : Session
    words : CaseWords

    Returns
    -------
    DataFrame
        source, category, incidents, rank, scheme, kind, code, name, score (how alike, 0 to 1),
        why; most incidents first. A category that is like nothing has one row without a code.
    """
    return words.hinted(case_lookups.case_rows(session, "category_suggestion"), "suggestion")


def duplicates(session: Session, words: CaseWords, incident: str | None = None) -> pd.DataFrame:
    """List the occurrences that were reported twice or more, with their reports.

    Parameters
    ----------
    session : Session
    words : CaseWords
    incident : str, optional
        Only the occurrence that this case reports.

    Returns
    -------
    DataFrame
        One row per report: occurrence (id of its earliest report), incident, case_no,
        reported_at, category, address_text, repeats (whether an earlier report of the occurrence
        has the same caller), and of the occurrence reports, calling ("one_caller",
        "several_callers", "unknown"), span_hours, diameter_m, probability (mean of its pairs);
        the latest occurrence first. Who called is never told.
    """
    own = None
    if incident is not None:
        found = case_lookups.case_rows(session, "occurrence_member", {"incident": [incident]})
        own = found["occurrence"].tolist()
    groups, members = (
        case_lookups.case_rows(session, table, {"occurrence": own})
        for table in ("occurrence", "occurrence_member")
    )
    facts = ["reports", "calling", "span_hours", "diameter_m", "probability"]
    rows = groups[["occurrence", *facts]].merge(members, on="occurrence")
    rows = _with_brief(session, rows)[["occurrence", "incident", *_BRIEF, "repeats", *facts]]
    return words.hinted(rows, "duplicate")


def chains(session: Session, words: CaseWords, chain: str | None = None) -> pd.DataFrame:
    """List the chains of related cases, or the links of one chain with their reasons.

    Parameters
    ----------
    session : Session
    words : CaseWords
    chain : str, optional
        Id of a chain.

    Returns
    -------
    DataFrame
        Without `chain` one row per chain, by rank: chain, cases, first_reported, last_reported,
        span_days, diameter_m, categories, strength, rules (how many links by which), evidence
        (the kind of place that tells most), usual_cases (further related cases that usual days
        would bring there), excess (those there beyond them), p, q (chance of it, see
        `analysis.chain_chance`), rank (by excess), continues, joined (ids of other chains). With
        it one row per link: first, second (cases), rule, strength, gap_days, distance_m, reason.

    Raises
    ------
    AnalysisError
        If there is no such chain.
    """
    if chain is None:
        return words.hinted(case_lookups.case_rows(session, "chain"), "chain")
    rows = case_lookups.case_rows(session, "chain_link", {"chain": [chain]})
    if rows.empty:
        raise AnalysisError(
            f"there is no chain {chain!r}", where="chains", next_step="base.cases.chains() lists."
        )
    rows["reason"] = rows[words.t("reason_zh", "reason_en")]
    return rows.drop(columns=["chain", "reason_zh", "reason_en"])


def episodes(
    session: Session,
    words: CaseWords,
    *,
    status: str | None = None,
    category: str | None = None,
    place: str | None = None,
) -> pd.DataFrame:
    """List the episodes that reports were made into.

    Parameters
    ----------
    session : Session
    words : CaseWords
    status : str, optional
        Only "open" or "closed" ones.
    category : str, optional
        Only this category, by its label.
    place : str, optional
        Only at the place with this id.

    Returns
    -------
    DataFrame
        Rows of the table `episode` with the place's name, the latest first.
    """
    asked = {"status": status, "category": category, "place": place}
    where = {column: _several(wanted) for column, wanted in asked.items()}
    rows = case_lookups.case_rows(session, "episode", where)
    named = case_lookups.names_of(session, rows["place"].dropna().unique().tolist())
    rows.insert(3, "place_name", _mapped(rows["place"], named))
    return words.hinted(rows, "episode")


def revisions(session: Session, words: CaseWords) -> pd.DataFrame:
    """List what late facts changed in the history of episodes.

    Parameters
    ----------
    session : Session
    words : CaseWords

    Returns
    -------
    DataFrame
        Rows of the table `episode_revision`; empty if nothing was revised since this base began
        to keep them.
    """
    if not case_lookups.has_table(session, "episode_revision"):
        return words.hinted(pd.DataFrame(), "revision")
    return words.hinted(case_lookups.case_rows(session, "episode_revision"), "revision")


def due_soon(session: Session, words: CaseWords, zone: str) -> pd.DataFrame:
    """List the open cases that are overdue or soon will be, the earliest due first.

    Parameters
    ----------
    session : Session
    words : CaseWords
    zone : str
        In which days are counted.

    Returns
    -------
    DataFrame
        incident, case_no, reported_at, category, address_text, due_at (UTC), due_local,
        hours_left (on the limit's own clock; negative once overdue), light, limit, limit_unit,
        department (of the first rank), department_name.
    """
    rows = case_lookups.case_rows(session, "case_limit")
    rows = _with_brief(session, rows[rows["due_soon"].fillna(False).astype(bool)])
    first = case_lookups.case_rows(session, "case_unit", {"incident": rows["incident"].tolist()})
    first = first[first["rank"] == 1].drop_duplicates("incident").set_index("incident")
    rows["department"] = rows["incident"].map(first["department"])
    named = case_lookups.department_names(session, rows["department"].dropna().tolist())
    rows["department_name"] = _mapped(rows["department"], named)
    rows["due_local"] = (
        rows["due_at"].dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    )
    told = ["due_at", "due_local", "hours_left", "light", "limit", "limit_unit"]
    rows = rows[["incident", *_BRIEF, *told, "department", "department_name"]]
    return words.hinted(rows, "limit")


def units(session: Session, words: CaseWords, incident: str) -> pd.DataFrame:
    """List the units that may answer for a case, the first one first.

    Parameters
    ----------
    session : Session
    words : CaseWords
    incident : str

    Returns
    -------
    DataFrame
        rank, department (code), department_name, reason (code), why (in words), border_m
        (distance to the border of the grid, where it is near), disputed.
    """
    rows = case_lookups.case_rows(session, "case_unit", {"incident": [incident]})
    named = case_lookups.department_names(session, rows["department"].tolist())
    rows.insert(3, "department_name", _mapped(rows["department"], named))
    rows.insert(5, "why", [words.unit_reason(code) for code in rows["reason"]])
    return words.hinted(rows.drop(columns="incident"), "unit")


def ownerless(session: Session, words: CaseWords) -> pd.DataFrame:
    """List the matters and grids that had cases for which no unit is known.

    Parameters
    ----------
    session : Session
    words : CaseWords

    Returns
    -------
    DataFrame
        category, scheme, code, grid (code), cases; most cases first.
    """
    return words.hinted(case_lookups.case_rows(session, "ownerless"), "ownerless")


def disputes(session: Session, words: CaseWords) -> pd.DataFrame:
    """List what two units answer for: matters in one grid, and cases along borders.

    Parameters
    ----------
    session : Session
    words : CaseWords

    Returns
    -------
    DataFrame
        dispute ("duty" where two are named for a matter in one grid, "border" where cases lie so
        near a border that the unit across it may answer), grid, neighbour (codes of grids),
        scheme, code (of the matter), departments, cases (along the border).
    """
    duty = case_lookups.case_rows(session, "disputed_duty").assign(dispute="duty")
    border = case_lookups.case_rows(session, "disputed_border").assign(dispute="border")
    columns = ["dispute", "grid", "neighbour", "scheme", "code", "departments", "cases"]
    both = pd.concat([duty, border], ignore_index=True).reindex(columns=columns)
    return words.hinted(both.astype({"cases": "Int64"}), "dispute")


def class_text(scheme: str | None, kind: str | None, code: str | None) -> str:
    """Return a class as decisions hold it: "scheme kind code", or "none".

    Raises
    ------
    DecisionError
        If it is given by half.
    """
    given = [part for part in (scheme, kind, code) if part]
    if len(given) in {1, 2}:
        raise DecisionError(
            "a class has a scheme, a kind and a code",
            where="map_category",
            allowed="all three, or none of them",
        )
    return " ".join(given) or NONE


def _several(asked: str | Sequence[str] | None) -> Sequence[str] | None:
    return [asked] if isinstance(asked, str) else asked


def _with_brief(session: Session, rows: pd.DataFrame) -> pd.DataFrame:
    """Add what a reader knows a case by."""
    brief = case_lookups.brief_cases(session, rows["incident"].tolist())
    return rows.merge(brief[["incident", *_BRIEF]], on="incident", how="left")


def _mapped(ids: pd.Series, named: dict[str, str]) -> pd.Series:
    return ids.map(named).astype("str")

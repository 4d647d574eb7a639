"""Everything a base knows of one case, on one page, with the reasons."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blockdata.batch.linking import place_order
from blockdata.config import Config
from blockdata.engines import case_lookups
from blockdata.errors import AnalysisError
from blockdata.store.session import Session
from blockdata.views.cases import tables
from blockdata.views.cases.sentences import sections_of
from blockdata.views.cases.words import CaseWords
from blockdata.views.place import records_of

__all__ = ["CaseExplanation", "case_named", "explain_case"]


@dataclass(frozen=True, repr=False)
class CaseExplanation:
    """What a base knows of one case, readable as text and, in Jupyter, as a page.

    Parameters
    ----------
    id : str
        Of the case.
    record : DataFrame
        Its open fields, one row.
    category : DataFrame
        What its category is taken for: one row of the table `category`, or none.
    links : DataFrame
        What it is linked to; see `Cases.links`.
    contradictions : DataFrame
        Evidence of it that contradicts itself; see `Cases.contradictions`.
    place : DataFrame
        Where it counts: place_kind, place, name, probability, x, y, error_m, made (of what the
        point was made). No row: the analysis leaves it out (void, to be ignored, or too late).
    duplicates : DataFrame
        Other reports that may be of the same occurrence: incident, case_no, reported_at,
        probability, same (in one occurrence with it), gap_hours, distance_m, calling, reason.
    episode : DataFrame
        Its row of `episode_member` with that of `episode`, and the place's name.
    chains : DataFrame
        The chains that it is in.
    chain_links : DataFrame
        The links by which it is in them: chain, incident (the other case), rule, strength,
        gap_days, distance_m, reason.
    steps : DataFrame
        step, step_at, department_name.
    course : DataFrame
        Its row of the table `case_course`.
    limit : DataFrame
        Its row of the table `case_limit`.
    units : DataFrame
        Who may answer for it; see `Cases.units`.
    sections : dict of str to list of str
        What of it is told, in words, by title.
    """

    id: str
    record: pd.DataFrame
    category: pd.DataFrame
    links: pd.DataFrame
    contradictions: pd.DataFrame
    place: pd.DataFrame
    duplicates: pd.DataFrame
    episode: pd.DataFrame
    chains: pd.DataFrame
    chain_links: pd.DataFrame
    steps: pd.DataFrame
    course: pd.DataFrame
    limit: pd.DataFrame
    units: pd.DataFrame
    sections: dict[str, list[str]]

    def to_dict(self) -> dict[str, Any]:
        """Return the tables as lists of rows; missing values are None and times are texts."""
        return {"id": self.id} | {
            name: records_of(value)
            for name, value in vars(self).items()
            if isinstance(value, pd.DataFrame)
        }

    def __repr__(self) -> str:
        return "\n".join(
            line
            for title, lines in self.sections.items()
            for line in (title, *(f"  {text}" for text in lines))
        )

    def _repr_html_(self) -> str:
        parts = []
        for title, lines in self.sections.items():
            items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
            parts.append(f"<h4>{html.escape(title)}</h4><ul>{items}</ul>")
        return "\n".join(parts)


def explain_case(
    session: Session, config: Config, words: CaseWords, incident: str
) -> CaseExplanation:
    """Gather what a base knows of one case, and say it in words.

    Parameters
    ----------
    session : Session
    config : Config
    words : CaseWords
    incident : str
        Id of a case, or its number.

    Returns
    -------
    CaseExplanation
        Nothing of who called is in it but whether others did, and nothing of what was said.

    Raises
    ------
    AnalysisError
        If there is no such case, or several have the number.
    """
    identifier = case_named(session, incident)
    record = case_lookups.record_of(session, identifier)
    own = {"incident": [identifier]}
    duplicates, occurrence = _duplicates(session, words, identifier)
    chains, chain_links = _chains(session, words, [identifier, *occurrence])
    frames = {
        "record": record,
        "category": _category(session, record),
        "links": tables.links(session, words, identifier),
        "contradictions": tables.contradictions(session, words, identifier),
        "place": _place(session, identifier),
        "duplicates": duplicates,
        "episode": _episode(session, identifier),
        "chains": chains,
        "chain_links": chain_links,
        "steps": case_lookups.steps_of(session, identifier),
        "course": case_lookups.case_rows(session, "case_course", own),
        "limit": _of_the_run(session, words, "case_limit", own, "limit"),
        "units": tables.units(session, words, identifier),
    }
    told = sections_of(frames, words, config, place_order(config))
    return CaseExplanation(id=identifier, sections=told, **frames)


def case_named(session: Session, incident: str) -> str:
    """Return the id of the case that has an id or a number.

    Raises
    ------
    AnalysisError
        If there is no such case, or several have the number.
    """
    found = case_lookups.cases_named(session, incident)
    if len(found) > 1:
        raise AnalysisError(
            "several cases have this number", where="cases", allowed=", ".join(found)
        )
    if not found:
        raise AnalysisError(
            "no case that stands has this id or number",
            where="cases",
            next_step="base.incident.df() lists them.",
        )
    return found[0]


def _category(session: Session, record: pd.DataFrame) -> pd.DataFrame:
    key = {name: record[name].dropna().tolist() for name in ("source", "category")}
    return case_lookups.case_rows(session, "category", key)


def _place(session: Session, incident: str) -> pd.DataFrame:
    rows = case_lookups.case_rows(session, "incident_place", {"incident": [incident]})
    named = case_lookups.names_of(session, rows["place"].dropna().tolist())
    rows.insert(3, "name", rows["place"].map(named).astype("str"))
    return rows.drop(columns="incident")


def _duplicates(
    session: Session, words: CaseWords, incident: str
) -> tuple[pd.DataFrame, list[str]]:
    """Return the other reports of what a case may be about, and the occurrence that it reports."""
    pairs = case_lookups.pairs_of(session, incident)
    pairs["incident"] = pairs["first"].where(pairs["first"] != incident, pairs["second"])
    pairs["calling"] = words.calling_of_pairs(pairs["caller"])
    pairs["reason"] = pairs[words.t("reasons_zh", "reasons_en")]
    group = tables.duplicates(session, words, incident)
    others = group.loc[group["incident"] != incident, ["incident"]]
    told = ["incident", "probability", "gap_hours", "distance_m", "calling", "reason"]
    rows = pairs[told].merge(others, on="incident", how="outer")
    rows["same"] = rows["incident"].isin(others["incident"])
    brief = case_lookups.brief_cases(session, rows["incident"].tolist())
    rows = rows.merge(brief[["incident", "case_no", "reported_at"]], on="incident", how="left")
    rows = rows.sort_values(["same", "probability", "incident"], ascending=[False, False, True])
    order = ["incident", "case_no", "reported_at", "probability", "same", *told[2:]]
    return rows[order].reset_index(drop=True), group["occurrence"].drop_duplicates().tolist()


def _chains(
    session: Session, words: CaseWords, cases: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the chains of a case and its own links in them; of repeats the first report counts."""
    member = case_lookups.case_rows(session, "chain_member", {"incident": cases})
    names = member["chain"].drop_duplicates().tolist()
    chains = _of_the_run(session, words, "chain", {"chain": names}, "chain")
    links = case_lookups.case_rows(session, "chain_link", {"chain": names})
    own = links[links["first"].isin(cases) | links["second"].isin(cases)]
    own = own.assign(
        incident=own["first"].where(~own["first"].isin(cases), own["second"]),
        reason=own[words.t("reason_zh", "reason_en")],
    )
    told = ["chain", "incident", "rule", "strength", "gap_days", "distance_m", "reason"]
    return chains, own[told].reset_index(drop=True)


def _of_the_run(
    session: Session, words: CaseWords, table: str, where: dict[str, list[str]], answer: str
) -> pd.DataFrame:
    """Return some rows of a table; of a table without any, say what would fill it."""
    rows = case_lookups.case_rows(session, table, where)
    return rows if session.count(table) else words.hinted(rows, answer)


def _episode(session: Session, incident: str) -> pd.DataFrame:
    member = case_lookups.case_rows(session, "episode_member", {"incident": [incident]})
    known = member["episode"].dropna().tolist()
    episode = case_lookups.case_rows(session, "episode", {"episode": known})
    named = case_lookups.names_of(session, episode["place"].dropna().tolist())
    episode["place_name"] = episode["place"].map(named).astype("str")
    return member.drop(columns="incident").merge(episode, on="episode", how="left")

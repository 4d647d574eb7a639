"""What the scorecard is counted from: cases and episodes by department and by area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from blockdata.analysis.indicators import Facts, Figures
from blockdata.engines.indicator_feeds import (
    Asked,
    case_subject,
    episode_subject,
    indicator_cells,
    void_facts,
)
from blockdata.store.session import Session

__all__ = ["DEPARTMENT", "scorecard_subjects", "scorecard_units"]

DEPARTMENT = "department"
"""Kind of unit: the unit that a case's source names as handling it."""


def scorecard_units(session: Session, asked: Asked, layers: Sequence[str]) -> pd.DataFrame:
    """Return the units of a scorecard.

    Parameters
    ----------
    session : Session
    asked : Asked
    layers : sequence of str
        Layers of areas or grids that are measured beside departments.

    Returns
    -------
    DataFrame
        layer ("department" or a layer), cell (the department's name as its sources write it, or
        the cell's id), code, name; by layer and cell. Departments are those that any case names.
    """
    named = session.frame(
        "SELECT DISTINCT department_name AS cell FROM base.incident "
        "WHERE department_name IS NOT NULL ORDER BY cell"
    )
    departments = named.assign(layer=DEPARTMENT, code=None, name=named["cell"])
    cells = indicator_cells(session, asked)
    columns = ["layer", "cell", "code", "name"]
    return pd.concat(
        [departments[columns], cells.loc[cells["layer"].isin(list(layers)), columns]],
        ignore_index=True,
    ).astype("str")


def scorecard_subjects(
    session: Session,
    asked: Asked,
    layers: Sequence[str],
    known: Mapping[str, Facts | Figures] | None = None,
) -> dict[str, Facts]:
    """Return cases, void cases and episodes, each with the units it counts for.

    Parameters
    ----------
    session : Session
    asked : Asked
    layers : sequence of str
        As for `scorecard_units`.
    known : mapping of str to Facts, optional
        What `indicator_subjects` has returned for the same question, not to be read again.

    Returns
    -------
    dict of subject to Facts
        For `measure_table`, with the units of `scorecard_units` as cells. A case counts for the
        department that its source names, an episode for that of its first report; those without
        one count for the whole base alone. Void cases have no cell, for they are not linked.
    """
    known = known or {}
    case = known.get("case") or case_subject(session, asked)
    episode = known.get("episode") or episode_subject(session, asked)
    if not isinstance(case, Facts):
        return {}
    of, void = case.rows[["id", "department"]], void_facts(session, asked)
    found = {
        "case": Facts(case.rows, _units(of, case.cells, layers)),
        "void_case": Facts(void, _units(void, case.cells.head(0), layers)),
    }
    if isinstance(episode, Facts):
        of = _departments_of_episodes(session)
        found["episode"] = Facts(episode.rows, _units(of, episode.cells, layers))
    return found


def _departments_of_episodes(session: Session) -> pd.DataFrame:
    """Return id, department: of the first report of each episode, whose id is the episode's."""
    return session.frame(
        "SELECT i.id, i.department_name AS department FROM base.episode e "
        "JOIN base.incident i ON i.id = e.episode WHERE i.department_name IS NOT NULL"
    )


def _units(named: pd.DataFrame, cells: pd.DataFrame, layers: Sequence[str]) -> pd.DataFrame:
    """Return id, layer, cell: the department of each id, and its cells of some layers."""
    known = named[named["department"].notna()]
    departments = pd.DataFrame(
        {"id": known["id"], "layer": DEPARTMENT, "cell": known["department"]}
    )
    inside = cells[cells["layer"].isin(list(layers))]
    return pd.concat([departments, inside[["id", "layer", "cell"]]], ignore_index=True)

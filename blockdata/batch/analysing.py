"""Steps that count what lies in cells, and when sources were silent."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis import cell_profile, coverage_gaps
from blockdata.batch.steps import Context
from blockdata.engines import feeds
from blockdata.engines.exposure_feeds import people_by_cell
from blockdata.store import derived
from blockdata.store.session import Session

_COUNTED = {
    "buildings": "building",
    "legal_entities": "legal_entity",
    "components": "component",
    "cameras": "camera",
}


def make_profile(session: Session, context: Context) -> None:
    """Count per cell of every layer what lies in it."""
    grid = context.config.grid
    cells = feeds.cell_names(session, grid.all_layers, grid.area_levels, context.last_day)
    counts: dict[str, pd.Series | None] = {}
    for column, kind in _COUNTED.items():
        found = feeds.counts_by_cell(session, kind, context.last_day)
        counts[column] = _series(found, cells) if feeds.has_rows(session, kind) else None
    seen = feeds.incident_counts(session) if feeds.has_rows(session, "incident") else None
    counts["incidents"] = None if seen is None else _series(seen, cells)
    # Atoms are whole inside the legal layers only; over drawn cells they tell nothing.
    told = cells[cells["layer"].isin((*grid.layers, *grid.area_levels))]
    people = people_by_cell(session, told, context.last_day)
    counts["people"] = people.set_index("cell")["people"] if len(people) else None
    profile = cell_profile(cells, counts)
    shared = people.set_index("cell")["shared"] if len(people) else pd.Series(dtype=bool)
    profile = profile.assign(people_shared=profile["cell"].map(shared))
    derived.write_result(session, "profile", profile)


def _series(counts: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    return counts[counts["cell"].isin(cells["cell"])].set_index("cell")["count"]


def find_gaps(session: Session, context: Context) -> None:
    """List stretches in which a source of incidents was silent for implausibly long."""
    incidents = feeds.report_times(session, context.end)
    reported_on = context.config.city.local_days(incidents["reported_at"])
    found = []
    for source, days in reported_on.groupby(incidents["source"]):
        gaps = coverage_gaps(days, days.min(), pd.Timestamp(context.as_of))
        found.append(
            gaps.rename(columns={"start": "start_on", "end": "end_on"}).assign(source=source)
        )
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    derived.write_result(session, "coverage_gap", table)

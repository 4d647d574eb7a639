"""What was done at chronic places, and how their grids and addresses were changed, as events."""

from __future__ import annotations

import pandas as pd

from blockdata.analysis.effect import places_reached
from blockdata.engines import change_feeds, effect_feeds
from blockdata.engines.standing_feeds import is_wide
from blockdata.report.evidence.asking import Asking
from blockdata.report.evidence.changing import EVENT_COLUMNS
from blockdata.store.session import Session

__all__ = ["interventions_at", "redrawn_at", "renumbered_at", "sums_around"]

_PLACE = ["place_kind", "place"]
_AROUND_DAYS = (180, 30)


def interventions_at(
    session: Session, places: pd.DataFrame, addresses: pd.DataFrame, points: pd.DataFrame
) -> pd.DataFrame:
    """Return the interventions that reached places.

    Parameters
    ----------
    session : Session
    places : DataFrame
        place_kind, place.
    addresses, points : DataFrame
        As from `reach_of`.

    Returns
    -------
    DataFrame
        Columns of events: what is "intervention", on its first day, until its last. One reaches a
        place if its area covers the place, its point or line lies within 30 m, it names an address
        there, or a cell holds it.
    """
    works = effect_feeds.interventions(session)
    if works.empty:
        return pd.DataFrame(columns=EVENT_COLUMNS)
    wide = places[is_wide(places["place_kind"])]
    named = works[["intervention", "place"]].rename(columns={"place": "address"}).dropna()
    pairs = [
        places_reached(works.drop(columns="place"), points)[["intervention", "place"]],
        named.merge(addresses, on="address")[["intervention", "place"]],
        change_feeds.interventions_in(session, wide["place"].tolist())[["intervention", "place"]],
    ]
    reached = pd.concat(pairs, ignore_index=True).drop_duplicates()
    told = reached.merge(works.drop(columns="place"), on="intervention")
    told = told.merge(places[_PLACE].drop_duplicates(), on="place")
    told = told.rename(columns={"started_on": "on", "ended_on": "until", "intervention": "id"})
    return told.assign(what="intervention", kind="intervention").reindex(columns=EVENT_COLUMNS)


def redrawn_at(session: Session, places: pd.DataFrame) -> pd.DataFrame:
    """Return how the grids among places were drawn anew; what is "grid", field the change."""
    wide = places[is_wide(places["place_kind"])]
    rows = change_feeds.grid_changes(session, wide["place"].tolist())
    named = {"changed_on": "on", "change": "field", "old_code": "before", "new_code": "after"}
    # A border moves against several neighbours at once, and a cell is split into several.
    once = rows.groupby(["place", "changed_on", "change"])[["old_code", "new_code"]]
    told = once.agg(_listed).reset_index().rename(columns=named)
    told = told.merge(wide[_PLACE].drop_duplicates(), on="place")
    return told.assign(what="grid", kind="grid").reindex(columns=EVENT_COLUMNS)


def _listed(codes: pd.Series[str]) -> str:
    return "、".join(sorted(set(codes.dropna())))


def renumbered_at(session: Session, addresses: pd.DataFrame) -> pd.DataFrame:
    """Return how addresses at places were renumbered, and roads there renamed."""
    ids = addresses["address"].tolist()
    changed = change_feeds.address_changes(session, ids).rename(
        columns={"changed_on": "on", "change": "field", "old_text": "before", "new_text": "after"}
    )
    renamed = change_feeds.renamed_roads(session, ids).rename(
        columns={"changed_on": "on", "former_name": "before", "current_name": "after"}
    )
    parts = [changed.assign(what="renumbered"), renamed.assign(what="renamed")]
    told = [p.merge(addresses, on="address").assign(kind="address") for p in parts]
    both = [p.reindex(columns=EVENT_COLUMNS).drop_duplicates() for p in told if len(p)]
    return pd.concat(both) if both else pd.DataFrame(columns=EVENT_COLUMNS)


def sums_around(session: Session, found: pd.DataFrame, asking: Asking) -> pd.DataFrame:
    """Return how much came to cells and went from them around the beginning of their problems.

    Parameters
    ----------
    session : Session
    found : DataFrame
        place_kind, place, category, began_on.
    asking : Asking

    Returns
    -------
    DataFrame
        place_kind, place, category, kind, came, went, since, until (excluded): from 180 days
        before the beginning to 30 days after it, or to as_of.
    """
    before, after = (pd.Timedelta(days=days) for days in _AROUND_DAYS)
    wide = found[is_wide(found["place_kind"]) & found["began_on"].notna()]
    began = pd.to_datetime(wide["began_on"])
    last, until = pd.Timestamp(asking.as_of), began + after
    end = until.where(until < last, last)
    asked = wide[["place_kind", "place", "category"]].assign(
        since=(began - before).dt.date, until=end.dt.date
    )
    span = ["place", "since", "until"]
    sums = change_feeds.came_and_went(session, asked[span].drop_duplicates())
    sums = sums.assign(**{c: pd.to_datetime(sums[c]).dt.date for c in ("since", "until")})
    return asked.merge(sums, on=span).sort_values(
        ["place_kind", "place", "category", "kind"], ignore_index=True
    )

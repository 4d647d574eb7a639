"""What stands at chronic places, in counts and names; of people sums of atoms by cell alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Any

import pandas as pd

from blockdata.engines import hot_feeds
from blockdata.engines.evidence_feeds import KEY
from blockdata.engines.standing_feeds import compared_fields, is_wide, owned_by
from blockdata.report.change_words import may_be_told
from blockdata.report.words import Words
from blockdata.store.session import Session

__all__ = ["STANDING_COLUMNS", "now_standing", "standing_at", "whereabouts"]

STANDING_COLUMNS = ["place_kind", "place", "relation", "kind", "count", "names"]
_NAMED = 5
_TOLD_OF_ITSELF = frozenset(
    {
        *("use", "floors", "built_year", "status", "owner_name", "keeper_name", "authority_name"),
        *("entity_type", "industry", "premises_type", "hazard_type", "risk_level", "mount"),
    }
)
_PLACE = ["place_kind", "place"]


def now_standing(states: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the states that hold on the last known day, each thing once."""
    day = pd.Timestamp(as_of)
    begins, ends = (pd.to_datetime(states[c]) for c in ("begins_on", "ends_on"))
    holds = states["is_current"] & (begins.isna() | (begins < day)) & (ends.isna() | (ends >= day))
    return states[holds].drop_duplicates([*_PLACE, "kind", "id"])


def standing_at(
    session: Session, places: pd.DataFrame, states: pd.DataFrame, words: Words
) -> pd.DataFrame:
    """Count and name what stands at places.

    Parameters
    ----------
    session : Session
    places : DataFrame
        place_kind, place.
    states : DataFrame
        As from `now_standing`.
    words : Words

    Returns
    -------
    DataFrame
        Columns `STANDING_COLUMNS`: relation is "own", "in" (its address lies there, or the cell
        holds it), "near", "owner" or "keeper" (of an entity); kind may be "people" for a cell, a
        sum of atoms; names are the first by name, at most 5, of the place itself what its register
        says. Sorted.
    """
    wide = places.loc[is_wide(places["place_kind"]), "place"]
    inside = hot_feeds.standing_in(session, wide.tolist())
    inside = inside.rename(columns={"cell": "place"}).assign(relation="in")
    entities = places.loc[places["place_kind"] == "legal_entity", "place"]
    owned = owned_by(session, entities.tolist())
    owned = owned.rename(columns={"role": "relation"}).assign(place_kind="legal_entity")
    kinds = places[_PLACE].drop_duplicates()
    parts = [
        _counted(states, words),
        inside.merge(kinds, on="place").assign(names=None),
        owned.assign(names=None),
    ]
    table = pd.concat([p[STANDING_COLUMNS] for p in parts if len(p)] or [_nothing()])
    table["names"] = [n if isinstance(n, list) else [] for n in table["names"]]
    return table.sort_values(["place_kind", "place", "relation", "kind"], ignore_index=True)


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=STANDING_COLUMNS)


def _counted(states: pd.DataFrame, words: Words) -> pd.DataFrame:
    if states.empty:
        return _nothing()
    # A sole trader has no name here: what it is says more than its number.
    called = states.assign(called=states["name"].fillna(states["type"]).fillna(states["code"]))
    by = [*_PLACE, "relation", "kind"]
    rows = []
    for key, group in called.groupby(by, sort=True):
        if key[2] == "own":
            names = _facts(group.iloc[0].to_dict(), words)
        else:
            names = sorted(set(group["called"].dropna()))[:_NAMED]
        rows.append((*key, len(group), names))
    return pd.DataFrame(rows, columns=STANDING_COLUMNS)


def _facts(state: dict[Hashable, Any], words: Words) -> list[str]:
    """Return what the register says of the place itself."""
    kind = words.catalogue.kind(str(state["kind"]))
    known = zip(compared_fields(kind), state["facts"], strict=True)
    colon = words.t("：", ": ")
    return [
        f"{words.field(kind.name, name)}{colon}{value}"
        for name, value in known
        if name in _TOLD_OF_ITSELF and may_be_told(name, value)
    ]


def whereabouts(episodes: pd.DataFrame, names: dict[str, str], words: Words) -> pd.DataFrame:
    """Say at which places inside a larger one its episodes were.

    Parameters
    ----------
    episodes : DataFrame
        place_kind, place, category, episode, at_kind, at.
    names : dict of str to str
        What places are called; a flat as its building.
    words : Words

    Returns
    -------
    DataFrame
        place_kind, place, category, name, episodes: the places that are not the place itself, and
        have a name, most episodes first.
    """
    inner = episodes[episodes["at"] != episodes["place"]]
    named = inner.assign(name=inner["at"].map(names), kind=inner["at_kind"].map(words.place_kind))
    named = named[named["name"].notna() & ~is_wide(named["at_kind"].astype("str"))]
    counted = named.groupby([*KEY, "name"])["episode"].nunique().rename("episodes").reset_index()
    order = [*KEY, "episodes", "name"]
    return counted.sort_values(order, ascending=[True] * 3 + [False, True], ignore_index=True)

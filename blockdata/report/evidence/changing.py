"""What changed at chronic places, dated, and how far that lies from when the problem began."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.engines.evidence_feeds import KEY
from blockdata.engines.standing_feeds import compared_fields
from blockdata.records import Catalogue
from blockdata.report.evidence.asking import Asking

__all__ = ["EVENT_COLUMNS", "events_of_states", "of_the_problems", "with_replacements"]

EVENT_COLUMNS = [
    *("place_kind", "place", "on", "what", "relation", "kind", "id", "code", "name", "type"),
    *("distance_m", "x", "y", "field", "before", "after", "until", "department"),
]
_PLACE = ["place_kind", "place"]
_THING = [*_PLACE, "kind", "id"]
_SAME_SPOT_M = 3.0
_SAME_TIME = pd.Timedelta(days=31)


def events_of_states(states: pd.DataFrame, catalogue: Catalogue, asking: Asking) -> pd.DataFrame:
    """Tell from dated states what came, went or changed.

    Parameters
    ----------
    states : DataFrame
        As from `states_at`.
    catalogue : Catalogue
    asking : Asking
        Changes before its `since` and from its as_of on are left out.

    Returns
    -------
    DataFrame
        Columns `EVENT_COLUMNS`: what is "came", "registered" (in a later delivery of its register,
        which states no beginning), "gone" or "changed" (field, before, after). A thing that came
        back within its states is not told as gone.
    """
    if states.empty:
        return pd.DataFrame(columns=EVENT_COLUMNS)
    dated = states.assign(
        **{c: pd.to_datetime(states[c]) for c in ("begins_on", "ends_on", "registered_on")}
    ).drop_duplicates([*_THING, "begins_on", "ends_on", "is_current"])
    dated = dated.sort_values([*_THING, "begins_on", "ends_on"], na_position="first")
    # Of one thing the state that stands is the last, whatever its days say.
    dated = dated.sort_values([*_THING, "is_current"], kind="stable", ignore_index=True)
    first = dated.drop_duplicates(_THING)
    last = dated.drop_duplicates(_THING, keep="last")
    came = first.assign(what="came", on=first["begins_on"])
    late = first[first["begins_on"].isna()]
    registered = late.assign(what="registered", on=late["registered_on"])
    gone = last.assign(what="gone", on=last["ends_on"])
    parts = [came, registered, gone, _changed(dated, catalogue)]
    events = pd.concat([p.reindex(columns=EVENT_COLUMNS) for p in parts if len(p)])
    return _within(events, asking)


def _changed(dated: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Tell which fields differ between each state and the one before it."""
    same = (dated[_THING] == dated[_THING].shift()).all(axis=1)
    rows = []
    for after in np.flatnonzero(same):
        rows += _differences(dated.iloc[after - 1], dated.iloc[after], catalogue)
    return pd.DataFrame(rows)


def _differences(
    before: pd.Series, after: pd.Series, catalogue: Catalogue
) -> list[dict[str, object]]:
    kind = catalogue.kind(str(after["kind"]))
    pairs = zip(compared_fields(kind), before["facts"], after["facts"], strict=True)
    told = after.to_dict() | {"what": "changed"}
    told["on"] = before["ends_on"] if pd.isna(after["begins_on"]) else after["begins_on"]
    return [told | {"field": f, "before": b, "after": a} for f, b, a in pairs if a != b]


def _within(events: pd.DataFrame, asking: Asking) -> pd.DataFrame:
    on = pd.to_datetime(events["on"])
    inside = (on >= pd.Timestamp(asking.since)) & (on < pd.Timestamp(asking.as_of))
    return events.assign(on=on)[inside].reset_index(drop=True)


def with_replacements(events: pd.DataFrame) -> pd.DataFrame:
    """Tell a component that went, and a new one of the same name on its spot, as replaced."""
    gone = events[(events["what"] == "gone") & (events["kind"] == "component")]
    came = events[(events["what"] == "came") & (events["kind"] == "component")]
    pairs = gone.reset_index().merge(
        came.reset_index(), on=[*_PLACE, "name"], suffixes=("_old", "_new")
    )
    apart = ((pairs["x_old"] - pairs["x_new"]) ** 2 + (pairs["y_old"] - pairs["y_new"]) ** 2) ** 0.5
    near = (apart <= _SAME_SPOT_M) & ((pairs["on_new"] - pairs["on_old"]).abs() <= _SAME_TIME)
    pairs = pairs[near & (pairs["id_old"] != pairs["id_new"])].drop_duplicates("index_new")
    replaced = events.loc[pairs["index_new"]].assign(what="replaced")
    rest = events.drop(index=[*pairs["index_new"], *pairs["index_old"].unique()])
    return pd.concat([rest, replaced], ignore_index=True) if len(replaced) else events


def of_the_problems(events: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Put the changes of a place beside each of its problems, with the days between.

    Parameters
    ----------
    events : DataFrame
        Columns `EVENT_COLUMNS`.
    found : DataFrame
        place_kind, place, category, began_on.

    Returns
    -------
    DataFrame
        place_kind, place, category and the columns of events, and days: from the beginning of the
        problem to the change, negative before it. By problem and day.
    """
    beside = found[[*KEY, "began_on"]].merge(events, on=_PLACE)
    began = pd.to_datetime(beside["began_on"])
    days = (pd.to_datetime(beside["on"]) - began).dt.days.astype("Int64")
    order = [*KEY, "on", "what", "kind", "id", "field"]
    return (
        beside.assign(days=days)
        .drop(columns="began_on")
        .sort_values(order, na_position="first", ignore_index=True)
    )

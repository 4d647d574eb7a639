"""What each incident is about: address, building, component, cell, area."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.link.order import is_in, ranks

__all__ = ["link_incidents"]

_COLUMNS = ["incident", "target_kind", "target", "method", "distance_m", "probability", "evidence"]


def link_incidents(
    incidents: pd.DataFrame,
    cells: pd.DataFrame,
    components: pd.DataFrame | None = None,
    buildings_of_address: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List the targets that each incident is linked to, with how and how surely.

    =============  ==================  =========================================================
    target_kind    method              probability
    =============  ==================  =========================================================
    address        the match's method  the match's score, not calibrated; null without a score
    building       via_address         the address's, shared equally among its buildings
    component      code                1, shared equally among components with that code
    cell:<layer>   coordinates         1: the coordinates are taken as true
    area           source              1: the source's own statement
    =============  ==================  =========================================================

    What is null in an incident gives no link. A code matches as text, without blanks around it.

    Parameters
    ----------
    incidents : DataFrame
        Columns id (str, unique), address_id, match_method, match_score (0 to 1), x, y (metres),
        and, where the source has them, component_code and area_id.
    cells : DataFrame
        Columns id (of the incident), layer, cell: the cells it lay in when it was reported.
    components : DataFrame, optional
        Columns id, code, and x, y (metres) where known.
    buildings_of_address : DataFrame, optional
        Columns address_id, building.

    Returns
    -------
    DataFrame
        Columns incident, target_kind, target, method, distance_m, probability, evidence (words),
        sorted by incident, target_kind, target. distance_m is that between the coordinates of
        incident and component, 0 for the cell they lie in, null where nothing was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> incidents = pd.DataFrame({"id": ["i1"], "address_id": ["adr1"], "match_method": ["exact"],
    ...                           "match_score": [1.0], "x": [3.0], "y": [4.0]})
    >>> cells = pd.DataFrame({"id": ["i1"], "layer": ["unit"], "cell": ["g1"]})
    >>> link_incidents(incidents, cells)[["target_kind", "target", "method"]].values.tolist()
    [['address', 'adr1', 'exact'], ['cell:unit', 'g1', 'coordinates']]
    """
    addresses = _by_address(incidents)
    found = [addresses, _by_cell(incidents, cells)]
    if buildings_of_address is not None:
        found.append(_by_building(addresses, buildings_of_address))
    if components is not None and "component_code" in incidents:
        found.append(_by_component(incidents, components))
    if "area_id" in incidents:
        found.append(_by_area(incidents))
    links = pd.concat([_typed(part) for part in found], ignore_index=True)
    keys = [ranks(links[name]) for name in ("target", "target_kind", "incident")]
    return links.iloc[np.lexsort(keys)].reset_index(drop=True)


def _typed(links: pd.DataFrame) -> pd.DataFrame:
    numbers = {"distance_m": "float64", "probability": "float64"}
    return links[_COLUMNS].astype({name: numbers.get(name, "str") for name in _COLUMNS})


def _by_address(incidents: pd.DataFrame) -> pd.DataFrame:
    known = incidents[incidents["address_id"].notna()]
    method = known["match_method"].astype("str").fillna("unstated")
    score = known["match_score"].astype("float64")
    # Scores are few; writing out each of a million would take longer than all the rest.
    written = {value: f", score {value:.2f}" for value in score.dropna().unique()}
    scored = score.map(written).astype("str").fillna("")
    return pd.DataFrame(
        {
            "incident": known["id"],
            "target_kind": "address",
            "target": known["address_id"],
            "method": method,
            "distance_m": np.nan,
            "probability": score,
            "evidence": "address matched by method " + method + scored,
        }
    )


def _by_building(addresses: pd.DataFrame, buildings_of_address: pd.DataFrame) -> pd.DataFrame:
    pairs = buildings_of_address[["address_id", "building"]].dropna().drop_duplicates()
    pairs = pairs.assign(sharing=pairs.groupby("address_id")["building"].transform("size"))
    linked = addresses.merge(pairs, left_on="target", right_on="address_id")
    return linked.assign(
        target_kind="building",
        target=linked["building"],
        method="via_address",
        probability=linked["probability"] / linked["sharing"],
        evidence=_among(linked["sharing"], "building of the address", "buildings of the address"),
    )


def _by_component(incidents: pd.DataFrame, components: pd.DataFrame) -> pd.DataFrame:
    asked = incidents[["id", "x", "y"]].assign(
        code=incidents["component_code"].astype("str").str.strip()
    )
    listed = components.reindex(columns=["id", "code", "x", "y"])
    listed = listed.assign(code=listed["code"].astype("str").str.strip()).dropna(
        subset=["id", "code"]
    )
    listed = listed.assign(sharing=listed.groupby("code")["id"].transform("size"))
    linked = asked.dropna(subset=["code"]).merge(listed, on="code", suffixes=("", "_component"))
    apart_x = linked["x"].astype("float64") - linked["x_component"].astype("float64")
    apart_y = linked["y"].astype("float64") - linked["y_component"].astype("float64")
    return pd.DataFrame(
        {
            "incident": linked["id"],
            "target_kind": "component",
            "target": linked["id_component"],
            "method": "code",
            "distance_m": np.hypot(apart_x, apart_y),
            "probability": 1 / linked["sharing"],
            "evidence": _among(linked["sharing"], "component with its code", "components with it"),
        }
    )


def _among(sharing: pd.Series, alone: str, several: str) -> pd.Series:
    words = "one of " + sharing.astype("str") + " " + several
    return words.where(sharing > 1, "the only " + alone)


def _by_cell(incidents: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    known = cells[is_in(cells["id"], incidents["id"])].drop_duplicates(["id", "layer", "cell"])
    return pd.DataFrame(
        {
            "incident": known["id"],
            "target_kind": "cell:" + known["layer"],
            "target": known["cell"],
            "method": "coordinates",
            "distance_m": 0.0,
            "probability": 1.0,
            "evidence": "its coordinates lie in the cell",
        }
    )


def _by_area(incidents: pd.DataFrame) -> pd.DataFrame:
    known = incidents[incidents["area_id"].notna()]
    return pd.DataFrame(
        {
            "incident": known["id"],
            "target_kind": "area",
            "target": known["area_id"],
            "method": "source",
            "distance_m": np.nan,
            "probability": 1.0,
            "evidence": "the source names the area",
        }
    )

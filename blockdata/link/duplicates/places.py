"""The sites, buildings, rooms and roads that addresses name, as keys to compare."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

__all__ = ["named_roads", "place_keys"]

_REGION = ("town", "community")
_SITE = ("road", "road_no", "estate")


def place_keys(addresses: pd.DataFrame) -> pd.DataFrame:
    """Return keys of site, building and room for addresses of a library.

    A site is a door plate or an estate. A site under which the library knows no building is a
    building itself. What an address does not name is null: a road alone has no key at all.

    Parameters
    ----------
    addresses : DataFrame
        Columns id and the elements town, community, road, road_no, estate, building, room
        (those that are not there count as missing).

    Returns
    -------
    DataFrame
        id, site_id, building_id, room_id, road_id (str), in the order of the input. Keys are
        equal where the elements are, and mean nothing else.

    Examples
    --------
    >>> addresses = pd.DataFrame({"id": ["a", "b"], "road": "延安三路", "road_no": "105号",
    ...                           "building": [None, "3号楼"]})
    >>> keys = place_keys(addresses)
    >>> keys["site_id"].nunique(), keys["building_id"].notna().tolist()
    (1, [False, True])
    """
    elements = addresses.reindex(columns=[*_REGION, *_SITE, "building", "room"])
    named = (elements["road"].notna() & elements["road_no"].notna()) | elements["estate"].notna()
    written = elements.astype("object").fillna("").astype("str")
    site = _joined(written, [*_REGION, *_SITE]).where(named)
    has_building = elements["building"].notna() & named
    single = ~site.isin(site[has_building].dropna().unique()) & named
    building = _joined(pd.DataFrame({"site": site, "building": written["building"]}), None)
    building = building.where(has_building | single)
    room = _joined(pd.DataFrame({"building": building, "room": written["room"]}), None)
    room = room.where(building.notna() & elements["room"].notna())
    keys = {"site_id": site, "building_id": building, "room_id": room, "road_id": elements["road"]}
    return pd.DataFrame({"id": addresses["id"].astype("str")} | keys)


def named_roads(texts: pd.Series, roads: Iterable[str]) -> pd.DataFrame:
    """Return the first two roads that texts name.

    Parameters
    ----------
    texts : Series of str
        Address texts, of reports that no address was found for.
    roads : iterable of str
        Names of the roads that there are.

    Returns
    -------
    DataFrame
        road_id, other_road_id (str), indexed as the texts; null where none is named. Of names
        that begin at one place the longest is taken.

    Examples
    --------
    >>> named_roads(pd.Series(["延安三路与江西路路口"]), ["江西路", "延安三路"]).values.tolist()
    [['延安三路', '江西路']]
    """
    names = sorted({road for road in roads if isinstance(road, str) and road}, key=_longest_first)
    found: dict[str, list[str | None]] = {}
    pattern = re.compile("|".join(map(re.escape, names)) or "(?!)")
    for text in texts.dropna().unique():
        named: list[str | None] = list(dict.fromkeys(pattern.findall(text)))
        found[text] = [*named, None, None][:2]
    rows = [found.get(text, [None, None]) for text in texts]
    return pd.DataFrame(rows, index=texts.index, columns=["road_id", "other_road_id"], dtype="str")


def _longest_first(name: str) -> tuple[int, str]:
    return -len(name), name


def _joined(frame: pd.DataFrame, columns: list[str] | None) -> pd.Series:
    """Join columns of texts; a sign that no element has stands between them."""
    parts = [frame[name] for name in (columns or frame.columns)]
    joined = parts[0].astype("str")
    for part in parts[1:]:
        joined = joined + "\x1f" + part
    return joined

"""The areas that incidents name: by code, else by name; names without a register make areas."""

from __future__ import annotations

import pandas as pd

from blockdata.address import is_missing_text
from blockdata.engines import feeds
from blockdata.store import derived
from blockdata.store.ids import mint
from blockdata.store.session import Session

_COMMUNITY = "community"
_SUFFIXES = ("社区居委会", "社区居民委员会", "村委会", "居委会", "社区", "村")


def areas_of(session: Session, incidents: pd.DataFrame) -> pd.Series:
    """Return each incident's area by code, else by name; names without a register make areas."""
    known, names = feeds.areas(session), incidents["area_name"]
    distinct = sorted(n for n in names.dropna().unique() if not is_missing_text(n))
    if known.empty:
        made = {name: mint("are", "area", feeds.PROVISIONAL, name) for name in distinct}
        _write_provisional_areas(session, made)
        return names.map(made).astype("str")
    _write_provisional_areas(session, {})
    by_code = dict(zip(known["code"], known["id"], strict=True))
    by_name = _by_name(known)
    named = {name: by_name.get(area_key(name)) for name in distinct}
    found = incidents["area_code"].map(by_code).astype("str")
    return found.fillna(names.map(named).astype("str"))


def area_key(name: str | None) -> str | None:
    """Return an area's name without its suffix, so that 望海 and 望海社区 are the same.

    Examples
    --------
    >>> area_key("望海社区") == area_key("望海")
    True
    """
    if name is None or pd.isna(name):
        return None
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix):
            return name.removesuffix(suffix)
    return name


def _by_name(areas: pd.DataFrame) -> dict[str | None, str]:
    """Return area ids by name, of the communities; a name that two of them have tells nothing."""
    communities = areas[areas["level"] == _COMMUNITY]
    keys = communities["name"].map(area_key)
    single = ~keys.duplicated(keep=False)
    return dict(zip(keys[single], communities.loc[single, "id"], strict=True))


def _write_provisional_areas(session: Session, made: dict[str, str]) -> None:
    rows = pd.DataFrame(
        {
            "id": pd.Series(list(made.values()), dtype="str"),
            "source_id": pd.Series(list(made), dtype="str"),
            "name": pd.Series(list(made), dtype="str"),
            "level": _COMMUNITY,
        }
    )
    derived.replace_provisional(session, "area", rows, feeds.PROVISIONAL)

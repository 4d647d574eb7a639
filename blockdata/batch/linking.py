"""Steps that say what an incident is about: areas, links, categories, episodes."""

from __future__ import annotations

import pandas as pd

from blockdata.address import is_missing_text
from blockdata.batch.steps import Context
from blockdata.engines import feeds
from blockdata.link import build_episodes, link_incidents, place_of
from blockdata.store import derived
from blockdata.store.ids import mint
from blockdata.store.session import Session

_PRECISE = ("component", "address")
"""Kinds of place at which two reports can be one occurrence."""

_COMMUNITY = "community"
_SUFFIXES = ("社区居委会", "社区居民委员会", "村委会", "居委会", "社区", "村")


def link(session: Session, context: Context) -> None:
    """Link every incident to address, building, component, cells and area."""
    incidents = feeds.incidents(session, context.end)
    incidents = incidents.assign(area_id=_areas_of(session, incidents))
    located = feeds.cells_on(session, "incident", context.last_day)
    links = pd.concat(
        [
            link_incidents(
                incidents,
                located,
                feeds.components(session),
                feeds.buildings_of_addresses(session),
            ),
            _stated_cells(session, context, incidents, located),
        ],
        ignore_index=True,
    )
    links = links.sort_values(["incident", "target_kind", "target"], ignore_index=True)
    derived.write_result(session, "link", links)
    derived.write_result(session, "category", _categories(session, incidents))


def _areas_of(session: Session, incidents: pd.DataFrame) -> pd.Series:
    """Return each incident's area by code, else by name; names without a register make areas."""
    known = feeds.areas(session)
    names = incidents["area_name"].where(~incidents["area_name"].map(is_missing_text))
    if known.empty:
        distinct = sorted(set(names.dropna()))
        made = {name: mint("are", "area", feeds.PROVISIONAL, name) for name in distinct}
        _write_provisional_areas(session, made)
        return names.map(made)
    _write_provisional_areas(session, {})
    by_code = dict(zip(known["code"], known["id"], strict=True))
    by_name = _by_name(known)
    found = [
        by_code.get(code) or by_name.get(area_key(name))
        for code, name in zip(incidents["area_code"], names, strict=True)
    ]
    return pd.Series(found, index=incidents.index, dtype="str")


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


def _stated_cells(
    session: Session, context: Context, incidents: pd.DataFrame, located: pd.DataFrame
) -> pd.DataFrame:
    """Link incidents to cells that their source names, where coordinates name none."""
    grid = context.config.grid
    names = feeds.cell_names(session, grid.layers, grid.area_levels, context.last_day)
    units = names[names["layer"] == "unit"].drop_duplicates("code", keep=False)
    by_code = dict(zip(units["code"], units["cell"], strict=True))
    layer_of = dict(zip(names["cell"], names["layer"], strict=True))
    stated = pd.concat(
        [
            incidents[["id"]].assign(target=incidents["unit_grid_code"].map(by_code)),
            incidents[["id"]].assign(target=incidents["area_id"]),
        ]
    ).dropna()
    stated = stated.assign(layer=stated["target"].map(layer_of)).dropna()
    placed = pd.MultiIndex.from_frame(located[["id", "layer"]])
    stated = stated[~pd.MultiIndex.from_frame(stated[["id", "layer"]]).isin(placed)]
    return pd.DataFrame(
        {
            "incident": stated["id"],
            "target_kind": "cell:" + stated["layer"].astype("str"),
            "target": stated["target"],
            "method": "stated",
            "distance_m": float("nan"),
            "probability": 1.0,
            "evidence": "the source names the cell and there are no coordinates",
        }
    )


def _categories(session: Session, incidents: pd.DataFrame) -> pd.DataFrame:
    """Return every category with its number of incidents and its code in the matter catalogue."""
    counted = incidents.groupby("category").size().rename("incidents").reset_index()
    matters = feeds.matters(session).drop_duplicates("name", keep="last")
    coded = counted.merge(matters, left_on="category", right_on="name", how="left")
    return coded.sort_values("category", ignore_index=True)


def make_episodes(session: Session, context: Context) -> None:
    """Make episodes of reports about the same place and category.

    A cell or an area is too wide for two reports in it to be taken for one occurrence: there
    every report is an episode of its own.
    """
    links = session.read("link").to_pandas()
    places = place_of(links, _place_order(context)).rename(columns={"incident": "id"})
    incidents = feeds.incidents(session, context.end).merge(places, on="id", how="left")
    wide = incidents["place"].notna() & ~incidents["place_kind"].isin(_PRECISE)
    alone = incidents.assign(place=incidents["place"].mask(wide, incidents["id"]))
    episodes, members = build_episodes(alone, gap_days=context.config.episodes.gap_days)
    first = incidents.set_index("id")[["place_kind", "place"]].reindex(episodes["episode"])
    episodes = episodes.assign(
        place_kind=first["place_kind"].to_numpy(), place=first["place"].to_numpy()
    )
    derived.write_result(session, "episode", episodes.sort_values("episode"))
    derived.write_result(session, "episode_member", members.dropna(subset=["episode"]))


def _place_order(context: Context) -> tuple[str, ...]:
    """Return the kinds of target that can be a place: things, then cells from fine to coarse."""
    grid = context.config.grid
    fine_first = sorted(grid.layers, key=lambda layer: layer != "unit")
    return (*_PRECISE, *(f"cell:{layer}" for layer in fine_first), "area")

"""Steps that say what an incident is about: areas, links, categories, episodes."""

from __future__ import annotations

import pandas as pd

from blockdata.address import is_missing_text
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.batch.unplaced import CROSSING, mark_places, tell_places_apart
from blockdata.engines import feeds, lineage_feeds
from blockdata.grid.lineage import heirs_of, shared_codes, states_of_codes
from blockdata.link import build_episodes, link_incidents, place_of
from blockdata.link.order import is_in
from blockdata.records.code_tables import national_entry
from blockdata.store import derived
from blockdata.store.ids import mint
from blockdata.store.session import Session

_PRECISE = ("component", "address", CROSSING)
"""Kinds of place at which two reports can be one occurrence."""

_BLOCK = 2**18
"""Incidents whose links are held at once."""

_COMMUNITY = "community"
_SUFFIXES = ("社区居委会", "社区居民委员会", "村委会", "居委会", "社区", "村")


def link(session: Session, context: Context) -> None:
    """Link every incident to address, building, component, cells and area.

    Incidents are linked in blocks: each has some seven links, and only those of a block are held.
    """
    incidents = feeds.incidents(session, context.end)
    incidents = incidents.assign(area_id=_areas_of(session, incidents))
    derived.write_result(session, "category", _categories(session, incidents))
    incidents = mark_places(incidents, context)
    components, buildings = feeds.components(session), feeds.buildings_of_addresses(session)
    stated = _stated_cells(session, context, incidents)
    derived.clear_result(session, "link")
    for start in range(0, len(incidents), _BLOCK):
        block = incidents.iloc[start : start + _BLOCK]
        between = (block["id"].iloc[0], block["id"].iloc[-1])
        located = feeds.cells_on(session, "incident", context.last_day, between=between)
        own = _not_located(stated[stated["incident"].between(*between)], located)
        links = link_incidents(block, located, components, buildings)
        both = pd.concat([links, own], ignore_index=True)
        derived.append_result(session, "link", tell_places_apart(both, block))


def _areas_of(session: Session, incidents: pd.DataFrame) -> pd.Series:
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


def _stated_cells(session: Session, context: Context, incidents: pd.DataFrame) -> pd.DataFrame:
    """Return links of incidents to the cells that their source names."""
    grid = context.config.grid
    names = feeds.cell_names(session, grid.layers, grid.area_levels, context.last_day)
    layer_of = dict(zip(names["cell"], names["layer"], strict=True))
    areas = incidents[["id"]].assign(target=incidents["area_id"], probability=1.0, goes_on=True)
    stated = pd.concat([_cells_of_codes(session, context, incidents), areas], ignore_index=True)
    stated = stated.assign(layer=stated["target"].map(layer_of)).dropna()
    moved = ~stated["goes_on"].astype(bool)
    return pd.DataFrame(
        {
            "incident": stated["id"].astype("str"),
            "target_kind": "cell:" + stated["layer"].astype("str"),
            "target": stated["target"].astype("str"),
            "method": pd.Series("stated", stated.index).mask(moved, "succession"),
            "distance_m": float("nan"),
            "probability": stated["probability"].astype(float),
            "evidence": pd.Series(_STATED, stated.index).mask(moved, _SUCCEEDED),
        }
    )


_STATED = "the source names the cell and there are no coordinates"
_SUCCEEDED = (
    "the cell that the source names has ended; of its successors this one has the largest share "
    "of its buildings, or of its land where it has none"
)


def _cells_of_codes(session: Session, context: Context, incidents: pd.DataFrame) -> pd.DataFrame:
    """Return id, target, probability, goes_on of incidents whose source names a unit grid.

    A grid that has ended is followed to its largest successor on the last known day. A code that
    two grids have had at once names neither.
    """
    named = incidents.loc[incidents["unit_grid_code"].notna(), ["id", "reported_at"]]
    codes = incidents["unit_grid_code"].loc[named.index]
    states = lineage_feeds.code_states(session, "unit")
    days = local_days(named["reported_at"], context.config.city.time_zone)
    state = states_of_codes(codes, days, states)
    _tell_unknown(context, int((state < 0).sum()))
    told = (state >= 0) & ~codes.isin(shared_codes(states)).to_numpy()
    means = states.iloc[state[told]]
    starts = states[["cell", "valid_from"]].set_axis(["cell", "since"], axis=1)
    until = pd.Timestamp(context.last_day)
    # Row by row those of `starts`.
    heirs = heirs_of(lineage_feeds.lineage_rows(session), starts, until).loc[means.index]
    target = heirs["heir"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "id": named["id"].to_numpy(dtype=object)[told],
            "target": target,
            "probability": heirs["share"].to_numpy(),
            "goes_on": target == means["cell"].to_numpy(dtype=object),
        }
    )


def local_days(moments: pd.Series, time_zone: str) -> pd.Series:
    """Return the local midnight of moments in UTC."""
    local = moments.dt.tz_localize("UTC").dt.tz_convert(time_zone)
    days: pd.Series = local.dt.tz_localize(None).dt.normalize()
    return days


def _tell_unknown(context: Context, count: int) -> None:
    if count:
        context.tell(
            Finding(
                "unknown_cell_code",
                "incident",
                f"{count} 件案件所写的单元网格代码不在任何一期网格中，不据此关联",
                f"{count} cases name a unit grid code that no grid has ever had; nothing is linked "
                "by it",
                count,
            )
        )


def _not_located(stated: pd.DataFrame, located: pd.DataFrame) -> pd.DataFrame:
    """Leave out cells of a layer in which coordinates name one."""
    placed = located["id"] + " cell:" + located["layer"]
    return stated[~is_in(stated["incident"] + " " + stated["target_kind"], placed)]


def _categories(session: Session, incidents: pd.DataFrame) -> pd.DataFrame:
    """Return every category with its number of incidents and its code.

    The code is that of the matter catalogue, else of the national class that has the name.
    """
    counted = incidents.groupby("category").size().rename("incidents").reset_index()
    matters = feeds.matters(session).drop_duplicates("name", keep="last")
    coded = counted.merge(matters, left_on="category", right_on="name", how="left")
    key = ["scheme", "code"]
    entries = [national_entry(str(name)) for name in coded["category"]]
    national = [(e.scheme, e.code) if e else (None, None) for e in entries]
    coded[key] = coded[key].where(
        coded["code"].notna(), pd.DataFrame(national, coded.index, key, dtype="str")
    )
    return coded.sort_values("category", ignore_index=True)


def make_episodes(session: Session, context: Context) -> None:
    """Make episodes of reports about the same place and category.

    A cell or an area is too wide for two reports in it to be taken for one occurrence: there
    every report is an episode of its own.
    """
    order = _place_order(context)
    links = feeds.links_to_places(session, order)
    places = place_of(links, order).rename(columns={"incident": "id"})
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

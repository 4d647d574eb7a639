"""Interventions, the places they reached, and the comparison of these with places like them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from blockdata.analysis.effect import Effect, EffectSettings, intervention_effect, places_reached
from blockdata.config import Config, Effects
from blockdata.engines import effect_feeds, hot_feeds
from blockdata.store.session import Session

__all__ = ["Ground", "reach", "read_ground", "settings_of", "study_effect", "told_places"]

_UNIT = "\t"
_POINTS = ("address", "component")
_LEAST_SHARE = 0.1
"""Of a category's problems that a kind of place must have, so that a point reaches that kind."""

REACHED = ("intervention", "place_kind", "place", "category", "started_on", "ended_on")


@dataclass(frozen=True)
class Ground:
    """Everything that effects are judged from.

    Parameters
    ----------
    places : DataFrame
        place, place_kind, x, y, geom (of cells): all places, with or without a problem.
    events : DataFrame
        place_kind, place, category, day.
    observed_from, observed_to : Timestamp
        Local midnights, the latter exclusive.
    """

    places: pd.DataFrame
    events: pd.DataFrame
    observed_from: pd.Timestamp
    observed_to: pd.Timestamp


def settings_of(effects: Effects) -> EffectSettings:
    """Return the configured settings as the analysis takes them."""
    names = EffectSettings.__dataclass_fields__.keys() - {"seed"}
    return EffectSettings(**{name: getattr(effects, name) for name in sorted(names)})


def read_ground(
    session: Session,
    config: Config,
    as_of: dt.date,
    categories: Sequence[str] | None,
    *,
    cells: bool,
) -> Ground | None:
    """Read the places and the problems of some categories.

    Parameters
    ----------
    session : Session
    config : Config
    as_of : date
        End of what is known, exclusive.
    categories : sequence of str or None
        None: all.
    cells : bool
        Whether the cells of the finest layer are places too.

    Returns
    -------
    Ground or None
        None without any incident.
    """
    begin = effect_feeds.observed_from(session, config.city, config.effects.source_share)
    if begin is None:
        return None
    places = [effect_feeds.standing_places(session)]
    events = [effect_feeds.episode_days(session, config.city, categories)]
    day = as_of - dt.timedelta(days=1)
    layers = hot_feeds.candidate_layers(session, config.grid, day) if cells else []
    if layers:
        drawn = effect_feeds.standing_cells(session, layers[0], day)
        if len(drawn):
            places.append(drawn)
            events.append(
                effect_feeds.cell_episode_days(session, config.city, layers[0], categories)
            )
    every = pd.concat(events, ignore_index=True)
    return Ground(pd.concat(places, ignore_index=True), every, begin, pd.Timestamp(as_of))


def reach(works: pd.DataFrame, ground: Ground, settings: Effects) -> pd.DataFrame:
    """Return the places that each intervention reached.

    An area reaches the cells that it covers whole (`cell_share` of them), and where it covers none
    the addresses and components inside. A line reaches what is within `reach_m`, a point the
    nearest address and component within it, of the kinds at which its category's problems stand.
    An intervention that names its address reaches that alone.

    Parameters
    ----------
    works : DataFrame
        As from `effect_feeds.interventions`, `place` being a spot.
    ground : Ground
    settings : Effects

    Returns
    -------
    DataFrame
        intervention, place_kind, place, category (null: all), started_on, ended_on; sorted.
    """
    shape = shapely.get_dimensions(works["geom"].to_numpy(dtype=object))
    named = works["place"].notna().to_numpy(dtype=bool)
    cells = ground.places[ground.places["place_kind"].str.startswith("cell:")]
    covered = _cells_covered(works[(shape == 2) & ~named], cells, settings.cell_share)
    rest = works[~works["intervention"].isin(covered["intervention"])]
    points = ground.places[ground.places["place_kind"].isin(_POINTS)]
    near = _near(rest, points, ground.events, settings.reach_m)
    known = ["intervention", "category", "started_on", "ended_on"]
    found = pd.concat([covered, near], ignore_index=True).merge(works[known], on="intervention")
    return found[list(REACHED)].sort_values(
        ["intervention", "place_kind", "place"], ignore_index=True
    )


def _cells_covered(works: pd.DataFrame, cells: pd.DataFrame, share: float) -> pd.DataFrame:
    if works.empty or cells.empty:
        return pd.DataFrame(columns=["intervention", "place_kind", "place"])
    areas, ground = (shapely.make_valid(f["geom"].to_numpy(dtype=object)) for f in (works, cells))
    one, other = shapely.STRtree(ground).query(areas, predicate="intersects")
    inside_m2 = shapely.area(shapely.intersection(areas[one], ground[other]))
    whole = inside_m2 >= share * np.fmax(shapely.area(ground[other]), 1e-9)
    return pd.DataFrame(
        {
            "intervention": works["intervention"].to_numpy(dtype=object)[one[whole]],
            "place_kind": cells["place_kind"].to_numpy(dtype=object)[other[whole]],
            "place": cells["place"].to_numpy(dtype=object)[other[whole]],
        }
    )


def _near(
    works: pd.DataFrame, points: pd.DataFrame, events: pd.DataFrame, reach_m: float
) -> pd.DataFrame:
    nearby = works.assign(geom=works["geom"].where(works["place"].isna(), None))
    found = places_reached(nearby, points, within_m=reach_m)
    found = found.merge(points[["place", "place_kind"]], on="place")
    found = found.merge(works[["intervention", "category", "place", "geom"]], on="intervention",
                        suffixes=("", "_named"))  # fmt: skip
    stands = _kinds_of_categories(events)
    fits = [
        place == named or kind in stands.get(category if isinstance(category, str) else None, ())
        for place, named, kind, category in zip(
            found["place"], found["place_named"], found["place_kind"], found["category"],
            strict=True,
        )
    ]  # fmt: skip
    kept = found[np.array(fits, dtype=bool)]
    is_point = shapely.get_dimensions(kept["geom"].to_numpy(dtype=object)) == 0
    nearest_m = kept.groupby(["intervention", "place_kind"])["distance_m"].transform("min")
    near: pd.DataFrame = kept[~is_point | (kept["distance_m"] <= nearest_m)]
    return near[["intervention", "place_kind", "place"]]


def _kinds_of_categories(events: pd.DataFrame) -> dict[str | None, set[str]]:
    """Return the kinds of place at which the problems of a category stand; None: of all."""
    points = events[events["place_kind"].isin(_POINTS)]
    shares = pd.crosstab(points["category"], points["place_kind"], normalize="index")
    told: dict[str | None, set[str]] = {
        str(category): set(row.index[row >= _LEAST_SHARE]) for category, row in shares.iterrows()
    }
    return told | {None: set(_POINTS)}


def study_effect(
    ground: Ground, treated: pd.DataFrame, taken: pd.DataFrame, settings: EffectSettings
) -> Effect:
    """Compare the treated places with others of their kind, category by category.

    Parameters
    ----------
    ground : Ground
    treated : DataFrame
        place_kind, place, category (null: all), started_on, ended_on.
    taken : DataFrame
        place_kind, place, category that other interventions reached: nothing is compared with them.
    settings : EffectSettings

    Returns
    -------
    Effect
        Its places are units: kind, place and category, as `told_places` takes apart.
    """
    units = treated.assign(place=_unit(treated, treated["category"]))
    if len(units.drop_duplicates("place")) < settings.min_places:
        return _too_few(units)
    own = _events_at(ground, treated)
    if _pre_events(own, units, settings.pre_days) < settings.min_events:
        # No match is looked for where nothing could be told anyway.
        return _too_few_cases(own, units, ground, settings)
    pairs = treated[["place_kind", "category"]].drop_duplicates()
    blocks = list(_blocks(ground, pairs))
    places = pd.concat([p for p, _ in blocks], ignore_index=True)
    others = set(_unit(taken, taken["category"])) - set(units["place"])
    return intervention_effect(
        pd.concat([e for _, e in blocks], ignore_index=True),
        places[~places["place"].isin(others)],
        units,
        observed_from=ground.observed_from,
        observed_to=ground.observed_to,
        settings=settings,
    )


def _blocks(ground: Ground, pairs: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    for kind, category in pairs.itertuples(index=False):
        places = ground.places[ground.places["place_kind"] == kind]
        events = ground.events[ground.events["place_kind"] == kind]
        if isinstance(category, str):
            events = events[events["category"] == category]
        named = category if isinstance(category, str) else ""
        group = f"{kind}{_UNIT}{named}"
        yield (
            places[["x", "y"]].assign(place=_unit(places, named), group=group),
            events[["day"]].assign(place=_unit(events, named)),
        )


def _unit(rows: pd.DataFrame, category: pd.Series | str) -> pd.Series:
    named = category if isinstance(category, str) else category.astype("str").fillna("")
    text: pd.Series = (
        rows["place_kind"].astype("str") + _UNIT + rows["place"].astype("str") + _UNIT + named
    )
    return text


def _events_at(ground: Ground, treated: pd.DataFrame) -> pd.DataFrame:
    """Return place (a unit), day of the problems at treated places."""
    there = ground.events[ground.events["place"].isin(treated["place"])]
    found = there.merge(treated[["place_kind", "place", "category"]].drop_duplicates(),
                        on=["place_kind", "place"], suffixes=("", "_aim"))  # fmt: skip
    aim = found["category_aim"].astype("str")
    found = found[aim.isna() | (aim == found["category"])]
    return found[["day"]].assign(place=_unit(found, found["category_aim"]))


def _pre_events(own: pd.DataFrame, units: pd.DataFrame, pre_days: int) -> int:
    first = units.groupby("place")["started_on"].min()
    before = own["place"].map(first) - own["day"]
    return int(((before > pd.Timedelta(0)) & (before <= pd.Timedelta(days=pre_days))).sum())


def _too_few_cases(
    own: pd.DataFrame, units: pd.DataFrame, ground: Ground, settings: EffectSettings
) -> Effect:
    found = intervention_effect(
        own,
        units[["place"]].drop_duplicates(),
        units,
        observed_from=ground.observed_from,
        observed_to=ground.observed_to,
        settings=replace(settings, apart_m=0.0),
    )
    if found.summary["reason"] != "too_few_matches":
        return found
    places = found.places.replace({"reason": {"too_few_matches": "too_few_cases"}})
    return Effect(found.summary | {"reason": "too_few_cases"}, places, found.matches)


def _too_few(units: pd.DataFrame) -> Effect:
    nothing = pd.DataFrame({"place": pd.Series(dtype="str"), "day": pd.Series(dtype="M8[us]")})
    known = units[["place"]].drop_duplicates()
    day = pd.Timestamp("2000-01-01")
    least = EffectSettings(min_places=len(units) + 1)
    return intervention_effect(
        nothing, known, units, observed_from=day, observed_to=day, settings=least
    )


def told_places(effect: Effect, treated: pd.DataFrame) -> pd.DataFrame:
    """Return the treated places of an effect and their matches, units taken apart.

    Parameters
    ----------
    effect : Effect
        As from `study_effect`.
    treated : DataFrame
        As given to it.

    Returns
    -------
    DataFrame
        place_kind, place, category (null: all), matched_to (the treated place; null of that
        itself), started_on, ended_on (of treated places), pre, post, pre_days, post_days,
        expected, matches, distance, reason; treated places first, then matches by place.
    """
    dates = treated.assign(unit=_unit(treated, treated["category"]))
    dates = dates.sort_values(["unit", "started_on"]).drop_duplicates("unit")
    own = effect.places.merge(
        dates[["unit", "started_on", "ended_on"]], left_on="place", right_on="unit", how="left"
    ).assign(matched_to=None)
    matches = effect.matches.rename(columns={"place": "matched_to", "control": "place"})
    matches = matches.assign(matched_to=matches["matched_to"].astype("str").str.split(_UNIT).str[1])
    every = own if matches.empty else pd.concat([own, matches], ignore_index=True)
    parts = every["place"].astype("str").str.split(_UNIT, expand=True)
    if every.empty:
        return every.drop(columns="unit")
    category = parts[2].where(parts[2] != "")
    return every.assign(place_kind=parts[0], place=parts[1], category=category).drop(columns="unit")

"""What stands in the streets: components and cameras."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from data_samples.district.network import Ints
from data_samples.district.places import Places
from data_samples.district.sizes import Plan

# Class code of CJ/T 214-2007 and of GB/T 47678.5-2026, name, owner, share.
CLASSES = (
    ("0101", "01001", "上水井盖", "{city}水务公司", 0.13),
    ("0102", "01002", "污水井盖", "{city}水务公司", 0.13),
    ("0103", "01003", "雨水井盖", "{district}市政养护中心", 0.16),
    ("0118", "01037", "路灯", "{district}路灯管理所", 0.2),
    ("0209", "02010", "交通标志牌", "{district}交警大队", 0.08),
    ("0305", "03005", "垃圾箱", "{district}环卫中心", 0.12),
    ("0402", "04002", "行道树", "{district}园林中心", 0.18),
)
"""Edition 2007 is what the first survey used; the second speaks that of 2026."""

_KERB_M = 1.5
MATERIALS = ("铸铁", "复合材料", "混凝土")
OWNERS = ("{district}城市管理局", "{district}公安分局", "{district}交警大队")
"""Cameras by owner: industry codes 08, 00 and 04 of GB/T 28181."""

_INDUSTRY = ("08", "00", "04")
_TYPE_SHARES = (0.2, 0.15, 0.55, 0.1)
"""Of PTZType 1 to 4: dome, half dome, fixed, remote-controlled."""

_ON_A_POLE = (0.3, 0.25, 0.2, 0.15, 0.1)
"""Shares of poles with one camera, two, ..."""

_REACH = 0.58
"""How far a dome sees, as a share of the mean distance of cameras."""


def furnish(plan: Plan, places: Places, city: str, rng: np.random.Generator) -> pd.DataFrame:
    """Put components along the streets.

    Parameters
    ----------
    plan : Plan
    places : Places
    city : str
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `code` (16 digits: county, class, sequence), `name`, `class_code`, `owner`, `unit` (row of
        grids), `x`, `y`, `surveyed_on`, `material`, `kind` (row of `CLASSES`).
    """
    kind = rng.choice(len(CLASSES), size=plan.components, p=[c[-1] for c in CLASSES])
    at, block = kerb_points(places, plan.components, rng)
    names = {"city": city.removesuffix("市"), "district": places.district}
    serial = pd.Series(kind).groupby(kind).cumcount().to_numpy() + 1
    classes = np.array([c[0] for c in CLASSES])[kind]
    metal = rng.choice(MATERIALS, size=plan.components, p=(0.6, 0.3, 0.1))
    label = np.array([c[2] for c in CLASSES])[kind]
    return pd.DataFrame(
        {
            "code": [
                f"{places.district_code}{c}{n:06}"
                for c, n in zip(classes, serial.tolist(), strict=True)
            ],
            "name": label,
            "class_code": classes,
            "owner": np.array([c[3].format(**names) for c in CLASSES])[kind],
            "unit": places.blocks["unit"].to_numpy()[block],
            "x": at[:, 0],
            "y": at[:, 1],
            "surveyed_on": np.datetime64("2023-01-01") + rng.integers(0, 1100, plan.components),
            "material": np.where(np.char.endswith(label.astype(str), "井盖"), metal, ""),
            "kind": kind,
        }
    )


def kerb_points(places: Places, count: int, rng: np.random.Generator) -> tuple[np.ndarray, Ints]:  # type: ignore[type-arg]
    """Draw points on kerbs, evenly along all streets.

    Parameters
    ----------
    places : Places
    count : int
    rng : numpy Generator

    Returns
    -------
    at : ndarray of float, shape (n, 2)
        Metres, to the centimetre.
    block : ndarray of int
        On which each stands.
    """
    edges = places.edges[places.edges["street"] >= 0].reset_index(drop=True)
    sides = pd.concat(
        [edges.assign(block=edges[s], hand=h) for s, h in (("left", 1), ("right", -1))]
    )
    sides = sides[sides["block"] >= 0].reset_index(drop=True)
    weight = sides["length"].to_numpy()
    row = rng.choice(len(sides), size=count, p=weight / weight.sum())
    lines = sides["geometry"].to_numpy()[row]
    share = rng.uniform(0.06, 0.94, count)
    here, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines, s, normalized=True))
        for s in (share, share + 0.01)
    )
    way = (ahead - here) / np.maximum(np.hypot(*(ahead - here).T), 1e-6)[:, None]
    width = places.streets["width_m"].to_numpy()[sides["street"].to_numpy()[row]]
    off = np.column_stack([-way[:, 1], way[:, 0]]) * sides["hand"].to_numpy()[row, None]
    # Just behind the kerb, but never beyond the middle of a block that is as narrow as its street.
    at = (here + off * (width / 2 - _KERB_M)[:, None]).round(2)
    return at, sides["block"].to_numpy()[row]


def watch(
    plan: Plan, places: Places, crossings: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Put up cameras: several owners on one pole, two thirds of the poles at crossings.

    About a fifth of the land is covered, half of that by two cameras or more.

    Parameters
    ----------
    plan : Plan
    places : Places
    crossings : DataFrame
        `x`, `y`, `first`, `second`.
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `code`, `name`, `owner`, `type` (PTZType), `direction` (0 to 7, of 45 degrees each),
        `says` (how the list tells it: "angle", "eighth" or not at all), `view_m`, `height_m` (NaN
        where the list has none), `x`, `y`, `installed_on`, `system` (0 for the city management's
        list, 1 for the others').
    """
    count = plan.cameras
    pole = _poles(count, rng)
    poles = int(pole[-1]) + 1
    at, block = kerb_points(places, poles, rng)
    cross = rng.random(poles) < 2 / 3
    chosen = rng.integers(0, max(len(crossings), 1), poles)
    corner = crossings[["x", "y"]].to_numpy()[chosen] + rng.uniform(-6, 6, (poles, 2))
    at = (np.where(cross[:, None], corner, at)[pole] + rng.uniform(-1, 1, (count, 2))).round(2)
    streets = places.streets["name"].to_numpy()
    first, second = (streets[crossings[c].to_numpy()[chosen]] for c in ("first", "second"))
    community = places.communities["name"].to_numpy()[places.blocks["community"].to_numpy()[block]]
    kind = rng.choice(4, size=count, p=_TYPE_SHARES)
    word = np.array(["球机", "半球", "枪机", "云台"])[kind]
    place = np.where(cross, first + "与" + second + "路口", community + "道路")[pole]
    system = rng.choice(3, size=count, p=(0.55, 0.3, 0.15))
    # A fifth of the land, however many cameras there are on how much of it.
    usual_m = _REACH * np.sqrt(shapely.area(places.blocks["geometry"]).sum() / count)
    view_m = usual_m * rng.uniform(0.85, 1.15, poles)[pole] * np.where(kind % 3, 1.6, 1.0)
    height_m = rng.choice((3.5, 4.5, 6.0, 8.0), size=count)
    return pd.DataFrame(
        {
            "code": [
                f"{places.district_code}00{_INDUSTRY[s]}1326{n + 1:06}"
                for n, s in enumerate(system.tolist())
            ],
            "name": place + word,
            "owner": np.array([o.format(district=places.district) for o in OWNERS])[system],
            "type": kind + 1,
            # On one pole they look the same way more often than not.
            "direction": (rng.integers(0, 8, poles)[pole] + rng.choice((0, 0, 0, 4), count)) % 8,
            "says": rng.choice(("angle", "eighth", ""), size=count, p=(0.7, 0.28, 0.02)),
            "view_m": view_m.round().astype(int),
            "height_m": np.where(rng.random(count) < 0.85, height_m, np.nan),
            "x": at[:, 0],
            "y": at[:, 1],
            "installed_on": np.datetime64("2021-01-01") + rng.integers(0, 1700, count),
            "system": np.minimum(system, 1),
        }
    )


def _poles(count: int, rng: np.random.Generator) -> Ints:
    """Return the pole of each camera, 0, 1, ... ascending."""
    sizes = rng.choice(len(_ON_A_POLE), size=count, p=_ON_A_POLE) + 1
    return np.repeat(np.arange(count), sizes)[:count]


def drive(
    plan: Plan, places: Places, count_of_others: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Mount cameras on the city management's patrol cars, each with a street for its route.

    Parameters
    ----------
    plan : Plan
    places : Places
    count_of_others : int
        Cameras that have a code already.
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `code`, `name`, `owner`, `height_m`, `view_m`, `geometry` (LineString).
    """
    count = max(2, plan.cameras // 100)
    lines = shapely.line_merge(places.streets["geometry"].to_numpy())
    parts, of = shapely.get_parts(lines, return_index=True)
    chosen = rng.permutation(np.argsort(-shapely.length(parts), kind="stable")[: 4 * count])[:count]
    number = count_of_others + 1 + np.arange(len(chosen))
    return pd.DataFrame(
        {
            "code": [f"{places.district_code}00081326{n:06}" for n in number.tolist()],
            "name": places.streets["name"].to_numpy()[of[chosen]] + "巡查车",
            "owner": OWNERS[0].format(district=places.district),
            "height_m": rng.choice((1.9, 2.3), size=len(chosen)),
            "view_m": 30,
            "geometry": parts[chosen],
        }
    )

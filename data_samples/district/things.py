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
    """Put up cameras, two thirds of them at crossings.

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
        `code`, `name`, `owner`, `type`, `direction` (0 to 7, of 45 degrees each), `view_m`, `x`,
        `y`, `installed_on`, `system` (0 for the city management's list, 1 for the others').
    """
    count = plan.cameras
    at, block = kerb_points(places, count, rng)
    cross = rng.random(count) < 2 / 3
    chosen = rng.integers(0, max(len(crossings), 1), count)
    corner = crossings[["x", "y"]].to_numpy()[chosen] + rng.uniform(-6, 6, (count, 2))
    at = np.where(cross[:, None], corner, at).round(2)
    streets = places.streets["name"].to_numpy()
    first, second = (streets[crossings[c].to_numpy()[chosen]] for c in ("first", "second"))
    community = places.communities["name"].to_numpy()[places.blocks["community"].to_numpy()[block]]
    system = rng.choice(3, size=count, p=(0.55, 0.3, 0.15))
    return pd.DataFrame(
        {
            "code": [
                f"{places.district_code}00{_INDUSTRY[s]}1326{n + 1:06}"
                for n, s in enumerate(system.tolist())
            ],
            "name": np.where(cross, first + "与" + second + "路口枪机", community + "道路球机"),
            "owner": np.array([o.format(district=places.district) for o in OWNERS])[system],
            "type": rng.integers(1, 5, count),
            "direction": rng.integers(0, 8, count),
            "view_m": rng.integers(3, 10, count) * 10,
            "x": at[:, 0],
            "y": at[:, 1],
            "installed_on": np.datetime64("2021-01-01") + rng.integers(0, 1700, count),
            "system": np.minimum(system, 1),
        }
    )

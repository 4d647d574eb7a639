"""A district's things and a million cases about them, made for timing; nothing stands for anyone.

Callers, places and times are drawn so that there is about as much to compare as in a sample
district of `data_samples`: 60,000 houses with five addresses each, 100,000 components, 1,064 unit
grids, three years, every twentieth case a repeat of another within an hour.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.link.duplicates import text_fingerprints
from blockdata.link.evidence import Known

SIDE_M = 8_000.0
DAYS = 1_096
KEY = b"key of an invented district"
BEGIN = np.datetime64("2023-11-01", "us")
CATEGORIES = (
    *("占道经营", "违规停车", "暴露垃圾", "噪声扰民", "油烟扰民", "物业管理"),
    *("供水问题", "道路破损", "非法小广告", "路灯故障", "井盖破损"),
)
MAIN = ("市容", "交通", "市容", "环保", "环保", "物业", "市政", "市政", "市容", "市政", "市政")
LIDS = CATEGORIES.index("井盖破损")
_ADDRESSES, _HOUSES, _COMPONENTS, _ENTITIES = 300_000, 60_000, 100_000, 100_000
_CALLERS = 800_000
_REPEATED = 0.05

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def invented_known(seed: int = 1) -> Known:
    """Return what the cases of a district can be about."""
    rng = np.random.default_rng(seed)
    addresses, houses = _points(rng, _ADDRESSES, "adr"), _points(rng, _HOUSES, "bld")
    addresses[["x", "y"]] = houses[["x", "y"]].to_numpy()[np.arange(_ADDRESSES) // 5] + 6
    boxes = shapely.box(houses["x"], houses["y"], houses["x"] + 12, houses["y"] + 12)
    classes = np.resize(["污水井盖", "路灯", "行道树", "垃圾箱"], _COMPONENTS)
    names = [f"某市{n}号商贸有限公司" for n in range(_ENTITIES)]
    of = houses["id"].array.take(np.arange(_ADDRESSES) // 5)
    return Known(
        addresses=addresses,
        components=_points(rng, _COMPONENTS, "cmp").assign(class_name=classes),
        buildings=pd.DataFrame({"id": houses["id"], "geom": boxes}),
        buildings_of_address=pd.DataFrame({"address_id": addresses["id"], "building": of}),
        entities=pd.DataFrame({"id": names, "name": names, "address_id": None}),
        cells=_cells(),
        classes=pd.DataFrame(
            {"category": ["井盖破损"], "kind": ["component"], "class_name": ["污水井盖"]}
        ),
    )


def _points(rng: np.random.Generator, count: int, prefix: str) -> pd.DataFrame:
    xy = rng.uniform(0, SIDE_M, (count, 2))
    names = [f"{prefix}{n:07}" for n in range(count)]
    return pd.DataFrame({"id": names, "code": names, "x": xy[:, 0], "y": xy[:, 1]})


def _cells() -> pd.DataFrame:
    rows = [
        (layer, f"{layer}{i}_{j}", shapely.box(i * s, j * s, (i + 1) * s, (j + 1) * s))
        for layer, n in (("unit", 33), ("responsibility", 12), ("extended", 11))
        for s in (SIDE_M / n,)
        for i in range(n)
        for j in range(n)
    ]
    return pd.DataFrame(rows, columns=["layer", "cell", "geom"])


def invented_cases(count: int, known: Known, seed: int = 2) -> pd.DataFrame:
    """Return cases with all that linking and the comparison of reports read.

    Parameters
    ----------
    count : int
    known : Known
        As from `invented_known`.
    seed : int

    Returns
    -------
    DataFrame
        Sorted by id, which follows no order of time.
    """
    rng = np.random.default_rng(seed)
    drawn = {
        "address": rng.integers(0, _ADDRESSES, count),
        "category": rng.integers(0, len(CATEGORIES), count),
        "caller": rng.integers(0, _CALLERS, count),
        "thing": rng.integers(0, _COMPONENTS // 4, count) * 4,
        "source": rng.choice(3, count, p=[0.62, 0.16, 0.22]),
    }
    time_us = BEGIN.astype(np.int64) + rng.integers(0, DAYS * 86_400_000_000, count)
    # A repeat stands in the row after its first, so the first of all is none.
    again = np.flatnonzero(rng.random(count - 1) < _REPEATED) + 1
    again = again[~np.isin(again - 1, again)]
    for values in drawn.values():
        values[again] = values[again - 1]
    time_us[again] = time_us[again - 1] + rng.integers(60, 3600, len(again)) * 1_000_000
    hours = rng.exponential(48, count) + 0.1
    order = rng.permutation(count)
    frame = _told(drawn, known, rng).assign(
        reported_at=pd.to_datetime(time_us, unit="us"),
        closed_at=pd.to_datetime(time_us + (hours * 3.6e9).astype(np.int64), unit="us").where(
            rng.random(count) > 0.03
        ),
    )
    frame = frame.iloc[order].reset_index(drop=True)
    ids = "inc" + pd.Series(np.arange(count)).astype("str").str.zfill(10)
    return frame.assign(id=ids)


def _told(drawn: dict[str, Integers], known: Known, rng: np.random.Generator) -> pd.DataFrame:
    """Return where cases are and what is told of it: calls an address, patrols coordinates."""
    count = len(drawn["address"])
    is_patrol, is_call = drawn["source"] == 2, drawn["source"] == 0
    about = is_patrol & (drawn["category"] == LIDS)
    addresses, things = (f[["x", "y"]].to_numpy(float) for f in (known.addresses, known.components))
    spots = addresses[drawn["address"]] + rng.normal(0, 9, (count, 2))
    at = np.where(about[:, None], things[drawn["thing"]] + rng.normal(0, 3, (count, 2)), spots)
    measured = at.copy()
    measured[is_call] = np.nan
    number = pd.Series(drawn["address"] % 50_000).astype("str")
    house = pd.Series(drawn["address"] // 5).astype("str")
    code = known.components["code"].take(drawn["thing"]).reset_index(drop=True)
    address = known.addresses["id"].take(drawn["address"]).reset_index(drop=True)
    said = text_fingerprints([f"第{n}种说法的诉求内容{n * 7919}" for n in range(2_000)], KEY)
    return pd.DataFrame(
        {
            "source": np.array(["hotline", "app", "patrol"], dtype=object)[drawn["source"]],
            "category": np.array(CATEGORIES, dtype=object)[drawn["category"]],
            "main_category": np.array(MAIN, dtype=object)[drawn["category"]],
            "address_id": address.where(~is_patrol),
            "match_score": np.where(is_patrol, np.nan, 0.99),
            "address_text": ("某路" + number + "号").where(~is_patrol),
            "component_code": code.where(about & (drawn["thing"] % 8 == 0)),
            "x": measured[:, 0],
            "y": measured[:, 1],
            "caller": "c" + pd.Series(drawn["caller"]).astype("str"),
            "site_id": ("s" + house).where(~is_patrol),
            "building_id": ("b" + house).where(~is_patrol),
            "fingerprint": np.array(said, dtype=object)[
                (drawn["category"] * 97 + drawn["address"]) % len(said)
            ],
        }
    ).astype(dict.fromkeys(["source", "category", "main_category"], "str"))

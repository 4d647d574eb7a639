"""Legal entities and the small regulated places among them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_samples.district.buildings import LAYOUTS
from data_samples.district.identifiers import credit_codes, phones
from data_samples.district.library import Library
from data_samples.district.names import Names, pairs
from data_samples.district.sizes import Plan

PREMISES_TYPES = ("购物", "餐饮", "住宿", "休闲健身", "生产加工", "教学", "医疗")
_TRADERS = 0.55
_IN_MARKET, _IN_TAX = 0.94, 0.66
_PREMISES = 0.22
_WEIGHT = {"住宅": 0.4, "商住混合": 4.0, "商业": 5.0, "工业": 2.0, "教育": 0.3}


def incorporate(
    plan: Plan, names: Names, code: str, library: Library, rng: np.random.Generator
) -> pd.DataFrame:
    """Invent the legal entities of a district, most of them where people trade.

    Parameters
    ----------
    plan : Plan
    names : Names
    code : str
        Six digits of the district.
    library : Library
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `uscc`, `name`, `is_trader`, `representative`, `phone`, `staff`, `founded_on`, `building`
        (row), `address` (row of the library), `in_market`, `in_tax`, `premises_type` (empty if
        none), `area_m2`.
    """
    count = plan.entities
    words = np.array([LAYOUTS[x].word for x in library.buildings["layout"]])
    weight = np.array([_WEIGHT[word] for word in words])
    building = rng.choice(len(weight), size=count, p=weight / weight.sum())
    is_trader = rng.random(count) < _TRADERS
    kinds = np.where(is_trader, "92", "91")
    days = rng.integers(0, 9000, count)
    founded = np.datetime64("2001-01-01") + days
    return pd.DataFrame(
        {
            "uscc": credit_codes(kinds, code, rng),
            "name": _names(is_trader, names, rng),
            "is_trader": is_trader,
            "representative": names.people(count, rng),
            "phone": phones("13700", np.arange(count)),
            "staff": np.maximum(1, rng.lognormal(1.5, 1.1, count).astype(int)),
            "founded_on": founded,
            "building": building,
            "address": library.buildings["address"].to_numpy()[building],
            "in_market": rng.random(count) < _IN_MARKET,
            "in_tax": rng.random(count) < _IN_TAX,
            "premises_type": np.where(
                rng.random(count) < _PREMISES, rng.choice(PREMISES_TYPES, count), ""
            ),
            "area_m2": rng.integers(15, 300, count),
        }
    )


def _names(is_trader: np.ndarray, names: Names, rng: np.random.Generator) -> list[str]:  # type: ignore[type-arg]
    """Return invented names: a shop is called after its trade, a company after its business."""
    words = pairs(names.estate_first + names.road_first, names.road_second, rng)
    trade = rng.choice(names.trades, len(is_trader))
    firm = rng.choice(names.firms, len(is_trader))
    city = names.city.removesuffix("市")
    return [
        f"{next(words)}{t}" if trader else f"{city}{next(words)}{f}"
        for trader, t, f in zip(is_trader.tolist(), trade.tolist(), firm.tolist(), strict=True)
    ]


def shops_by_address(entities: pd.DataFrame) -> dict[int, str]:
    """Return a shop's name for the row of the library at which it alone has that name."""
    traders = entities[entities["is_trader"] & ~entities["name"].duplicated(keep=False)]
    first = traders.drop_duplicates("address")
    return dict(zip(first["address"].tolist(), first["name"].tolist(), strict=True))

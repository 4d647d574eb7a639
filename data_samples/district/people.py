"""Who lives where: households in dwellings, with what must never be taken on purpose."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_samples.district.buildings import LAYOUTS
from data_samples.district.identifiers import identity_numbers, phones
from data_samples.district.library import Library
from data_samples.district.names import Names
from data_samples.district.sizes import Plan

RESIDENCES = ("人户一致", "流动", "空挂", "境外")
_RESIDENCE_SHARES = (0.78, 0.15, 0.05, 0.02)
_HOUSEHOLD_SIZES = (1, 2, 3, 4, 5)
_HOUSEHOLD_SHARES = (0.22, 0.3, 0.28, 0.15, 0.05)
_FATES = (0.96, 0.012, 0.012, 0.016)
"""Shares of people who stay, come, go, and move, by the second and the third delivery."""

STAYS = 9


def settle(
    plan: Plan, names: Names, code: str, library: Library, rng: np.random.Generator
) -> pd.DataFrame:
    """Let people live in the dwellings, household by household.

    Parameters
    ----------
    plan : Plan
    names : Names
    code : str
        Six digits of the district, the area of all identity numbers.
    library : Library
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `number`, `name`, `sex`, `birth_year`, `ethnicity`, `phone`, `residence`, `household`,
        `address` and `second_address` (rows of the library), `since`, `until`, `moves` (numbers
        of deliveries: the first that has the person, the first that no longer has, the first at
        the second address).
    """
    sizes = rng.choice(_HOUSEHOLD_SIZES, size=plan.persons, p=_HOUSEHOLD_SHARES)
    household = np.repeat(np.arange(plan.persons), sizes)[: plan.persons]
    homes = _homes(library, rng)
    numbers, years, is_male = identity_numbers(code, plan.persons, rng)
    fate = rng.choice(4, size=plan.persons, p=_FATES)
    when = rng.integers(1, 3, plan.persons)
    return pd.DataFrame(
        {
            "number": numbers,
            "name": names.people(plan.persons, rng),
            "sex": np.where(is_male, "男", "女"),
            "birth_year": years,
            "ethnicity": rng.choice(names.ethnicities, plan.persons),
            "phone": phones("13800", rng.permutation(plan.persons)),
            "residence": rng.choice(RESIDENCES, size=plan.persons, p=_RESIDENCE_SHARES),
            "household": [f"{code}H{n + 1:07}" for n in household.tolist()],
            "address": homes[household % len(homes)],
            "second_address": homes[(household + len(homes) // 2) % len(homes)],
            "since": np.where(fate == 1, when, 0),
            "until": np.where(fate == 2, when, STAYS),
            "moves": np.where(fate == 3, when, STAYS),
        }
    )


def _homes(library: Library, rng: np.random.Generator) -> np.ndarray:  # type: ignore[type-arg]
    """Return the rows of dwellings in a random order."""
    table = library.table
    lived_in = [LAYOUTS[name].homes for name in library.buildings["layout"]]
    rooms = np.flatnonzero((table["level"] == "room").to_numpy())
    own = table["building_row"].to_numpy()[rooms]
    return rng.permutation(rooms[np.array(lived_in)[own]])


def address_at(people: pd.DataFrame, delivery: int) -> pd.Series:  # type: ignore[type-arg]
    """Return the row of the library at which each person lives in a delivery."""
    moved = people["moves"] <= delivery
    return people["address"].where(~moved, people["second_address"])


def residents(people: pd.DataFrame, library: Library) -> np.ndarray:  # type: ignore[type-arg]
    """Return how many people live in each building; those only registered do not count."""
    real = people[people["residence"] != "空挂"]
    own = library.table["building_row"].to_numpy()[real["address"]]
    return np.bincount(own, minlength=len(library.buildings))

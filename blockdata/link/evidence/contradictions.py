"""Evidence that contradicts itself: what against what, how far apart, how surely, what stands."""

from __future__ import annotations

import numpy as np
import pandas as pd

from blockdata.link.evidence import addresses as by_address
from blockdata.link.evidence.addresses import AddressAnswers
from blockdata.link.evidence.cells import CellAnswers
from blockdata.link.evidence.places import COORDINATES, PLACES, Given, Where
from blockdata.link.evidence.standing import REACH
from blockdata.link.evidence.things import BY_CODE, ThingAnswers

__all__ = ["COLUMNS", "of_address", "of_cell", "of_thing"]

COLUMNS = [
    "incident",
    "first_kind",
    "first",
    "second_kind",
    "second",
    "distance_m",
    "allowed_m",
    "probability",
    "stands",
]


def of_address(given: Given, answers: AddressAnswers) -> list[pd.DataFrame]:
    """Return where address and coordinates, or the address's code and text, are at odds.

    Parameters
    ----------
    given : Given
    answers : AddressAnswers

    Returns
    -------
    list of DataFrame
        Of the columns `COLUMNS`.
    """
    incidents, known = given.incidents, given.known
    best = answers.choice
    said = answers.contradicted[best.incident] > 0
    row, candidate = best.incident[said], best.row[said]
    apart = pd.DataFrame(
        {
            "incident": incidents["id"].iloc[row].to_numpy(),
            "first_kind": "address",
            "first": known.addresses["id"].to_numpy()[answers.found.target[candidate]],
            "second_kind": "coordinates",
            "second": None,
            "distance_m": answers.distance_m[candidate],
            "allowed_m": answers.allowed_m[row],
            "probability": answers.contradicted[row],
            "stands": np.where(answers.address_stands[row], "address", "coordinates"),
        }
    )
    return [apart, _code_against_text(given, answers)]


def _code_against_text(given: Given, answers: AddressAnswers) -> pd.DataFrame:
    named = pd.DataFrame(
        {"row": answers.found.incident, "at": np.arange(len(answers.sign)), "sign": answers.sign}
    )
    named["text"] = (named["sign"] & by_address.BY_TEXT) > 0
    named["code"] = (named["sign"] & by_address.BY_CODE) > 0
    of_text = named[named["text"] & ~named["code"]]
    of_code = named[named["code"] & ~named["text"]]
    both = of_text.drop_duplicates("row").merge(of_code, on="row", suffixes=("", "_code"))
    probability, target = answers.found.probability, answers.found.target
    text, code = both["at"].to_numpy(dtype=int), both["at_code"].to_numpy(dtype=int)
    known = given.known
    xy = known.addresses[["x", "y"]].to_numpy(dtype=np.float64)
    ids = known.addresses["id"].to_numpy()
    return pd.DataFrame(
        {
            "incident": given.incidents["id"].iloc[both["row"]].to_numpy(),
            "first_kind": "address_code",
            "first": ids[target[code]],
            "second_kind": "address_text",
            "second": ids[target[text]],
            "distance_m": np.hypot(*(xy[target[code]] - xy[target[text]]).T),
            "allowed_m": 0.0,
            "probability": 1.0 - given.settings.code_error,
            "stands": np.where(
                probability[code] >= probability[text], "address_code", "address_text"
            ),
        }
    )


def of_thing(given: Given, kind: str, answers: ThingAnswers, where: Where) -> pd.DataFrame:
    """Return where the code of a component or camera is at odds with the coordinates.

    Parameters
    ----------
    given : Given
    kind : "component" or "camera"
    answers : ThingAnswers
    where : Where

    Returns
    -------
    DataFrame
        Of the columns `COLUMNS`.
    """
    incidents, known, sources, _, settings = given
    found = answers.found
    coded = ((answers.sign & BY_CODE) > 0) & ~np.isnan(answers.distance_m)
    coded &= where.made[found.incident] == COORDINATES
    at = np.flatnonzero(coded)
    row, apart = found.incident[at], answers.distance_m[at]
    allowed = np.array([law.reach_m() for law in sources.to_thing] or [0.0])[sources.number[row]]
    area, lost = (sources.values("component", n)[row] for n in ("area_m2", "outliers"))
    right = (1 - settings.code_error) * area * sources.near("component", row, apart)
    astray = (1 - settings.code_error) * lost
    probability = 1 - right / (right + astray + settings.code_error)
    beyond = (apart > allowed) & (probability >= settings.contradiction)
    at, row = at[beyond], row[beyond]
    return pd.DataFrame(
        {
            "incident": incidents["id"].iloc[row].to_numpy(),
            "first_kind": f"{kind}_code",
            "first": known.things(kind)["id"].to_numpy()[found.target[at]],
            "second_kind": "coordinates",
            "second": None,
            "distance_m": apart[beyond],
            "allowed_m": allowed[beyond],
            "probability": probability[beyond],
            "stands": np.where(found.probability[at] >= 0.5, f"{kind}_code", "coordinates"),
        }
    )


def of_cell(given: Given, answers: CellAnswers, where: Where) -> pd.DataFrame:
    """Return where the cell that a source names is at odds with where the incident is.

    Parameters
    ----------
    given : Given
    answers : CellAnswers
    where : Where

    Returns
    -------
    DataFrame
        Of the columns `COLUMNS`.
    """
    probability = -np.expm1(-((answers.off_m / where.sigma_m) ** 2) / 2)
    allowed = REACH * where.sigma_m
    beyond = (answers.off_m > allowed) & (probability >= given.settings.contradiction)
    row = np.flatnonzero(beyond)
    chosen = np.full(len(beyond), -1)
    chosen[answers.choice.incident] = answers.found.target[answers.choice.row]
    made = np.array(PLACES, dtype=object)[where.made[row]]
    return pd.DataFrame(
        {
            "incident": given.incidents["id"].iloc[row].to_numpy(),
            "first_kind": f"cell:{answers.layer}",
            "first": answers.cells.to_numpy()[answers.stated[row]],
            "second_kind": made,
            "second": None,
            "distance_m": answers.off_m[row],
            "allowed_m": allowed[row],
            "probability": probability[row],
            "stands": np.where(chosen[row] == answers.stated[row], f"cell:{answers.layer}", made),
        }
    )

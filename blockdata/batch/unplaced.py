"""Telling crossings and default locations apart from the places that incidents name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address import is_crossing, normalise_addresses
from blockdata.batch.findings import Finding
from blockdata.batch.steps import Context
from blockdata.link import default_locations
from blockdata.link.order import is_in

Flags = npt.NDArray[np.bool_]

DEFAULT_LOCATION = "default_location"


def mark_places(incidents: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Mark the incidents at crossings and at default locations.

    Parameters
    ----------
    incidents : DataFrame
        All of them, for a default location is told by what the others are about. Columns id,
        source, category, address_id, address_text, x, y.
    context : Context
        Is told the default locations that were found.

    Returns
    -------
    DataFrame
        The incidents with three columns more: at_crossing; at_default (its address stands for no
        place) and measured_at_default (its coordinates do).
    """
    texts = incidents["address_text"]
    crossings = {text for text in texts.dropna().unique() if is_crossing(text)}
    at_default, measured_at_default = _at_default(incidents, context)
    return incidents.assign(
        at_crossing=is_in(texts, pd.Series(sorted(crossings), dtype="str")),
        at_default=at_default,
        measured_at_default=measured_at_default,
    )


def _at_default(incidents: pd.DataFrame, context: Context) -> tuple[Flags, Flags]:
    """Tell of which incidents the address, and of which the coordinates, stand for no place."""
    settings = context.config.default_locations
    known, never = (
        _written_as(incidents["address_text"], t) for t in (settings.known, settings.never)
    )
    at_address = _found(incidents, incidents["address_id"], ~never, context)
    point, shared = _shared_points(incidents, settings.min_incidents)
    at_point = _found(incidents, point, shared & ~never, context)
    return at_address | known, at_point


def _written_as(texts: pd.Series, listed: Sequence[str]) -> Flags:
    """Tell which texts say the same as one of those listed."""
    if not listed:
        return np.zeros(len(texts), dtype=bool)
    wanted = set(normalise_addresses(listed))
    distinct = texts.dropna().unique().tolist()
    same = [t for t, n in zip(distinct, normalise_addresses(distinct), strict=True) if n in wanted]
    return is_in(texts, pd.Series(same, dtype="str"))


def _shared_points(incidents: pd.DataFrame, fewest: int) -> tuple[pd.Series, Flags]:
    """Return points with so many incidents as text, to the decimetre, and which are a geocoder's.

    One point under one address is that address; under many texts it is where a geocoder puts
    what it does not find.
    """
    point = pd.Series(None, index=incidents.index, dtype="str")
    shared = np.zeros(len(incidents), dtype=bool)
    measured = np.flatnonzero(incidents["x"].notna())
    decimetres = np.rint(incidents[["x", "y"]].to_numpy(dtype=float)[measured] * 10)
    _, number, size = np.unique(
        decimetres.astype(np.int64), axis=0, return_inverse=True, return_counts=True
    )
    busy = measured[size[number] >= fewest]
    if not len(busy):
        return point, shared
    written = [f"{x:.1f} {y:.1f}" for x, y in decimetres[size[number] >= fewest] / 10]
    point.iloc[busy] = written
    texts = pd.Series(normalise_addresses(incidents["address_text"].iloc[busy].tolist()))
    shared[busy] = texts.groupby(written).transform("nunique").to_numpy() >= fewest
    return point, shared


def _found(incidents: pd.DataFrame, place: pd.Series, possible: Flags, context: Context) -> Flags:
    """Tell which incidents stand at a default location, of the places that may be one."""
    settings = context.config.default_locations
    cases = incidents[["source", "category"]].assign(place=place)
    found = default_locations(
        cases,
        min_incidents=settings.min_incidents,
        min_share=settings.min_share,
        min_overlap=settings.min_overlap,
        min_ratio=settings.min_ratio,
    )
    found = found[found["place"].isin(set(place[possible].dropna()))]
    there = np.flatnonzero(is_in(place, found["place"]))
    at, text = place.iloc[there], incidents["address_text"].iloc[there]
    named = text.groupby(at).first()
    for source, where, count, overlap in zip(
        found["source"], found["place"], found["incidents"], found["overlap"], strict=True
    ):
        name = named.loc[where]
        context.tell(
            Finding(
                DEFAULT_LOCATION,
                source,
                f"{count} 件案件落在默认位置“{name}”：类别构成与整个来源相同"
                f"（重合度 {overlap:.2f}），不计入任何地点",
                f"{count} cases stand at a default location, {name}: their mix of categories is "
                f"the source's own (overlap {overlap:.2f}); counted at no place",
                count,
            )
        )
    flags = np.zeros(len(incidents), dtype=bool)
    pairs = pd.MultiIndex.from_frame(found[["source", "place"]])
    own = pd.MultiIndex.from_arrays([incidents["source"].iloc[there], at])
    flags[there] = own.isin(pairs)
    return flags

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
Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

DEFAULT_LOCATION = "default_location"
_WHY = {
    "mix": (
        "类别构成与整个来源相同（重合度 {:.2f}）",
        "their mix of categories is the source's own (overlap {:.2f})",
    ),
    "point": (
        "坐标是同一点，而该来源别处的坐标各不相同，又有来源在此的类别构成与其整体相同",
        "they have one point where others are measured, and a source is here as mixed as elsewhere",
    ),
    "other_source": (
        "另一来源也以此为默认位置，类别构成与整个来源相同（重合度 {:.2f}）",
        "it is another source's too, and their mix is the source's own (overlap {:.2f})",
    ),
}


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
    number, places = _points(incidents)
    at_address = _found(incidents, incidents["address_id"], ~never, context, number)
    point, shared = _shared_points(incidents, number, places, settings.min_incidents)
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


def _points(incidents: pd.DataFrame) -> tuple[Whole, Floats]:
    """Number the measured points, to the decimetre (else -1), and return where each number is."""
    measured = np.flatnonzero(incidents["x"].notna())
    decimetres = np.rint(incidents[["x", "y"]].to_numpy(dtype=float)[measured] * 10)
    places, found = np.unique(decimetres.astype(np.int64), axis=0, return_inverse=True)
    number = np.full(len(incidents), -1, np.int64)
    number[measured] = found
    return number, places / 10


def _shared_points(
    incidents: pd.DataFrame, number: Whole, places: Floats, fewest: int
) -> tuple[pd.Series, Flags]:
    """Return points with so many incidents as text, to the decimetre, and which are a geocoder's.

    One point under one address is that address; under many texts it is where a geocoder puts
    what it does not find.
    """
    point = pd.Series(None, index=incidents.index, dtype="str")
    shared = np.zeros(len(incidents), dtype=bool)
    size = np.bincount(number[number >= 0], minlength=len(places))
    busy = np.flatnonzero((number >= 0) & (size[number] >= fewest if len(size) else False))
    if not len(busy):
        return point, shared
    written = [f"{x:.1f} {y:.1f}" for x, y in places[number[busy]]]
    point.iloc[busy] = written
    texts = pd.Series(normalise_addresses(incidents["address_text"].iloc[busy].tolist()))
    shared[busy] = texts.groupby(written).transform("nunique").to_numpy() >= fewest
    return point, shared


def _found(
    incidents: pd.DataFrame,
    place: pd.Series,
    possible: Flags,
    context: Context,
    number: Whole | None = None,
) -> Flags:
    """Tell which incidents stand at a default location, of the places that may be one."""
    settings = context.config.default_locations
    cases = incidents[["source", "category"]].assign(place=place)
    found = default_locations(
        cases if number is None else cases.assign(point=number),
        min_incidents=settings.min_incidents,
        min_share=settings.min_share,
        min_overlap=settings.min_overlap,
        min_ratio=settings.min_ratio,
        min_same_point=settings.min_same_point,
    )
    found = found[found["place"].isin(set(place[possible].dropna()))]
    there = np.flatnonzero(is_in(place, found["place"]))
    at, text = place.iloc[there], incidents["address_text"].iloc[there]
    named = text.groupby(at).first()
    for source, where, count, overlap, told_by in zip(
        *(found[name] for name in ("source", "place", "incidents", "overlap", "told_by")),
        strict=True,
    ):
        name = named.loc[where]
        zh, en = _WHY[told_by]
        context.tell(
            Finding(
                DEFAULT_LOCATION,
                source,
                f"{count} 件案件落在默认位置“{name}”：{zh.format(overlap)}，不计入任何地点",
                f"{count} cases stand at a default location, {name}: {en.format(overlap)}; "
                "counted at no place",
                count,
            )
        )
    flags = np.zeros(len(incidents), dtype=bool)
    pairs = pd.MultiIndex.from_frame(found[["source", "place"]])
    own = pd.MultiIndex.from_arrays([incidents["source"].iloc[there], at])
    flags[there] = own.isin(pairs)
    return flags

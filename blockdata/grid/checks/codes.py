"""Codes and numbers of cells: prefixes, duplicates, declared counts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from blockdata.grid.checks.found import Geometries, faults
from blockdata.grid.checks.layer import Integers, Layer
from blockdata.grid.checks.settings import CheckSettings

__all__ = ["COMMUNITY_DIGITS", "community_codes", "count_faults", "duplicates", "prefixes"]

COMMUNITY_DIGITS = 12
"""Characters of a cell's code that are the code of its community: 6 + 3 + 3."""


def prefixes(layer: Layer, communities: Layer | None, main: Integers) -> pd.DataFrame:
    """Return the cells whose code begins with another community than they lie in, or state.

    Parameters
    ----------
    layer : Layer
        Codes shorter than a community's are of another kind and are not looked at.
    communities : Layer or None
    main : ndarray of int, shape (len(layer),)
        Row of the community that has most of each cell, -1 for none.

    Returns
    -------
    DataFrame
        One row per cell. `other` is the community that it lies in, or if the code agrees with
        that, the one that the source states: its id, or its code where no community has it.
    """
    by_place = np.append(_codes(communities), [None])[main]
    prefix = np.array([_prefix(code) for code in layer.codes], dtype=object)
    coded = np.array([p is not None for p in prefix], dtype=bool)
    misplaced = coded & _known(by_place) & (prefix != by_place)
    misstated = coded & _known(layer.area_codes) & (prefix != layer.area_codes) & ~misplaced
    rows = np.flatnonzero(misplaced | misstated)
    meant = np.where(misplaced, by_place, layer.area_codes)[rows]
    ids = {} if communities is None else dict(zip(communities.codes, communities.ids, strict=True))
    return faults(
        "code_prefix",
        layer.name,
        layer.shapes[rows],
        np.ones(len(rows)),
        "cells",
        cell=layer.ids[rows],
        code=layer.codes[rows],
        other=[ids.get(code, code) for code in meant],
    )


def _codes(communities: Layer | None) -> Geometries:
    return np.array([], dtype=object) if communities is None else communities.codes


def _prefix(code: str | None) -> str | None:
    return None if code is None or len(code) <= COMMUNITY_DIGITS else code[:COMMUNITY_DIGITS]


def _known(values: Geometries) -> np.ndarray:
    return np.array([v is not None for v in values], dtype=bool)


def duplicates(layer: Layer) -> pd.DataFrame:
    """Return the cells with a code that another one has: all but the first by id, as `other`.

    Codes are compared within a layer: those of unit and management grids may be alike by right.
    """
    codes = pd.Series(layer.codes)
    known = codes.notna()
    later = np.flatnonzero((known & codes.duplicated()).to_numpy())
    groups = pd.Series(layer.ids)[known.to_numpy()].groupby(codes[known])
    first, count = groups.first(), groups.size()
    own = codes.iloc[later]
    return faults(
        "duplicate_code",
        layer.name,
        layer.shapes[later],
        np.asarray(own.map(count), dtype=np.float64),
        "cells",
        cell=layer.ids[later],
        code=layer.codes[later],
        other=own.map(first),
    )


def community_codes(layer: Layer, communities: Layer | None, main: Integers) -> Geometries:
    """Return the code of each cell's community: where it lies, else as stated, else its prefix."""
    by_place = np.append(_codes(communities), [None])[main]
    own = np.array([_prefix(code) for code in layer.codes], dtype=object)
    known = np.where(_known(layer.area_codes), layer.area_codes, own)
    return np.where(_known(by_place), by_place, known)


def count_faults(
    layer: Layer, community_of: Geometries, communities: Layer | None, settings: CheckSettings
) -> pd.DataFrame:
    """Return where more or fewer cells stand than are declared; `measure` is there less declared.

    Parameters
    ----------
    layer : Layer
    community_of : ndarray of str or None, shape (len(layer),)
    communities : Layer or None
    settings : CheckSettings

    Returns
    -------
    DataFrame
        Without a cell; of a community `other` is its id and `code` its code.
    """
    told = list(_of_layer(layer, settings))
    counts = pd.Series(community_of, dtype=object).value_counts()
    for code, declared in sorted(settings.declared_in.get(layer.name, {}).items()):
        differs = int(counts.get(code, 0)) - declared
        if differs:
            told.append(_of_community(layer, code, differs, communities))
    return pd.concat(told) if told else faults("declared_count", layer.name, [], [], "cells")


def _of_layer(layer: Layer, settings: CheckSettings) -> Iterator[pd.DataFrame]:
    declared = settings.declared.get(layer.name)
    if declared is not None and declared != len(layer):
        whole = shapely.union_all(layer.shapes)
        yield faults("declared_count", layer.name, [whole], [float(len(layer) - declared)], "cells")


def _of_community(layer: Layer, code: str, differs: int, communities: Layer | None) -> pd.DataFrame:
    rows = np.flatnonzero(_codes(communities) == code)
    shape, identifier = None, None
    if communities is not None and len(rows):
        shape, identifier = communities.shapes[rows[0]], communities.ids[rows[0]]
    return faults(
        "declared_count",
        layer.name,
        [shape],
        [float(differs)],
        "cells",
        code=[code],
        other=[identifier],
    )

"""All checks on an address library in one go."""

from __future__ import annotations

import pandas as pd

from blockdata.address.codes import CodeScheme
from blockdata.address.defects import structure
from blockdata.address.defects.geometry import Limits, number_defects, shared_points
from blockdata.address.defects.listing import KnownDefects, listed
from blockdata.address.defects.registers import building_defects
from blockdata.address.defects.texts import text_defects
from blockdata.address.tree.growing import grow

__all__ = ["known_defects"]


def known_defects(
    library: pd.DataFrame,
    *,
    buildings: pd.DataFrame | None = None,
    streets: pd.DataFrame | None = None,
    scheme: CodeScheme | None = None,
    limits: Limits | None = None,
) -> KnownDefects:
    """List what is known to be wrong with an address library.

    Parameters
    ----------
    library : DataFrame
        ``id``; where there: the 12 columns of `LEVELS`, ``full_text`` or ``text``, ``code`` and
        ``parent_code``, ``building_code``, ``x`` and ``y`` in metres. Addresses out of use are
        best left out. Missing values are no defects of themselves.
    buildings : DataFrame, optional
        ``id`` and ``code``.
    streets : DataFrame, optional
        ``name`` and ``geometry`` (lines in the coordinate system of the library).
    scheme : CodeScheme, optional
        How the library's codes are built; without it codes are not held against their parents'.
    limits : Limits, optional

    Returns
    -------
    KnownDefects
        The same whatever the order of the rows. A check whose columns are not there was not done,
        and `KnownDefects.counts` says so.

    Raises
    ------
    AnalysisError
        If there is no column ``id``, or the coordinates are degrees.

    Examples
    --------
    >>> library = pd.DataFrame({"id": ["a1", "a2"], "text": ["延安路5号", "延安路5號"],
    ...                         "road": ["延安路"] * 2, "road_no": ["5号"] * 2})
    >>> known_defects(library).rows[["code", "ids", "zh"]].values.tolist()
    [['duplicate_address', ['a1', 'a2'], '同一地址有 2 条记录']]
    """
    grown = grow(library)
    names = set(library.columns)
    text = next((name for name in ("full_text", "text") if name in names), None)
    found = [
        *structure.stated_faults(grown),
        *structure.duplicates(grown, text),
        structure.hanging(grown),
        structure.rooms_without_unit(grown),
    ]
    found += [] if text is None else text_defects(grown.library, text)
    if scheme is not None and {"code", "parent_code"} <= names:
        found.append(structure.codes_outside_parents(grown.library, scheme))
    if {"x", "y"} <= names:
        found += [*number_defects(grown, streets, limits), shared_points(grown, limits)]
    if buildings is not None and "building_code" in names:
        found += building_defects(grown, buildings)
    return listed(found)

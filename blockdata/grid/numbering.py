"""Codes of unit grids: the community's code and a number, west to east and north to south."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.errors import AnalysisError

__all__ = ["number_cells", "reading_order", "serial_number", "serial_text"]

_COMMUNITY = re.compile(r"[0-9A-Z]{12}")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which are read as 1 and 0."""

_DIGITS_TO = 999
_LAST = _DIGITS_TO + 100 * len(_LETTERS)
_BAND_SHARE = 0.5


def serial_text(number: int) -> str:
    """Write the number of a grid in its community with three characters.

    001 to 999, then A00 to A99, B00 and so on to Z99, without I and O.

    Raises
    ------
    AnalysisError
        If there are more than the 3,399 that three characters can tell so.

    Examples
    --------
    >>> serial_text(7), serial_text(999), serial_text(1000), serial_text(1100)
    ('007', '999', 'A00', 'B00')
    """
    if not 1 <= number <= _LAST:
        raise AnalysisError(
            f"a community has no number {number} for a grid",
            allowed=f"1 to {_LAST}",
            next_step="Part the community: it has more grids than its codes can tell.",
        )
    if number <= _DIGITS_TO:
        return f"{number:03}"
    letter, rest = divmod(number - _DIGITS_TO - 1, 100)
    return f"{_LETTERS[letter]}{rest:02}"


def serial_number(text: str) -> int | None:
    """Read the number of a grid in its community; None if it is not written so.

    Examples
    --------
    >>> serial_number("A00"), serial_number("007"), serial_number("R1"), serial_number("000")
    (1000, 7, None, None)
    """
    if len(text) != 3 or not (text[1:].isascii() and text[1:].isdigit()):
        return None
    if text[0] in _LETTERS:
        return _DIGITS_TO + 1 + 100 * _LETTERS.index(text[0]) + int(text[1:])
    return int(text) or None if text[0].isascii() and text[0].isdigit() else None


def reading_order(geoms: npt.NDArray[np.object_] | pd.Series) -> npt.NDArray[np.int64]:
    """Return the order of cells as one reads them: band by band from the north, each from the west.

    A band begins with the northernmost cell that is in none yet, by its centroid, and takes all
    cells whose centroids lie less than half the median height of all cells south of that one.

    Parameters
    ----------
    geoms : array of polygons, shape (n,)
        In metres; y is north.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions in reading order; cells of one centroid stay in the order given.

    Examples
    --------
    >>> boxes = [shapely.box(10, 2, 20, 12), shapely.box(0, 0, 10, 10), shapely.box(0, 10, 10, 20)]
    >>> reading_order(np.array(boxes)).tolist()
    [2, 1, 0]
    """
    shapes = np.asarray(geoms, dtype=object)
    if not len(shapes):
        return np.array([], dtype=np.int64)
    x, y = shapely.get_coordinates(shapely.centroid(shapes)).T
    bounds = shapely.bounds(shapes)
    reach_m = _BAND_SHARE * float(np.median(bounds[:, 3] - bounds[:, 1]))
    southwards = np.argsort(-y, kind="stable")
    band = np.zeros(len(shapes), dtype=np.int64)
    begins, number = y[southwards[0]], 0
    for cell in southwards.tolist():
        if begins - y[cell] >= reach_m:
            begins, number = y[cell], number + 1
        band[cell] = number
    return np.lexsort((-y, x, band))


def number_cells(cells: pd.DataFrame, taken: Collection[str]) -> pd.Series:
    """Give every cell a code of 15 characters: its community's 12 and a number of 3.

    The cells of a community are numbered in `reading_order`, from the number after the highest
    that any grid of the community has ever had; from 001 where there is none. So a number that
    was left out, or one whose retired grid nobody lists, does not come back either.

    Parameters
    ----------
    cells : DataFrame
        id (str, once each), community_code (12 characters, digits and capital letters), geom
        (polygons, metres).
    taken : collection of str
        Every code ever used, retired ones and those of other layers of the same layout included.

    Returns
    -------
    Series of str
        Codes by id, in the order of `cells`; each matches ``^[0-9A-Z]{15}$`` and is not taken.

    Raises
    ------
    AnalysisError
        If an id comes twice, a community's code has another layout, a cell has no area, or a
        community has more grids than three characters can tell.

    Examples
    --------
    >>> cells = pd.DataFrame({"id": ["b", "a"], "community_code": "990102001001",
    ...                       "geom": [shapely.box(9, 0, 18, 9), shapely.box(0, 0, 9, 9)]})
    >>> number_cells(cells, taken={"990102001001007"}).to_dict()
    {'b': '990102001001009', 'a': '990102001001008'}
    """
    _require_usable(cells)
    highest = _highest_numbers(taken)
    codes: dict[str, str] = {}
    by_id = cells.sort_values("id", kind="stable")
    for community, own in by_id.groupby("community_code", sort=True):
        order = reading_order(own["geom"].to_numpy(dtype=object))
        first = highest.get(str(community), 0) + 1
        ids = own["id"].to_numpy(dtype=object)[order]
        numbered = enumerate(ids.tolist(), start=first)
        codes |= {str(cell): f"{community}{serial_text(number)}" for number, cell in numbered}
    ordered = pd.Index(cells["id"], dtype="str")
    return pd.Series([codes[i] for i in ordered], index=ordered, dtype="str", name="code")


def _highest_numbers(taken: Collection[str]) -> dict[str, int]:
    highest: dict[str, int] = {}
    for code in taken:
        number = serial_number(code[12:]) if len(code) == 15 else None
        if number is not None:
            highest[code[:12]] = max(number, highest.get(code[:12], 0))
    return highest


def _require_usable(cells: pd.DataFrame) -> None:
    codes = cells["community_code"].astype("str")
    shapes = cells["geom"].to_numpy(dtype=object)
    wrong = {
        "repeat an id": cells["id"].duplicated(),
        "have no community code of 12 digits or capital letters": ~codes.fillna("").map(
            lambda code: bool(_COMMUNITY.fullmatch(code))
        ),
        "have no area": pd.Series(~(shapely.area(shapes) > 0), index=cells.index),
    }
    for what, rows in wrong.items():
        if rows.any():
            raise AnalysisError(
                f"{int(rows.sum())} cells {what}, first at row {int(np.argmax(rows.to_numpy()))}",
                where="cells to number",
                next_step="Correct them; check_layers lists cells with bad geometry.",
            )

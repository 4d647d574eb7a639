"""Defects of the text: what the full text says against the entry's own columns."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from blockdata.address.defects.listing import Found
from blockdata.address.elements import comparable
from blockdata.address.normalise import is_missing_text, normalise_address
from blockdata.address.parts import LEVELS

__all__ = ["text_defects"]

_Forms = tuple[str, ...]

_INSIDE = ("building", "unit", "floor", "room")
_AREAS = LEVELS[:5]
_CLASSES = "号单元层室弄"
_NUMBERED = re.compile(r"[0-9A-Z](?:号楼|号|单元|层|室)")


def text_defects(library: pd.DataFrame, text: str) -> list[Found]:
    """Compare each text with its columns.

    Parameters
    ----------
    library : DataFrame
        ``id``, the text and element columns; a missing text is not judged.
    text : str
        The column of full texts.

    Returns
    -------
    list of Found
        ``impossible_order``: the text has building, unit, floor and room in another order.
        ``text_differs``: it lacks elements of the columns, or has numbered ones that they lack;
        measured by how many.

    Notes
    -----
    A text that is its columns one after the other, from any area on, is right without being read;
    only the others are normalised. An empty text names nothing of its columns.
    """
    levels = [level for level in LEVELS if level in library.columns]
    rows = library[library[text].notna().to_numpy() & ~_is_joined(library, text, levels)]
    differing: list[tuple[str, float]] = []
    disordered: list[str] = []
    known: dict[tuple[str, object], _Forms] = {}
    columns = [rows[level].tolist() for level in levels]
    for entry, full, *values in zip(rows["id"], rows[text].astype("str"), *columns, strict=True):
        elements = {
            level: forms
            for level, value in zip(levels, values, strict=True)
            if (forms := _sought(level, value, known))
        }
        differences, in_order = _judged(normalise_address(full), elements)
        if differences:
            differing.append((entry, float(differences)))
        elif not in_order:
            disordered.append(entry)
    return [
        Found("impossible_order", [[i] for i in disordered], [np.nan] * len(disordered)),
        Found("text_differs", [[i] for i, _ in differing], [n for _, n in differing]),
    ]


def _is_joined(library: pd.DataFrame, text: str, levels: list[str]) -> npt.NDArray[np.bool_]:
    """Tell which texts are their columns one after the other, from any area on."""
    arrays = [pa.array(library[name].astype("str"), pa.large_string()) for name in [text, *levels]]
    full, nothing = arrays[0], pa.scalar("", pa.large_string())
    joined = np.zeros(len(library), np.bool_)
    for first in range(1 + sum(level in _AREAS for level in levels)):
        parts = arrays[1 + first :]
        if parts and not joined.all():
            text_of_parts = pc.binary_join_element_wise(*parts, nothing, null_handling="replace")
            joined |= np.asarray(pc.equal(text_of_parts, full).fill_null(False), dtype=np.bool_)
    return joined


def _sought(level: str, value: object, known: dict[tuple[str, object], _Forms]) -> _Forms:
    """Return how an element may stand in a text: as it is, or without the word of its class."""
    if not isinstance(value, str):
        return ()
    if (level, value) not in known:
        label = "" if is_missing_text(value) else normalise_address(value)
        forms = dict.fromkeys((label, comparable(level, label)) if label else ())
        known[level, value] = tuple(form for form in forms if form)
    return known[level, value]


def _judged(text: str, elements: dict[str, _Forms]) -> tuple[int, bool]:
    """Return how many places of a text differ, and whether it names the parts in their order."""
    if text == "".join(forms[0] for forms in elements.values()):
        return 0, True
    places, differences = _placed(text, elements)
    inside = [places[level] for level in _INSIDE if level in places]
    return differences, inside == sorted(inside)


def _placed(text: str, elements: dict[str, _Forms]) -> tuple[dict[str, int], int]:
    """Find elements in a text, each in what the others left; count what does not fit.

    A text need not begin with the province: areas above the widest that it names do not count.
    """
    places: dict[str, int] = {}
    left = text
    start = missing = 0
    for level, forms in elements.items():
        ways = ((form, begin) for form in forms for begin in (start, 0))
        found = ((form, _find(left, form, begin)) for form, begin in ways)
        sought, at = next((way for way in found if way[1] >= 0), ("", -1))
        if at >= 0:
            places[level] = at
            start = at + len(sought)
            left = left[:at] + "\0" * len(sought) + left[start:]
        elif places or level not in _AREAS:
            missing += 1
    return places, missing + len(_NUMBERED.findall(left))


def _find(text: str, sought: str, start: int) -> int:
    """Find an element; no number begins or ends within a longer one, or has another's class."""
    at = text.find(sought, start)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(sought) : at + len(sought) + 1]
        cut_before = before.isdigit() and sought[0].isdigit()
        cut_after = (after.isdigit() or after in _CLASSES) and sought[-1].isdigit() and after
        if not cut_before and not cut_after:
            return at
        at = text.find(sought, at + 1)
    return -1

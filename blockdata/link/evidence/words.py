"""The evidence of a link in words: few distinct texts, by the signs of what spoke for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.link.evidence import addresses, buildings, cells, names, things

__all__ = ["METHODS", "WORDS", "encoded", "said"]

Integers = npt.NDArray[np.int64]

WORDS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "address": {
            addresses.BY_TEXT: "its text names the address",
            addresses.BY_CODE: "its code is the address's",
            names.BY_NAME_TO_ADDRESS: "its text names what is registered there",
            addresses.AGREES: "its coordinates agree",
            addresses.APART: "its coordinates are too far away",
        },
        "building": {
            buildings.BY_ADDRESS: "it is the building of the address",
            buildings.SHARED: "the address has several",
            buildings.BY_PLACE: "its coordinates are there",
        },
        "thing": {
            things.BY_CODE: "it has its code",
            things.BY_PLACE: "it is near and of the category's class",
            things.UNLISTED: "its code is in no catalogue",
        },
        "cell": {
            cells.BY_PLACE: "its place lies there",
            cells.STATED: "the source names the cell",
            cells.OTHER_STATED: "the source names another",
        },
        "name": {
            names.BY_NAME: "its text has the name",
            names.SAME_ADDRESS: "the address is the same",
            names.OTHER_ADDRESS: "the address is another",
            names.SHARED: "several have the name",
        },
    }
)
"""What each sign says, by what is linked."""

METHODS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "address": {
            addresses.BY_CODE: "code",
            addresses.BY_TEXT: "text",
            names.BY_NAME_TO_ADDRESS: "name",
        },
        "building": {buildings.BY_ADDRESS: "via_address", buildings.BY_PLACE: "coordinates"},
        "thing": {things.BY_CODE: "code", things.BY_PLACE: "nearest_of_class"},
        "cell": {cells.STATED: "stated", cells.BY_PLACE: "place"},
        "name": {names.BY_NAME: "name"},
    }
)
"""What a link is named after: the first of its signs."""


def said(what: str, sign: Integers) -> tuple[pd.Categorical, pd.Categorical]:
    """Return methods and words for signs.

    Parameters
    ----------
    what : str
        Key of `WORDS`.
    sign : ndarray of int64, shape (n,)

    Returns
    -------
    method, evidence : Categorical

    Examples
    --------
    >>> method, evidence = said("thing", np.array([1, 3]))
    >>> list(method), list(evidence)[0]
    (['code', 'code'], 'it has its code')
    """
    distinct, code = np.unique(sign, return_inverse=True)
    words = ["; ".join(w for bit, w in WORDS[what].items() if s & bit) for s in distinct.tolist()]
    methods = [
        next((m for bit, m in METHODS[what].items() if s & bit), "unstated")
        for s in distinct.tolist()
    ]
    return encoded(methods, code), encoded(words, code)


def encoded(texts: Sequence[str], code: Integers) -> pd.Categorical:
    """Return texts by number as a categorical column.

    Parameters
    ----------
    texts : sequence of str
    code : ndarray of int64, shape (n,)
        Index into `texts`.

    Examples
    --------
    >>> list(encoded(["b", "a"], np.array([1, 0, 1])))
    ['a', 'b', 'a']
    """
    kept = sorted(set(texts))
    at = np.array([kept.index(text) for text in texts] or [0], dtype=np.int64)
    return pd.Categorical.from_codes(at[code], categories=pd.Index(kept, dtype="str"))

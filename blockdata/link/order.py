"""Texts as numbers in their order: sorting and joining numbers is many times faster."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["is_in", "positions", "ranks"]

Integers = npt.NDArray[np.int64]


def ranks(texts: pd.Series) -> Integers:
    """Return, for each text, its place among the distinct ones in order.

    Parameters
    ----------
    texts : Series of str, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
        Equal texts have equal numbers; -1 where the text is missing. Order is by code point.

    Examples
    --------
    >>> import pandas as pd
    >>> ranks(pd.Series(["b", "a", None, "b"]))
    array([ 1,  0, -1,  1])
    """
    encoded = _texts(texts).dictionary_encode()
    place = np.empty(len(encoded.dictionary) + 1, dtype=np.int64)
    place[pc.sort_indices(encoded.dictionary).to_numpy()] = np.arange(len(place) - 1)
    place[-1] = -1
    indices = pc.fill_null(encoded.indices, len(encoded.dictionary))
    ordered: Integers = place[indices.to_numpy(zero_copy_only=False)]
    return ordered


def is_in(texts: pd.Series, among: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which texts are among others; a missing text is not.

    Examples
    --------
    >>> import pandas as pd
    >>> is_in(pd.Series(["a", "b", None]), pd.Series(["b", None])).tolist()
    [False, True, False]
    """
    found = pc.is_in(_texts(texts), value_set=_texts(among), skip_nulls=True)
    flags: npt.NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
    return flags


def positions(texts: pd.Series, among: pd.Series) -> Integers:
    """Return where each text stands first among others, -1 where it does not.

    Examples
    --------
    >>> import pandas as pd
    >>> positions(pd.Series(["b", "c"]), pd.Series(["a", "b"]))
    array([ 1, -1])
    """
    found = pc.index_in(_texts(texts), value_set=_texts(among), skip_nulls=True)
    places: Integers = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _texts(texts: pd.Series) -> pa.Array:
    array = pa.array(texts.astype("str"), type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array

"""Names of roads, estates and communities, found again however they were written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.names.keys import keys_of
from blockdata.address.names.scoring import WAYS, Characters, characters, similarity_of_pair
from blockdata.address.names.tokens import NameTokens, tokenise_names
from blockdata.kernels.jit import jit

__all__ = ["NameIndex", "NearNames", "name_similarity"]

_WHOLE = 10_000
#: A key that more names share says too little to look at all of them.
_MOST_SHARING = 128
_SHARD = 1 << 12


@dataclass(frozen=True)
class NearNames:
    """Names of an index that are like the queries, as columns: by query, the most alike first.

    Parameters
    ----------
    query : ndarray of int64
        Index of the query.
    name : ndarray of int64
        Index of the name.
    similarity : ndarray of float32
        In (0, 1]; 1 where the comparable forms are equal.
    way : ndarray of int8
        Index into `WAYS`.
    """

    query: npt.NDArray[np.int64]
    name: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float32]
    way: npt.NDArray[np.int8]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.query)

    def df(self) -> pd.DataFrame:
        """Return the columns as a frame, the way by its name."""
        way = pd.Series(pd.Categorical([WAYS[at] for at in self.way], categories=WAYS))
        columns = {"query": self.query, "name": self.name, "similarity": self.similarity}
        return pd.DataFrame({**columns, "way": way})


class NameIndex:
    """A vocabulary of names in which like ones are found quickly.

    Get one by `build`.

    Examples
    --------
    >>> names = NameIndex.build(["晴川里", "延安三路", "延安四路", "万科城市花园"])
    >>> names.nearest(["睛川里", "延安3路", "万科花园"]).df()["way"].tolist()
    ['near_form', 'same', 'abbreviation']
    """

    def __init__(
        self, names: NameTokens, keys: npt.NDArray[np.int64], owner: npt.NDArray[np.int32]
    ) -> None:
        self._names, self._keys, self._owner = names, keys, owner

    @classmethod
    def build(cls, names: Sequence[str]) -> NameIndex:
        """Index names.

        Parameters
        ----------
        names : sequence of str
            Road, estate or community names, or aliases; a name may repeat.

        Returns
        -------
        NameIndex
        """
        tokens = tokenise_names(names)
        keys, owner = keys_of(tokens, characters())
        order = np.argsort(keys, kind="stable")
        return cls(tokens, keys[order], owner[order])

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self._names.word)

    def nearest(self, queries: Sequence[str], *, limit: int = 3) -> NearNames:
        """Find the names that are most like each query.

        Alike are homophones (附进, 附近), near-forms (说兴, 悦兴), abbreviations (万科花园 for
        万科城市花园, 延安三 for 延安三路), two characters in the wrong order and, in longer names,
        single errors. Numbers, letters and directions are never fuzzy: a name with others than
        the query's is not found.

        Parameters
        ----------
        queries : sequence of str
        limit : int, default 3
            Most names for a query. Of equally similar ones those of lower index.

        Returns
        -------
        NearNames
            Only names of similarity 0.5 or more.

        Examples
        --------
        >>> NameIndex.build(["延安三路"]).nearest(["延安四路", "延按三路"]).query.tolist()
        [1]
        """
        known, asked = characters(), tokenise_names(queries)
        keys, owner = keys_of(asked, known)
        first = np.searchsorted(self._keys, keys, side="left")
        last = np.searchsorted(self._keys, keys, side="right")
        # The first key of a query is the sound of the whole: however many names share it.
        whole = np.diff(owner, prepend=-1) != 0
        last = np.where(whole | (last - first <= _MOST_SHARING), last, first)
        bounds = np.searchsorted(owner, np.arange(len(queries) + 1))
        rows = _nearest((asked, bounds), (first, last), self._names, self._owner, known, limit)
        query, name, similarity, way = rows
        return NearNames(query, name, (similarity / _WHOLE).astype(np.float32), way)


def _nearest(
    asked: tuple[NameTokens, npt.NDArray[np.int64]],
    ranges: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    names: NameTokens,
    owner: npt.NDArray[np.int32],
    known: Characters,
    limit: int,
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    queries, bounds = asked
    count = len(bounds) - 1
    name = np.full((count, limit), -1, dtype=np.int64)
    similarity = np.zeros((count, limit), dtype=np.int64)
    way = np.zeros((count, limit), dtype=np.int8)
    texts = (queries.tokens, queries.bounds, queries.word), (names.tokens, names.bounds, names.word)
    columns = (bounds, *ranges, owner)

    def search(first: int) -> None:
        part = (first, min(first + _SHARD, count))
        _search(part, *texts, columns, known, (name, similarity, way))

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(search, range(0, count, _SHARD)))
    query, place = np.nonzero(name >= 0)
    return query, name[query, place], similarity[query, place], way[query, place]


@jit
def _candidates(first: Any, last: Any, owner: Any) -> Any:
    """Return the distinct names under the keys of one query, in order."""
    found = np.empty((last - first).sum(), dtype=np.int64)
    count = 0
    for start, end in zip(first, last):  # noqa: B905 - numba knows no strict zip
        found[count : count + end - start] = owner[start:end]
        count += end - start
    found.sort()
    distinct = 0
    for at in range(count):
        if at == 0 or found[at] != found[at - 1]:
            found[distinct] = found[at]
            distinct += 1
    return found[:distinct]


@jit
def _keep(name: Any, similarity: Any, way: Any, row: tuple[int, int, int]) -> None:
    """Insert a row behind all that are at least as similar."""
    at = len(name)
    while at > 0 and (name[at - 1] < 0 or similarity[at - 1] < row[1]):
        at -= 1
    if at == len(name):
        return
    for later in range(len(name) - 1, at, -1):
        name[later], similarity[later], way[later] = (
            name[later - 1],
            similarity[later - 1],
            way[later - 1],
        )
    name[at], similarity[at], way[at] = row


@jit
def _search(
    part: tuple[int, int],
    queries: Any,
    names: Any,
    ranges: Any,
    known: Characters,
    found: Any,
) -> None:
    tokens, token_bounds, word = queries
    name_tokens, name_bounds, name_word = names
    bounds, first, last, owner = ranges
    for query in range(part[0], part[1]):
        own = slice(bounds[query], bounds[query + 1])
        asked = tokens[token_bounds[query] : token_bounds[query + 1]]
        for name in _candidates(first[own], last[own], owner):
            given = name_tokens[name_bounds[name] : name_bounds[name + 1]]
            similarity, way = similarity_of_pair(asked, word[query], given, name_word[name], known)
            if similarity > 0:
                row = (name, similarity, way)
                _keep(found[0][query], found[1][query], found[2][query], row)


def name_similarity(a: str, b: str) -> float:
    """Return how alike two names are.

    Parameters
    ----------
    a, b : str
        Names of roads, estates, communities or the like.

    Returns
    -------
    float
        In [0, 1], the same for (b, a); 1 where the comparable forms are equal (延安三路 and
        延安3路), 0 below 0.5, where nothing comparable is left, and always where numbers,
        letters, 甲乙丙丁 or directions differ.

    Examples
    --------
    >>> name_similarity("延安三路", "延安四路"), name_similarity("三号院", "3号院")
    (0.0, 1.0)
    >>> 0.8 < name_similarity("说兴围", "悦兴围") < 1
    True
    """
    names = tokenise_names([a, b])
    at = names.bounds
    first, second = names.tokens[at[0] : at[1]], names.tokens[at[1] : at[2]]
    similarity, _ = similarity_of_pair(first, names.word[0], second, names.word[1], characters())
    return similarity / _WHOLE

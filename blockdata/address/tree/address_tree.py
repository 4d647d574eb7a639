"""The tree of a city's addresses: area, road or estate, door plate, building, unit, floor, room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import take

from blockdata.address.tree.growing import FAULTS, Grown, grow, level_names
from blockdata.address.tree.steps import TREE_LEVELS
from blockdata.errors import AnalysisError

__all__ = ["AddressTree"]

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class AddressTree:
    """Every address under the one that holds it.

    Attributes
    ----------
    nodes : DataFrame
        One row per node, sorted by id: ``id``, ``parent_id`` (missing at the top), ``level``
        (categorical of `TREE_LEVELS`; missing for a row without elements), ``text`` and
        ``derived`` (the library has no row for it).
    faults : DataFrame
        What of the library could not be taken as it stands: ``id`` and ``fault`` (of `FAULTS`),
        sorted. Every row is in the tree all the same, but for a second one with the same id.
    parent_rows : ndarray of int64, shape (nodes,)
        The place in `nodes` of each node's parent, -1 at the top.

    Examples
    --------
    >>> library = pd.DataFrame({"id": ["a1"], "town": ["湖畔街道"], "road": ["延安路"],
    ...                         "road_no": ["5号"], "building": ["2栋"]})
    >>> tree = AddressTree.build(library, mint=lambda key: key)
    >>> tree.level("a1"), tree.parent("a1")
    ('building', 'town:湖畔/road:延安路/road_no:5')
    >>> [tree.level(node) for node in tree.path("a1")]
    ['area', 'road', 'door_plate', 'building']
    """

    nodes: pd.DataFrame
    faults: pd.DataFrame
    parent_rows: Integers

    @classmethod
    def build(cls, library: pd.DataFrame, mint: Callable[[str], str]) -> AddressTree:
        """Build the tree of an address library.

        Parameters
        ----------
        library : DataFrame
            ``id``; any of the 12 columns of `LEVELS`; ``full_text`` or ``text``; ``code`` and
            ``parent_code``. What is missing, or a column that is not there, is no fault. The
            order of the rows does not matter.
        mint : callable
            Gives the id of an inner node from a key, which is made of the node's elements in
            their comparable form and so the same in every run.

        Returns
        -------
        AddressTree
            A row stands under the node that its elements name. Where it states a parent that
            they do not name, it stands under that, unless the parent is narrower or leads back.

        Raises
        ------
        AnalysisError
            If there is no column ``id``, or the mint gives two nodes one id.
        """
        grown = grow(library)
        texts = [name for name in ("full_text", "text") if name in library.columns]
        ids = grown.ids(mint)
        if ids.duplicated().any():
            raise AnalysisError(
                "the mint gave two nodes of the tree one id",
                next_step="Mint ids that differ for different keys, and from the library's.",
            )
        order = np.argsort(ids.to_numpy(object), kind="stable")
        place = np.append(np.argsort(order), -1)
        parents = place[grown.parent[order]]
        nodes = pd.DataFrame(
            {
                "id": ids.iloc[order].to_numpy(object),
                "parent_id": take(ids.array, grown.parent[order], allow_fill=True),
                "level": level_names(grown.level[order]),
                "text": grown.texts(texts[0] if texts else None).iloc[order].to_numpy(object),
                "derived": grown.row[order] < 0,
            }
        ).astype({"id": "str", "parent_id": "str", "text": "str"})
        return cls(nodes, _faults(grown), parents.astype(np.int64))

    def __len__(self) -> int:
        return len(self.nodes)

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._index

    def parent(self, node_id: str) -> str | None:
        """Return the id of the node above, None at the top.

        Raises
        ------
        AnalysisError
            If there is no such node; so do the other functions of one id.
        """
        row = self.parent_rows[self._row(node_id)]
        return None if row < 0 else self._id(row)

    def children(self, node_id: str) -> list[str]:
        """Return the ids of the nodes right below, sorted."""
        return self._ids(self._children_of(np.array([self._row(node_id)])))

    def path(self, node_id: str) -> list[str]:
        """Return the ids from the top to the node itself."""
        row, path = self._row(node_id), []
        while row >= 0:
            path.append(self._id(row))
            row = int(self.parent_rows[row])
        return path[::-1]

    def descendants(self, node_id: str) -> list[str]:
        """Return the ids of all nodes below, sorted; not the node itself."""
        below: list[Integers] = []
        rows = np.array([self._row(node_id)])
        while len(rows := self._children_of(rows)):
            below.append(rows)
        return self._ids(np.sort(np.concatenate(below))) if below else []

    def level(self, node_id: str) -> str | None:
        """Return what the node is, of `TREE_LEVELS`; None for a row without elements."""
        level = self.nodes["level"].iloc[self._row(node_id)]
        return level if isinstance(level, str) else None

    def parents(self, ids: Sequence[str | None] | pd.Series) -> pd.Series:
        """Return the parent of each id; missing at the top and where there is no such node."""
        return self._answer(ids, np.append(self.parent_rows, -1)[self._rows(ids)])

    def levels(self, ids: Sequence[str | None] | pd.Series) -> pd.Series:
        """Return the level of each id, a categorical; missing where there is no such node."""
        codes = np.append(self.nodes["level"].cat.codes, -1)[self._rows(ids)]
        return level_names(codes.astype(np.int8)).set_axis(_index_of(ids))

    def ancestors(self, ids: Sequence[str | None] | pd.Series, level: str) -> pd.Series:
        """Return for each id the nearest node of a level at or above it; missing where none is.

        Raises
        ------
        AnalysisError
            If there is no such level.
        """
        if level not in TREE_LEVELS:
            raise AnalysisError(
                f"unknown level {level!r} of the tree", allowed=", ".join(TREE_LEVELS)
            )
        codes = np.append(self.nodes["level"].cat.codes, -1)
        above = np.append(self.parent_rows, -1)
        rows = self._rows(ids)
        climbing = np.flatnonzero((rows >= 0) & (codes[rows] != TREE_LEVELS.index(level)))
        while len(climbing):
            rows[climbing] = above[rows[climbing]]
            at = rows[climbing]
            climbing = climbing[(at >= 0) & (codes[at] != TREE_LEVELS.index(level))]
        return self._answer(ids, rows)

    @cached_property
    def _index(self) -> pd.Index:
        ids: pd.Index = pd.Index(self.nodes["id"].to_numpy(object))
        return ids

    @cached_property
    def _by_parent(self) -> tuple[Integers, Integers]:
        """Nodes in the order of their parents, and where each parent's begin."""
        order = np.argsort(self.parent_rows, kind="stable")
        starts = np.searchsorted(self.parent_rows[order], np.arange(len(self) + 1))
        return order, starts

    def _children_of(self, rows: Integers) -> Integers:
        order, starts = self._by_parent
        counts = starts[rows + 1] - starts[rows]
        first = np.repeat(starts[rows] - np.cumsum(counts) + counts, counts)
        children: Integers = order[first + np.arange(counts.sum())]
        return children

    def _row(self, node_id: str) -> int:
        rows = self._rows([node_id])
        if rows[0] < 0:
            raise AnalysisError("the tree has no node with this id")
        return int(rows[0])

    def _rows(self, ids: Sequence[str | None] | pd.Series) -> Integers:
        return self._index.get_indexer(pd.Index(np.asarray(ids, dtype=object))).astype(np.int64)

    def _id(self, row: int) -> str:
        return str(self.nodes["id"].iloc[row])

    def _ids(self, rows: Integers) -> list[str]:
        ids: list[str] = self.nodes["id"].iloc[rows].tolist()
        return ids

    def _answer(self, ids: Sequence[str | None] | pd.Series, rows: Integers) -> pd.Series:
        found = take(self.nodes["id"].array, rows, allow_fill=True)
        return pd.Series(found, index=_index_of(ids), dtype="str")


def _index_of(ids: Sequence[str | None] | pd.Series) -> pd.Index:
    return ids.index if isinstance(ids, pd.Series) else pd.RangeIndex(len(ids))


def _faults(grown: Grown) -> pd.DataFrame:
    frames = [pd.DataFrame({"id": ids.to_numpy(object), "fault": f}) for f, ids in grown.faults]
    faults = pd.concat(frames, ignore_index=True).astype("str")
    faults["fault"] = pd.Categorical(faults["fault"], list(FAULTS))
    return faults.sort_values(["fault", "id"], kind="stable", ignore_index=True)

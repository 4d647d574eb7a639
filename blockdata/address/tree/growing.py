"""Make the tree of a library: its rows at their nodes, inner nodes where it has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.tree.steps import LEVEL_OF_STEP, TREE_LEVELS, Steps
from blockdata.errors import AnalysisError

__all__ = ["FAULTS", "Grown", "grow"]

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

FAULTS = (
    "duplicate_id",
    "duplicate_code",
    "same_elements",
    "no_elements",
    "orphan",
    "cycle",
    "narrow_parent",
)
"""What may be wrong with a row: its id or code is another row's, it names the same elements as an
earlier one or none at all; its stated parent is not there, leads back to it, or is narrower."""

_NO_LEVEL = -1
# Within one another: areas, and a road or an estate (elements without a fixed order).
_RANK = np.array([0, 1, 1, 2, 3, 4, 5, 6, -1])
_LOOSE_RANK = 1


@dataclass
class Grown:
    """The nodes of a tree before they are put in the order of their ids.

    Attributes
    ----------
    library : DataFrame
        Its rows with an id, each id once, sorted by id.
    row : ndarray of int64, shape (nodes,)
        Row of the library that stands at the node, -1 at a derived one.
    level : ndarray of int8, shape (nodes,)
        Place in `TREE_LEVELS`, -1 for a row without elements.
    parent : ndarray of int64, shape (nodes,)
    group : ndarray of int64, shape (nodes,)
        Node of the steps, -1 for a row without elements.
    faults : list of (str, Series)
        Name of the fault, ids.
    """

    library: pd.DataFrame
    steps: Steps
    row: Integers
    level: npt.NDArray[np.int8]
    parent: Integers
    group: Integers
    faults: list[tuple[str, pd.Series]] = field(default_factory=list)

    @property
    def node_of_row(self) -> Integers:
        """Each row's node."""
        nodes = np.full(len(self.library), -1, np.int64)
        nodes[self.row[self.row >= 0]] = np.flatnonzero(self.row >= 0)
        return nodes

    def blame(self, fault: str, rows: Integers | Booleans) -> None:
        """Remember rows that have a fault."""
        self.faults.append((fault, self.library["id"].iloc[rows]))

    def ids(self, mint: Callable[[str], str]) -> pd.Series:
        """Return each node's id: its row's, else one that is made of its elements."""
        ids = np.empty(len(self.row), object)
        own = self.row >= 0
        ids[own] = self.library["id"].to_numpy(object)[self.row[own]]
        derived = np.flatnonzero(~own)
        ids[derived] = [mint(self.steps.key_of(int(g))) for g in self.group[derived]]
        return pd.Series(ids, dtype="str")

    def texts(self, column: str | None) -> pd.Series:
        """Return each node's text: its row's, else its elements one after the other."""
        texts = np.full(len(self.row), None, object)
        own = self.row >= 0
        if column is not None:
            texts[own] = self.library[column].to_numpy(object)[self.row[own]]
        derived = np.flatnonzero(~own)
        texts[derived] = [self.steps.text_of(int(g)) for g in self.group[derived]]
        return pd.Series(texts, dtype="str")


def grow(library: pd.DataFrame) -> Grown:
    """Find the nodes of a library and their parents; see `AddressTree.build`."""
    if "id" not in library.columns:
        raise AnalysisError("the library has no ids", where="column 'id'")
    named = library[library["id"].notna()].sort_values("id", kind="stable")
    twice = named["id"].duplicated()
    grown = _nodes(named[~twice].reset_index(drop=True))
    grown.faults.append(("duplicate_id", named.loc[twice, "id"]))
    if {"code", "parent_code"} <= set(library.columns):
        _follow_stated_parents(grown)
    _drop_unused(grown)
    return grown


def _nodes(library: pd.DataFrame) -> Grown:
    """Place rows at the nodes that their elements name; a second row at one is a node beside it."""
    steps = Steps.of(library)
    groups = len(steps.parents)
    first = np.full(groups, -1, np.int64)
    rows = np.arange(len(library))[::-1]
    placed = rows[steps.nodes[rows] >= 0]
    first[steps.nodes[placed]] = placed  # the smallest id is written last
    extra = np.ones(len(library), np.bool_)
    extra[first[first >= 0]] = False
    others = np.flatnonzero(extra)
    group = np.concatenate([np.arange(groups), steps.nodes[others]])
    level = np.append(LEVEL_OF_STEP[steps.steps], _NO_LEVEL).astype(np.int8)[group]
    parent = np.append(steps.parents, -1)[group]
    grown = Grown(library, steps, np.concatenate([first, others]), level, parent, group)
    grown.blame("same_elements", extra & (steps.nodes >= 0))
    grown.blame("no_elements", steps.nodes < 0)
    return grown


def _follow_stated_parents(grown: Grown) -> None:
    """Let a stated parent stand that the row's own elements do not name, where that is possible."""
    library, node_of_row = grown.library, grown.node_of_row
    codes = library["code"]
    again = codes.duplicated() & codes.notna()
    grown.blame("duplicate_code", again.to_numpy())
    known = pd.Index(codes[~again & codes.notna()].astype(object))
    rows_of_known = np.flatnonzero(~again & codes.notna())
    stated = library["parent_code"].to_numpy(object)
    states = np.flatnonzero(pd.notna(stated) & (stated != ""))
    at = known.get_indexer(pd.Index(stated[states]))
    grown.blame("orphan", states[at < 0])
    rows = states[at >= 0]
    parents = node_of_row[rows_of_known[at[at >= 0]]]
    nodes = node_of_row[rows]
    grown.blame("cycle", rows[nodes == parents])
    # Of a parent that the elements lead through, the finer way is kept.
    differs = ~(grown.steps.paths[rows] == parents[:, None]).any(axis=1) & (nodes != parents)
    narrow = differs & ~_may_hold(grown.level[parents], grown.level[nodes])
    grown.blame("narrow_parent", rows[narrow])
    chosen = differs & ~narrow
    _attach(grown, nodes[chosen], parents[chosen])


def _may_hold(parent: npt.NDArray[np.int8], child: npt.NDArray[np.int8]) -> Booleans:
    """Tell whether a node of one level may stand above one of another."""
    wider: Booleans = _RANK[parent] < _RANK[child]
    loose = (_RANK[parent] == _RANK[child]) & (_RANK[child] <= _LOOSE_RANK)
    may: Booleans = wider | loose | (child == _NO_LEVEL)
    return may


def _attach(grown: Grown, nodes: Integers, parents: Integers) -> None:
    """Set stated parents, and take back those that close a cycle."""
    derived = grown.parent.copy()
    grown.parent[nodes] = parents
    stated = np.zeros(len(grown.parent), np.bool_)
    stated[nodes] = True
    while len(cycle := _on_cycles(grown.parent)):
        back = cycle[stated[cycle]]
        grown.blame("cycle", grown.row[back])
        grown.parent[back] = derived[back]
        stated[back] = False


def _on_cycles(parent: Integers) -> Integers:
    """Return the nodes that are their own ancestors: where jumps of doubled length still lead."""
    ancestor = parent
    for _ in range(max(1, len(parent)).bit_length() + 1):
        if (ancestor < 0).all():
            return np.empty(0, np.int64)
        ancestor = np.where(ancestor >= 0, ancestor[ancestor], -1)
    return np.unique(ancestor[ancestor >= 0])


def _drop_unused(grown: Grown) -> None:
    """Leave out derived nodes under which no row of the library stands."""
    used = grown.row >= 0
    above = np.unique(grown.parent[used & (grown.parent >= 0)])
    while len(above := above[~used[above]]):
        used[above] = True
        above = np.unique(grown.parent[above])
        above = above[above >= 0]
    number = np.append(np.cumsum(used) - 1, -1)
    grown.row, grown.level, grown.group = grown.row[used], grown.level[used], grown.group[used]
    grown.parent = number[grown.parent[used]]


def level_names(levels: npt.NDArray[np.int8]) -> pd.Series:
    """Return levels by name; missing for a row without elements."""
    return pd.Series(pd.Categorical.from_codes(levels, pd.Index(TREE_LEVELS), ordered=True))

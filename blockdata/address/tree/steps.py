"""From the element columns of a library to the nodes that its rows stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from blockdata.address.elements import comparable
from blockdata.address.normalise import is_missing_text, normalise_address
from blockdata.address.parts import LEVELS

__all__ = ["STEPS", "TREE_LEVELS", "Steps", "element_tokens"]

Integers = npt.NDArray[np.int64]

TREE_LEVELS = ("area", "road", "estate", "door_plate", "building", "unit", "floor", "room")
"""What a node of the tree is; areas stand within areas."""

STEPS = (
    *("province", "city", "district", "town", "community", "road", "estate"),
    *("road_no", "building", "unit", "floor", "room"),
)
"""The elements in the order in which they lead down. An estate with a road and a number is part of
its door plate; one without stands above its numbers."""

_LEVEL_OF_STEP = (*["area"] * 5, *TREE_LEVELS[1:])
LEVEL_OF_STEP = np.array([TREE_LEVELS.index(level) for level in _LEVEL_OF_STEP], np.int8)

_ROAD, _ESTATE, _ROAD_NO = (STEPS.index(name) for name in ("road", "estate", "road_no"))
_TOKEN_BITS = 32


@dataclass(frozen=True)
class Steps:
    """The nodes that element columns name: the trie of their rows.

    Attributes
    ----------
    paths : ndarray of int64, shape (n, 12)
        Node of each row after each step of `STEPS`, -1 where the row has no such element.
    nodes : ndarray of int64, shape (n,)
        The row's own node, the last of its path; -1 for a row without elements.
    parents, steps, tokens : ndarray of int64, shape (nodes,)
        Each node's parent (always of a smaller number, or -1), step, and place in `keys`.
    keys : tuple of list of str
        For each step, the comparable forms.
    labels : tuple of list of str
        For each step, how each comparable form is written.
    """

    paths: Integers
    nodes: Integers
    parents: Integers
    steps: Integers
    tokens: Integers
    keys: tuple[list[str], ...]
    labels: tuple[list[str], ...]

    @classmethod
    def of(cls, library: pd.DataFrame) -> Steps:
        """Number the nodes; neither the order of the rows nor their index matters."""
        tokens, keys, labels = _step_tokens(library)
        nodes = np.full(len(library), -1, np.int64)
        paths = np.full((len(library), len(STEPS)), -1, np.int64)
        found: list[tuple[Integers, Integers, Integers]] = []
        total = 0
        for step in range(len(STEPS)):
            rows = np.flatnonzero(tokens[:, step] >= 0)
            key = ((nodes[rows] + 1) << _TOKEN_BITS) | tokens[rows, step]
            codes, distinct = pd.factorize(key, sort=True)
            paths[rows, step] = nodes[rows] = total + codes
            parents, own = (distinct >> _TOKEN_BITS) - 1, distinct & ((1 << _TOKEN_BITS) - 1)
            found.append((parents, np.full(len(own), step, np.int64), own))
            total += len(own)
        parents, steps, own = (np.concatenate(column) for column in zip(*found, strict=True))
        return cls(paths, nodes, parents, steps, own, keys, labels)

    def key_of(self, node: int) -> str:
        """Return what a node is known by for good: its elements in their comparable form."""
        return "/".join(
            f"{STEPS[self.steps[n]]}:{self.keys[self.steps[n]][self.tokens[n]]}"
            for n in self.path_to(node)
        )

    def text_of(self, node: int) -> str:
        """Return a node's elements one after the other, as they are written."""
        return "".join(self.labels[self.steps[n]][self.tokens[n]] for n in self.path_to(node))

    def path_to(self, node: int) -> list[int]:
        """Return the nodes that lead to a node, the widest first, itself last."""
        path = []
        while node >= 0:
            path.append(node)
            node = int(self.parents[node])
        return path[::-1]


def element_tokens(level: str, column: pd.Series) -> tuple[Integers, list[str], list[str]]:
    """Number the comparable forms of one element's column.

    Parameters
    ----------
    level : str
        A name of `LEVELS`.
    column : Series of str
        As delivered.

    Returns
    -------
    tokens : ndarray of int64, shape (n,)
        Place in `keys`; -1 where nothing is named.
    keys : list of str
        The comparable forms, sorted.
    labels : list of str
        For each, the first in the order of texts of the ways in which it is written.

    Examples
    --------
    >>> element_tokens("building", pd.Series(["3栋", None, "3号楼"]))
    (array([ 0, -1,  0]), ['3'], ['3号楼'])
    """
    codes, distinct = pd.factorize(column)
    best: dict[str, str] = {}
    forms: list[str | None] = []
    for text in distinct:
        named = isinstance(text, str) and not is_missing_text(text)
        label = normalise_address(text) if named else ""
        key = comparable(level, label) or None
        forms.append(key)
        if key is not None:
            best[key] = min(label, best.get(key, label))
    keys = sorted(best)
    place = {key: n for n, key in enumerate(keys)}
    of_distinct = np.array([-1 if f is None else place[f] for f in forms] + [-1], np.int64)
    return of_distinct[codes], keys, [best[key] for key in keys]


def _step_tokens(
    library: pd.DataFrame,
) -> tuple[Integers, tuple[list[str], ...], tuple[list[str], ...]]:
    tokens = np.full((len(library), len(STEPS)), -1, np.int64)
    keys: list[list[str]] = [[] for _ in STEPS]
    labels: list[list[str]] = [[] for _ in STEPS]
    for level in LEVELS:
        if level in library.columns:
            step = STEPS.index(level)
            tokens[:, step], keys[step], labels[step] = element_tokens(level, library[level])
    _estates_into_door_plates(tokens, keys, labels)
    return tokens, tuple(keys), tuple(labels)


def _estates_into_door_plates(
    tokens: Integers, keys: list[list[str]], labels: list[list[str]]
) -> None:
    """Make number and estate one token where a road has both: two estates may share a number."""
    both = np.flatnonzero((tokens[:, [_ROAD, _ROAD_NO, _ESTATE]] >= 0).all(axis=1))
    pairs = tokens[both, _ROAD_NO] * max(1, len(keys[_ESTATE])) + tokens[both, _ESTATE]
    codes, distinct = pd.factorize(pairs, sort=True)
    numbers, estates = np.divmod(distinct, max(1, len(keys[_ESTATE])))
    tokens[both, _ROAD_NO] = len(keys[_ROAD_NO]) + codes
    tokens[both, _ESTATE] = -1
    for texts, between in ((keys, "+"), (labels, "")):
        texts[_ROAD_NO] = texts[_ROAD_NO] + [
            texts[_ROAD_NO][n] + between + texts[_ESTATE][e]
            for n, e in zip(numbers, estates, strict=True)
        ]

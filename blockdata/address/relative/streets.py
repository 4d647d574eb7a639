"""Streets by name: which one a text names, and where two of them cross."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from blockdata.address.normalise import normalise_address

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

# What may stand before a street's name: the end of a division, or of another street's name.
_BEFORE_NAME = frozenset("省市区县旗镇乡村道处会组)路街巷弄")


class Crossings(NamedTuple):
    """Where pairs of streets cross; pair i has the rows ``first[i]`` to ``first[i + 1]``.

    `spread_m` is how far apart the points are that were taken for one crossing, halved;
    `is_gap` marks lines that only come near each other.
    """

    first: Integers
    x: Floats
    y: Floats
    spread_m: Floats
    is_gap: npt.NDArray[np.bool_]


class StreetIndex:
    """Street lines by name, to ask which street a text names and where two cross.

    Parameters
    ----------
    names : sequence of str or None
        Name of each line; lines of one name are one street, those without a name are left out.
    lines : array_like of shapely geometries
        Lines, single or multi, in metres; None and empty geometries are left out.
    aliases : mapping of str to str, optional
        Former and popular names with the name they stand for; names that are unknown, or that
        are names of streets themselves, are left out.

    Examples
    --------
    >>> import shapely
    >>> streets = StreetIndex(
    ...     ["延安三路", "江西路"],
    ...     [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(50, -50), (50, 50)])],
    ... )
    >>> streets.named("滨河区延安三路"), streets.named("西延安三路")
    ((0,), ())
    """

    def __init__(
        self,
        names: Sequence[str | None],
        lines: npt.ArrayLike,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        given = np.asarray(lines, dtype=object)
        known = [normalise_address(name) if isinstance(name, str) else "" for name in names]
        there = ~(shapely.is_missing(given) | shapely.is_empty(given))
        rows = pd.Series(np.arange(len(given)))[there & np.array([bool(n) for n in known], bool)]
        grouped = rows.groupby([known[row] for row in rows], sort=True)
        self.names = [str(name) for name in grouped.groups]
        self.lines: Objects = np.array(
            [shapely.union_all(given[group.to_numpy()]) for _, group in grouped], dtype=object
        )
        self._index = {name: number for number, name in enumerate(self.names)}
        for alias, name in (aliases or {}).items():
            number = self._index.get(normalise_address(name))
            if number is not None:
                self._index.setdefault(normalise_address(alias), number)
        self._longest = max(map(len, self._index), default=0)
        self._unusual = tuple(name for name in self._index if name[-1] not in _BEFORE_NAME)

    def named(self, text: str) -> tuple[int, ...]:
        """Find the streets that a text ends in, in the order of the text.

        The longest name wins; before it the text must be at an end, or a division's name or
        another street's must end. Where that other street is known, it comes first.

        Parameters
        ----------
        text : str
            Such as 滨河区延安三路, or 延安三路江西路 for two.

        Returns
        -------
        tuple of int
            None, one or two numbers of `names`.
        """
        normalised = normalise_address(text)
        number, start = self._last(normalised)
        if number is None:
            return ()
        before, _ = self._last(normalised[:start])
        return (number,) if before is None else (before, number)

    def _last(self, text: str) -> tuple[int | None, int]:
        for start in range(max(0, len(text) - self._longest), len(text)):
            number = self._index.get(text[start:])
            if number is not None and self._may_begin(text, start):
                return number, start
        return None, 0

    def _may_begin(self, text: str, start: int) -> bool:
        if start == 0 or text[start - 1] in _BEFORE_NAME:
            return True
        return any(text.endswith(name, 0, start) for name in self._unusual)

    def crossings(
        self, one: npt.ArrayLike, other: npt.ArrayLike, *, merge_m: float, gap_m: float
    ) -> Crossings:
        """Find where pairs of streets cross.

        Parameters
        ----------
        one, other : array_like of int, shape (n,)
            Numbers of `names`.
        merge_m : float
            Points no farther apart (in a chain) are one crossing, put at their centroid.
        gap_m : float
            Lines that do not touch, but come this near, cross in the middle between them.

        Returns
        -------
        Crossings
            The crossings of each pair, sorted by x and y.

        Examples
        --------
        >>> import shapely
        >>> streets = StreetIndex(["甲路", "乙路"], [shapely.LineString([(0, 0), (9, 0)]),
        ...                                        shapely.LineString([(5, 5), (5, -5)])])
        >>> found = streets.crossings([0], [1], merge_m=10, gap_m=0)
        >>> found.x, found.y
        (array([5.]), array([0.]))
        """
        a = self.lines[np.asarray(one, dtype=np.int64)]
        b = self.lines[np.asarray(other, dtype=np.int64)]
        met = shapely.intersection(a, b)
        apart = shapely.is_empty(met)
        is_gap = apart & (shapely.distance(a, b) <= gap_m)
        met[is_gap] = _middles(shapely.shortest_line(a[is_gap], b[is_gap]))
        return _merged(met, is_gap, merge_m)


def _merged(met: Objects, is_gap: npt.NDArray[np.bool_], merge_m: float) -> Crossings:
    parts, owner = shapely.get_parts(met, return_index=True)
    parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
    points = _middles(parts)
    order = np.lexsort((shapely.get_y(points), shapely.get_x(points), owner))
    xy, owner = shapely.get_coordinates(points[order]), owner[order]
    cluster = _chains(xy, owner, merge_m)
    frame = pd.DataFrame({"owner": owner, "x": xy[:, 0], "y": xy[:, 1]})
    by = frame.groupby(cluster)
    middle = by.mean()
    reach = np.hypot(*(np.asarray(by[axis].max() - by[axis].min()) for axis in "xy")) / 2
    owners = by["owner"].first().to_numpy(np.int64)
    rank = np.lexsort((middle["y"], middle["x"], owners))
    owners = owners[rank]
    first = np.searchsorted(owners, np.arange(len(met) + 1))
    x, y = middle["x"].to_numpy()[rank], middle["y"].to_numpy()[rank]
    return Crossings(first, x, y, reach[rank], is_gap[owners])


def _middles(parts: Objects) -> Objects:
    """Return points as they are, and the middle of each line."""
    middles = parts.copy()
    long = shapely.get_dimensions(parts) == 1
    middles[long] = shapely.line_interpolate_point(parts[long], 0.5, normalized=True)
    return middles


def _chains(xy: Floats, owner: Integers, merge_m: float) -> Integers:
    """Number the points so that those of one owner in a chain of short steps share a number."""
    number = np.arange(len(owner))
    several = np.flatnonzero(np.bincount(owner, minlength=1)[owner] > 1)
    for group in np.split(several, np.flatnonzero(np.diff(owner[several])) + 1):
        apart = np.hypot(*(xy[group, None] - xy[group]).transpose(2, 0, 1))
        for _ in group:  # labels travel one step at a time
            reach = np.where(apart <= merge_m, number[group][None, :], len(number)).min(axis=1)
            if (reach == number[group]).all():
                break
            number[group] = reach
    return number

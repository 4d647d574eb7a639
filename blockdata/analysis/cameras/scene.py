"""Cameras over their ground, tile by tile: which points of the lattice each camera sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from blockdata.analysis.cameras.ground import Ground, Painted, tiles_over
from blockdata.analysis.cameras.standing import Stands
from blockdata.kernels.blocks import each_block
from blockdata.kernels.painting import Tile, seen_points
from blockdata.kernels.sight import Obstacles, fields_of_view

__all__ = ["Scene", "Sightings", "view_areas_m2"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_VIEWS_AT_ONCE = 1024


class Sightings(NamedTuple):
    """Points of one tile that cameras see.

    Parameters
    ----------
    number : int
        Of the tile, in the order of all.
    tile : Tile
    painted : Painted
    cameras : ndarray of int64
        Rows of the cameras with a view that reaches the tile, ascending.
    starts, points : ndarray
        Of the i-th of them the points from `starts[i]` to `starts[i + 1]`.
    """

    number: int
    tile: Tile
    painted: Painted
    cameras: Integers
    starts: Integers
    points: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Scene:
    """Cameras, what stands in their way, and the ground that they look at.

    Parameters
    ----------
    stands : Stands
    obstacles : Obstacles
    ground : Ground
    target_height_m : float
    """

    stands: Stands
    obstacles: Obstacles
    ground: Ground
    target_height_m: float

    @cached_property
    def reaches(self) -> Floats:
        """Box that each view can see, shape (v, 4)."""
        x, y, r = self.stands.views.x, self.stands.views.y, self.stands.views.range_m
        return np.column_stack([x - r, y - r, x + r, y + r])

    def each_tile(self, work: Callable[[Sightings], None], *, cells_too: bool) -> None:
        """Call `work` for every tile that a view reaches, on as many threads as cores.

        Parameters
        ----------
        work : callable
            What it adds up must not depend on the order of tiles.
        cells_too : bool
            Whether tiles with cells that no view reaches are wanted too.
        """
        bounds = [self.reaches]
        if cells_too:
            bounds.append(shapely.bounds(self.ground.cells["geom"].to_numpy(dtype=object)))
        tiles = tiles_over(np.vstack(bounds), self.ground.step_m)

        def look(start: int, stop: int) -> None:
            for number in range(start, stop):
                work(self.look_at(tiles[number], number))

        each_block(len(tiles), look, block=1)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.box(*self.reaches.T))

    def look_at(self, tile: Tile, number: int = 0) -> Sightings:
        """Return what is seen of one tile.

        Parameters
        ----------
        tile : Tile
        number : int
            Of the tile among others.

        Returns
        -------
        Sightings
        """
        rows = np.sort(self._tree.query(tile.box))
        views = self.stands.views.take(rows)
        cameras, slot = np.unique(self.stands.camera[rows], return_inverse=True)
        painted = self.ground.paint(tile)
        _, fields = fields_of_view(views, self.obstacles, self.target_height_m)
        starts, points = seen_points(views, fields, slot, tile, painted.open)
        return Sightings(number, tile, painted, cameras, starts, points)


def view_areas_m2(scene: Scene) -> Floats:
    """Return the ground that each view sees, exactly, in square metres.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    ndarray of float64, shape (v,)
    """
    count = len(scene.stands.camera)
    areas = np.empty(count)
    for start in range(0, count, _VIEWS_AT_ONCE):
        some = np.arange(start, min(start + _VIEWS_AT_ONCE, count))
        views = scene.stands.views.take(some)
        areas[some], _ = fields_of_view(views, scene.obstacles, scene.target_height_m)
    return areas

"""An invented quarter: streets that bend, end blindly and stop short, a dual carriageway along a
community's border, a river, a railway, sites, and houses that stand in the way."""

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, affinity, box

from blockdata.grid.drafting import Ground

WEST, SOUTH = 500_000.0, 4_000_000.0


class Quarter:
    def __init__(self, seed, width=900.0, height=450.0, houses=220):
        self.rng = np.random.default_rng(seed)
        self.width, self.height = width, height
        self.turn = self.rng.uniform(0, 0.3)
        self.streets = []

    def place(self, shape):
        moved = affinity.translate(shape, WEST, SOUTH)
        return affinity.rotate(moved, self.turn, origin=(WEST, SOUTH), use_radians=True)

    def street(self, start, end, street_class, width_m, wave=7.0):
        share = np.linspace(0, 1, 9)[:, None]
        points = np.array(start) + (np.array(end) - np.array(start)) * share
        wobble = np.sin(share * self.rng.uniform(3, 8)) * wave * self.rng.uniform(-1, 1, 2)
        line = self.place(LineString((points + wobble).round(2)))
        self.streets.append((street_class, width_m, line))

    def lay_streets(self):
        middle = self.width / 2
        for x in np.arange(60, self.width, 125):
            if abs(x - middle) > 40:
                self.street((x, -20), (x + self.rng.normal(0, 20), self.height + 20), "支路", 12.0)
        for number, y in enumerate(np.arange(70, self.height, 105)):
            name, width = [("次干路", 22.0), (None, 9.0)][number % 2]
            self.street((-20, y), (self.width + 20, y + self.rng.normal(0, 20)), name, width)
        for aside in (-11, 11):
            self.street(
                (middle + aside, -30), (middle + aside, self.height + 30), "主干路", 16.0, 2.0
            )
        for _ in range(8):
            start = self.rng.uniform(0, 1, 2) * (self.width, self.height)
            angle = self.rng.uniform(0, 6.3)
            ahead = self.rng.uniform(20, 90) * np.array([np.cos(angle), np.sin(angle)])
            self.street(start, start + ahead, "巷", None, 0.0)

    def houses(self, count, river):
        found = []
        for _ in range(count):
            x, y = self.rng.uniform(0, 1, 2) * (self.width, self.height)
            w, h = self.rng.uniform(6, 12), self.rng.uniform(10, 40)
            house = box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
            house = self.place(affinity.rotate(house, self.rng.choice([0, 90])))
            if not house.intersects(river):
                found.append(house)
        return found


def quarter(seed, houses=220):
    """Return a ground of two communities."""
    made = Quarter(seed)
    width, height = made.width, made.height
    made.lay_streets()
    halves = [box(0, 0, width / 2, height), box(width / 2, 0, width, height)]
    communities = pd.DataFrame(
        {
            "code": ["990102001001", "990102001002"],
            "name": ["东港社区", "西港社区"],
            "geom": [made.place(half) for half in halves],
        }
    )
    bends = [(-30, height * 0.8), (width * 0.4, height * 0.74), (width + 30, height * 0.9)]
    river = made.place(LineString(bends).buffer(18))
    rail = made.place(LineString([(width * 0.25, -30), (width * 0.28, height + 30)]).buffer(9))
    pond = made.place(box(700, 60, 715, 80))
    built = made.houses(houses, river)
    fences = [made.place(LineString([(x, y), (x + 18, y + 6)])) for x, y in ((150, 90), (600, 260))]
    site = made.place(box(width * 0.62, 30, width * 0.62 + 190, 170))
    return Ground(
        communities,
        pd.DataFrame(made.streets, columns=["street_class", "width_m", "geom"]),
        pd.DataFrame({"use": ["water", "rail", "water"], "geom": [river, rail, pond]}),
        pd.DataFrame({"id": [f"b{n:03}" for n in range(len(built))], "geom": built}),
        pd.DataFrame({"id": ["c1", "c2"], "geom": fences}),
        pd.DataFrame({"id": ["s1"], "geom": [site]}),
    )


@pytest.fixture(scope="session")
def quarters():
    """Return a function that makes a ground by its seed."""
    made = {}

    def of(seed):
        if seed not in made:
            made[seed] = quarter(seed)
        return made[seed]

    return of


@pytest.fixture(scope="session")
def town_block():
    """Return a function that makes a ground of one community, 200 by 100 metres, and streets."""

    def of(*streets, width=200.0, height=100.0, **rest):
        community = pd.DataFrame({"code": ["990102001001"], "geom": [box(0, 0, width, height)]})
        table = pd.DataFrame(
            [(c, np.nan, LineString(p)) for c, p in streets],
            columns=["street_class", "width_m", "geom"],
        )
        frames = {
            name: rows if isinstance(rows, pd.DataFrame) else _frame(name, rows)
            for name, rows in rest.items()
        }
        return Ground(community, table, **frames)

    return of


def _frame(name, shapes):
    if name == "land_water":
        return pd.DataFrame(shapes, columns=["use", "geom"])
    return pd.DataFrame({"id": [f"{name}{n}" for n in range(len(shapes))], "geom": list(shapes)})


def shared_sides(shapes):
    """Return how many sides each straight piece of the borders of polygons has."""
    rings = shapely.get_rings(shapes)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    ends = np.stack([points[:-1][follows], points[1:][follows]], axis=1)
    order = np.lexsort([ends[:, :, 1], ends[:, :, 0]], axis=1)
    ends = np.take_along_axis(ends, order[:, :, None], axis=1).reshape(-1, 4)
    pieces, count = np.unique(ends, axis=0, return_counts=True)
    return pieces, count


@pytest.fixture(scope="session")
def sides_of():
    return shared_sides

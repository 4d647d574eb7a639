"""The map: shapes keep their form and place, colours follow excess, the scale bar is true."""

import re

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockdata.report.map import HEIGHT, MARGIN, WIDTH, draw_cells, round_length_m, shade_steps


def frame(*shapes):
    return pd.DataFrame({"cell": [f"c{n}" for n in range(len(shapes))], "geom": list(shapes)})


NO_STREETS = pd.DataFrame({"geom": []})


def polygon_of(path):
    rings = [
        np.array([p.split(",") for p in r.split()], dtype=float)
        for r in re.findall(r"M([^Z]+)Z", path)
    ]
    return shapely.Polygon(rings[0], rings[1:])


def test_shape_keeps_its_hole_and_its_area():
    ring = shapely.box(0, 0, 1000, 500).difference(shapely.box(100, 100, 300, 200))
    drawn = draw_cells(frame(ring), NO_STREETS, {}, {}, {})
    per_metre = drawn.scale_width / drawn.scale_m
    assert polygon_of(drawn.cells[0].path).area == pytest.approx(ring.area * per_metre**2, rel=0.01)


def test_north_is_up_and_east_is_right():
    drawn = draw_cells(
        frame(shapely.box(0, 0, 10, 10), shapely.box(90, 90, 100, 100)), NO_STREETS, {}, {}, {}
    )
    south_west, north_east = drawn.cells
    assert north_east.x > south_west.x
    assert north_east.y < south_west.y


@given(st.floats(5e3, 1e5), st.floats(5e3, 1e5), st.floats(-1e6, 5e6), st.floats(0, 5e6))
def test_drawing_fits_its_box(width_m, height_m, west, south):
    drawn = draw_cells(
        frame(shapely.box(west, south, west + width_m, south + height_m)), NO_STREETS, {}, {}, {}
    )
    assert drawn.width <= WIDTH + 0.1
    assert drawn.height <= HEIGHT + 0.1
    assert 0 < drawn.scale_width <= (drawn.width - 2 * MARGIN) / 4 + 0.1


def test_colours_follow_excess_and_hot_cells_are_drawn_last():
    boxes = [shapely.box(n, 0, n + 1, 1) for n in range(5)]
    excess = {"c0": 12.0, "c2": 0.4, "c3": 6.5}
    drawn = draw_cells(frame(*boxes), NO_STREETS, excess, {}, {"c0": "1"})
    assert drawn.steps == [3, 6, 9]
    assert [(c.title, c.shade) for c in drawn.cells] == [
        ("c1", 0),
        ("c4", 0),
        ("c0", 4),
        ("c2", 1),
        ("c3", 3),
    ]
    assert [c.number for c in drawn.cells] == ["", "", "1", "", ""]


def test_nothing_to_draw_without_polygons():
    assert draw_cells(frame(None, None), NO_STREETS, {}, {}, {}) is None
    drawn = draw_cells(frame(None, shapely.box(0, 0, 1, 1)), NO_STREETS, {}, {}, {})
    assert (len(drawn.cells), drawn.without_shape) == (1, 1)


def test_streets_are_cut_at_the_border_and_may_be_in_several_parts():
    streets = pd.DataFrame(
        {
            "geom": [
                shapely.LineString([(-50, 50), (150, 50)]),
                shapely.MultiLineString([[(10, 10), (20, 10)], [(500, 500), (600, 600)]]),
            ]
        }
    )
    drawn = draw_cells(frame(shapely.box(0, 0, 100, 100)), streets, {}, {}, {})
    numbers = np.array(re.findall(r"[\d.]+", drawn.streets), dtype=float)
    assert drawn.streets.count("M") == 2
    assert numbers.min() >= MARGIN - 0.1
    assert numbers.max() <= drawn.width - MARGIN + 0.1


@given(st.floats(1, 1e7))
def test_scale_length_is_round_and_not_too_short(longest_m):
    length_m = round_length_m(longest_m)
    assert str(length_m).rstrip("0") in {"1", "2", "5"}
    assert length_m <= longest_m < 2.5 * length_m


@given(st.floats(0.01, 1e6))
def test_steps_rise_and_leave_something_above(largest):
    steps = shade_steps(largest)
    assert steps[0] < steps[1] < steps[2]
    assert largest <= steps[0] * 4

"""Streets cut at crossings and measured in cells, against shapely's own overlay."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.analysis.street_length import street_lengths_m
from blockdata.analysis.street_segments import cut_at_crossings
from blockdata.errors import AnalysisError


def random_lines(seed, count=25):
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 1000, (count, 3, 2))
    return shapely.linestrings(ends)


@pytest.mark.parametrize("seed", range(5))
def test_pieces_are_those_of_a_full_noding(seed):
    lines = random_lines(seed)
    lines = np.array([line for line in lines if line.is_simple], dtype=object)
    pieces = cut_at_crossings(lines, snap_m=0)
    noded = shapely.get_parts(shapely.node(shapely.union_all(lines)))
    longer = noded[shapely.length(noded) > 0.01]
    assert len(pieces) == len(longer)
    found = np.sort(shapely.length(pieces["geom"].to_numpy()))
    assert found == pytest.approx(np.sort(shapely.length(longer)), abs=0.05)
    assert found.sum() == pytest.approx(shapely.length(lines).sum())


def test_an_end_that_stops_short_of_a_street_still_cuts_it():
    main = shapely.LineString([(0, 0), (100, 0)])
    side = shapely.LineString([(40, 0.3), (40, 50)])
    assert len(cut_at_crossings([main, side])) == 3
    assert len(cut_at_crossings([main, side], snap_m=0.1)) == 2


def test_pieces_are_numbered_along_their_street_and_parts():
    parts = shapely.MultiLineString([[(0, 0), (10, 0)], [(20, 0), (40, 0)]])
    cross = shapely.LineString([(30, -5), (30, 5)])
    pieces = cut_at_crossings([None, parts, cross])
    assert pieces[["street", "number"]].to_numpy().tolist() == [
        *([1, 1], [1, 2], [1, 3]),
        *([2, 1], [2, 2]),
    ]


@pytest.mark.parametrize(
    ("lines", "snap_m", "match"),
    [
        ([shapely.Point(0, 0)], 0.5, "no line"),
        ([shapely.LineString([(120.1, 36.1), (120.2, 36.1)])], 0.5, "degrees"),
        ([], -1.0, "snap_m"),
    ],
)
def test_what_cannot_be_cut_is_refused(lines, snap_m, match):
    with pytest.raises(AnalysisError, match=match):
        cut_at_crossings(lines, snap_m=snap_m)


def test_without_streets_there_are_no_pieces_and_no_lengths():
    assert cut_at_crossings([]).empty
    cells = pd.DataFrame({"cell": ["a"], "geom": [shapely.box(0, 0, 1, 1)]})
    assert street_lengths_m(cells, np.empty(0, dtype=object)).empty


def test_lengths_in_a_tiling_make_up_all_streets_inside():
    lines = random_lines(7)
    tiles = [
        shapely.box(x, y, x + 250, y + 250)
        for x in range(0, 1000, 250)
        for y in range(0, 1000, 250)
    ]
    # One street runs along the border of two tiles.
    lines = np.append(lines, shapely.LineString([(250, 0), (250, 250)]))
    cells = pd.DataFrame({"cell": [f"c{n:02}" for n in range(16)], "geom": tiles})
    found = street_lengths_m(cells, lines)
    assert found.sum() == pytest.approx(shapely.length(lines).sum())
    assert found.index.is_monotonic_increasing

"""Streets by name and their crossings, against shapely one pair at a time."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.relative import StreetIndex

NUMBERS = st.integers(-200, 200)
LINES = st.lists(
    st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=4, unique=True),
    min_size=2,
    max_size=6,
)


def street_index() -> StreetIndex:
    return StreetIndex(
        ["延安三路", "延安路", "江西路", None, "江西路", "康岭里"],
        [
            shapely.LineString([(0, 0), (100, 0)]),
            shapely.LineString([(0, 50), (100, 50)]),
            shapely.LineString([(20, -20), (20, 10)]),
            shapely.LineString([(0, 0), (1, 1)]),
            shapely.LineString([(20, 10), (20, 90)]),
            shapely.LineString([(-9, 0), (-9, 90)]),
        ],
        aliases={"旧江西路": "江西路", "无名路": "没有的路", "延安路": "江西路"},
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("延安三路", ["延安三路"]),
        ("滨河区望泉街道延安三路", ["延安三路"]),
        ("延安路江西路", ["延安路", "江西路"]),
        ("旧江西路", ["江西路"]),
        ("延安路", ["延安路"]),
        ("西延安路", []),
        ("延安二路", []),
        ("", []),
        ("康岭里延安路", ["康岭里", "延安路"]),
        ("望岭里延安路", []),
    ],
)
def test_a_text_names_the_streets_that_it_ends_in(text: str, names: list[str]) -> None:
    streets = street_index()
    assert [streets.names[number] for number in streets.named(text)] == names


def test_lines_of_one_name_are_one_street() -> None:
    streets = street_index()
    assert streets.names == ["康岭里", "延安三路", "延安路", "江西路"]
    assert shapely.length(streets.lines[3]) == 110


@given(LINES)
@settings(deadline=None)
def test_crossings_are_those_of_shapely(lines: list[list[tuple[int, int]]]) -> None:
    shapes = [shapely.LineString(line) for line in lines]
    streets = StreetIndex([f"甲{number}路" for number in range(len(shapes))], shapes)
    order = [streets.names.index(f"甲{number}路") for number in range(len(shapes))]
    pairs = [(a, b) for a in range(len(shapes)) for b in range(a + 1, len(shapes))]
    one, other = ([order[pair[side]] for pair in pairs] for side in (0, 1))
    found = streets.crossings(one, other, merge_m=0.0, gap_m=0.0)
    for row, (a, b) in enumerate(pairs):
        parts = shapely.get_parts(shapely.intersection(shapes[a], shapes[b]))
        middles = [
            p if p.geom_type == "Point" else p.interpolate(0.5, normalized=True)
            for p in parts
            if not p.is_empty
        ]
        expected = sorted({(round(p.x, 6), round(p.y, 6)) for p in middles})
        rows = slice(found.first[row], found.first[row + 1])
        got = sorted({(round(x, 6), round(y, 6)) for x, y in zip(found.x[rows], found.y[rows])})
        assert np.allclose(got, expected, atol=2e-6)


def test_near_points_are_one_crossing_and_far_ones_several() -> None:
    ring = shapely.LineString([(0, -5), (10, 5), (20, -5), (300, -5), (310, 5)])
    streets = StreetIndex(["环路", "直路"], [ring, shapely.LineString([(-10, 0), (400, 0)])])
    found = streets.crossings([0], [1], merge_m=30, gap_m=0)
    assert found.x.tolist() == [10.0, 305.0]
    assert found.spread_m.tolist() == [5.0, 0.0]


def test_lines_that_nearly_meet_cross_in_the_gap() -> None:
    one, other = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(50, 8), (50, 90)])
    streets = StreetIndex(["甲路", "乙路"], [one, other])
    found = streets.crossings([0], [1], merge_m=30, gap_m=10)
    assert (found.x.tolist(), found.y.tolist(), found.is_gap.tolist()) == ([50.0], [4.0], [True])
    assert not len(streets.crossings([0], [1], merge_m=30, gap_m=7).x)

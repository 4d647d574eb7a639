"""Descriptions on the ground: by hand, moved and turned with the ground, and with fair radii."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.relative import (
    Description,
    Precision,
    StreetIndex,
    describe_all,
    place_description,
    place_descriptions,
)
from blockdata.address.relative.description import AZIMUTH_DEG
from blockdata.errors import AnalysisError

WEST_EAST = [(0.0, 0.0), (1_000.0, 0.0)]
NORTHWARD = [(200.0, -300.0), (200.0, 300.0)]
SECOND = [(600.0, -300.0), (600.0, 300.0)]
TEXTS = [
    "延安三路与江西路交叉口",
    "延安三路与江西路交叉口东北50米",
    "延安三路与江西路路口东南角",
    "延安三路5号东100米",
    "延安三路5号100米",
    "延安三路5号对面",
    "延安三路5号旁",
    "延安三路5号北侧",
    "延安三路5号附近",
    "延安三路5号",
    "甲小区与延安三路5号之间",
    "延安三路(江西路-福州路段)",
    "延安三路江西路路口",
]


def streets(turn: float = 0.0, east_m: float = 0.0) -> StreetIndex:
    lines = [
        shapely.LineString(_moved(line, turn, east_m)) for line in (WEST_EAST, NORTHWARD, SECOND)
    ]
    return StreetIndex(["延安三路", "江西路", "福州路"], lines)


def anchors(turn: float = 0.0, east_m: float = 0.0) -> pd.DataFrame:
    x, y = np.array(_moved([(400.0, 30.0), (500.0, 130.0)], turn, east_m)).T
    return pd.DataFrame({"text": ["延安三路5号", "甲小区"], "x": x, "y": y})


def _moved(points: list[tuple[float, float]], turn: float, east_m: float) -> list[list[float]]:
    angle = np.radians(turn)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return (np.array(points) @ matrix + [east_m, 0.0]).tolist()


@pytest.mark.parametrize(
    ("text", "method", "x", "y"),
    [
        ("延安三路与江西路交叉口", "crossing", 200, 0),
        ("滨河区延安三路江西路路口", "crossing", 200, 0),
        ("延安三路与江西路交叉口东北50米", "offset", 200 + 50 / 2**0.5, 50 / 2**0.5),
        ("延安三路与江西路交叉口南侧", "corner", 200, -20),
        ("延安三路5号东100米", "offset", 500, 30),
        ("延安三路5号路西200米", "offset", 200, 30),
        ("延安三路5号100米", "ring", 400, 30),
        ("延安三路5号对面", "across_street", 400, -30),
        ("甲小区对面", "around", 500, 130),
        ("延安三路5号旁", "around", 400, 30),
        ("延安三路5号北侧", "side", 400, 60),
        ("延安三路5号", "anchor", 400, 30),
        ("甲小区与延安三路5号之间", "between", 450, 80),
        ("延安三路(江西路-福州路段)", "along", 400, 0),
    ],
)
def test_places_by_hand(text: str, method: str, x: float, y: float) -> None:
    placed = place_description(describe_all([text])[0], anchors(), streets())
    assert (placed.method, placed.reason) == (method, "")
    assert (placed.x, placed.y) == (pytest.approx(x), pytest.approx(y))
    assert placed.radius_m > 0
    assert placed.geometry is not None
    assert shapely.intersects(placed.geometry, shapely.Point(x, y).buffer(0.001))


def test_areas_hold_what_lies_between() -> None:
    between, along = place_descriptions(describe_all(TEXTS[10:12]), anchors(), streets())[
        "geometry"
    ]
    assert between.contains(shapely.LineString([(400, 30), (500, 130)]))
    assert along.contains(shapely.LineString([(200, 0), (600, 0)]))
    assert along.bounds == pytest.approx((175, -25, 625, 25))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("乙小区对面", "anchor_unknown"),
        ("乙小区东50米", "anchor_unknown"),
        ("甲小区与乙小区之间", "anchor_unknown"),
        ("延安三路与南京路路口", "unknown_street"),
        ("延安三路路口", "one_street"),
        ("江西路与福州路交叉口", "streets_do_not_cross"),
        ("延安三路与江西路路口往南", "no_distance"),
        ("延安三路(江西路-南京路段)", "unknown_street"),
        ("甲小区东几百米", "vague_distance"),
        ("", "empty"),
        ("对面", "no_anchor"),
    ],
)
def test_what_cannot_be_placed_has_a_reason_and_no_point(text: str, reason: str) -> None:
    placed = place_description(describe_all([text])[0], anchors(), streets())
    assert (placed.reason, placed.method, placed.geometry) == (reason, "", None)
    assert np.isnan([placed.x, placed.y, placed.radius_m]).all()


def test_several_crossings_are_ambiguous_unless_a_point_is_near_one() -> None:
    bow = shapely.LineString([(0, -50), (0, 50), (500, 50), (500, -50)])
    two = StreetIndex(["弓路", "直路"], [bow, shapely.LineString([(-100, 0), (900, 0)])])
    said = describe_all(["弓路与直路交叉口"] * 3)
    near = np.array([[np.nan, np.nan], [450.0, 90.0], [250.0, 0.0]])
    placed = place_descriptions(said, anchors(), two, near=near)
    assert placed["reason"].tolist() == ["several_crossings", "", "several_crossings"]
    assert placed["x"].iloc[1] == 500


def test_an_anchor_brings_its_shape_and_its_own_radius() -> None:
    shaped = anchors().assign(
        geometry=[shapely.box(390, 20, 410, 40), None], radius_m=[3.0, np.nan]
    )
    placed = place_descriptions(describe_all(["延安三路5号", "甲小区"]), shaped, streets())
    assert placed["geometry"].iloc[0].area == 400
    assert placed["radius_m"].tolist() == pytest.approx([np.hypot(3, 200**0.5), 15])


@given(st.floats(0, 360), st.floats(-1e5, 1e5))
@settings(deadline=None, max_examples=40)
def test_what_does_not_speak_of_winds_turns_and_moves_with_the_ground(
    turn: float, east: float
) -> None:
    said = [d for d in describe_all(TEXTS) if d.direction is None]
    here = place_descriptions(said, anchors(), streets())
    there = place_descriptions(said, anchors(turn, east), streets(turn, east))
    expected = _moved(list(zip(here["x"], here["y"], strict=True)), turn, east)
    assert np.allclose(there[["x", "y"]], expected, atol=1e-5)
    assert np.allclose(here["radius_m"], there["radius_m"])
    assert here["method"].tolist() == there["method"].tolist()


def test_winds_turn_with_the_ground_by_quarters() -> None:
    quarter = str.maketrans("东北西南", "北西南东")
    texts = ["延安三路5号东100米", "甲小区西侧", "延安三路与江西路路口南50米"]
    here = place_descriptions(describe_all(texts), anchors(), streets())
    turned = describe_all([text.replace("江西", "江#").translate(quarter) for text in texts])
    known = [replace(d, streets=tuple(s.replace("#", "西") for s in d.streets)) for d in turned]
    there = place_descriptions(known, anchors(90.0), streets(90.0))
    expected = _moved(list(zip(here["x"], here["y"], strict=True)), 90.0, 0.0)
    assert np.allclose(there[["x", "y"]], expected)


def test_descriptions_that_people_would_write_hold_their_points() -> None:
    """Draw true points first, say where they are as people do, and count those within."""
    rng, count = np.random.default_rng(11), 2_000
    home = rng.uniform(0, 5_000, (count, 2))
    away, azimuth = rng.uniform(15, 400, count), rng.uniform(0, 360, count)
    angle = np.radians(azimuth)
    true = home + np.c_[away * np.sin(angle), away * np.cos(angle)]
    winds = np.array(list(AZIMUTH_DEG))[np.round(azimuth / 45).astype(int) % 8]
    # What one sees is a fifth off, and told in tens or, from a hundred metres, in fifties.
    guess = away * rng.uniform(0.8, 1.2, count)
    step = np.where(guess < 100, 10, 50)
    told = np.maximum(10, np.round(guess / step) * step).astype(int)
    texts = [f"甲路{n}号{winds[n]}{told[n]}米" for n in range(count)]
    found = home + rng.normal(0, 5, (count, 2))
    known = pd.DataFrame(
        {"text": [f"甲路{n}号" for n in range(count)], "x": found[:, 0], "y": found[:, 1]}
    )
    placed = place_descriptions(describe_all(texts), known)
    off_m = np.hypot(placed["x"] - true[:, 0], placed["y"] - true[:, 1])
    assert (placed["reason"] == "").all()
    assert (off_m <= placed["radius_m"]).mean() >= 0.9


@given(st.floats(-1e5, 1e5))
@settings(deadline=None, max_examples=20)
def test_everything_moves_with_the_ground(east: float) -> None:
    said = describe_all(TEXTS)
    here = place_descriptions(said, anchors(), streets())
    there = place_descriptions(said, anchors(0.0, east), streets(0.0, east))
    assert np.allclose(there["x"] - here["x"], east)
    assert np.allclose(there[["y", "radius_m"]], here[["y", "radius_m"]])


def test_bulk_equals_one_by_one_in_any_order() -> None:
    said = describe_all(TEXTS * 3)
    bulk = place_descriptions(said, anchors(), streets())
    single = [place_description(description, anchors(), streets()) for description in said]
    assert bulk["x"].tolist() == [place.x for place in single]
    assert bulk["radius_m"].tolist() == [place.radius_m for place in single]
    turned = place_descriptions(said[::-1], anchors(), streets()).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(turned, bulk)


@pytest.mark.parametrize("rough", [False, True])
@pytest.mark.parametrize("wind", ["东", "东北"])
@pytest.mark.parametrize("distance_m", [20.0, 50.0, 120.0, 300.0])
def test_nine_of_ten_true_points_lie_within_the_radius(
    wind: str, distance_m: float, rough: bool
) -> None:
    """Draw true points from the errors that the model assumes, and count."""
    rng = np.random.default_rng(7)
    count, precision = 20_000, Precision()
    said = Description("offset", ("甲",), (), wind, distance_m, rough)
    ground = pd.DataFrame({"text": ["甲"], "x": [0.0], "y": [0.0]})
    placed = place_description(said, ground)
    half = 45 if len(wind) == 1 else 22.5
    error = precision.distance_error_m([distance_m], [rough])[0]
    away = distance_m + rng.uniform(-error, error, count)
    angle = np.radians(AZIMUTH_DEG[wind] + rng.uniform(-half, half, count))
    # A normal error in two dimensions whose 90 % radius is that of the anchor.
    own = rng.normal(0, precision.anchor_m / np.sqrt(-2 * np.log(0.1)), (count, 2))
    true = own + np.c_[away * np.sin(angle), away * np.cos(angle)]
    inside = np.hypot(true[:, 0] - placed.x, true[:, 1] - placed.y) <= placed.radius_m
    assert 0.88 <= inside.mean() <= 0.97


PIECES = [
    "延安三路",
    "江西路",
    "福州路",
    "甲小区",
    "5号",
    "与",
    "路口",
    "交叉口",
    "之间",
    "-",
    "(",
    ")",
]
PIECES += ["东", "西北", "50米", "约百米", "对面", "旁", "附近", "往南", "北侧", "段", "至", "/"]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=7).map("".join), max_size=6))
@settings(deadline=None, max_examples=200)
def test_any_description_has_a_place_or_a_reason(texts: list[str]) -> None:
    placed = place_descriptions(describe_all(texts), anchors(), streets())
    assert len(placed) == len(texts)
    there = placed["reason"] == ""
    assert (placed["x"].notna() == there).all()
    assert (placed["geometry"].notna() == there).all()
    assert ((placed["method"] != "") == there).all()
    assert (placed.loc[there, "radius_m"] > 0).all()


def test_a_text_twice_among_the_anchors_is_refused() -> None:
    with pytest.raises(AnalysisError, match="twice"):
        place_descriptions([], pd.concat([anchors(), anchors()]), streets())


def test_nothing_gives_an_empty_frame() -> None:
    assert place_descriptions([], anchors(), streets()).shape == (0, 7)
    empty = anchors().iloc[:0]
    assert place_descriptions(describe_all(["甲小区旁"]), empty)["reason"].tolist() == [
        "anchor_unknown"
    ]

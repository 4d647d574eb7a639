"""Density along streets: a straight street, crossings, all ways one by one, and nothing lost."""

import math

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.density import street_density
from blockdata.errors import AnalysisError

LINE = shapely.LineString
STAR = [LINE([(0, 0), arm]) for arm in ((500, 0), (0, 500), (-500, 0), (300, -400))]


def at(*xy):
    return pd.DataFrame(xy, columns=["x", "y"], dtype=float)


def below(u_m, width_m, kernel):
    """Integral of the kernel along a line from minus infinity."""
    if kernel == "gaussian":
        cut = math.erf(4 / math.sqrt(2))
        return 0.5 + 0.5 * math.erf(max(min(u_m / width_m, 4), -4) / math.sqrt(2)) / cut
    u = max(min(u_m / width_m, 1), -1)
    return 0.5 + 15 / 16 * (u - 2 * u**3 / 3 + u**5 / 5)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
@pytest.mark.parametrize("split", ["discontinuous", "continuous"])
def test_a_straight_street_equals_the_density_on_a_line(kernel, split):
    street = [LINE([(0, 0), (700, 0), (1000, 0)]), LINE([(2000, 0), (1000, 0)])]
    spots, width_m = [650.0, 1000.0, 1203.0], 110.0
    found = street_density(at(*((x, 4) for x in spots)), street, bandwidth_m=width_m, lixel_m=7,
                           kernel=kernel, split=split)  # fmt: skip
    for row in found.to_dict("records"):
        low, _, high, _ = row["geom"].bounds
        own = sum(below(high - x, width_m, kernel) - below(low - x, width_m, kernel) for x in spots)
        assert row["events"] == pytest.approx(own, abs=1e-9)
        assert row["density_per_km"] == pytest.approx(own / (high - low) * 1000, abs=1e-4)


@pytest.mark.parametrize("split", ["discontinuous", "continuous"])
def test_an_event_on_a_crossing_spreads_evenly_over_its_arms(split):
    found = street_density(at((0, 0)), STAR, bandwidth_m=200, split=split)
    np.testing.assert_allclose(found.groupby("line")["events"].sum(), 0.25)


def test_beyond_a_crossing_the_kernel_goes_on_in_equal_parts():
    beyond = 1 - below(60, 200, "quartic")
    own = street_density(at((60, 0)), STAR, bandwidth_m=200).groupby("line")["events"].sum()
    np.testing.assert_allclose(own, [1 - beyond, beyond / 3, beyond / 3, beyond / 3])
    own = street_density(at((60, 0)), STAR, bandwidth_m=200, split="continuous")
    own = own.groupby("line")["events"].sum()
    np.testing.assert_allclose(own, [1 - 1.5 * beyond, beyond / 2, beyond / 2, beyond / 2])


def test_the_continuous_kernel_has_no_step_at_a_crossing():
    found = street_density(at((60, 0)), STAR, bandwidth_m=200, lixel_m=0.1, split="continuous")
    beside = found[found["from_m"] == 0]["density_per_km"]
    assert np.ptp(beside) < 0.01 * beside.max()
    found = street_density(at((60, 0)), STAR, bandwidth_m=200, lixel_m=0.1)
    assert np.ptp(found[found["from_m"] == 0]["density_per_km"]) > 0.5 * beside.max()


def all_ways(lines, line, along_m, width_m, split, kernel):
    """Weight on each street of two vertices: every way walked one by one."""
    ends = [tuple(map(tuple, shapely.get_coordinates(part))) for part in lines]
    length = [part.length for part in lines]
    reach = width_m if kernel == "quartic" else 4 * width_m
    own = np.zeros(len(lines))

    def walk(street, to, share, come_m, left_m):
        gone_m = come_m + left_m
        own[street] += share * (below(gone_m, width_m, kernel) - below(come_m, width_m, kernel))
        if gone_m >= reach:
            return
        ways = [(s, e) for s, both in enumerate(ends) for e in (0, 1) if both[e] == to]
        n = len(ways)
        for other, end in ways:
            back = other == street
            if n == 1:
                part = share
            elif back:
                part = share * (2 - n) / n if split == "continuous" else 0
            else:
                part = share * 2 / n if split == "continuous" else share / (n - 1)
            if part:
                walk(other, ends[other][1 - end], part, gone_m, length[other])

    walk(line, ends[line][1], 1.0, 0.0, length[line] - along_m)
    walk(line, ends[line][0], 1.0, 0.0, along_m)
    return own


GRID = [
    LINE([(0, 0), (90, 0)]), LINE([(90, 0), (90, 70)]), LINE([(90, 70), (0, 70)]),
    LINE([(0, 70), (0, 0)]), LINE([(0, 0), (90, 70)]), LINE([(90, 0), (170, -31)]),
    LINE([(170, -31), (90, 70)]), LINE([(0, 70), (-60, 90)]),
]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, len(GRID) - 1),
    st.floats(0.05, 0.95),
    st.sampled_from(["discontinuous", "continuous"]),
    st.sampled_from([("quartic", 260.0), ("gaussian", 60.0)]),
)
def test_equals_all_ways_walked_one_by_one(line, share, split, how):
    kernel, width_m = how
    along_m = share * GRID[line].length
    spot = GRID[line].interpolate(along_m)
    found = street_density(at((spot.x, spot.y)), GRID, bandwidth_m=width_m, split=split,
                           kernel=kernel, lixel_m=25)  # fmt: skip
    wanted = all_ways(GRID, line, along_m, width_m, split, kernel)
    np.testing.assert_allclose(found.groupby("line")["events"].sum(), wanted, atol=2e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(0, 99), st.sampled_from(["discontinuous", "continuous"]))
def test_nothing_is_lost_whatever_the_streets(count, seed, split):
    rng = np.random.default_rng(seed)
    nodes = rng.integers(0, 8, (30, 2)) * 40.0
    streets = [LINE(nodes[rng.choice(30, rng.integers(2, 4))]) for _ in range(40)]
    streets = [street for street in streets if street.length > 0]
    points = pd.DataFrame(rng.uniform(0, 300, (count, 2)), columns=["x", "y"])
    points["weight"] = rng.integers(0, 4, count)
    found = street_density(points, streets, bandwidth_m=150, split=split, snap_m=500)
    assert found["events"].sum() == pytest.approx(points["weight"].sum(), rel=1e-9)
    lengths = found.groupby("line")["geom"].agg(
        lambda shapes: shapely.length(shapes.to_numpy()).sum()
    )
    np.testing.assert_allclose(lengths, shapely.length(streets), rtol=1e-9)


def test_points_far_from_streets_and_no_streets():
    found = street_density(at((0, 0), (0, 900)), STAR[:1], bandwidth_m=100)
    assert found["events"].sum() == pytest.approx(1)
    assert (street_density(at(), STAR, bandwidth_m=100)["events"] == 0).all()
    assert len(street_density(at((0, 0)), [], bandwidth_m=100)) == 0
    assert len(street_density(at((0, 0)), [None, LINE()], bandwidth_m=100)) == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bandwidth_m": 0}, "bandwidth_m"),
        ({"snap_m": -1}, "snap_m"),
        ({"kernel": "cone"}, "cone"),
        ({"split": "half"}, "half"),
        ({"lines": [shapely.Point(0, 0)]}, "not lines"),
    ],
)
def test_wrong_input_is_refused(changes, message):
    with pytest.raises(AnalysisError, match=message):
        street_density(at((0, 0)), **{"lines": STAR, "bandwidth_m": 100, **changes})

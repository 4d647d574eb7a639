"""The side of a line is exact: it equals rational arithmetic where doubles cannot tell."""

from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from blockdata.kernels.orientation import orientation

offset = st.sampled_from([0.0, 0.5, 12.0, 40_512_345.25, 3_998_765.12345678])
coordinate = st.builds(
    lambda by, value: by + value,
    offset,
    st.floats(-1e3, 1e3).map(lambda v: v + 0.0 if abs(v) > 1e-9 else 0.0),
)


def in_rationals(ax, ay, bx, by, px, py):
    ax, ay, bx, by, px, py = map(Fraction, (ax, ay, bx, by, px, py))
    turn = (ax - px) * (by - py) - (ay - py) * (bx - px)
    return (turn > 0) - (turn < 0)


@settings(deadline=None)
@given(*[coordinate] * 4, st.floats(-1, 2))
@example(12.0, 12.0, 24.0, 24.0, 0.5)
def test_points_within_rounding_of_the_line(ax, ay, bx, by, share):
    px, py = ax + share * (bx - ax), ay + share * (by - ay)
    assert orientation(ax, ay, bx, by, px, py) == in_rationals(ax, ay, bx, by, px, py)


@settings(deadline=None)
@given(*[coordinate] * 6)
def test_any_points(ax, ay, bx, by, px, py):
    assert orientation(ax, ay, bx, by, px, py) == in_rationals(ax, ay, bx, by, px, py)


@settings(deadline=None)
@given(*[st.integers(0, 3)] * 6)
def test_lattice_of_last_bits(ax, ay, bx, by, px, py):
    points = [12.0 + v * 2.0**-49 for v in (ax, ay)] + [24.0 + v * 2.0**-48 for v in (bx, by)]
    points += [0.5 + v * 2.0**-53 for v in (px, py)]
    assert orientation(*points) == in_rationals(*points)

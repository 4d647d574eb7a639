"""Between layers: totals are kept, what falls outside is a remainder, means are weighted means."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.grid.transfer import overlap_weights, people_points, transfer

BOX = shapely.box(0, 0, 100, 100)


def _tiling(seed, count=9, box=BOX):
    rng = np.random.default_rng(seed)
    points = shapely.MultiPoint(rng.uniform(0, 100, (count, 2)))
    parts = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    return np.asarray(shapely.intersection(parts, box))


@given(st.integers(0, 500))
@settings(max_examples=25)
def test_totals_are_kept_where_the_target_covers_the_source(seed):
    rng = np.random.default_rng(seed)
    source, target = _tiling(seed), _tiling(seed + 1, 14)
    assume(abs(shapely.area(source).sum() + shapely.area(target).sum() - 20_000) < 1e-6)
    values = pd.Series(rng.uniform(-5, 1e6, len(source)))
    for points in (None, rng.uniform(0, 100, (40, 2))):
        found = transfer(values, overlap_weights(source, target, points))
        assert found.cells["value"].sum() == pytest.approx(values.sum(), rel=1e-12)
        assert (found.remainder == 0).all()
        assert found.cells["known_share"].dropna().to_list() == pytest.approx(
            [1.0] * found.cells["known_share"].notna().sum()
        )


@given(st.integers(0, 500))
@settings(max_examples=25)
def test_what_falls_outside_is_the_remainder(seed):
    rng = np.random.default_rng(seed)
    source = _tiling(seed)
    target = _tiling(seed + 1, 12)[:7]
    values = pd.Series(rng.uniform(0, 100, len(source)))
    found = transfer(values, overlap_weights(source, target))
    assert found.cells["value"].sum() + found.remainder.sum() == pytest.approx(values.sum())
    covered = shapely.union_all(target)
    outside = 1 - shapely.area(shapely.intersection(source, covered)) / shapely.area(source)
    assert found.remainder.to_numpy() == pytest.approx(outside * values.to_numpy(), abs=1e-6)


def test_shares_are_areas_or_the_weights_of_points():
    source = pd.Series([BOX], index=["s"])
    target = pd.Series([shapely.box(0, 0, 30, 100), shapely.box(30, 0, 100, 100)], ["w", "e"])
    assert overlap_weights(source, target).values.tolist() == [
        ["s", "w", 0.3, 3000.0],
        ["s", "e", 0.7, 7000.0],
    ]
    by_people = overlap_weights(source, target, [[1, 1], [50, 1], [999, 1]], [30, 10, 1000])
    assert by_people["share"].to_list() == [0.75, 0.25]
    assert by_people["weight"].to_list() == [30, 10]
    # A point on the border belongs to the first; one without weight to nobody.
    on_border = overlap_weights(source, target, [[30, 5], [99, 99]], [4, np.nan])
    assert on_border.values.tolist() == [["s", "w", 1.0, 4.0]]


def test_a_cell_without_points_is_shared_by_area():
    source = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    target = [shapely.box(0, 0, 15, 10), shapely.box(15, 0, 20, 10)]
    found = overlap_weights(source, target, [[1, 1]])
    assert found[["source", "target", "share"]].values.tolist() == [
        [0, 0, 1],
        [1, 0, 0.5],
        [1, 1, 0.5],
    ]


def test_targets_that_overlap_count_nothing_twice():
    source, target = [BOX], [BOX, BOX, shapely.box(0, 0, 50, 100)]
    found = overlap_weights(source, target)
    assert found["share"].to_list() == pytest.approx([0.4, 0.4, 0.2])


def test_means_are_weighted_by_what_is_shared():
    source = pd.Series([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)], ["a", "b"])
    target = pd.Series([shapely.box(5, 0, 25, 10), shapely.box(99, 99, 100, 100)], ["t", "far"])
    weights = overlap_weights(source, target)
    found = transfer(pd.Series({"a": 10.0, "b": 40.0}), weights, kind="mean", targets=["far", "t"])
    assert found.cells["target"].to_list() == ["far", "t"]
    assert found.cells["value"].to_list() == pytest.approx(
        [np.nan, (50 * 10 + 150 * 40) / 200], nan_ok=True
    )
    assert found.remainder.isna().all()
    some = transfer(pd.Series({"a": 10.0, "b": None}, dtype=float), weights, kind="mean")
    assert some.cells[["value", "known_share"]].values.tolist() == [[10.0, 0.25]]


def test_unknown_values_stay_unknown():
    weights = overlap_weights([BOX, shapely.box(100, 0, 200, 100)], [shapely.box(0, 0, 200, 100)])
    found = transfer(pd.Series([7.0, np.nan]), weights)
    assert found.cells[["value", "known_share"]].values.tolist() == [[7.0, 0.5]]
    nothing = transfer(pd.Series([np.nan, np.nan]), weights)
    assert nothing.cells["value"].isna().all()


def test_what_does_not_fit_is_refused():
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(AnalysisError, match="not valid polygons"):
        overlap_weights([BOX], [bow_tie])
    with pytest.raises(AnalysisError, match="weights are negative"):
        overlap_weights([BOX], [BOX], [[1, 1]], [-1])
    with pytest.raises(AnalysisError, match="two cells have one name"):
        overlap_weights(pd.Series([BOX, BOX], ["a", "a"]), [BOX])
    weights = overlap_weights([BOX], [BOX])
    with pytest.raises(AnalysisError, match="unknown kind"):
        transfer(pd.Series([1.0]), weights, kind="median")
    with pytest.raises(AnalysisError, match="two values"):
        transfer(pd.Series([1.0, 2.0], [0, 0]), weights)


def test_an_atoms_figure_is_spread_and_never_changed():
    rng = np.random.default_rng(1)
    n = 40
    houses = pd.DataFrame(
        {
            "building": [f"b{k:02}" for k in range(n)],
            "x": rng.uniform(0, 100, n),
            "y": 1.0,
            "geom": shapely.box(0, 0, rng.uniform(5, 20, n), 10),
            "floors": rng.choice([None, 3, 9], n),
            "use": rng.choice(["住宅", "工业", None], n),
        }
    )
    houses.loc[0, "geom"] = None
    atoms = pd.DataFrame({"building": houses["building"], "atom": [f"a{k % 5}" for k in range(n)]})
    figures = pd.DataFrame({"atom": [f"a{k}" for k in range(5)], "people": [30, 45, 60, 35, 90]})
    found = people_points(atoms, figures, houses.sample(frac=1, random_state=1))
    sums = found.merge(atoms).groupby("atom")["people"].sum()
    assert sums.to_list() == pytest.approx(figures["people"].to_list(), rel=1e-12)
    works = houses.loc[houses["use"] == "工业", "building"]
    assert (found.set_index("building")["people"].loc[works] == 0).all()
    nowhere = houses.assign(x=houses["x"].where(houses["building"] != "b01"))
    fewer = people_points(atoms, figures, nowhere)
    assert "b01" not in set(fewer["building"])
    assert fewer["people"].sum() == pytest.approx(260)

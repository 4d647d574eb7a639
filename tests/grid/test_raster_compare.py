"""Raster and register: what rounding, sharing and uncertainty leave open is no disagreement."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.grid import atom_figures
from blockdata.grid.rasters import compare_with_register, register_bounds


def _register(**cells):
    """Cells with figures that leave 10 open."""
    rows = [(cell, n, False, n - 10.0, n + 10.0, float(n)) for cell, n in cells.items()]
    return pd.DataFrame(rows, columns=["cell", "register", "shared", "low", "high", "estimate"])


def _raster(**cells):
    people = pd.Series(cells, dtype=float)
    return pd.DataFrame(
        {"cell": people.index, "people": people.to_numpy(), "data_share": 1.0, "border_people": 0.0}
    )


@given(st.lists(st.integers(0, 90), min_size=3, max_size=30), st.integers(0, 99), st.data())
@settings(max_examples=60)
def test_the_true_number_of_people_always_lies_within_the_bounds(people, seed, data):
    rng = np.random.default_rng(seed)
    houses = [f"b{n:02}" for n in range(len(people))]
    atoms = pd.DataFrame({"building": houses, "atom": rng.choice(["a1", "a2", "a3"], len(houses))})
    truth = pd.DataFrame({"building": houses, "people": people})
    round_to = data.draw(st.sampled_from([1, 5, 10]))
    figures = atom_figures(atoms, truth, minimum=30, round_to=round_to)
    where = pd.DataFrame({"building": houses, "cell": rng.choice(["u1", "u2", None], len(houses))})
    found = register_bounds(atoms, figures, where, minimum=30, round_to=round_to)
    own = where.merge(truth).groupby("cell")["people"].sum()
    for row in found.itertuples():
        assert row.low <= own[row.cell] <= row.high
        assert row.low <= row.estimate <= row.high
    assert found["estimate"].sum() <= figures["people"].sum() + 1e-9


def test_the_overall_ratio_is_taken_out_and_the_rest_is_ranked():
    register = _register(a=1000, b=1000, c=1000, d=1000, e=0, f=2000)
    raster = _raster(a=1300.0, b=1250.0, c=4600.0, d=90.0, e=400.0, f=2600.0, g=3.0)
    found = compare_with_register(raster, register, uncertainty=0.3)
    # The cell that differs most, c, has no part in the ratio.
    assert found.ratio == pytest.approx((1300 + 1250 + 90 + 400 + 2600 + 3) / 5000)
    said = found.cells.set_index("cell")["disagreement"].to_dict()
    assert said == {
        "a": "agrees",
        "b": "agrees",
        "c": "raster_more",
        "d": "register_more",
        "e": "raster_only",
        "f": "agrees",
        "g": "agrees",
    }
    assert found.cells["cell"].tolist() == ["c", "d", "e", "a", "b", "f", "g"]
    assert found.cells["rank"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    row = found.cells.iloc[0]
    assert row["ratio"] == pytest.approx(4.6)
    assert row["scaled"] == pytest.approx(4600 / found.ratio)
    beyond = row["scaled"] - 1010 - 0.3 * row["scaled"]
    assert row["unexplained"] == pytest.approx(beyond)


def test_a_shared_figure_explains_what_an_unshared_one_does_not():
    register = _register(a=900, b=900, c=5000).assign(low=[0.0, 890.0, 4990.0])
    found = compare_with_register(_raster(a=10.0, b=10.0, c=5000.0), register, uncertainty=0.2)
    said = found.cells.set_index("cell")["disagreement"]
    assert (said["a"], said["b"]) == ("agrees", "register_more")


def test_people_in_pixels_on_the_border_may_be_on_the_other_side():
    register = _register(a=1000, b=0, c=1000)
    raster = _raster(a=700.0, b=600.0, c=700.0).assign(border_people=[0.0, 500.0, 0.0])
    found = compare_with_register(raster, register).cells.set_index("cell")
    assert found["disagreement"].to_dict() == {"a": "agrees", "b": "agrees", "c": "agrees"}
    clear = compare_with_register(raster.assign(border_people=200.0), register)
    assert clear.cells.iloc[0][["cell", "disagreement"]].tolist() == ["b", "raster_only"]


def test_cells_without_data_are_not_compared_and_do_not_move_the_ratio():
    raster = _raster(a=500.0, b=np.nan, c=1.0).assign(data_share=[1.0, 0.0, 0.3])
    found = compare_with_register(raster, _register(a=500, b=4000, c=4000))
    assert found.ratio == pytest.approx(1.0)
    said = found.cells.set_index("cell")["disagreement"].to_dict()
    assert said == {"a": "agrees", "b": "no_data", "c": "no_data"}
    assert (found.cells["unexplained"] == 0).all()


def test_without_anybody_in_the_register_nothing_is_scaled():
    found = compare_with_register(_raster(a=500.0), _register().astype({"cell": "str"}))
    assert found.ratio is None
    assert found.cells[["scaled", "disagreement"]].values.tolist() == [[500.0, "raster_only"]]


def test_people_with_no_building_to_live_in_are_marked():
    homes = pd.Series({"a": True, "b": False})
    found = compare_with_register(
        _raster(a=100.0, b=100.0, c=0.0), _register(a=100, b=100), homes=homes
    )
    has = found.cells.set_index("cell")["has_homes"]
    assert (has["a"], has["b"], has["c"] is pd.NA) == (True, False, True)


def test_register_people_where_the_raster_has_none():
    found = compare_with_register(_raster(a=0.0, b=1000.0), _register(a=500, b=500))
    assert found.cells.iloc[0][["cell", "disagreement"]].tolist() == ["a", "register_only"]


def test_uncertainty_is_a_share():
    with pytest.raises(AnalysisError, match=r"uncertainty is 1\.5"):
        compare_with_register(_raster(), _register(), uncertainty=1.5)

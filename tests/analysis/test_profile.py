"""One row per cell; nothing counted is zero only where somebody counts."""

import pandas as pd
import pytest

from blockdata.analysis.profile import cell_profile
from blockdata.errors import AnalysisError

CELLS = pd.DataFrame(
    {
        "cell": ["u2", "u1", "r1"],
        "layer": ["unit", "unit", "responsibility"],
        "code": ["02", "01", None],
        "name": ["West", "East", "North"],
    }
)


def test_zero_only_where_the_source_exists():
    people = pd.Series([120, None], index=["r1", "u1"], dtype="Int64")
    counts = {"addresses": pd.Series({"u1": 3}), "people": people, "camera": None}
    profile = cell_profile(CELLS, counts)
    assert profile["cell"].tolist() == ["r1", "u1", "u2"]
    assert profile["addresses"].tolist() == [0, 3, 0]
    assert profile["people"].isna().tolist() == [False, True, False]
    assert profile["camera"].isna().all()
    assert [str(profile[c].dtype) for c in counts] == ["Int64"] * 3


def test_lengths_stay_fractions_whatever_their_values():
    profile = cell_profile(CELLS, {"street_length_m": pd.Series({"u1": 900.0})})
    assert str(profile["street_length_m"].dtype) == "Float64"


def test_order_does_not_matter_and_input_stays():
    before, series = CELLS.copy(), pd.Series({"u1": 3, "u2": 4})
    profile = cell_profile(CELLS[::-1], {"n": series[::-1]})
    pd.testing.assert_frame_equal(profile, cell_profile(CELLS, {"n": series}))
    pd.testing.assert_frame_equal(CELLS, before)


def test_no_cell_gives_no_row():
    assert cell_profile(CELLS[:0], {"n": None}).empty


def test_counts_outside_the_cells_are_refused_not_lost():
    with pytest.raises(AnalysisError, match="1 entries are for cells that are not listed"):
        cell_profile(CELLS, {"n": pd.Series({"u1": 3, "u9": 1})})
    with pytest.raises(AnalysisError, match="stands twice"):
        cell_profile(CELLS, {"n": pd.Series([3, 1], index=["u1", "u1"])})
    with pytest.raises(AnalysisError, match="not numbers"):
        cell_profile(CELLS, {"n": pd.Series({"u1": "3"})})
    with pytest.raises(AnalysisError, match="used twice: name"):
        cell_profile(CELLS, {"name": None})
    with pytest.raises(AnalysisError, match="repeat a key"):
        cell_profile(pd.concat([CELLS, CELLS]), {})

"""Episodes told of larger places, and similar places that got better."""

import pandas as pd
import pytest

from blockdata.analysis.lasting import SIMILAR_COLUMNS, rolled_up, similar_improved
from blockdata.errors import AnalysisError

EPISODES = pd.DataFrame(
    {
        "episode": ["e1", "e2", "e3"],
        "place_kind": "address",
        "place": ["room", "door", "road"],
        "category": "leak",
    }
)


def test_by_place_and_by_episode() -> None:
    """What has no larger place is left out; the rest keeps its order and columns."""
    up = pd.DataFrame({"place": ["door", "room"], "ancestor": ["house", "house"]})
    told = rolled_up(EPISODES, up, place_kind="building")
    assert told["episode"].tolist() == ["e1", "e2"]
    assert set(told["place"]) == {"house"} and set(told["place_kind"]) == {"building"}
    cells = pd.DataFrame({"episode": ["e3"], "ancestor": ["c1"]})
    told = rolled_up(EPISODES, cells, place_kind="cell", key="episode")
    assert told[["episode", "place", "category"]].values.tolist() == [["e3", "c1", "leak"]]
    assert EPISODES["place"].tolist() == ["room", "door", "road"]


def test_two_larger_places_are_refused() -> None:
    """An address has one building."""
    up = pd.DataFrame({"place": ["room", "room"], "ancestor": ["a", "b"]})
    with pytest.raises(AnalysisError, match="repeat a key"):
        rolled_up(EPISODES, up, place_kind="building")


def found(**columns: object) -> pd.DataFrame:
    """A few problems of one kind and category."""
    plain = {"place_kind": "address", "category": "leak", "status": "chronic", "calm_months": 0}
    return pd.DataFrame({**plain, "expected": 1.0, **columns})


def test_nearest_improved_places_first() -> None:
    """Of the same kind and category and chronic; never one that goes on."""
    frame = found(
        place=["a", "b", "c", "d", "e"],
        course=["rising", "resolved", "improving", "persistent", "resolved"],
        episodes=[10, 11, 40, 10, 10],
        status=["chronic", "chronic", "chronic", "chronic", None],
    )
    told = similar_improved(frame, per_place=1)
    assert told[["place", "similar"]].values.tolist() == [["a", "b"], ["d", "b"]]
    assert similar_improved(frame)["nearness"].tolist() == [1, 2, 1, 2]


def test_none_improved_gives_an_empty_frame() -> None:
    """Also where nothing is chronic."""
    frame = found(place=["a"], course=["rising"], episodes=[10])
    for rows in (frame, frame.head(0), frame.assign(status=None)):
        told = similar_improved(rows)
        assert told.empty and list(told.columns) == list(SIMILAR_COLUMNS)


def test_bad_input_is_refused() -> None:
    """Columns that lack, or no place to show."""
    frame = found(place=["a"], course=["rising"], episodes=[10])
    with pytest.raises(AnalysisError, match="lacks course"):
        similar_improved(frame.drop(columns="course"))
    with pytest.raises(AnalysisError, match="places to show"):
        similar_improved(frame, per_place=0)

"""What lists brought, counted by hand."""

import numpy as np
import pandas as pd

from blockdata.analysis.tasks import busiest_places, list_outcome


def _places(text, grid="g"):
    rows = [(grid, "cell:unit" if name.startswith("c") else "building", name) for name in text]
    return pd.DataFrame(rows, columns=["grid", "stop_kind", "stop"])


def _signs(*rows):
    frame = pd.DataFrame(rows, columns=["stop", "reported", "closed", "handled"])
    return frame.assign(stop_kind="building")


def test_as_many_cells_and_as_many_other_places_are_chosen_by_count():
    past = _places(["c1", "c1", "c1", "c2", "a", "a", "b"])
    found = busiest_places(past, _places(["c9", "x", "y"]))
    assert found["stop"].tolist() == ["c1", "a", "b"]


def test_ties_of_counts_go_by_id_and_fewer_places_give_fewer():
    past = _places(["b", "a"])
    assert busiest_places(past, _places(["x"]))["stop"].tolist() == ["a"]
    assert len(busiest_places(past, _places(["x", "y", "z"]))) == 2


def test_each_grid_and_all_together_are_counted():
    stops = pd.concat([_places(["a", "b"]), _places(["z"], "h")], ignore_index=True)
    new = pd.concat([_places(["a", "a", "n", "n", "n"]), _places(["y"], "h")], ignore_index=True)
    signs = _signs(("a", True, False, True), ("b", False, True, False), ("n", True, True, True))
    found = list_outcome(stops, new, signs).set_index("grid")
    names = ["stops", "met", "reported", "closed", "handled", "episodes", "grid_episodes"]
    assert found.loc["g", names].tolist() == [2, 1, 1, 1, 1, 2, 5]
    assert found.loc["g", "best_episodes"] == 5
    assert found.loc["h", "hit_rate"] == 0
    assert found.loc["*", ["stops", "episodes", "grid_episodes"]].tolist() == [3, 2, 6]
    assert found.loc["*", "hit_rate"] == 2 / 6 and found.loc["*", "efficiency"] == 2 / 6


def test_where_nothing_happened_there_is_no_rate():
    found = list_outcome(_places(["a"]), _places([]), _signs())
    assert np.isnan(found["hit_rate"]).all() and found["stops"].tolist() == [1, 1]

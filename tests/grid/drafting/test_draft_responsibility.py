"""Responsibility grids are contiguous, inside a community, and evenly loaded."""

import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from blockdata.errors import AnalysisError, ConfigError
from blockdata.grid.drafting import propose_responsibility
from blockdata.grid.drafting.balancing import balanced, shares
from blockdata.grid.drafting.bisecting import Graph
from blockdata.grid.drafting.responsibility import neighbours


def lattice(columns, rows, communities=1, side=100.0):
    """Unit grids as squares; communities are bands of columns."""
    cells = [
        (f"9901020010{1 + c * communities // columns:02}{c * rows + r:03}", c, r)
        for c in range(columns)
        for r in range(rows)
    ]
    return pd.DataFrame(
        {
            "code": [code for code, _, _ in cells],
            "community_code": [code[:12] for code, _, _ in cells],
            "geom": [box(c * side, r * side, (c + 1) * side, (r + 1) * side) for _, c, r in cells],
        }
    )


def loads_of(units, seed):
    rng = np.random.default_rng(seed)
    people = rng.gamma(2.0, 100.0, len(units)).round(-1)
    return pd.DataFrame(
        {"code": units["code"], "people": people, "incidents": rng.poisson(15, len(units))}
    )


@settings(max_examples=12)
@given(st.integers(2, 7), st.integers(2, 5), st.integers(1, 2), st.integers(1, 9), st.integers(0))
def test_grids_are_whole_sets_of_units_in_one_piece(columns, rows, communities, count, seed):
    units = lattice(columns, rows, communities)
    loads = loads_of(units, seed % 1000)
    draft = propose_responsibility(units, loads, count=count)
    assert len(draft.grids) == min(max(count, communities), len(units))
    assert (shapely.get_type_id(draft.grids["geom"].to_numpy()) == 3).all()
    whole = units.assign(parent=draft.parent_code.reindex(units["code"]).to_numpy())
    assert (whole["parent"].str[:12] == whole["community_code"]).all()
    area = whole.groupby("parent")["geom"].agg(lambda g: shapely.area(g.to_numpy()).sum())
    assert area.to_dict() == draft.grids.set_index("code")["area_m2"].to_dict()
    assert draft.grids["people"].sum() == loads["people"].sum()
    mixed = np.random.default_rng(seed).permutation(len(units))
    again = propose_responsibility(units.iloc[mixed], loads.iloc[mixed[::-1]], count=count)
    assert again.parent_code.equals(draft.parent_code)
    pd.testing.assert_frame_equal(
        again.grids.drop(columns="geom"), draft.grids.drop(columns="geom")
    )


def best_halves(graph):
    """The least sum of squared deviations over all bisections in two connected parts."""
    count = len(graph.load)
    best = np.inf
    for chosen in itertools.product([0, 1], repeat=count - 1):
        label = np.array([0, *chosen])
        if label.any() and graph.parts(label[graph.left] == label[graph.right]).max() == 1:
            sums = np.array([graph.load[label == side].sum(axis=0) for side in (0, 1)])
            best = min(best, float(((sums - 1) ** 2).sum()))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_two_sets_are_nearly_as_even_as_the_best_of_all(seed):
    units = lattice(4, 3)
    load = loads_of(units, seed)[["people", "incidents"]].to_numpy(dtype=float)
    pairs = neighbours(units["geom"].to_numpy(dtype=object))
    graph = Graph(
        load * 2 / load.sum(axis=0),
        pairs["left"].to_numpy(),
        pairs["right"].to_numpy(),
        np.zeros(len(pairs)),
    )
    label = balanced(graph, 2)
    sums = np.array([graph.load[label == side].sum(axis=0) for side in (0, 1)])
    assert float(((sums - 1) ** 2).sum()) <= best_halves(graph) + 0.005


def test_even_loads_come_out_even_and_parts_are_never_joined():
    units = lattice(6, 4)
    even = pd.DataFrame({"code": units["code"], "people": 50})
    draft = propose_responsibility(units, even, count=4)
    assert draft.grids["people"].tolist() == [300] * 4
    assert draft.deviations()["largest"].tolist() == [0]
    apart = units[~units["code"].str[-3:].astype(int).between(8, 15)]
    split = propose_responsibility(apart, even[even["code"].isin(apart["code"])], count=1)
    assert len(split.grids) == 2


def test_grids_are_shared_out_by_load():
    assert shares(np.array([10.0, 31.0]), 4, np.array([5, 5])).tolist() == [1, 3]
    assert shares(np.array([1.0, 99.0]), 5, np.array([9, 2])).tolist() == [3, 2]
    units = lattice(6, 4, 2)
    people = np.where(units["community_code"].str.endswith("02"), 300, 100)
    loads = pd.DataFrame({"code": units["code"], "people": people})
    draft = propose_responsibility(units, loads, target_load={"people": 1_200})
    assert draft.grids["community_code"].value_counts().to_dict() == {
        "990102001002": 3,
        "990102001001": 1,
    }
    assert "deviation 0.0% on average" in str(draft)


def test_codes_and_names_follow_the_community():
    units = lattice(4, 2).assign(name="东港社区001单元网格")
    loads = pd.DataFrame({"code": units["code"], "people": 10})
    draft = propose_responsibility(units, loads, count=2, taken=["990102001001R001"])
    assert draft.grids["code"].tolist() == ["990102001001R002", "990102001001R003"]
    assert draft.grids["name"].tolist() == ["东港社区R002责任网格", "东港社区R003责任网格"]


def test_wrong_settings_and_loads_are_refused():
    units = lattice(2, 2)
    loads = pd.DataFrame({"code": units["code"], "people": [1, 2, 3, -4]})
    with pytest.raises(AnalysisError, match="negative"):
        propose_responsibility(units, loads, count=2)
    fine = loads.assign(people=1)
    with pytest.raises(ConfigError, match="exactly one"):
        propose_responsibility(units, fine)
    with pytest.raises(ConfigError, match="not positive"):
        propose_responsibility(units, fine, count=0)
    with pytest.raises(AnalysisError, match="twice"):
        propose_responsibility(pd.concat([units, units]), fine, count=2)

"""No published figure, and no difference of figures, tells of less than an atom."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import ConfigError
from blockdata.grid import atom_figures, cell_figures, draw_atoms, layer_total

LAYERS = {"unit": [f"u{n}" for n in range(8)], "duty": ["r0", "r1", "r2"], "own": ["e0", "e1"]}
building = st.tuples(
    st.floats(0, 999).map(round),
    st.floats(0, 999).map(round),
    st.integers(0, 60),
    st.integers(0, 60),
    *(st.sampled_from([*cells, None]) for cells in LAYERS.values()),
)


def city(rows):
    table = pd.DataFrame(rows, columns=["x", "y", "people", "later", *LAYERS])
    names = [f"b{number:03d}" for number in range(len(rows))]
    overlay = table[list(LAYERS)].astype(object).fillna("-").agg("|".join, axis=1)
    return table.assign(building=names, overlay=overlay, group=table["duty"])


def layer_of(buildings, name):
    return buildings[["building", name]].set_axis(["building", "cell"], axis=1)


def published(buildings):
    """Draw on the people of then, publish the people of later."""
    atoms = draw_atoms(buildings)
    now = buildings[["building", "later"]].set_axis(["building", "people"], axis=1)
    figures = atom_figures(atoms, now)
    tables = {
        name: cell_figures(atoms, figures, layer_of(buildings, name), cells)
        for name, cells in LAYERS.items()
    }
    return atoms, figures, tables


@settings(deadline=None, max_examples=70)
@given(st.lists(building, min_size=1, max_size=25))
def test_figures_and_differences_are_sums_of_whole_atoms(rows):
    buildings = city(rows)
    atoms, figures, tables = published(buildings)
    rounded = figures.set_index("atom")["people"]
    atom_of = atoms.set_index("building")["atom"]
    shown = []  # (set of atoms, figure) of every cell of every layer
    for name, table in tables.items():
        for cell, people in zip(table["cell"], table["people"], strict=True):
            members = buildings.loc[buildings[name] == cell, "building"]
            shown.append((frozenset(atom_of.reindex(members).dropna()), people))
    if atoms.empty:
        assert all(people is pd.NA for _, people in shown)
        return
    assert rounded.min() >= 30
    for inside, people in shown:
        assert people == sum(rounded[atom] for atom in inside)
    for (one, people), (other, fewer) in combinations(shown, 2):
        more, less = one - other, other - one
        difference = sum(rounded[a] for a in more) - sum(rounded[a] for a in less)
        assert people - fewer == difference
        if not less:  # one area inside the other: what is left is nothing, or whole atoms
            assert people == fewer or people - fewer >= 30


@settings(deadline=None, max_examples=100)
@given(st.lists(building, min_size=1, max_size=25))
def test_marks_and_totals(rows):
    buildings = city(rows)
    atoms, figures, tables = published(buildings)
    atom_of = atoms.set_index("building")["atom"]
    for name, table in tables.items():
        cell_of = buildings.set_index("building")[name].fillna("outside")
        reach = {
            atom: set(cell_of[list(ids)]) for atom, ids in atom_of.groupby(atom_of).groups.items()
        }
        shared = {cell for cells in reach.values() if len(cells) > 1 for cell in cells}
        assert set(table.loc[table["shared"], "cell"]) == shared - {"outside"}
        counted = [atom for atom, cells in reach.items() if cells != {"outside"}]
        expected = int(figures.set_index("atom")["people"].loc[counted].sum())
        total = layer_total(atoms, figures, layer_of(buildings, name))
        assert total == (expected if len(atoms) else None)
        if len(atoms) and not shared:
            assert table["people"].sum() == total


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 300), st.integers(1, 60), st.integers(1, 20))
def test_rounding_rule(people, minimum, round_to):
    atoms = pd.DataFrame({"building": ["b1"], "atom": ["a1"]})
    now = pd.DataFrame({"building": ["b1"], "people": [people]})
    shown = atom_figures(atoms, now, minimum=minimum, round_to=round_to)["people"].item()
    at_minimum = now.assign(people=minimum)
    floor = atom_figures(atoms, at_minimum, minimum=minimum, round_to=round_to)["people"].item()
    assert shown % round_to == 0
    assert shown >= minimum
    assert shown == floor if people <= minimum else abs(shown - people) < max(round_to, floor)


def test_buildings_without_people_now_or_without_an_atom():
    atoms = pd.DataFrame({"building": ["b1", "b2"], "atom": ["a1", "a1"]})
    now = pd.DataFrame({"building": ["b1", "b9"], "people": [52, 500]})
    assert atom_figures(atoms, now).values.tolist() == [["a1", 50]]


def test_rounding_is_half_up_once_per_atom():
    atoms = pd.DataFrame({"building": list("abcd"), "atom": ["a1", "a1", "a2", "a3"]})
    now = pd.DataFrame({"building": list("abcd"), "people": [20, 22, 43, 58]})
    assert atom_figures(atoms, now)["people"].to_list() == [40, 45, 60]
    assert atom_figures(atoms, now, round_to=4)["people"].to_list() == [44, 44, 60]


def test_figures_have_types_that_do_not_depend_on_content():
    none = pd.DataFrame({"building": [], "atom": []}, dtype="str")
    where = pd.DataFrame({"building": ["b1"], "cell": ["u1"]})
    people = pd.DataFrame({"building": ["b1"], "people": [3]})
    figures = atom_figures(none, people)
    table = cell_figures(none, figures, where, ["u2", "u1"])
    assert table["cell"].to_list() == ["u1", "u2"]
    assert table["people"].isna().all()
    assert table.dtypes.astype(str).to_list() == ["str", "Int64", "bool"]
    assert figures["people"].dtype == np.int64


@pytest.mark.parametrize("settings_", [{"minimum": 0}, {"round_to": 0}])
def test_settings_below_one_are_refused(settings_):
    empty = pd.DataFrame({"building": [], "atom": [], "people": []})
    with pytest.raises(ConfigError, match="1 or more"):
        atom_figures(empty, empty, **settings_)

"""Two drawings one after another isolate nobody: no combination of their figures does."""

from fractions import Fraction
from itertools import chain, combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import PrivacyError
from blockdata.grid import atom_figures, cell_figures, draw_atoms, layer_total
from blockdata.grid.atom_checks import check_drawing, check_figures

MINIMUM = 10
house = st.tuples(
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(0, 14),  # people at the first drawing
    st.integers(0, 14),  # at the revision
    st.sampled_from(["u1", "u2", "u3"]),  # cell at the first drawing
    st.sampled_from(["u1", "u2", "u4"]),  # cell at the revision
    st.sampled_from([True, True, True, True, False]),  # whether it was there at the first drawing
    st.sampled_from([True, True, True, True, True, False]),  # whether it stands at the revision
)


def town(rows):
    columns = ["x", "y", "then", "now", "cell_then", "cell_now", "was", "stands"]
    table = pd.DataFrame(rows, columns=columns)
    table["building"] = [f"b{n:02d}" for n in range(len(rows))]
    table.loc[~table["was"], "then"] = 0
    table.loc[~table["stands"], "now"] = 0
    return table.astype({"x": float, "y": float})


def at(table, moment, there):
    taken = table.loc[table[there], ["building", "x", "y", moment, f"cell_{moment}"]]
    named = taken.set_axis(["building", "x", "y", "people", "overlay"], axis=1)
    return named.assign(group=named["overlay"].str[:1] + (named["x"] > 20).astype(str))


def two_drawings(rows):
    table = town(rows)
    first = draw_atoms(at(table, "then", "was"), MINIMUM)
    second = draw_atoms(at(table, "now", "stands"), MINIMUM, drawn=first)
    return table, first, second


def rank(vectors):
    """Return the rank of vectors of whole numbers, exactly."""
    rows = [[Fraction(v) for v in vector] for vector in vectors]
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(found, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for r in range(found + 1, len(rows)):
            if rows[r][column]:
                factor = rows[r][column] / rows[found][column]
                pairs = zip(rows[r], rows[found], strict=True)
                rows[r] = [a - factor * b for a, b in pairs]
        found += 1
    return found


def told_numbers(atoms, people):
    """Sets of buildings whose people a figure tells: atoms that do not show the lowest one."""
    members = [frozenset(group) for _, group in atoms.groupby("atom")["building"]]
    return [m for m in members if people.reindex(m).fillna(0).sum() >= MINIMUM]


def isolated(vectors, names):
    """Sets of buildings whose people follow from figures by any combination with fractions."""
    whole = rank(vectors)
    every = chain.from_iterable(combinations(names, n) for n in range(1, len(names) + 1))
    for subset in every:
        mark = [int(name in subset) for name in names]
        if rank([*vectors, mark]) == whole:
            yield subset


@settings(deadline=None, max_examples=25)
@given(st.lists(house, min_size=2, max_size=7))
def test_no_combination_of_outgoing_and_incoming_figures_isolates_fewer_than_the_minimum(rows):
    table, first, second = two_drawings(rows)
    now = table.set_index("building")["now"]
    # Houses without anybody now tell nothing and are in no set of people.
    names = sorted(now.index[now > 0])
    sets = [*told_numbers(first, now), *told_numbers(second, now)]
    vectors = sorted({tuple(int(name in told) for name in names) for told in sets})
    for subset in isolated(vectors, names) if vectors else ():
        assert now[list(subset)].sum() >= MINIMUM


@settings(deadline=None, max_examples=25)
@given(st.lists(house, min_size=2, max_size=20), st.randoms(use_true_random=False))
def test_a_revision_keeps_its_promises_and_any_order_of_rows_gives_it(rows, random):
    table, first, second = two_drawings(rows)
    people = table[["building", "now"]].set_axis(["building", "people"], axis=1)
    check_drawing(second, people, MINIMUM, drawn=first)
    figures = atom_figures(second, people, minimum=MINIMUM, round_to=1)
    check_figures(second, figures, minimum=MINIMUM, round_to=1)
    order = list(range(len(table)))
    random.shuffle(order)
    mixed = at(table.iloc[order], "now", "stands")
    again = draw_atoms(mixed, MINIMUM, drawn=first.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(again, second)


@settings(deadline=None, max_examples=20)
@given(st.lists(house, min_size=2, max_size=20))
def test_a_revision_in_which_nothing_changed_changes_nothing(rows):
    table = town(rows)
    first = draw_atoms(at(table, "then", "was"), MINIMUM)
    again = draw_atoms(at(table, "then", "was"), MINIMUM, drawn=first)
    pd.testing.assert_frame_equal(again, first)


def frame(*rows):
    columns = ["building", "x", "people", "overlay"]
    return pd.DataFrame(rows, columns=columns).assign(y=0.0, group="r")


def sets(drawn, by="atom"):
    return sorted(drawn.groupby(by)["building"].agg("".join))


def test_a_small_piece_joins_the_nearest_of_its_own_atom_even_over_a_new_border():
    then = frame(("a", 0.0, 12, "u1"), ("b", 50.0, 12, "u1"), ("c", 90.0, 12, "u2"))
    first = draw_atoms(then, 10)
    assert sets(first) == ["ab", "c"]
    now = frame(("a", 0.0, 12, "u1"), ("b", 50.0, 4, "u2"), ("c", 90.0, 12, "u2"))
    second = draw_atoms(now, 10, drawn=first)
    assert sets(second, "piece") == ["ab", "c"]
    assert sets(second) == ["ab", "c"]


def test_an_atom_too_small_as_a_whole_stays_alone_until_it_has_enough_again():
    first = draw_atoms(frame(("a", 0.0, 12, "u1"), ("c", 90.0, 12, "u2")), 10)
    one_cell = frame(("a", 0.0, 4, "u3"), ("c", 90.0, 12, "u3"))
    second = draw_atoms(one_cell, 10, drawn=first)
    assert sets(second) == ["a", "c"]
    grown = one_cell.assign(people=12)
    assert sets(draw_atoms(grown, 10, drawn=second)) == ["ac"]


def test_an_atom_is_dropped_when_all_its_buildings_are_gone_and_not_before():
    rows = (("a", 0.0, 12, "u1"), ("b", 50.0, 12, "u1"), ("c", 90.0, 12, "u2"))
    first = draw_atoms(frame(*rows), 10)
    assert sets(draw_atoms(frame(rows[0], rows[2]), 10, drawn=first), "piece") == ["ab", "c"]
    assert sets(draw_atoms(frame(rows[0], rows[1]), 10, drawn=first)) == ["ab"]


def test_grids_redrawn_without_a_new_drawing_share_atoms_and_totals_count_once():
    first = draw_atoms(frame(("a", 0.0, 12, "u1"), ("b", 9.0, 12, "u1"), ("c", 90.0, 12, "u2")), 10)
    people = pd.DataFrame({"building": list("abc"), "people": 12})
    figures = atom_figures(first, people, minimum=10, round_to=1)
    redrawn = pd.DataFrame({"building": list("abc"), "cell": ["v1", "v2", "v2"]})
    shown = cell_figures(first, figures, redrawn, ["v1", "v2"])
    assert shown.to_numpy().tolist() == [["v1", 24, True], ["v2", 36, True]]
    assert layer_total(first, figures, redrawn) == 36


DRAWN = pd.DataFrame(
    {"building": list("abcd"), "piece": ["p1", "p1", "p2", "p3"], "atom": ["m", "m", "m", "n"]}
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"piece": ["p1", "p4", "p2", "p3"]}, "a piece was cut"),
        ({"piece": ["p1", "p1", "p2", "p2"], "atom": "m"}, "reaches into two atoms"),
        ({"building": ["a", "b", "e", "d"]}, "a part of an atom is gone"),
        ({"building": ["a", "b", "b", "d"]}, "in two pieces"),
        ({"atom": ["m", "n", "m", "n"]}, "in two atoms"),
    ],
)
def test_a_drawing_that_breaks_a_promise_is_refused_without_a_number(change, words):
    people = pd.DataFrame({"building": list("abcde"), "people": 37})
    check_drawing(DRAWN, people, 30, drawn=DRAWN)
    with pytest.raises(PrivacyError, match=words) as error:
        check_drawing(DRAWN.assign(**change), people, 30, drawn=DRAWN)
    assert "37" not in str(error.value)


def test_a_building_in_an_old_piece_and_a_piece_below_the_minimum_are_refused():
    people = pd.DataFrame({"building": list("abcde"), "people": 37})
    more = pd.DataFrame({"building": ["e"], "piece": ["p3"], "atom": ["n"]})
    with pytest.raises(PrivacyError, match="counted before"):
        check_drawing(pd.concat([DRAWN, more]), people, 30, drawn=DRAWN)
    with pytest.raises(PrivacyError, match="below the minimum"):
        check_drawing(DRAWN, people, 50, drawn=None)
    figures = pd.DataFrame({"atom": ["m", "n"], "people": [110, 35]})
    check_figures(DRAWN, figures, minimum=30, round_to=5)
    for wrong in ({"people": [110, 25]}, {"people": [111, 35]}, {"atom": ["m", "o"]}):
        with pytest.raises(PrivacyError):
            check_figures(DRAWN, figures.assign(**wrong), minimum=30, round_to=5)

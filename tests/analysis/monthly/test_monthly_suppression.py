"""Small counts of a published table: none can be got by subtraction, whatever the table."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.monthly import hide_small
from blockdata.errors import AnalysisError


def _known(table, hidden, limit, free):
    """Values that each cell may have for a reader of the table, of its rule and of its marks."""
    top = int(table.sum())
    allowed = {}
    for cell in np.ndindex(table.shape):
        if hidden.small[cell]:
            allowed[cell] = range(1, limit)
        elif hidden.besides[cell]:
            large = [0, *range(limit, top + 1)]
            allowed[cell] = range(top + 1) if free[cell[0]] else large
        else:
            allowed[cell] = [int(table[cell])]
    return allowed


def _possible(table, hidden, limit, free):
    """Every table that has the same totals and fits what is shown: the brute force."""
    allowed = _known(table, hidden, limit, free)
    rows = []
    for r in range(table.shape[0]):
        choices = product(*(allowed[r, c] for c in range(table.shape[1])))
        rows.append([row for row in choices if sum(row) == table[r].sum()])
    wanted = table.sum(axis=0)
    found = [((), np.zeros(table.shape[1], dtype=int))]
    for choices in rows:
        found = [
            ((*taken, row), sums + row)
            for taken, sums in found
            for row in choices
            if np.all(sums + row <= wanted)
        ]
    return [np.array(taken) for taken, sums in found if np.array_equal(sums, wanted)]


tables = st.tuples(st.integers(2, 3), st.integers(2, 3)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 9), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


@settings(max_examples=200)
@given(tables, st.integers(3, 5), st.booleans())
def test_every_hidden_count_has_two_possible_values_at_least(rows, limit, last_is_free):
    table = np.array(rows)
    free = np.zeros(len(table), dtype=bool)
    free[-1] = last_is_free
    hidden = hide_small(table, limit, free)
    if hidden.withheld:
        return
    possible = _possible(table, hidden, limit, free)
    assert any(np.array_equal(one, table) for one in possible)
    for cell in np.argwhere(hidden.any):
        assert len({int(one[tuple(cell)]) for one in possible}) >= 2


@given(tables, st.integers(3, 6))
def test_exactly_the_counts_below_the_limit_are_small_and_nothing_is_hidden_without_them(
    rows, least
):
    table = np.array(rows)
    hidden = hide_small(table, least)
    assert np.array_equal(hidden.small, (table > 0) & (table < least))
    assert hidden.small.any() or not hidden.any.any()


def test_a_small_count_alone_in_its_row_and_column_takes_three_others_with_it():
    table = np.full((5, 6), 50)
    table[2, 3] = 2
    hidden = hide_small(table)
    assert hidden.small.sum() == 1
    assert hidden.besides.sum() == 3


def test_small_counts_protect_each_other_before_anything_else_is_hidden():
    table = np.full((4, 4), 50)
    table[1, 1] = table[2, 2] = 2
    table[1, 2] = table[2, 1] = 3
    assert not hide_small(table).besides.any()


def test_a_table_of_one_row_cannot_be_protected_and_is_withheld():
    assert hide_small([[3, 20, 30]]).withheld


def test_of_a_free_row_small_counts_are_shown():
    assert not hide_small([[9, 8], [2, 1]], 5, [False, True]).any.any()


@pytest.mark.parametrize(("counts", "limit"), [([[1, -1]], 5), ([[1, 2]], 2), ([1, 2], 5)])
def test_what_cannot_be_hidden_is_refused(counts, limit):
    with pytest.raises(AnalysisError):
        hide_small(counts, limit)

"""Tables in the order of place."""

import numpy as np
import pytest

from blockdata.kernels import hilbert_index
from blockdata.store.cluster import recluster
from blockdata.store.content_hash import content_hash


@pytest.fixture
def placed(base, monkeypatch):
    """Departments scattered over a plane, in no order of place; few count as many."""
    monkeypatch.setattr("blockdata.store.cluster._SMALLEST", 2)
    rows = [{"key": str(k), "code": str(k), "name": "n"} for k in range(200)]
    base.deliver("department", rows)
    base.session.run("UPDATE base.department SET x = (hash(id) % 997), y = (hash(id) % 991)")
    return base


def test_a_table_out_of_order_is_sorted_and_its_content_is_the_same(placed):
    before = content_hash(placed.session)
    assert recluster(placed.session) == ["department"]
    assert content_hash(placed.session) == before
    rows = placed.session.rows("SELECT x, y FROM base.department ORDER BY rowid")
    x, y = np.array(rows, dtype=float).T
    assert (np.diff(hilbert_index(x, y)) >= 0).all()


def test_a_sorted_table_is_left_alone(placed):
    recluster(placed.session)
    assert recluster(placed.session) == []


def test_rows_without_a_place_are_kept(placed):
    placed.session.run("UPDATE base.department SET x = NULL, y = NULL WHERE code < '2'")
    before = content_hash(placed.session)
    recluster(placed.session)
    assert content_hash(placed.session) == before


def test_an_empty_base_has_nothing_to_sort(base):
    assert recluster(base.session) == []

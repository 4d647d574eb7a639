"""Codes are unique, never come back, and run from west to east and north to south."""

import re

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from blockdata.errors import AnalysisError
from blockdata.grid.numbering import number_cells, reading_order, serial_number, serial_text

COMMUNITY = "990102001001"


def lattice(rows, columns, jitter=0.0, seed=1):
    rng = np.random.default_rng(seed)
    off = rng.uniform(-jitter, jitter, (rows * columns, 2))
    boxes = [
        shapely.box(100 * c + dx, -100 * r + dy, 100 * c + 90 + dx, -100 * r + 90 + dy)
        for (r, c), (dx, dy) in zip(np.ndindex(rows, columns), off)
    ]
    ids = [f"{n:04}" for n in range(len(boxes))]
    return pd.DataFrame({"id": ids, "community_code": COMMUNITY, "geom": boxes})


def test_a_jittered_lattice_is_read_row_by_row():
    cells = lattice(5, 7, jitter=11)
    codes = number_cells(cells.sample(frac=1, random_state=3), taken=())
    assert codes[cells["id"]].tolist() == [f"{COMMUNITY}{n:03}" for n in range(1, 36)]


@given(st.integers(1, 3399))
def test_numbers_are_written_and_read_alike(number):
    assert serial_number(serial_text(number)) == number
    assert re.fullmatch(r"[0-9A-Z]{3}", serial_text(number))


def test_numbers_as_texts_rise():
    texts = [serial_text(n) for n in range(1, 3400)]
    assert texts == sorted(texts) and len(set(texts)) == 3399


def test_more_than_999_grids_go_on_with_letters():
    cells = lattice(40, 26)
    codes = number_cells(cells, taken=())
    assert codes.iloc[-1] == f"{COMMUNITY}A40"
    assert codes.is_unique and codes.str.fullmatch(r"[0-9A-Z]{15}").all()


@given(st.sets(st.integers(1, 999), max_size=20), st.randoms())
def test_no_code_comes_back(used, random):
    taken = [f"{COMMUNITY}{serial_text(n)}" for n in used] + ["990102E001", f"{COMMUNITY}R1"]
    random.shuffle(taken)
    codes = number_cells(lattice(2, 3), taken=taken)
    assert not set(codes) & set(taken)
    assert codes.iloc[0] == COMMUNITY + serial_text(max(used, default=0) + 1)


def test_communities_are_numbered_apart_and_order_of_rows_does_not_matter():
    cells = lattice(2, 2).assign(community_code=["990102001002", COMMUNITY] * 2)
    codes = number_cells(cells, taken={"990102001002004"})
    assert codes.tolist() == [
        "990102001002005", f"{COMMUNITY}001", "990102001002006", f"{COMMUNITY}002",
    ]  # fmt: skip
    pd.testing.assert_series_equal(codes[::-1], number_cells(cells[::-1], {"990102001002004"}))


@pytest.mark.parametrize(
    "change",
    [{"id": "same"}, {"community_code": "99010200100"}, {"geom": shapely.Point(0, 0)}],
)
def test_cells_that_cannot_be_numbered_are_refused(change):
    with pytest.raises(AnalysisError):
        number_cells(lattice(1, 2).assign(**change), taken=())


def test_no_cells_have_no_order():
    assert len(reading_order(np.array([], dtype=object))) == 0
    assert len(number_cells(lattice(0, 0), taken=())) == 0

"""Blocks cover everything once, on several threads, and errors come through."""

import threading

import numpy as np
import pytest

from blockdata.errors import AnalysisError
from blockdata.kernels.blocks import all_at_once, at_once, coordinates, each_block


@pytest.mark.parametrize("size", [0, 1, 6, 7, 8, 100])
def test_every_row_is_worked_on_once(size):
    done = np.zeros(size, dtype=int)

    def work(start, stop):
        assert stop - start <= 7
        done[start:stop] += 1

    each_block(size, work, block=7)
    assert (done == 1).all()


def test_an_error_in_a_block_comes_through():
    def work(start, stop):
        if start:
            raise ValueError("second")

    with pytest.raises(ValueError, match="second"):
        each_block(3, work, block=2)


def test_two_things_are_done_on_two_threads():
    one, other = at_once(threading.get_ident, threading.get_ident)
    assert one == threading.get_ident() != other


def test_columns_that_are_no_pair_are_refused():
    with pytest.raises(AnalysisError, match="equal 1-d"):
        coordinates([[1.0]], [[1.0]])


def test_things_done_all_at_once_keep_their_order():
    assert all_at_once(range(50), lambda number: number * 2) == list(range(0, 100, 2))
    assert all_at_once([], str) == []


def test_the_first_error_of_things_done_all_at_once_comes_through():
    with pytest.raises(ValueError, match="one"):
        all_at_once(["1", "one", "two"], int)

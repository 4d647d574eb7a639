"""Texts as numbers: against plain Python sorting and membership."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.link.order import is_in, positions, ranks

TEXTS = st.lists(st.none() | st.text(max_size=3), max_size=12)


def series(texts):
    return pd.Series(texts, dtype="str")


@given(TEXTS)
@settings(deadline=None)
def test_ranks_are_places_among_the_distinct_texts_in_order(texts):
    order = sorted({text for text in texts if text is not None})
    wanted = [-1 if text is None else order.index(text) for text in texts]
    assert ranks(series(texts)).tolist() == wanted


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_membership_and_first_positions(texts, among):
    known = [text for text in among if text is not None]
    assert is_in(series(texts), series(among)).tolist() == [text in known for text in texts]
    wanted = [among.index(text) if text in known else -1 for text in texts]
    assert positions(series(texts), series(among)).tolist() == wanted


def test_columns_of_other_types_without_a_text_are_taken():
    nothing = pd.DataFrame({"place": []})["place"]
    assert is_in(series(["a"]), nothing).tolist() == [False]
    assert ranks(pd.Series([None, None], dtype=object)).tolist() == [-1, -1]

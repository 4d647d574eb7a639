"""Ids for life."""

from hypothesis import given
from hypothesis import strategies as st

from blockdata.store.ids import key_text, mint, mint_all


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_an_id_is_its_prefix_and_thirteen_plain_characters(parts):
    made = mint("inc", *parts)
    assert made[:3] == "inc"
    assert len(made) == 16
    assert set(made[3:]) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert made == mint("inc", *parts)


def test_what_differs_has_another_id():
    ids = {mint("inc", "incident", s, k, h) for s in "ab" for k in "12" for h in "xy"}
    assert len(ids) == 8


def test_parts_do_not_run_together():
    assert mint("inc", "ab", "c") != mint("inc", "a", "bc")


@given(st.lists(st.tuples(st.text("a|\\"), st.text("a|\\")), min_size=2, max_size=2, unique=True))
def test_keys_of_several_fields_are_told_apart(pairs):
    assert key_text(pairs[0]) != key_text(pairs[1])


@given(
    st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=9)), st.text(max_size=9)
)
def test_ids_made_together_are_those_made_one_by_one(before, keys, after):
    made = mint_all("inc", tuple(before), keys, (after,))
    assert made.to_pylist() == [mint("inc", *before, key, after) for key in keys]
    made.validate(full=True)

"""Texts become tokens, tokens become features, features find their rows."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.tagger.context import ATTRIBUTES, PAD
from blockdata.address.tagger.hashing import ABSENT, build_slots, find, mixed
from blockdata.address.tagger.lattice import Order
from blockdata.address.tagger.lexicon import Lexicon, entry_code, roll, substring_hash
from blockdata.address.tagger.packing import pack_rows, packed_weights, padded_transitions
from blockdata.address.tagger.segments import (
    SEGMENT_ATTRIBUTES,
    SEGMENT_TEMPLATES,
    note_labels,
)
from blockdata.address.tagger.symbols import encode_texts, new_alphabet
from blockdata.address.tagger.templates import (
    TOKEN_TEMPLATES,
    hash_features,
    stride_of,
    template_table,
)
from blockdata.address.tagger.tokens import LONGEST_TEXT, cut_text, new_tokens
from blockdata.address.tagger.workspace import Reading, new_workspace, read_text


def cut(text, digit_runs=True):
    tokens = new_tokens()
    codes, _ = encode_texts([text])
    count = cut_text(codes, new_alphabet(digit_runs), tokens)
    ends = [0, *tokens.end[:count].tolist()]
    return [text[start:end] for start, end in itertools.pairwise(ends)], tokens


def test_runs_of_digits_and_of_letters_are_one_token():
    assert cut("某路12-305号AB座")[0] == ["某", "路", "12", "-", "305", "号", "AB", "座"]
    assert cut("路１２号", digit_runs=False)[0] == ["路", "１", "２", "号"]


@settings(deadline=None)
@given(st.text(max_size=40))
def test_tokens_put_together_are_the_text(text):
    for digit_runs in (True, False):
        pieces, _ = cut(text, digit_runs)
        assert "".join(pieces) == (text if pieces else "")
        assert all(pieces)


def test_width_and_case_make_no_difference_to_symbols():
    _, wide = cut("Ａ座１２号")
    _, plain = cut("a座12号")
    assert wide.symbol[:4].tolist() == plain.symbol[:4].tolist()
    assert wide.string[:4].tolist() == plain.string[:4].tolist()


@pytest.mark.parametrize(
    "text",
    ["", "12-3", "Main Street 5", "\x00\x01\t", "ひらがな", "\ud800", "路" * (LONGEST_TEXT + 1)],
)
def test_what_is_no_chinese_address_has_no_tokens(text):
    assert cut(text)[0] == []


@settings(deadline=None)
@given(st.sets(st.integers(1, 2**64 - 1), max_size=50))
def test_the_hash_table_finds_every_key_and_no_other(keys):
    keys = [int(mixed(np.uint64(key))) for key in sorted(keys)]
    slots = build_slots(np.array(keys, np.uint64))
    assert [find(slots, np.uint64(key)) for key in keys] == list(range(len(keys)))
    assert find(build_slots(np.zeros(0, np.uint64)), np.uint64(5)) == ABSENT


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=12))
def test_equal_pieces_have_equal_hashes_and_others_differ(values):
    rolling = np.zeros((2, len(values) + 1), np.uint64)
    roll(np.array(values, np.uint64) + np.uint64(1), len(values), rolling)
    pieces = {}
    for start in range(len(values)):
        for end in range(start + 1, len(values) + 1):
            key = int(substring_hash(rolling, start, end))
            assert pieces.setdefault(key, values[start:end]) == values[start:end]


def test_an_entry_tells_label_frequency_and_purity():
    counts = np.array([[0, 0, 0], [1, 0, 0], [0, 12, 0], [5, 6, 0], [0, 0, 1]], np.int32)
    codes = [tuple(map(int, entry_code(counts, entry, 2))) for entry in range(len(counts))]
    assert codes[0] == (0, 0)
    assert codes[4] == (0, 1)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("names", "attributes"),
    [(TOKEN_TEMPLATES, ATTRIBUTES), (SEGMENT_TEMPLATES, SEGMENT_ATTRIBUTES)],
)
def test_every_template_names_attributes(names, attributes):
    table = template_table(names, attributes)
    assert len(set(names)) == len(names) == len(table)
    assert ((table[:, :, 0] >= -1) & (table[:, :, 0] < len(attributes))).all()
    with pytest.raises(ValueError, match="not in tuple"):
        template_table(["colour-1"], attributes)


def reading_of(templates):
    nothing = Lexicon(build_slots(np.zeros(0, np.uint64)), np.zeros((0, 2), np.int32), 2)
    return Reading(
        new_alphabet(digit_runs=True),
        np.zeros(65536, np.uint16),
        nothing,
        template_table(templates),
        template_table([]),
    )


def test_the_same_surroundings_give_the_same_features():
    reading = reading_of(["symbol-1&symbol", "symbol&symbol+1"])
    work = new_workspace(reading)
    count = read_text(encode_texts(["某路某路"])[0], reading, work)
    hash_features(reading.token_templates, work.attributes, PAD, count, 0, work.hashes)
    left, right = work.hashes[: 2 * stride_of(count)].reshape(2, -1)[:, :count].tolist()
    assert left[1] == left[3] and right[0] == right[2]
    assert len({*left, *right}) == 6


def test_packing_rounds_and_leaves_out_zeros():
    random = np.random.default_rng(0)
    rows = random.normal(size=(20, 70)).astype(np.float32)
    rows[::2] = 0
    keys = random.permutation(np.arange(1, 21)).astype(np.uint64)
    kept, whole, scale = pack_rows(keys, rows)
    assert kept.tolist() == sorted(keys[1::2].tolist())
    assert whole.shape == (10, 128)
    order = np.argsort(keys[1::2])
    np.testing.assert_allclose(whole[:, :70] * scale, rows[1::2][order], atol=scale / 2 + 1e-6)


def test_rows_begin_on_cache_lines():
    rows = np.ones((3, 64), np.int8)
    transitions = padded_transitions(np.zeros((4, 3)))
    settings = {
        "margin": 5.0,
        "least": 0.4,
        "order": Order(np.ones((0, 0), bool), np.zeros(0, bool)),
    }
    weights = packed_weights(np.arange(1, 4, dtype=np.uint64), rows, 0.5, transitions, **settings)
    assert weights.rows.ctypes.data % 64 == 0
    assert transitions.shape == (4, 16) and (transitions[:, 3:] < -1e29).all()


def side(before, labels):
    """What stands before a place, by going back from it: label, other label before that, set."""
    runs = [label + 1 for label, _ in itertools.groupby(reversed(before))]
    seen = sum({1 << (label + 1) for label in before if label < labels})
    return [*[*runs, 0, 0][:2], seen]


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=9))
def test_labels_on_both_sides_of_a_place(likely):
    work, labels, count = new_workspace(reading_of([])), 3, len(likely)
    work.likely[:count] = likely
    note_labels(work, count, labels)
    for place in range(count + 1):
        wanted = side(likely[:place], labels) + side(likely[place:][::-1], labels)
        assert work.around[:, place].tolist() == wanted

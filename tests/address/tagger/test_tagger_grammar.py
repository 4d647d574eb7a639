"""No answer breaks the grammar it was fitted with, and sentences that do are not learned from."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.tagger import LabelGrammar, Tagger
from blockdata.address.tagger.lattice import Order, lawful_path, new_lattice
from blockdata.errors import DeclarationError

GRAMMAR = LabelGrammar(
    follows={"": ["road", "estate"], "road": ["number", "estate"], "number": ["estate", "room"]},
    once=["number", "road"],
)
NAMES = ("明湖", "青松", "白鹭")
PIECES = {"road": "{}路", "number": "{n}号", "estate": "{}花园", "room": "{n}室"}


def made_up(seed, count, *, orders):
    dice = random.Random(seed)
    for _ in range(count):
        text, spans = "", []
        for label in dice.choice(orders):
            words = PIECES[label].format(dice.choice(NAMES), n=dice.randint(1, 99))
            spans.append((len(text), len(text) + len(words), label))
            text += words + dice.choice(["", "", "，"])
        yield text, spans


LAWFUL = [("road", "number"), ("road", "number", "room"), ("estate",), ("road", "estate", "room")]


@pytest.fixture(scope="module", params=[False, True], ids=["accurate", "fast"])
def tagger(request):
    # Half of the sentences are unlawful: what is not masked would be learned from them.
    sentences = [
        *made_up(0, 120, orders=LAWFUL),
        *made_up(1, 120, orders=[("number", "road"), ("road", "road", "number")]),
    ]
    return Tagger.fit(sentences, grammar=GRAMMAR, fast=request.param, epochs=6)


pieces = st.sampled_from(["明湖路", "青松", "路", "12号", "3号", "花园", "5室", "，", "某"])


@settings(deadline=None, max_examples=80)
@given(texts=st.lists(st.lists(pieces, max_size=9).map("".join), max_size=5))
def test_every_answer_is_admitted(tagger, texts):
    for sure in (0.0, 0.4):
        least = dict.fromkeys(tagger.labels, sure)
        for spans in tagger.tag(texts, least_confidence=least):
            assert GRAMMAR.admits(span.label for span in spans)


def test_lawful_texts_are_still_read(tagger):
    for text, spans in made_up(2, 40, orders=LAWFUL):
        assert tagger.tag([text]) == [spans]


def test_the_grammar_is_kept_in_the_file(tagger, tmp_path):
    tagger.save(tmp_path / "model.npz")
    texts = ["明湖路3号青松路5号", "12号明湖路", "5室，12号，3号"]
    assert Tagger.load(tmp_path / "model.npz").tag(texts) == tagger.tag(texts)


def test_only_lawful_sentences_can_be_learned_from():
    unlawful = list(made_up(1, 20, orders=[("number", "road")]))
    with pytest.raises(DeclarationError, match="no labelled span"):
        Tagger.fit(unlawful, grammar=GRAMMAR, epochs=1)


def test_a_bare_text_is_no_list_of_labels():
    with pytest.raises(DeclarationError, match="once"):
        LabelGrammar(once="road")
    with pytest.raises(DeclarationError, match="'city'"):
        LabelGrammar(follows={"city": "road"})


@given(st.lists(st.sampled_from([*PIECES, "other"]), max_size=5))
def test_tables_say_the_same_as_the_grammar(labels):
    names = sorted({*PIECES, "other"})
    following, once = GRAMMAR.tables(names)
    numbers = [names.index(label) for label in labels]
    rows = [len(names), *numbers[:-1]]
    steps = all(following[row, column] for row, column in zip(rows, numbers))
    twice = any(once[number] and numbers.count(number) > 1 for number in numbers)
    assert GRAMMAR.admits(labels) == (steps and not twice)


@given(st.integers(0, 10_000))
def test_the_path_chosen_is_lawful_and_gives_up_the_less_likely(seed):
    random_ = np.random.default_rng(seed)
    count, labels = 5, 3
    lattice = new_lattice()
    spans = [(start, start + 1, label) for start in range(count) for label in range(labels)]
    chosen = [spans[at] for at in sorted(random_.choice(len(spans), 8, replace=False))]
    for place, (start, end, label) in enumerate(chosen):
        lattice.start[place], lattice.end[place], lattice.label[place] = start, end, label
        lattice.probability[place] = random_.uniform(0.1, 1)
    ends = [end for _, end, _ in chosen]
    lattice.first[: count + 2] = np.searchsorted(ends, range(count + 2))
    order = Order(random_.random((labels + 1, labels)) < 0.6, random_.random(labels) < 0.5)
    before = lattice.probability.copy()
    place = lawful_path(lattice, count, labels, np.full(labels, 0.05, np.float32), order)
    path = []
    while place >= 0:
        path.insert(0, place)
        place = lattice.before[place]
    names = [int(lattice.label[place]) for place in path]
    assert all(order.next[row, name] for row, name in zip([labels, *names[:-1]], names))
    assert all(names.count(name) == 1 for name in names if order.once[name])
    assert (lattice.probability[path] == before[path]).all()
    assert all(lattice.end[a] <= lattice.start[b] for a, b in itertools.pairwise(path))

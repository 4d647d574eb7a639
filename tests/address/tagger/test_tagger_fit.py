"""The tagger learns a made-up grammar, keeps it in a file, and never fails on a text."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address.tagger import Span, Tagger, score_spans
from blockdata.errors import DeclarationError, StoreError

ROADS = ("明湖", "青松", "白鹭", "望江", "石桥", "云台", "南塘", "竹溪")
ESTATES = ("锦绣花园", "和风小区", "翠屏新村", "晨光苑")


def made_up(seed, count):
    """Addresses of a grammar without ambiguity: road, house number, estate, building, room."""
    dice = random.Random(seed)
    for _ in range(count):
        pieces = [
            (dice.choice(ROADS) + dice.choice("路街"), "road"),
            (f"{dice.randint(1, 400)}号", "number"),
            (dice.choice(ESTATES), "estate"),
            (f"{dice.randint(1, 30)}栋", "building"),
            (f"{dice.randint(101, 2909)}室", "room"),
        ]
        chosen = [piece for piece in pieces if dice.random() < 0.8] or pieces
        text, spans = "", []
        for words, label in chosen:
            spans.append(Span(len(text), len(text) + len(words), label))
            text += words
        yield text, spans


@pytest.fixture(scope="module", params=[False, True], ids=["accurate", "fast"])
def tagger(request):
    return Tagger.fit(made_up(0, 300), fast=request.param, epochs=8)


def test_a_grammar_without_ambiguity_is_learned(tagger):
    unseen = list(made_up(1, 200))
    found = tagger.tag([text for text, _ in unseen])
    assert score_spans(found, [spans for _, spans in unseen]).f1 == 1


def test_full_width_text_is_read_alike_with_its_own_offsets(tagger):
    assert tagger.tag(["明湖路１２号  和风小区"])[0][:2] == [
        Span(0, 3, "road"),
        Span(3, 6, "number"),
    ]


@pytest.mark.parametrize(
    "text", [None, float("nan"), 7, "", " ", "\x00\x1b", "12-3", "Main Street", "明湖路" * 4000]
)
def test_what_is_no_address_gives_an_empty_list(tagger, text):
    assert tagger.tag([text]) == [[]]
    assert tagger.tag([text, "明湖路3号"])[1] == [Span(0, 3, "road"), Span(3, 5, "number")]


def test_no_texts_give_no_spans(tagger):
    assert tagger.tag([]) == []
    assert len(tagger.tag_columns([]).text) == 0


alphabet = st.sampled_from("明湖路街号栋室花园一二十甲12309AZ-,、()#（ １\n\x00\ud800𠮷あ")


@settings(deadline=None, max_examples=60)
@given(texts=st.lists(st.one_of(st.none(), st.text(alphabet, max_size=60)), max_size=6))
def test_spans_lie_in_the_text_in_order_apart(tagger, texts):
    for text, spans in zip(texts, tagger.tag(texts)):
        ends = [0, *(span.end for span in spans)]
        for end, span in zip(ends, spans):
            assert end <= span.start < span.end <= len(text)
            assert span.label in tagger.labels


def test_columns_say_the_same_as_lists_for_any_number_of_threads(tagger):
    texts = [text for text, _ in made_up(2, 3000)]
    one, three = tagger.tag_columns(texts, threads=1), tagger.tag_columns(texts, threads=3)
    for name in ("text", "start", "end", "label", "confidence"):
        np.testing.assert_array_equal(getattr(one, name), getattr(three, name))
    lists = tagger.tag(texts)
    assert [span for spans in lists for span in spans] == [
        (start, end, one.labels[label]) for start, end, label in zip(one.start, one.end, one.label)
    ]


def test_a_text_alone_is_tagged_as_among_others(tagger):
    texts = [text for text, _ in made_up(3, 20)]
    assert tagger.tag(texts) == [tagger.tag([text])[0] for text in texts]


def test_confidence_is_a_probability_and_higher_where_it_is_clear(tagger):
    texts = ["明湖路12号和风小区3栋1203室", "明塘湖号石号路小路新"]
    columns = tagger.tag_columns(texts, least_confidence=dict.fromkeys(tagger.labels, 0))
    assert ((columns.confidence >= 0) & (columns.confidence <= 1)).all()
    clear, muddled = (columns.confidence[columns.text == text] for text in (0, 1))
    assert clear.min() > 0.5
    assert muddled.min() < clear.min()


def test_how_sure_a_label_must_be_can_be_asked_for(tagger):
    texts = ["明塘湖号石号路小路新", "路明小号街晨光栋花", *(text for text, _ in made_up(5, 30))]
    for least in (0.0, 0.4, 0.6, 0.9, 1.0):
        columns = tagger.tag_columns(texts, least_confidence={"road": least})
        road = columns.confidence[columns.label == tagger.labels.index("road")]
        assert (road >= least).all()
    with pytest.raises(DeclarationError, match="colour"):
        tagger.tag(texts, least_confidence={"colour": 0.5})
    with pytest.raises(DeclarationError, match="from 0 to 1"):
        tagger.tag(texts, least_confidence={"road": 1.5})


def test_a_saved_tagger_gives_the_same_answers(tagger, tmp_path):
    tagger.save(tmp_path / "model.npz")
    again = Tagger.load(tmp_path / "model.npz")
    texts = [text for text, _ in made_up(4, 100)]
    assert again.labels == tagger.labels
    assert again.tag(texts) == tagger.tag(texts)
    np.testing.assert_array_equal(
        again.tag_columns(texts).confidence, tagger.tag_columns(texts).confidence
    )
    again.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "model.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.npz", "model.npz"]


def test_the_same_fit_gives_the_same_file(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        Tagger.fit(made_up(0, 40), epochs=2, seed=seed).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_a_file_that_is_no_model_is_refused(tmp_path):
    for name, content in (("text", b"not a model"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(StoreError, match="no model"):
            Tagger.load(tmp_path / name)
    with pytest.raises(StoreError, match="missing"):
        Tagger.load(tmp_path / "nowhere")


def test_a_model_of_another_format_is_refused(tagger, tmp_path, monkeypatch):
    monkeypatch.setitem(tagger._model.header, "format", 99)
    tagger.save(tmp_path / "model.npz")
    with pytest.raises(StoreError, match="format 99"):
        Tagger.load(tmp_path / "model.npz")


@pytest.mark.parametrize("labels", [1, 40, 150])
def test_label_sets_of_any_size(labels):
    names = [f"类{chr(0x4E00 + 7 * at)}" for at in range(labels)]
    examples = [(f"{name}号", [(0, 2, name), (2, 3, "号")]) for name in names] * 6
    tagger = Tagger.fit(examples, epochs=8)
    assert len(tagger.labels) == labels + 1
    found = tagger.tag([text for text, _ in examples])
    assert score_spans(found, [spans for _, spans in examples]).f1 > 0.99


def test_characters_outside_spans_stay_without_label():
    examples = [(f"{road}路附近{n}米", [(0, 3, "road")]) for road in ROADS for n in (5, 60)]
    tagger = Tagger.fit(examples, epochs=8)
    assert tagger.tag(["青松路附近70米"]) == [[Span(0, 3, "road")]]


def test_spans_that_cut_numbers_are_learned_digit_by_digit():
    examples = [
        (f"{road}路{a}{b:02}", [(0, 3, "road"), (3, 4, "floor"), (4, 6, "room")])
        for road in ROADS
        for a in (1, 4)
        for b in (3, 17)
    ]
    tagger = Tagger.fit(examples, epochs=10)
    assert tagger.tag(["石桥路512"]) == [
        [Span(0, 3, "road"), Span(3, 4, "floor"), Span(4, 6, "room")]
    ]


def test_a_list_of_terms_helps_with_names_never_seen():
    def named(name, label):
        return f"{name}处", [(0, len(name), label)]

    known = [named(a + b, "estate") for a in "金银铜铁锡" for b in "梅兰竹菊荷"]
    known += [named(a + b, "village") for a in "赵钱孙李周" for b in "春夏秋冬年"]
    terms = {
        "estates": [text[:2] for text, spans in known if spans[0][2] == "estate"] + ["吴郑"],
        "villages": [text[:2] for text, spans in known if spans[0][2] == "village"] + ["冯陈"],
    }
    tagger = Tagger.fit(known, lexicons=terms, epochs=15)
    assert tagger.tag(["吴郑处", "冯陈处"]) == [[Span(0, 2, "estate")], [Span(0, 2, "village")]]


def test_nothing_to_learn_from_is_an_error():
    with pytest.raises(DeclarationError, match="no labelled"):
        Tagger.fit([("某路", [])])
    for text in ("Main Street", "长" * 200):
        with pytest.raises(DeclarationError, match="no text to learn"):
            Tagger.fit([(text, [(0, 4, "road")])])


def test_long_texts_are_left_out_of_learning():
    short = [
        (f"{road}路{n}号", [(0, 3, "road"), (3, 5, "number")]) for road in ROADS for n in (3, 5)
    ]
    long = [("明湖" * 80 + "路", [(0, 161, "number")]), ("青松" * 20 + "路", [(0, 41, "number")])]
    kept, both = Tagger.fit(short, epochs=6), Tagger.fit(short + long, epochs=6)
    texts = [text for text, _ in short]
    np.testing.assert_allclose(
        kept.tag_columns(texts).confidence, both.tag_columns(texts).confidence, atol=0.2
    )
    assert kept.tag(texts) == both.tag(texts)

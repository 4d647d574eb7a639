"""A fitted comparer learns from pairs, keeps the rules on numbers, and survives its file."""

import random

import pytest

from blockdata.address.comparing import KINDS, Comparer, TaggerParser
from blockdata.address.comparing.parsing import cleaned
from blockdata.address.tagger import Tagger
from blockdata.errors import DeclarationError, StoreError

NAMES = ["海棠", "牡丹", "悦兴", "阳光", "锦绣", "金桂", "翠湖", "长青"]


def _pairs(count, seed):
    """Texts with one candidate of each kind: the same address, its estate, another estate."""
    draw = random.Random(seed)
    for _ in range(count):
        name, other = draw.sample(NAMES, 2)
        number, road = draw.randint(1, 30), draw.randint(1, 99)
        text = f"海宁路{road}号{name}花园{number}号楼"
        yield (text, f"{name}花园{number}幢"), "exact"
        yield (text, f"海宁路{road}号{name}花园{draw.choice(['东门', '停车场'])}"), "partial"
        yield (text, f"武昌路{road + 1}号{other}花园{number}号楼"), "none"


@pytest.fixture(scope="module")
def examples():
    return [list(column) for column in zip(*_pairs(120, 1))]


@pytest.fixture(scope="module")
def fitted(examples):
    return Comparer.fit(*examples)


def _frame(comparer, pairs, **options):
    return comparer.compare_many(*zip(*pairs), **options)


def test_tells_the_kinds_of_other_pairs(fitted):
    pairs, labels = zip(*_pairs(40, 2))
    found = _frame(fitted, pairs)
    right = [a == b for a, b in zip(found["kind"], labels)]
    assert sum(right) >= 0.95 * len(right)
    assert found[list(KINDS)].sum(axis=1).tolist() == pytest.approx([1] * len(found))


def test_the_order_of_the_pairs_does_not_matter(fitted):
    pairs, _ = zip(*_pairs(20, 3))
    forward, backward = _frame(fitted, pairs), _frame(fitted, pairs[::-1])
    assert forward["exact"].tolist() == pytest.approx(backward["exact"].tolist()[::-1])


def test_apart_each_pair_is_judged_by_itself(fitted):
    pairs, _ = zip(*_pairs(5, 4))
    found = _frame(fitted, pairs, together=False)
    alone = [fitted.compare(*pair).probability["exact"] for pair in pairs]
    assert found["exact"].tolist() == pytest.approx(alone)


def test_numbers_stay_numbers_whatever_was_learned(examples):
    pairs, _ = examples
    wrong = Comparer.fit(
        [*pairs, *((f"海棠花园{n}号楼", f"海棠花园{n + 1}号楼") for n in range(60))],
        [*examples[1], *["exact"] * 60],
    )
    assert wrong.compare("海棠花园7号楼", "海棠花园8号楼").kind != "exact"
    assert wrong.compare("海棠花园7号楼501室", "海棠花园7号楼502室").probability["exact"] < 0.34


def test_the_same_pairs_give_the_same_comparer_and_it_survives_its_file(fitted, examples, tmp_path):
    again = Comparer.fit(*examples)
    fitted.save(tmp_path / "a.npz")
    again.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    pairs, _ = zip(*_pairs(10, 5))
    loaded = Comparer.load(tmp_path / "a.npz")
    assert _frame(loaded, pairs).equals(_frame(fitted, pairs))


def test_another_parser_is_refused(fitted, tmp_path):
    tagger = Tagger.fit([("甲路3号", [(0, 2, "road"), (2, 4, "roadno")])] * 9)
    fitted.save(tmp_path / "a.npz")
    with pytest.raises(StoreError, match="another parser"):
        Comparer.load(tmp_path / "a.npz", parser=tagger)


def test_takes_a_tagger_with_labels_of_its_own(examples):
    sentences = [
        (f"海宁路{n}号", [(0, 3, "ROAD"), (3, 4 + len(str(n)), "roadno")]) for n in range(9)
    ]
    tagger = Tagger.fit(sentences)
    comparer = Comparer.fit(*examples, parser=tagger)
    evidence = {e.element for e in comparer.compare("海宁路5号", "海宁路6号").evidence}
    assert evidence == {"road", "road_no"}
    named = TaggerParser(tagger, {"road": "lane", "roadno": "lane_no"}).parse(["海宁路5号"])
    assert named[0].get("lane") == "海宁路"


def test_no_file_and_no_model_are_refused(tmp_path):
    (tmp_path / "text.npz").write_text("text")
    for name in ("missing.npz", "text.npz"):
        with pytest.raises(StoreError):
            Comparer.load(tmp_path / name)
    with pytest.raises(DeclarationError, match="each of"):
        Comparer.fit([("甲", "乙")], ["exact"])


def test_cleaning_keeps_what_is_said():
    assert cleaned("建业·时光原著 （西门）") == "建业时光原著(西门)"
    assert cleaned(None) is None

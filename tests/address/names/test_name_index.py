"""The index finds what comparing all with all finds, in a fixed order."""

import random

import pytest

from blockdata.address.names import WAYS, NameIndex, name_similarity

CHARACTERS = "延安说悦兴围海棠万科城市锦绣江山水云天和平"


def _names(count, seed):
    draw = random.Random(seed)
    words = ["路", "街", "花园", "小区", "里", "三路", "四路", "A区", ""]
    return [
        "".join(draw.choices(CHARACTERS, k=draw.randint(2, 6))) + draw.choice(words)
        for _ in range(count)
    ]


def _slips(names, seed):
    draw = random.Random(seed)
    for name in names:
        at = draw.randrange(len(name))
        yield draw.choice(
            (
                name,
                name[:at] + name[at + 1 :],
                name[:at] + draw.choice(CHARACTERS) + name[at:],
                name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
            )
        )


def test_agrees_with_comparing_all_with_all():
    names, queries = _names(150, 1), list(_slips(_names(150, 1), 2))
    found = NameIndex.build(names).nearest(queries, limit=200)
    got = {(q, n): s for q, n, s in zip(found.query, found.name, found.similarity)}
    for (query, name), similarity in got.items():
        assert similarity == pytest.approx(name_similarity(queries[query], names[name]))
    all_pairs = ((q, n) for q in range(len(queries)) for n in range(len(names)))
    close = [(q, n) for q, n in all_pairs if name_similarity(queries[q], names[n]) >= 0.82]
    assert len(set(close) - set(got)) <= 0.01 * len(close)


def test_finds_names_after_one_slip():
    names = sorted(set(_names(500, 3)))
    misread = names[7].replace(names[7][0], {"说": "悦"}.get(names[7][0], names[7][0]))
    assert 7 in NameIndex.build(names).nearest([misread]).name


def test_ties_keep_the_order_of_the_names():
    found = NameIndex.build(["悦兴里", "延安路", "悦兴里"]).nearest(["悦兴里"], limit=2)
    assert found.name.tolist() == [0, 2] and found.similarity.tolist() == [1, 1]


def test_most_alike_first_and_no_more_than_asked():
    index = NameIndex.build(["海棠街", "海堂路", "海棠路", "海棠"])
    found = index.nearest(["海棠路"], limit=3).df()
    assert found["name"].tolist() == [2, 3, 1]
    assert found["way"].tolist() == ["same", "abbreviation", "homophone"]
    assert set(found["way"].cat.categories) == set(WAYS)


@pytest.mark.parametrize("query", ["", "  ", "延安四路", "延" * 500, "\x00", "abc"])
def test_what_is_like_no_name_gives_no_rows(query):
    assert len(NameIndex.build(["延安三路", "", "海棠花园"]).nearest([query])) == 0


def test_an_empty_vocabulary_and_no_queries():
    assert len(NameIndex.build([]).nearest(["延安三路"])) == 0
    assert len(NameIndex.build(["延安三路"]).nearest([])) == 0


def test_a_name_that_very_many_share_is_found():
    assert len(NameIndex.build(["海棠花园"] * 400).nearest(["海棠花园"], limit=5)) == 5

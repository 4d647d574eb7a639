"""The shipped parser, one that learned a city, and what neither may ever do."""

import random
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.address import fitting
from blockdata.address.parsed import ELEMENTS, REASONS
from blockdata.address.parser import Parser, parse
from blockdata.errors import DeclarationError, StoreError

PIECES = (
    *(
        "青岛市",
        "市北区",
        "延安三路",
        "105号",
        "锦绣花园",
        "3号楼",
        "2单元",
        "501室",
        "对面",
        "旁边",
    ),
    *(
        "重庆路",
        "-",
        "12",
        "　",
        "\x00",
        "\u200b",
        "１２",
        "𠮷",
        "(原粮店)",
        "乙",
        "é",
        "\ud800",
        "路",
        "号",
    ),
)
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "山东省青岛市市北区敦化路街道延安三路105号锦绣花园3号楼2单元501室",
            {
                "province": "山东省",
                "city": "青岛市",
                "district": "市北区",
                "town": "敦化路街道",
                "road": "延安三路",
                "road_no": "105号",
                "estate": "锦绣花园",
                "building": "3号楼",
                "unit": "2单元",
                "room": "501室",
            },
        ),
        ("锦绣花园12-3-1001", {"building": "12", "unit": "3", "room": "1001"}),
        ("重庆路12弄5号", {"road": "重庆路", "lane": "12弄", "lane_no": "5号", "city": None}),
        ("东莞市虎门镇银龙路9号", {"city": "东莞市", "town": "虎门镇", "district": None}),
        ("延安三路与重庆路交叉口", {"road": "延安三路 重庆路"}),
    ],
)
def test_plain_addresses_are_read(text, expected):
    address = parse([text])[0]
    assert {element: address.get(element) for element in expected} == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "missing"),
        (float("nan"), "missing"),
        (12, "missing"),
        ("无", "missing"),
        ("", "empty"),
        (" \t\n", "empty"),
        ("\x00\x01\x02", "empty"),
        ("--", "empty"),
        ("hello world 12", "not_chinese"),
        ("Ж улица", "not_chinese"),
        ("延安三路1号" * 2_000, "too_long"),
    ],
)
def test_what_is_no_address_has_a_reason_and_no_pieces(text, reason):
    parsed = parse([text])
    assert REASONS[parsed.reasons[0]] == reason
    assert len(parsed.text) == 0


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, max_size=6))
def test_spans_lie_inside_in_order_and_apart(batch):
    parsed = parse(batch)
    assert np.all((parsed.confidence >= 0) & (parsed.confidence <= 1))
    end = [0] * len(batch)
    assert sorted(parsed.text.tolist()) == parsed.text.tolist()
    rows = zip(parsed.text.tolist(), parsed.start.tolist(), parsed.end.tolist(), strict=True)
    for text, start, stop in rows:
        assert end[text] <= start < stop <= len(batch[text])
        end[text] = stop
    assert [reason == 0 for reason in parsed.reasons] == [stop > 0 for stop in end]


@settings(max_examples=50, deadline=None)
@given(st.lists(texts, min_size=2, max_size=8), st.randoms())
def test_a_text_is_read_alone_whatever_its_neighbours(batch, order):
    shuffled = list(range(len(batch)))
    order.shuffle(shuffled)
    together, mixed = parse(batch), parse([batch[at] for at in shuffled])
    for place, at in enumerate(shuffled):
        assert mixed[place] == together[at]


def test_threads_make_no_difference():
    choice = random.Random(1)
    batch = ["".join(choice.choices(PIECES[:14], k=6)) for _ in range(5_000)]
    one, two = (Parser.shipped().parse(batch, threads=threads) for threads in (1, 2))
    for name in ("text", "start", "end", "element", "confidence", "reasons"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_the_shipped_parser_is_read_once_and_is_not_bound():
    assert Parser.shipped() is Parser.shipped()
    assert Parser.shipped().divisions is None


def _library(count=400):
    choice = random.Random(3)
    rows = []
    for at in range(count):
        row = {
            "id": str(at),
            "city": "云海市",
            "district": choice.choice(["滨河区", "四方区"]),
            "town": choice.choice(["临江街道", "景山街道"]),
            "road": choice.choice(["武山街", "金渡路", "重庆路", "四方路"]),
            "road_no": f"{choice.randint(1, 90)}号",
            "estate": choice.choice(["翠和华庭", "香雨苑", None]),
            "building": f"{choice.randint(1, 20)}号楼",
            "unit": f"{choice.randint(1, 4)}单元",
            "room": f"{choice.randint(1, 20)}0{choice.randint(1, 4)}室",
        }
        rows.append(row)
    frame = pd.DataFrame(rows)
    levels = [name for name in frame if name != "id"]
    frame["text"] = frame[levels].fillna("").agg("".join, axis=1)
    return frame


@pytest.fixture(scope="module")
def city():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "_INVENTED", 500)
        patch.setattr(fitting, "_BY_HAND", 800)
        aliases = pd.DataFrame({"address_id": ["0", "1"], "text": ["金渡路老纱厂院3号楼", None]})
        yield Parser.fit(_library(), aliases=aliases, seed=1)


def test_the_report_counts_what_was_kept_out(city):
    report = city[1]
    frame = report.frame()
    assert 0 < report.held_out < 400
    assert report.f1 > 0.8
    assert set(frame["element"]) <= set(ELEMENTS) and frame["accuracy"].between(0, 1).all()
    assert f"{report.held_out:,} addresses kept out" in repr(report)


def test_a_city_is_never_named_without_support(city):
    parser = city[0]
    assert "滨河区" in parser.divisions and "滨河" in parser.divisions
    batch = [
        "重庆路12号",
        "四方路3号",
        "上海花园3-2-501",
        "北京华联超市",
        "重庆路",
        "假想区金渡路3号",
    ]
    regions = parser.parse(batch).df()[["province", "city", "district"]]
    assert regions.isna().all(axis=None)


def test_another_city_is_named_where_the_text_supports_it(city):
    address = city[0].parse(["江苏省南京市玄武区金渡路3号"])[0]
    assert address.get("city") in ("南京市", None)
    assert address.get("district") in ("玄武区", None)


def test_its_own_divisions_are_named(city):
    address = city[0].parse(["云海市滨河区武山街3号5号楼1单元302室"])[0]
    assert (address.get("city"), address.get("district")) == ("云海市", "滨河区")
    assert address.get("road") == "武山街"


def test_a_saved_parser_is_the_same_with_its_binding(city, tmp_path):
    parser = city[0]
    parser.save(tmp_path / "city.npz")
    loaded = Parser.load(tmp_path / "city.npz")
    assert loaded.version == parser.version != Parser.shipped().version
    assert loaded.divisions == parser.divisions
    batch = _library(50)["text"].tolist()
    assert list(loaded.parse(batch)) == list(parser.parse(batch))
    loaded.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "city.npz").read_bytes()


def test_a_library_of_texts_alone_is_read_first():
    library = _library(120)[["id", "text"]].rename(columns={"text": "full_text"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "_INVENTED", 300)
        patch.setattr(fitting, "_BY_HAND", 300)
        parser, report = Parser.fit(library)
    assert report.sentences > 300
    assert parser.divisions is not None


def test_a_library_without_addresses_is_refused():
    with pytest.raises(DeclarationError, match="could be read"):
        Parser.fit(pd.DataFrame({"id": ["1"], "text": [None]}))


def test_a_file_that_is_no_parser_is_refused(tmp_path):
    with pytest.raises(StoreError, match="no parser"):
        Parser.load(tmp_path / "missing.npz")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(StoreError, match="no parser"):
        Parser.load(tmp_path / "text.npz")
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as other:
        other.writestr("a.txt", "b")
    with pytest.raises(StoreError, match="no parser"):
        Parser.load(tmp_path / "other.npz")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        Parser.shipped().save(tmp_path / "none" / "parser.npz")

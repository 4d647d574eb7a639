"""Which regions stay in a bound city, on spans made by hand."""

import numpy as np
import pytest

from blockdata.address.binding import bind_regions, known_divisions, with_short_names
from blockdata.address.parsed import ELEMENTS

OWN = with_short_names(["云海市", "滨河区"])


def _bound(*pieces):
    text = "".join(value for value, _ in pieces)
    ends = np.cumsum([len(value) for value, _ in pieces]).astype(np.int32)
    starts = np.concatenate([[0], ends[:-1]]).astype(np.int32)
    elements = np.array([ELEMENTS.index(element) for _, element in pieces], np.int32)
    none = np.zeros(len(pieces), np.int32)
    kept, begins = bind_regions([text], none, (starts, ends, elements), OWN)
    return [text[begins[at] : ends[at]] for at in np.flatnonzero(kept)]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([("云海市", "city"), ("滨河", "district")], ["云海市", "滨河"]),
        ([("重庆", "city"), ("路", "road")], ["重庆路"]),
        ([("重庆", "city"), ("花园", "estate"), ("3", "building")], ["重庆花园", "3"]),
        ([("重庆市", "city"), ("江北区", "district")], ["重庆市", "江北区"]),
        ([("江苏", "province"), ("南京", "city"), ("甲路", "road")], ["江苏", "南京", "甲路"]),
        ([("南京市", "city"), ("甲路", "road")], ["南京市", "甲路"]),
        ([("南京市", "city"), ("3号", "road_no")], ["3号"]),
        ([("假想区", "district"), ("甲路", "road")], ["甲路"]),
        ([("南京", "city")], []),
    ],
)
def test_regions_need_the_library_or_support(pieces, expected):
    assert _bound(*pieces) == expected


def test_the_national_list_knows_what_stands_above():
    assert {"浙江", "浙江省", "杭州", "杭州市"} <= known_divisions()["余杭区"]
    assert "浙江" not in known_divisions()["玄武区"]

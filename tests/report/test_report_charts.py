"""Charts stand on zero, their axes are labelled, and names cannot become markup."""

import re
from xml.etree import ElementTree as ET

import pytest

from blockdata.report.charts import columns_chart, nice_ticks, rows_chart

SVG = "{http://www.w3.org/2000/svg}"


def _bars(chart):
    return [
        {k: float(b.get(k)) for k in ("x", "y", "width", "height")}
        for b in ET.fromstring(chart).iter(f"{SVG}rect")
    ]


def test_columns_are_as_high_as_their_values_from_one_base_line():
    bars = _bars(columns_chart(["a", "b", "c"], [10, 20, 0], title="t", axis="n"))
    assert bars[1]["height"] == pytest.approx(2 * bars[0]["height"], abs=0.1)
    assert bars[2]["height"] == 0
    assert len({round(b["y"] + b["height"], 0) for b in bars}) == 1


def test_rows_are_as_long_as_their_values_from_one_line():
    bars = _bars(rows_chart(["a", "b"], [30, 10], title="t", axis="n"))
    assert bars[0]["width"] == pytest.approx(3 * bars[1]["width"], abs=0.2)
    assert bars[0]["x"] == bars[1]["x"]


def test_the_axis_begins_at_nought_and_reaches_the_largest_value():
    for largest in (0, 1, 7, 99, 100, 101, 12_345):
        ticks = nice_ticks(largest)
        assert ticks[0] == 0
        assert ticks[-1] >= largest
        assert len(ticks) <= 7


def test_a_place_without_a_value_stays_empty():
    assert len(_bars(columns_chart(["a", "b"], [float("nan"), 1], title="t", axis="n"))) == 1


def test_names_are_escaped_and_long_ones_are_cut():
    chart = rows_chart(["<script>", "很长" * 20], [1, 2], title="<b>", axis="&")
    assert "<script>" not in chart
    texts = [t.text for t in ET.fromstring(chart).iter(f"{SVG}text")]
    assert "<script>" in texts
    assert any(re.fullmatch("(很长)+很?…", t or "") for t in texts)

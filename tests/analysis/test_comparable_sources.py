"""Sources that come, go and fall silent: what may be compared before and after."""

import pandas as pd
import pytest

from blockdata.analysis.cube.comparable import comparable_sources
from blockdata.errors import AnalysisError

AS_OF = pd.Timestamp("2026-11-01")


def _reports(*rows):
    frame = pd.DataFrame(rows, columns=["category", "source", "reports", "first"])
    return frame.assign(first=pd.to_datetime(frame["first"]))


def _silent(*rows):
    frame = pd.DataFrame(rows, columns=["source", "start", "end"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


def _found(reports, silences, **settings):
    return comparable_sources(reports, silences, AS_OF, window_days=28, **settings)


def test_a_young_source_is_left_out_where_another_tells_of_the_category():
    reports = _reports(
        ("noise", "hotline", 900, "2024-01-01"),
        ("noise", "app", 300, "2026-10-01"),
        ("bees", "app", 30, "2026-10-05"),
    )
    found = _found(reports, _silent())
    assert found.left_out.values.tolist() == [["noise", "app", "young"]]
    assert found.pairs.values.tolist() == [["bees", "app"], ["noise", "hotline"]]
    gap = found.gaps[found.gaps["category"] == "bees"].iloc[0]
    assert gap["end"] == pd.Timestamp("2026-10-01")


def test_a_source_that_ended_is_left_out_and_its_end_is_no_fall():
    reports = _reports(
        ("noise", "hotline", 900, "2024-01-01"), ("noise", "letters", 500, "2024-01-01")
    )
    found = _found(reports, _silent(("letters", "2026-08-01", "2026-11-01")))
    assert found.left_out["why"].tolist() == ["ended"]
    assert found.gaps["end"].max() == pd.Timestamp("2024-01-01")


def test_a_short_silence_of_a_large_source_is_a_gap_and_of_a_small_one_none():
    reports = _reports(("noise", "hotline", 900, "2024-01-01"), ("noise", "app", 90, "2024-01-01"))
    for source, expected in (("hotline", 1), ("app", 0)):
        silence = _silent((source, "2026-06-01", "2026-06-09"))
        gaps = _found(reports, silence).gaps
        inside = gaps[gaps["start"] >= pd.Timestamp("2024-01-01")]
        assert len(inside) == expected


def test_where_all_sources_are_young_the_category_stays_and_is_not_observed_before():
    found = _found(_reports(("noise", "app", 9, "2026-10-20")), _silent())
    assert found.left_out.empty
    assert found.gaps["end"].tolist() == [pd.Timestamp("2026-10-20")]


def test_nothing_gives_nothing():
    found = _found(_reports(), _silent())
    assert found.pairs.empty and found.left_out.empty and found.gaps.empty


def test_a_missing_column_is_told():
    with pytest.raises(AnalysisError, match="first"):
        _found(_reports().drop(columns="first"), _silent())

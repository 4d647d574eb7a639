"""Counts, rates and expected counts where there is little or nothing, in both languages."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import shapely

from blockdata.config import parse_config
from blockdata.errors import AnalysisError
from blockdata.report.words import Words
from blockdata.store import derived
from blockdata.store.snapshots import memory_session
from blockdata.views.patterns.patterns import Patterns

AS_OF = dt.date(2026, 11, 2)
COMMON = {"source": "app", "first_delivery": 1, "last_delivery": 1}
BOX = shapely.to_wkb(shapely.box(0, 0, 1000, 1000))


def held(lang="en", incidents=(), places=(), links=(), gaps=(), cells=True):
    raw = {"city": {"name": "试验区", "lang": lang}, "base": {"path": "unused"}, "source": []}
    config = parse_config(raw, folder=Path())
    session = memory_session(config.catalogue())
    if cells:
        row = COMMON | {"id": "grd1", "source_id": "1", "layer": "unit", "code": "001", "geom": BOX}
        session.append("grid", pa.Table.from_pylist([row]))
    if incidents:
        session.append("incident", pa.Table.from_pylist(list(incidents)))
        labels = pd.DataFrame([{"source": "app", "category": "噪声", "label": "噪声扰民"}])
        derived.write_result(session, "category", labels)
    for table, rows in (("incident_place", places), ("link", links), ("coverage_gap", gaps)):
        if rows:
            derived.write_result(session, table, pd.DataFrame(list(rows)))
    return Patterns(session, config, AS_OF, Words(lang, config.catalogue()))


def case(n, day, **more):
    at = dt.datetime(2026, 10, day, 4)
    told = {"id": f"inc{n}", "source_id": f"{n}", "case_no": f"A{n}", "category": "噪声"}
    return COMMON | told | {"reported_at": at, "status": "open"} | more


def test_a_base_without_incidents_has_an_empty_cube():
    cube = held().cube("unit")
    assert cube.shape == (0, 1, 365) and cube.account["number"].tolist() == [0]
    assert "0 episodes: counted" in cube.explain()
    places = held().cube("place", of="reports")
    assert places.shape[1] == 0 and held().counts("place").empty
    assert held().expected("unit").frame.empty
    assert held().point_clusters().frame.empty


def test_without_exposure_there_is_no_rate():
    with pytest.raises(AnalysisError, match="no exposure is usable"):
        held().rates("unit")
    with pytest.raises(AnalysisError, match="there is no source"):
        held().rates("unit", "people")
    with pytest.raises(AnalysisError, match="no cell of layer 'unit' stands"):
        held(cells=False).rates("unit")


def test_a_category_of_an_empty_base_is_told_as_such():
    with pytest.raises(AnalysisError, match="none: there are no incidents"):
        held().cube("unit", categories="噪声扰民")


REPORTS = [
    *(case(1, 3), case(2, 4), case(3, 20), case(4, 21, status="void")),
    case(5, 22),
]
PLACES = [
    {"incident": "inc1", "place_kind": "cell:unit", "place": "grd1", "x": 5.0, "y": 5.0},
    {"incident": "inc2"},
    {"incident": "inc3", "x": 9.0, "y": 9.0, "made": "description"},
    {"incident": "inc5"},
]
LINKS = [
    {"incident": "inc1", "target_kind": "cell:unit", "target": "grd1"},
    {"incident": "inc2", "target_kind": "default_location", "target": "adr9"},
]
GAPS = [{"source": "app", "start_on": dt.date(2026, 10, 8), "end_on": dt.date(2026, 10, 16)}]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("1 reports: counted", "which is no place", "by a description only", "void")),
        ("zh", ("1 件上报：已统计", "默认位置", "仅由文字描述定位", "作废")),
    ],
)
def test_every_report_is_told_of_in_words(lang, words):
    told = held(lang, REPORTS, PLACES, LINKS, GAPS).cube("unit", of="reports").explain()
    assert all(text in told for text in words)
    assert ("来源没有数据" if lang == "zh" else "not observed from 2026-10-08") in told


def test_silence_of_a_source_is_no_zero():
    frame = held("en", REPORTS, PLACES, LINKS, GAPS).counts("unit", step="day", of="reports")
    silent = frame[(frame["start"] >= "2026-10-08") & (frame["start"] < "2026-10-16")]
    assert silent["count"].isna().all() and (silent["observed_days"] == 0).all()
    assert frame["count"].sum() == 1 and frame["start"].min() == pd.Timestamp(2026, 10, 3)


def test_a_question_of_a_time_that_was_not_observed_has_no_rate():
    asked = {"start": dt.date(2026, 10, 9), "end": dt.date(2026, 10, 12), "of": "reports"}
    patterns = held("en", REPORTS, PLACES, LINKS, GAPS)
    found = patterns.expected("unit", **asked).frame
    assert found["reason"].tolist() == ["not_observed"]
    assert found["note"].tolist() == ["the source was silent in the window"]
    rates = patterns.rates("unit", "reports", **asked).frame
    assert rates["reason"].tolist() == ["not_observed"] and rates["rate"].isna().all()


def test_one_cell_has_a_rate_and_nothing_to_shrink_it_to():
    found = held("en", REPORTS, PLACES, LINKS, GAPS).rates("place", "reports", of="reports").frame
    assert found["reason"].tolist() == ["exposure_is_category"]


def test_an_unknown_option_is_refused_and_not_passed_over():
    with pytest.raises(AnalysisError, match="unknown option category; allowed: of, start"):
        held().cube("unit", category="噪声扰民")
    with pytest.raises(AnalysisError, match="unknown option days; allowed: start, end, max_days"):
        held().scan("噪声扰民", days=3)

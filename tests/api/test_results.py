"""Hot spots and chronic problems as users hold them."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

import blockdata as bd
from blockdata.records import Catalogue
from blockdata.store import derived
from blockdata.store.keys import KeyRing
from blockdata.store.layout import Layout
from blockdata.store.snapshots import work_on

AS_OF = dt.date(2026, 11, 1)
CONFIG = '{"city": {"name": "x", "lang": "en"}, "hotspots": {"layer": "community"}}'
FALLBACK = {"code": "exposure_fallback", "zh": "未用人口", "en": "not on people: no source"}


@pytest.fixture
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture
def bare(tmp_path):
    """A base of communities without geometry: one hot spot, one recurring problem."""
    layout = Layout(tmp_path / "bare.base")
    layout.create()
    area = {"id": "are1", "source": "s", "source_id": "1", "first_delivery": 1, "last_delivery": 1}
    area |= {"code": "01", "name": "望海社区", "level": "community"}
    hot = {"layer": "community", "window_days": 28, "cell": "are1", "exposure": 10.0}
    hot |= {"exposure_name": "all_incidents", "rank": 1}
    found = {"category": "noise", "count": 9, "excess": 7.0, "q": 0.01, "hot": True}
    untested = {"category": "leak", "count": 1, "hot": False, "reason": "too_few_incidents"}
    again = {"place_kind": "area", "place": "are1", "category": "noise", "measure": "recurring"}
    again |= {"episodes": 9, "q": 0.01, "excess": 7.0, "status": "recurring", "rank": 1}
    again |= {"exposure_name": "all_episodes"}
    with work_on(layout, None, KeyRing(), Catalogue()) as work:
        session = work.session
        session.append("area", pa.Table.from_pylist([area]))
        derived.write_result(session, "hotspot", pd.DataFrame([hot | found, hot | untested]))
        derived.write_result(session, "chronic", pd.DataFrame([again]))
        counted = {"category": ["leak", "noise"], "incidents": [1, 9]}
        derived.write_result(session, "category", pd.DataFrame(counted))
        session.set_meta("as_of", AS_OF.isoformat())
        session.set_meta("config", CONFIG)
        work.close()
        work.name(1)
    text = '{"as_of": "2026-11-01", "findings": [' + str(FALLBACK).replace("'", '"') + "]}"
    layout.manifest(1).write_text(text, encoding="utf-8")
    layout.publish(1)
    with bd.open(layout.root) as opened:
        yield opened


def test_hot_spots_are_those_of_the_nightly_run_with_names_and_shapes(base):
    found = bd.hotspots(base)
    assert len(found.frame) == len(base.hotspot)
    assert found.frame.crs == base.crs
    assert found.frame["name"].notna().all()


def test_a_category_is_one_category(base):
    category = base.hotspot.df()["category"].iloc[0]
    found = bd.hotspots(base, category=category, grid="unit", window_days=28)
    assert set(found.frame["category"]) == {category}
    assert set(bd.chronic(base, category=category).frame["category"]) <= {category}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"grid": "hexagon"}, "allowed: unit. Set .hotspots. layer"),
        ({"window_days": 3}, "allowed: 28. Add 3 to .hotspots. windows_days"),
        ({"category": "无此类别"}, "no incident has this category; allowed: "),
    ],
)
def test_what_was_not_tested_is_told_with_the_setting_to_change(base, asked, text):
    with pytest.raises(bd.AnalysisError, match=text):
        bd.hotspots(base, **asked)


def test_the_map_is_svg_that_asks_for_nothing(base):
    drawing = bd.hotspots(base).map()
    page = drawing._repr_html_()
    assert page.startswith("<svg")
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.count("<title>") >= (base.grid.df()["layer"] == "unit").sum()
    assert bd.chronic(base).map()._repr_html_().startswith("<svg")


def test_chronic_says_what_it_means(base):
    text = bd.chronic(base).explain()
    assert "办结后" in text
    assert "未检验" in text


def test_without_geometry_the_frame_is_plain_and_the_map_refuses(bare):
    for found in (bd.hotspots(bare), bd.chronic(bare)):
        assert "geometry" not in found.frame
        assert found.frame["name"].tolist() == ["望海社区"] * len(found.frame)
        with pytest.raises(bd.GeometryNeededError):
            found.map()


def test_the_explanation_names_exposure_fallbacks_and_what_was_not_tested(bare):
    text = bd.hotspots(bare).explain()
    assert "measured against problems of all categories" in text
    assert "not on people: no source" in text
    assert "not tested, 1 places: the category has too few incidents" in text
    assert "1 hot spots" in text


def test_without_closing_times_problems_are_called_recurring_never_chronic(bare):
    text = bd.chronic(bare).explain()
    assert "these are called recurring" in text
    assert "Chronic means" not in text


def test_an_empty_answer_says_that_nothing_was_tested(bare):
    assert bd.hotspots(bare, window_days=28).frame["category"].tolist() == ["noise", "leak"]
    nothing = bd.chronic(bare, category="leak")
    assert nothing.frame.empty
    assert "nothing to test" in nothing.explain()

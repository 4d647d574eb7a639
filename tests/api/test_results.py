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
CHOICE = {"no": 1, "topic": "layer", "choice": "community", "zh": "社区", "en": "layer: community"}


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
        derived.write_result(session, "hotspot_choice", pd.DataFrame([CHOICE]))
        derived.write_result(session, "chronic", pd.DataFrame([again]))
        counted = {"category": ["leak", "noise"], "incidents": [1, 9]}
        derived.write_result(session, "category", pd.DataFrame(counted))
        session.set_meta("as_of", AS_OF.isoformat())
        session.set_meta("config", CONFIG)
        work.close()
        work.name(1)
    layout.manifest(1).write_text('{"as_of": "2026-11-01", "findings": []}', encoding="utf-8")
    layout.publish(1)
    with bd.open(layout.root) as opened:
        yield opened


def test_hot_spots_are_those_of_the_nightly_run_with_names_and_shapes(base):
    found = bd.hotspots(base, tell=None)
    assert len(found.frame) == len(base.hotspot)
    assert found.frame.crs == base.crs
    assert found.frame["name"].notna().all()


def test_a_category_is_one_category(base):
    category = base.hotspot.df()["category"].iloc[0]
    found = bd.hotspots(base, category=category, grid="unit", window_days=28, tell=None)
    assert set(found.frame["category"]) == {category}
    assert set(bd.chronic(base, category=category).frame["category"]) <= {category}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"grid": "hexagon"}, "cannot be counted by 'hexagon'; allowed: "),
        ({"grid": "place"}, "a place is none. blockdata.chronic tells"),
        ({"window_days": 0}, "window_days is 0; allowed: a whole number of days, from 1"),
        ({"window_days": -5}, "window_days is -5; allowed: "),
        ({"window_days": 2.5}, "window_days is 2.5; allowed: "),
        ({"alpha": "high"}, "alpha is 'high'; allowed: a number between 0 and 1"),
        ({"grid": 5}, "areas come as int; allowed: the name of a layer, or GeoDataFrame"),
        ({"exposure": "rain"}, "no exposure 'rain'; allowed: "),
        ({"category": "无此类别"}, "no incident has this category; allowed: "),
        ({"alpha": 2.0}, "2.0 is no level"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_what_can(base, asked, text):
    with pytest.raises(bd.AnalysisError, match=text):
        bd.hotspots(base, **asked, tell=None)


def test_every_choice_is_told_as_it_is_made(base):
    lines = []
    found = bd.hotspots(base, tell=lines.append)
    assert lines == found.choices["zh"].tolist()
    assert found.choices["topic"].tolist()[:4] == ["counted", "layer", "windows", "exposure"]
    assert all(line in found.explain() for line in lines)


def test_the_night_s_answer_and_one_found_now_are_the_same(base):
    read = bd.hotspots(base, tell=None).frame
    exposure = read["exposure_name"].iloc[0]
    now = bd.hotspots(base, exposure=exposure, tell=None).frame
    columns = ["window_days", "category", "cell", "count", "expected", "p", "q", "stability"]
    order = ["window_days", "category", "cell"]
    pd.testing.assert_frame_equal(
        now[columns].sort_values(order, ignore_index=True),
        read[columns].sort_values(order, ignore_index=True),
        check_dtype=False,
    )


def test_another_layer_and_window_are_searched_for_now(base):
    found = bd.hotspots(base, grid="responsibility", window_days=91, tell=None)
    assert set(found.frame["layer"]) == {"responsibility"}
    assert set(found.frame["window_days"]) == {91}
    assert found.changes.empty


@pytest.mark.parametrize("grid", ["h3:9", "own"])
def test_drawn_cells_are_searched_by_points(base, grid):
    drawn = base.layers.hexagons(9)
    asked = drawn[["cell", "geometry"]].rename(columns={"cell": "name"}) if grid == "own" else grid
    found = bd.hotspots(base, grid=asked, exposure="buildings", tell=None).frame
    counts = base.patterns.counts(grid if grid == "h3:9" else asked, step="month")
    window = base.patterns.counts(
        grid if grid == "h3:9" else asked,
        start=base.as_of - dt.timedelta(days=28),
        end=base.as_of,
        step="month",
    )
    assert found["count"].sum() == window["count"].sum() > 0 and found.crs == base.crs
    assert set(found["exposure_name"]) == {"buildings"}
    assert set(found["cell"]) <= set(counts["place"])


def test_a_hot_spot_tells_its_incidents_and_what_stands_there_in_both_languages(base):
    found = bd.hotspots(base, window_days=91, alpha=0.9, tell=None).frame
    hot = found[found["hot"]]
    assert len(hot)
    inside = base.incident.df().set_index("id")["reported_at"]
    for row in hot.itertuples():
        assert len(row.incidents) >= row.count
        assert (inside[row.incidents] >= pd.Timestamp("2026-08-01")).sum() >= row.count
        assert row.category in row.sentence_zh and row.category in row.sentence_en
        assert str(row.count) in row.sentence_zh
    assert hot["stands_there_zh"].str.contains("楼栋").any()
    cold = found[~found["hot"]]
    assert cold[["incidents", "sentence_zh", "stability"]].isna().all(axis=None)


def test_the_map_is_svg_that_asks_for_nothing(base):
    drawing = bd.hotspots(base, tell=None).map()
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
    for found in (bd.hotspots(bare, tell=None), bd.chronic(bare)):
        assert "geometry" not in found.frame
        assert found.frame["name"].tolist() == ["望海社区"] * len(found.frame)
        with pytest.raises(bd.GeometryNeededError):
            found.map()


def test_the_explanation_names_choices_and_what_was_not_tested(bare):
    text = bd.hotspots(bare, tell=None).explain()
    assert "layer: community" in text
    assert "not tested, 1 places: the category has too few incidents" in text


def test_without_closing_times_problems_are_called_recurring_never_chronic(bare):
    text = bd.chronic(bare).explain()
    assert "these are called recurring" in text
    assert "Chronic means" not in text


def test_an_empty_answer_says_that_nothing_was_tested(bare):
    assert bd.hotspots(bare, window_days=28, tell=None).frame["category"].tolist() == [
        "noise",
        "leak",
    ]
    nothing = bd.chronic(bare, category="leak")
    assert nothing.frame.empty
    assert "nothing to test" in nothing.explain()

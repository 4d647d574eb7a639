"""`base.problems`: causes, neighbours and effects of the tiny district."""

import datetime as dt

import geopandas as gpd
import pytest
import shapely

import blockdata as bd
from blockdata.errors import AnalysisError

START = dt.date(2026, 8, 1)


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


def test_causes_are_what_the_night_found(base):
    found = base.problems.causes(everything=True)
    table = base.sql("FROM cause")
    assert len(found.frame) == len(table)
    assert (found.frame["sentence_zh"].notna() == found.frame["status"].notna()).all()
    assert len(base.problems.causes().frame) == table["status"].notna().sum()
    assert len(found.places) == len(base.sql("FROM cause_place"))
    assert len(found.kinds) == len(base.sql("FROM cause_kind"))
    assert "久治不愈的共同点" in found.explain() and "不列个人" in found.explain()


def test_a_kind_that_nothing_was_looked_for_among_is_refused(base):
    with pytest.raises(AnalysisError, match="place_kind"):
        base.problems.causes("person")


def test_neighbours_have_a_sentence_each(base):
    found = base.problems.neighbours()
    assert found.frame["sentence_zh"].notna().all() and found.frame["sentence_en"].notna().all()
    assert "是否扎堆" in found.explain()
    assert {"place", "name", "near", "expected"} <= set(found.places.columns)


def test_effects_are_what_the_night_found(base):
    found = base.problems.effects()
    assert len(found.frame) == len(base.sql("FROM effect"))
    assert "措施的效果" in found.explain()
    assert (found.plot() is None) == found.frame["verdict"].isna().all()
    assert {"effect", "matched_to", "name"} <= set(found.places.columns)


def test_an_area_and_ids_of_ones_own_are_judged(base):
    cells = base.grid.gdf().query("layer == 'unit'").to_crs(base.config.city.crs)
    area = cells.geometry.iloc[0].buffer(1)
    by_shape = base.problems.effect(area, START)
    frame = gpd.GeoDataFrame(geometry=[area], crs=cells.crs).to_crs(4326)
    by_frame = base.problems.effect(frame, START)
    by_id = base.problems.effect([cells["id"].iloc[0]], START)
    assert by_shape.summary == by_id.summary == by_frame.summary
    assert by_id.summary["treated"] == 1
    own = by_id.places[by_id.places["matched_to"].isna()]
    assert own["place"].tolist() == [cells["id"].iloc[0]]
    assert by_id.explain() == repr(by_id) and "处" in by_id.explain()
    assert (by_id.summary["verdict"] is None) == (by_id.summary["reason"] is not None)


def test_a_flat_and_its_building_are_one_place(base):
    flats = base.sql("SELECT id, road, building FROM address WHERE room IS NOT NULL ORDER BY ALL")
    pair = flats[flats.duplicated(["road", "building"], keep=False)].head(2)["id"].tolist()
    found = base.problems.effect(pair, START, ended_on=START + dt.timedelta(days=5))
    assert found.summary["treated"] <= 2
    told = found.places["name"].dropna()
    rooms = base.sql("SELECT full_text FROM address WHERE room IS NOT NULL")["full_text"]
    assert not set(told) & set(rooms)


def test_a_placebo_is_not_called_a_success(base):
    """Every third cell on a day on which nothing was done: undecided, or a reason."""
    cells = base.sql("SELECT id FROM grid WHERE layer = 'unit' ORDER BY id")["id"].tolist()
    found = base.problems.effect(cells[::3], dt.date(2026, 8, 20))
    assert found.summary["verdict"] in (None, "undecided")


@pytest.mark.parametrize(
    ("places", "start", "more"),
    [
        (["nowhere"], START, {}),
        ([], START, {}),
        (shapely.Point(0, 0), START, {}),
        (["nowhere"], dt.date(2099, 1, 1), {}),
        (["nowhere"], START, {"ended_on": dt.date(2026, 7, 1)}),
        (["nowhere"], START, {"category": "没有这一类"}),
    ],
)
def test_what_cannot_be_judged_is_refused(base, places, start, more):
    with pytest.raises(AnalysisError):
        base.problems.effect(places, start, **more)

"""One table as pandas, GeoPandas and Arrow."""

import pyarrow as pa
import pytest

import blockdata as bd


@pytest.fixture
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


def test_all_three_forms_have_the_same_rows(base):
    table = base.building
    ids = table.arrow().column("id").to_pylist()
    assert ids == table.df()["id"].tolist() == table.gdf()["id"].tolist()
    assert len(table) == len(ids)


def test_shapes_are_in_the_base_crs_and_those_delivered(base):
    cells = base.grid.gdf()
    assert cells.crs == base.crs
    assert set(cells.geom_type) == {"Polygon"}
    assert "geom" not in cells


def test_rows_without_a_shape_stand_at_the_point_of_their_address(base):
    places = base.premises.gdf()
    inherited = places[places["x"].notna()]
    assert (inherited.geometry.x == inherited["x"]).all()


def test_days_and_times_are_naive(base):
    frame = base.incident.df()
    for name in ("reported_at", "valid_from"):
        assert str(frame[name].dtype) == "datetime64[us]"


@pytest.mark.parametrize("name", ["matter", "delivery", "hotspot", "episode"])
def test_what_has_no_place_has_no_geometry(base, name):
    with pytest.raises(bd.GeometryNeededError, match=name):
        getattr(base, name).gdf()


def test_a_kind_that_could_stand_somewhere_and_does_not_says_so(base, monkeypatch):
    nowhere = base.department.df().assign(x=float("nan"), y=float("nan"))
    assert len(nowhere)
    shapeless = pa.table({"geom": pa.nulls(len(nowhere), pa.binary())})
    monkeypatch.setattr(type(base.department), "df", lambda _table: nowhere)
    monkeypatch.setattr(type(base.department), "arrow", lambda _table: shapeless)
    with pytest.raises(bd.GeometryNeededError, match="no row of 'department'"):
        base.department.gdf()


def test_closed_rows_are_history_and_results_have_none(base):
    history = base.building.history()
    assert set(base.building.df().columns) | {"closed_by"} == set(history.columns)
    with pytest.raises(bd.AnalysisError, match="keeps no history"):
        base.episode.history()


def test_fields_are_labelled_in_the_base_language(base):
    assert base.incident.fields["reported_at"] == "上报时间"
    assert not base.episode.fields
    assert repr(base.area).startswith("行政区划 (area): ")

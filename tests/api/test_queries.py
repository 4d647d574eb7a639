"""Analysts' SQL: their own frames take part, and nothing else can be reached or changed."""

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest

import blockdata as bd

SECRET = "k" * 20 + "-never-shown-" + "z" * 20


@pytest.fixture
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


def test_own_frames_are_joined_by_name(base):
    frame = pd.DataFrame({"id": base.building.df()["id"].head(3), "mark": [1, 2, 3]})
    query = "select sum(mark) as s from building join f using (id) join g on g.n = f.mark"
    assert base.sql(query, f=frame, g=pa.table({"n": [1, 2, 3]}))["s"].item() == 6


def test_a_frame_is_gone_after_its_query(base):
    base.sql("select * from f", f=pd.DataFrame({"a": [1]}))
    with pytest.raises(bd.AnalysisError, match="f does not exist"):
        base.sql("select * from f")


def test_variables_of_the_caller_are_not_tables(base):
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(bd.AnalysisError, match="frame does not exist"):
        base.sql("select * from frame")
    assert len(frame) == 1


def test_geometry_of_a_frame_arrives_as_wkb(base):
    cells = base.grid.gdf()[["id", "geometry"]]
    query = "select max(abs(st_area(st_geomfromwkb(geometry)) - $a)) as d from f"
    area = cells.area.iloc[0]
    assert base.sql(query.replace("$a", repr(float(area))), f=cells.head(1))["d"].item() < 1e-6


def test_a_frame_in_another_crs_is_refused(base):
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([120.4], [30.2]), crs="EPSG:4326")
    with pytest.raises(bd.CrsError, match="to_crs"):
        base.sql("select * from f", f=point)
    with pytest.raises(bd.CrsError, match="has no CRS"):
        base.sql("select * from f", f=point.set_crs(None, allow_override=True))


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        ({"incident": pd.DataFrame({"a": [1]})}, "is a table of the base"),
        ({"f": [1, 2]}, "is a list"),
        ({"f": pd.DataFrame({"a": [1, "13800000000"]})}, "mixed types"),
    ],
)
def test_unusable_frames_are_refused_without_their_values(base, frames, text):
    with pytest.raises(bd.AnalysisError, match=text) as caught:
        base.sql("select 1", **frames)
    assert "13800000000" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "query",
    [
        "delete from incident",
        "create table t as select 1",
        "copy (select 1) to 'stolen.csv'",
        "attach 'other.db'",
        "detach base",
        "set threads = 1",
        "load spatial",
        "select 1; select 2",
        "",
    ],
)
def test_only_one_select_is_taken(base, query):
    with pytest.raises(bd.AnalysisError, match="not one SELECT"):
        base.sql(query)


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('/etc/hostname')",
        "select * from read_text('/proc/self/environ')",
        "select * from glob('/*')",
        "from '/etc/hostname'",
        "select getenv('HOME')",
    ],
)
def test_a_select_reaches_no_file_and_no_environment(base, query):
    with pytest.raises(bd.AnalysisError):
        base.sql(query)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into base.meta values ('a', 'b')",
        "create table base.main.t as select 1",
        "copy (select 1) to 'stolen.csv'",
        "attach 'other.db'",
        "set enable_external_access = true",
        "set lock_configuration = false",
    ],
)
def test_the_connection_itself_is_read_only_and_locked(base, statement):
    with pytest.raises(Exception, match=r"read-only|disabled|locked|Cannot change"):
        base.session.con.execute(statement)


def test_a_failing_row_is_not_repeated_in_the_error(base):
    value = base.incident.df()["case_no"].iloc[0]
    with pytest.raises(bd.AnalysisError, match="failed on a row") as caught:
        base.sql("select cast(case_no as integer) from incident")
    assert value not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_no_error_and_no_table_function_tells_a_key(tiny_base):
    people = (tiny_base.folder / tiny_base.keys.people_file).read_text(encoding="utf-8").strip()
    with bd.open(tiny_base.base_path, people_key=people) as base:
        with pytest.raises(bd.AnalysisError) as caught:
            base.sql("selec * from person")
        assert people not in str(caught.value)
        for function in ("duckdb_databases", "duckdb_settings", "duckdb_views"):
            assert people not in base.sql(f"from {function}()").to_csv()


def test_a_wrong_key_is_told_without_it(tiny_base):
    with pytest.raises(bd.KeyMissingError) as caught:
        bd.open(tiny_base.base_path, people_key=SECRET)
    assert SECRET not in str(caught.value)

"""The sample district is what its README promises."""

from __future__ import annotations

import csv
import functools
import importlib.util
import io
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely
from stdnum.iso7064 import mod_11_2

from blockdata.config import Config, load_config
from blockdata.records.identifiers import is_component, is_identity_number, is_unit_grid, is_uscc
from blockdata.records.mapping import map_columns
from blockdata_loaders.reader import RawTable, read_file

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
DATES = ("20260831", "20260930", "20261031")


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_generator", SAMPLES / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("district")
    _generator().write_district(folder, "tiny", 7)
    return folder


@pytest.fixture(scope="module", params=["tiny", "demo"])
def district(request: pytest.FixtureRequest, tiny: Path) -> Path:
    return tiny if request.param == "tiny" else SAMPLES


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _files(folder: Path, name: str) -> list[Path]:
    return sorted((folder / "sources" / name).iterdir())


@functools.cache
def _read(path: Path) -> RawTable:
    return read_file(path)


def _rows(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = _read(path).columns.to_pandas()
    return frame


def _config(folder: Path) -> Config:
    return load_config(folder / "city.toml")


def test_one_seed_gives_the_same_bytes_and_another_seed_gives_others(
    tiny: Path, tmp_path: Path
) -> None:
    for seed in (7, 8):
        _generator().write_district(tmp_path / str(seed), "tiny", seed)
    assert _bytes(tmp_path / "7") == _bytes(tiny)
    assert _bytes(tmp_path / "8") != _bytes(tiny)


def test_committed_demo_is_what_the_generator_writes(tmp_path: Path) -> None:
    """Text files to the byte; workbooks and databases differ with the library that packs them."""
    _generator().write_district(tmp_path, "demo", 7)
    written = _bytes(tmp_path)
    committed = {name: (SAMPLES / name).read_bytes() for name in written}
    texts = [name for name in written if not name.endswith((".xlsx", ".gpkg"))]
    assert {n: written[n] for n in texts} == {n: committed[n] for n in texts}
    there = {str(p.relative_to(SAMPLES)) for p in (SAMPLES / "sources").rglob("*") if p.is_file()}
    assert there == {name for name in written if name.startswith("sources")}


def test_demo_is_small_enough_to_commit() -> None:
    sizes = [p.stat().st_size for p in (SAMPLES / "sources").rglob("*") if p.is_file()]
    assert sum(sizes) < 3_000_000
    assert max(sizes) < 1_500_000


def test_configuration_is_valid_and_every_kind_is_delivered(district: Path) -> None:
    config = _config(district)
    kinds = {kind.name for kind in config.catalogue()}
    delivered = {source.kind for source in config.sources}
    assert delivered == kinds if district == SAMPLES else delivered < kinds
    assert len(kinds) == 22  # the 21 declared ones and the city's own
    assert config.catalogue().kind("component").field("material").zh == "材质"
    folders = {p.name for p in (district / "sources").iterdir()}
    assert folders == {source.name for source in config.sources}


def test_all_five_formats_occur(district: Path) -> None:
    files = [p for p in (district / "sources").rglob("*") if p.is_file()]
    assert {p.suffix for p in files} == {".csv", ".xlsx", ".gpkg", ".geojson"}
    encodings = {_read(p).encoding for p in files if p.suffix == ".csv"}
    assert encodings == {"utf-8", "gb18030"}


def test_several_sources_deliver_on_all_three_dates(district: Path) -> None:
    monthly = ("person", "incident_hotline", "incident_patrol")
    for name in monthly if district != SAMPLES else (*monthly, "address", "component"):
        assert [p.stem[-8:] for p in _files(district, name)] == list(DATES)


def test_every_column_is_mapped_left_out_with_a_reason_or_a_change_flag(district: Path) -> None:
    config = _config(district)
    for source in config.sources:
        flag = () if source.change is None else (source.change.column,)
        for path in _files(district, source.name):
            header = _read(path).columns.column_names
            found = map_columns(config.catalogue().kind(source.kind), header, source.columns)
            assert (found.unmapped, found.absent) == (flag, ()), path.name


def _keys(config: Config, name: str, path: Path) -> pd.Series[Any]:
    source = next(s for s in config.sources if s.name == name)
    kind = config.catalogue().kind(source.kind)
    table = _read(path)
    found = map_columns(kind, table.columns.column_names, source.columns)
    parts = [table.columns.column(found.mapped[f]).to_pandas() for f in kind.key]
    joined: pd.Series[Any] = pd.concat(parts, axis=1).astype("str").agg("|".join, axis=1)
    return joined


def test_keys_are_unique_but_for_the_twins_made_on_purpose(district: Path) -> None:
    config = _config(district)
    twice = {
        (source.name, key)
        for source in config.sources
        for path in _files(district, source.name)
        for keys in [_keys(config, source.name, path)]
        for key in keys[keys.duplicated()]
    }
    assert twice == {("premises", "990102P9999")}


def test_wrong_rows_are_there(district: Path) -> None:
    codes = _rows(_files(district, "entity_market")[-1])["统一社会信用代码"].tolist()
    assert (~is_uscc(codes)).sum() == 1
    assert [row.reason for row in _read(_files(district, "camera")[0]).bad_rows] == ["ragged"]
    patrol = _rows(_files(district, "incident_patrol")[-1])["上报时间"]
    assert pd.to_datetime(patrol, errors="coerce").isna().sum() == 1
    for path in _files(district, "resource") if district == SAMPLES else []:
        west, _, east, _ = _config(district).city.extent or (0, 0, 0, 0)
        places = _rows(path)["经度"].astype(float)
        assert (~places.between(west, east)).sum() == 1


def test_identity_numbers_are_right_by_two_implementations(district: Path) -> None:
    for path in _files(district, "person"):
        numbers = _rows(path)["公民身份号码"].tolist()
        assert is_identity_number(numbers).all()
        assert all(mod_11_2.is_valid(number) for number in numbers)
        assert all(number.startswith("990102") for number in numbers)


def test_sex_and_birth_year_agree_with_the_identity_number(tiny: Path) -> None:
    people = _rows(_files(tiny, "person")[0])
    numbers = people["公民身份号码"]
    assert numbers.str[6:10].tolist() == people["出生年份"].tolist()
    is_odd = numbers.str[16].astype(int) % 2 == 1
    assert (people["性别"] == is_odd.map({True: "男", False: "女"})).all()


def test_identifiers_of_grids_and_components_have_their_layout(district: Path) -> None:
    grids = _rows(_files(district, "grid")[0])
    units = grids.loc[grids["网格类型"] == "单元网格", "单元网格标识码"].tolist()
    assert is_unit_grid(units).all()
    assert is_component(_rows(_files(district, "component")[0])["管理部件标识码"].tolist()).all()


def _layer(folder: Path, name: str) -> geopandas.GeoDataFrame:
    grids = geopandas.read_file(_files(folder, "grid")[0])
    return grids[grids["网格类型"] == name].reset_index(drop=True)


def test_unit_grids_fill_their_responsibility_grids_without_gap_or_overlap(district: Path) -> None:
    units, responsible = _layer(district, "单元网格"), _layer(district, "责任网格")
    for code, shape in zip(responsible["单元网格标识码"], responsible.geometry, strict=True):
        own = units[units["上级网格代码"] == code].geometry
        assert shapely.union_all(own.to_numpy()).symmetric_difference(shape).area < 1e-6
        assert own.area.sum() == pytest.approx(shape.area)


def test_no_building_crosses_a_cell_and_no_two_overlap(district: Path) -> None:
    buildings = geopandas.read_file(_files(district, "building")[-1])
    for layer in ("单元网格", "责任网格", "拓展网格"):
        for cell in _layer(district, layer).geometry:
            touched = buildings.geometry[buildings.intersects(cell)]
            assert touched.within(cell).all()
    shapes = buildings.geometry.to_numpy()
    assert shapely.union_all(shapes).area == pytest.approx(shapely.area(shapes).sum())
    within = geopandas.sjoin(buildings, _layer(district, "单元网格"), predicate="within")
    assert within.index.tolist() == buildings.index.tolist()


def test_every_address_of_a_building_is_a_point_in_it(district: Path) -> None:
    buildings = geopandas.read_file(_files(district, "building")[-1]).set_index("建筑物编码")
    rows = _rows(_files(district, "address")[-1]).dropna(subset=["楼栋编码"])
    degrees = geopandas.points_from_xy(rows["经度"].astype(float), rows["纬度"].astype(float))
    points = geopandas.GeoSeries(degrees, crs=4490).to_crs(buildings.crs)
    footprints = buildings.geometry.loc[rows["楼栋编码"]].reset_index(drop=True)
    assert points.reset_index(drop=True).within(footprints).all()


def test_what_must_never_be_taken_stands_in_the_files(tiny: Path) -> None:
    people = _rows(_files(tiny, "person")[0])
    assert people[["姓名", "联系电话", "民族"]].notna().all(axis=None)
    cameras = _rows(_files(tiny, "camera")[0])
    assert cameras[["IPAddress", "Password"]].notna().all(axis=None)
    said = pd.concat([_rows(p) for p in _files(tiny, "incident_hotline")])["诉求内容"]
    assert said.str.contains(r"1390000\d{4}").any()
    assert said.str.contains("姓名：").any()


def test_deltas_of_components_add_change_and_remove(district: Path) -> None:
    first, *later = [_rows(p) for p in _files(district, "component")]
    assert set(first["变更标志"]) == {"A"}
    known = set(first["管理部件标识码"])
    for delta in later:
        flags = delta.groupby("变更标志")["管理部件标识码"].agg(set)
        assert set(flags.index) == {"A", "U", "D"}
        assert flags["U"] | flags["D"] <= known
        assert not flags["A"] & known


def test_monthly_hotline_exports_repeat_the_month_before_as_it_stands(district: Path) -> None:
    exports = [_rows(p).set_index("工单编号") for p in _files(district, "incident_hotline")]
    months = [sorted(set(export["受理时间"].str[:7])) for export in exports]
    assert months[1] == ["2026/08", "2026/09"]
    assert months[2] == ["2026/09", "2026/10"]
    both = exports[0].index.intersection(exports[1].index)
    closed = [export.loc[both, "办结时间"].notna().sum() for export in exports[:2]]
    assert closed[1] > closed[0]


def test_incidents_are_open_early_closed_repeated_and_without_place(district: Path) -> None:
    cases = pd.concat([_rows(p) for p in _files(district, "incident_hotline")])
    begun, closed = (
        pd.to_datetime(cases[c], format="%Y/%m/%d %H:%M:%S") for c in ("受理时间", "办结时间")
    )
    assert closed.isna().any()
    assert (closed < begun).any()
    places = cases["事发地址"]
    assert {"-", "望海社区"} <= set(places)
    assert places.str.contains("[０-９]").any()
    assert places.str.contains("栋").any()
    assert places.str.contains("二单元").any()
    same_day = pd.DataFrame({"day": begun.dt.date, "place": places, "what": cases["诉求分类"]})
    assert same_day[places != "-"].duplicated().any()


def test_planted_truths_hold_in_the_files(district: Path) -> None:
    truth = json.loads((district / "truth.json").read_text(encoding="utf-8"))
    patrol = pd.concat([_rows(p) for p in _files(district, "incident_patrol")])
    patrol = patrol.drop_duplicates("任务号", keep="last")
    hot = truth["hot_spot"]
    recent = patrol[(patrol["小类名称"] == hot["category"]) & (patrol["上报时间"] >= "2026-10-04")]
    assert recent["单元网格标识码"].value_counts().index[0] == hot["unit_grid"]
    address, component = truth["chronic"]
    assert (patrol["部件编码"] == component["code"]).sum() >= component["reports"] >= 8
    assert address["reports"] >= 8
    library = _rows(_files(district, "address")[-1]).set_index("标准地址编码")
    cases = pd.concat([_rows(p) for p in _files(district, "incident_hotline")])
    exact = (
        cases.drop_duplicates("工单编号")["事发地址"] == library.loc[address["code"], "标准地址"]
    )
    assert exact.sum() >= 2


def test_readme_names_every_source_and_the_planted_places() -> None:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
    places = [truth["hot_spot"]["unit_grid"], *(c["code"] for c in truth["chronic"])]
    names = [f"`{source.name}`" for source in _config(SAMPLES).sources]
    reasons = [row["reason"] for row in truth["wrong_rows"]]
    assert [word for word in [*places, *names, *reasons] if word not in text] == []


def test_gb18030_files_are_no_utf8(tiny: Path) -> None:
    raw = _files(tiny, "incident_hotline")[0].read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    header = next(csv.reader(io.StringIO(raw.decode("gb18030"))))
    assert header[0] == "工单编号"

"""Every profile takes in an invented file of its layout: nothing unmapped, nothing personal."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely

from blockdata.config import Source, parse_config
from blockdata.errors import ConfigError
from blockdata.records import Catalogue, Held
from blockdata.records.identifiers import (
    identity_check_character,
    organisation_check_character,
    uscc_check_character,
)
from blockdata.records.profiles import find_profile, known_profiles, with_profile

ROOT = Path(__file__).parents[2]
NUMBER = "99010219900101123" + identity_check_character("99010219900101123")
_ORGANISATION = "MA000000" + organisation_check_character("MA000000")
USCC = f"91990102{_ORGANISATION}" + uscc_check_character(f"91990102{_ORGANISATION}")
PRIVATE = ("测试某", "13800000000", NUMBER, "canary-word", "192.0.2.7")
"""Values that must not be found in any open column."""


def _layouts() -> dict[str, dict[str, str]]:
    text = Path(__file__).with_name("layouts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text.replace("{NUMBER}", NUMBER).replace("{USCC}", USCC))


FILES = _layouts()
"""One invented row of each layout."""

PERSONAL_COLUMNS = FILES["ybss_person"].pop("personal")
FILES["ybss_person"] |= PERSONAL_COLUMNS


def _loaded(ask, folder, name, row, **source):
    path = folder / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([row, row.values()])
    kind = find_profile(name).kind
    loader = import_module(f"blockdata_loaders.{kind}").loader
    return loader.load(ask(kind, path, profile=name, **source))


def test_every_profile_has_a_file_here():
    assert set(FILES) == set(known_profiles())


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_layout_is_taken_in_whole(ask, tmp_path, name):
    batch = _loaded(ask, tmp_path, name, FILES[name])
    assert batch.rejected[["field", "reason"]].values.tolist() == []
    assert (batch.rows.num_rows, batch.unmapped, batch.absent) == (1, (), ())


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_shapefile_of_the_layout_is_taken_in_whole(ask, tmp_path, encoding):
    row = FILES["cjt214_component"]
    frame = geopandas.GeoDataFrame([row], geometry=[shapely.Point(534000, 3993000)], crs=4549)
    pyogrio.write_dataframe(frame, tmp_path / "a.shp", encoding=encoding)
    loader = import_module("blockdata_loaders.component").loader
    batch = loader.load(ask("component", tmp_path / "a.shp", profile="cjt214_component"))
    assert (batch.rows.num_rows, batch.unmapped, batch.rejected.empty) == (1, (), True)
    [loaded] = batch.rows.to_pylist()
    assert (loaded["owner_name"], loaded["class_code"]) == ("路灯所", "0118")


@pytest.mark.parametrize(("encoding", "size"), [("GB18030", 5), ("UTF-8", 3)])
def test_columns_that_a_shapefile_has_cut_find_their_fields(ask, tmp_path, encoding, size):
    names = {"部件标识码": "9901020118000001", "所在单元网格标识码": "990102001001001"}
    cut = {name[:size]: text for name, text in names.items()}
    frame = geopandas.GeoDataFrame([cut], geometry=[shapely.Point(534000, 3993000)], crs=4549)
    pyogrio.write_dataframe(frame, tmp_path / "a.shp", encoding=encoding)
    loader = import_module("blockdata_loaders.component").loader
    batch = loader.load(ask("component", tmp_path / "a.shp"))
    assert batch.rows["unit_grid_code"].to_pylist() == ["990102001001001"]
    assert batch.unmapped == ()


@pytest.mark.parametrize("name", FILES)
def test_no_personal_value_gets_into_an_open_column(ask, tmp_path, name):
    batch = _loaded(ask, tmp_path, name, FILES[name])
    apart = [f.name for f in batch.kind.held_in(Held.PEOPLE)]
    told = str(batch.rows.drop_columns(apart).to_pylist())
    assert [value for value in PRIVATE if value in told] == []


@pytest.mark.parametrize("name", FILES)
def test_a_profile_speaks_of_fields_that_exist_and_fills_what_is_required(name):
    profile = find_profile(name)
    kind = Catalogue().kind(profile.kind)
    targets = {*profile.columns.values(), *profile.constants} - {""}
    fields = {f.name for f in kind.fields}
    assert targets - fields <= {"x", "y", "lon", "lat"}
    assert {f.name for f in kind.fields if f.required} <= targets
    assert set(profile.values) <= targets
    for field, words in profile.values.items():
        codes = kind.field(field).codes
        assert codes is None or set(words.values()) <= {*codes, ""}


@pytest.mark.parametrize("column", PERSONAL_COLUMNS)
def test_no_configuration_gets_a_personal_column_past_the_profile(ask, tmp_path, column):
    with pytest.raises(ValueError, match=r"(not held|not needed|lives now)"):
        _loaded(
            ask, tmp_path, "ybss_person", FILES["ybss_person"], columns={column: "address_text"}
        )


def test_of_a_person_only_six_facts_are_taken(ask, tmp_path):
    batch = _loaded(ask, tmp_path, "ybss_person", FILES["ybss_person"])
    assert set(PERSONAL_COLUMNS) <= set(batch.dropped)
    [row] = batch.rows.select([f.name for f in batch.kind.fields]).to_pylist()
    assert row.pop("pseudonym") not in (None, NUMBER)
    assert row.pop("household_key") not in (None, "H1")
    assert row == {
        "address_text": "试验路1号2单元301",
        "birth_year": 1990,
        "sex": "2",
        "residence": "floating",
    }


def test_the_layouts_values_are_read_as_the_base_has_them(ask, tmp_path):
    def row(name):
        return _loaded(ask, tmp_path, name, FILES[name]).rows.to_pylist()[0]

    component = row("cjt214_component")
    assert (component["scheme"], component["class_code"]) == ("CJ/T 214-2007", "0118")
    assert row("gbt47678_component")["class_code"] == "01037"
    camera = row("gbt28181_camera")
    assert (camera["azimuth_deg"], camera["camera_type"]) == (45.0, "固定枪机")
    case = row("hotline_12345")
    assert (case["status"], case["category"]) == ("closed", "暴露垃圾")
    assert case["caller"] == row("grid_case")["caller"] is not None
    assert row("gbt47678_unit_grid")["layer"] == "unit"
    assert row("gbt47678_matter")["main_name"] == "市容环境类"


def test_network_access_of_a_camera_is_dropped_for_its_own_reason(ask, tmp_path):
    dropped = _loaded(ask, tmp_path, "gbt28181_camera", FILES["gbt28181_camera"]).dropped
    secrets = {c: dropped[c] for c in ("IPAddress", "Port", "Password", "MAC")}
    assert set(secrets.values()) == {"network access of a device; not held"}


def test_rooms_of_one_building_are_one_building(ask, tmp_path):
    row = FILES["ybss_building"]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([row, row.values(), (row | {"门牌号": "302"}).values()])
    loader = import_module("blockdata_loaders.building").loader
    batch = loader.load(ask("building", path, profile="ybss_building"))
    assert (batch.rows.num_rows, batch.merged) == (1, 1)


def test_in_a_delta_of_components_those_taken_away_remove(ask, tmp_path):
    row = FILES["cjt214_component"] | {"ObjState": "移除"}
    delta = _loaded(ask, tmp_path, "cjt214_component", row, mode="delta")
    full = _loaded(ask, tmp_path, "cjt214_component", row)
    assert delta.rows["removes"].to_pylist() == [True]
    assert full.rows["removes"].to_pylist() == [False]


HEADER = 'zh = "a"\nen = "a"\ngrade = "A"\nkind = "street"\n'

SAID = {"name": "s", "path": "*", "date": {"on": "2026-11-01"}, "profile": "gbt28181_camera"}


def _source(**said):
    return Source.model_validate(SAID | said)


def test_what_the_source_says_stands_above_its_profile():
    source = _source(
        crs="GCJ-02",
        values={"direction_type": {"0": "1"}},
        missing=["不明"],
        columns={"编号": "code"},
    )
    assert (source.kind, source.crs, source.missing) == ("camera", "GCJ-02", ("不明",))
    assert source.values["direction_type"]["0"] == "1"
    assert source.values["camera_type"]["1"] == "球机"
    assert source.columns == {"编号": "code"}
    assert source.profile_columns["DeviceID"] == "code"


def test_a_column_that_the_source_names_stands_above_the_profiles_constant():
    said = {"profile": "cjt214_component", "columns": {"版本": "scheme"}}
    assert with_profile(said)["constants"] == {}


def test_a_recorded_source_is_read_back_without_its_profiles_file(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(HEADER + 'constants = { street_class = "支路" }\n', encoding="utf-8")
    source = _source(profile=str(own))
    own.unlink()
    recorded = source.model_dump(mode="json")
    assert Source.model_validate(recorded) == source
    assert str(tmp_path) not in str(recorded)


def test_without_a_profile_nothing_changes():
    source = _source(profile=None, kind="camera")
    assert (source.crs, source.profile_columns) == (None, {})


def _config(folder, **said):
    raw = {"city": {"name": "试验区"}, "base": {"path": "b"}, "source": [SAID | said]}
    return parse_config(raw, folder=folder)


def test_an_unknown_profile_is_refused_with_those_that_exist(tmp_path):
    with pytest.raises(ConfigError, match=r"no profile 'x'; allowed: cjt214_component, gbt28181"):
        _config(tmp_path, profile="x")


def test_a_profile_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="of kind 'camera', the source of kind 'component'"):
        _config(tmp_path, kind="component")


def test_a_citys_own_profile_is_found_from_the_configurations_folder(tmp_path):
    (tmp_path / "own").mkdir()
    own = (
        'zh = "a"\nen = "a"\ngrade = "A"\nkind = "street"\nconstants = { street_class = "支路" }\n'
    )
    (tmp_path / "own" / "street.toml").write_text(own, encoding="utf-8")
    config = _config(tmp_path, profile="own/street.toml")
    assert config.sources[0].kind == "street"
    assert config.sources[0].constants == {"street_class": "支路"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER + "colour = 1\n", r"\[colour\]"),
        (HEADER.replace('"A"', '"D"'), r"\[grade\]"),
        ("zh = ", "not TOML"),
        (None, "no such file"),
    ],
)
def test_a_profile_that_is_wrong_is_refused_with_its_name(tmp_path, text, told):
    if text is not None:
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"profile own\.toml: .*{told}"):
        _config(tmp_path, profile="own.toml")


def test_a_built_package_has_the_profiles_inside(tmp_path):
    pytest.importorskip("setuptools")
    for name in ("loaders", "blockdata"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.py", tmp_path)
    # Without the rest of pyproject.toml, so that an older setuptools can answer too.
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    part = re.search(r"\[tool\.setuptools\.package-data\]\n(?:.+\n)+", declared)
    project = '[project]\nname = "a"\nversion = "1"\n'
    (tmp_path / "pyproject.toml").write_text(project + part[0], encoding="utf-8")
    command = [sys.executable, "setup.py", "--quiet", "build_py", "--build-lib", "out"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    built = tmp_path / "out" / "blockdata_loaders" / "profiles"
    assert {p.stem for p in built.glob("*.toml")} == set(FILES)
    assert not (tmp_path / "out" / "profiles").exists()

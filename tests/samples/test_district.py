"""The sample district of every size is what its declaration promises, and its truth is true."""

import json
import subprocess
import sys
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
import shapely
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from blockdata.config import load_config
from blockdata.records.mapping import map_columns
from blockdata_loaders.reader import read_file
from blockdata_loaders.reader.content import FORMATS
from data_samples.district.cases import FAULTS
from data_samples.district.names import load_names
from data_samples.district.sizes import PLANS
from data_samples.district.sources import SOURCES, delivered_by
from data_samples.district.streams import Streams
from data_samples.district.ways import WAYS
from data_samples.district.world import make_world
from data_samples.district.write import Options, write_sample
from data_samples.district.writing import Writer

ROOT = Path(__file__).resolve().parents[2]
SIZES = ("tiny", "small")


@pytest.fixture(scope="module", params=SIZES)
def sample(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    write_sample(folder, Options(request.param))
    return folder


@pytest.fixture(scope="module")
def world():
    names = load_names()
    return make_world("small", PLANS["small"], "real", names, Streams(7), (538_200.0, 3_342_000.0))


def _size(sample):
    return json.loads((sample / "truth.json").read_text(encoding="utf-8"))["made_by"]["size"]


def _files(sample, source):
    """Return the deliveries of a source; parts of one, such as a .dbf, count with it."""
    parts = {".shx", ".dbf", ".prj", ".cpg", ".dat", ".map", ".id", ".ind"}
    return sorted(p for p in (sample / "sources" / source).iterdir() if p.suffix not in parts)


def _rows(path):
    return read_file(path).columns.to_pandas()


def _truth(sample, name):
    path = sample / "truth" / name
    return (
        pyarrow.parquet.read_table(path).to_pandas()
        if path.suffix == ".parquet"
        else pd.read_csv(path, dtype=str)
    )


def _bytes(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_same_options_give_the_same_bytes_in_another_process(tmp_path):
    write_sample(tmp_path / "here", Options("tiny", 11))
    command = [sys.executable, "-m", "data_samples.generate", "--size", "tiny", "--seed", "11"]
    environment = {"PYTHONHASHSEED": "5", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "there")], cwd=ROOT, env=environment, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert _bytes(tmp_path / "here") == _bytes(tmp_path / "there")


@pytest.mark.parametrize("other", [{"seed": 12}, {"hardness": "hard"}, {"hardness": "easy"}])
def test_other_options_give_other_bytes(tmp_path, other):
    write_sample(tmp_path / "a", Options("tiny", 11))
    write_sample(tmp_path / "b", Options("tiny", **{"seed": 11, **other}))
    a, b = _bytes(tmp_path / "a"), _bytes(tmp_path / "b")
    hotline = next(name for name in a if "incident_hotline" in name)
    assert a[hotline] != b[hotline]


def test_names_of_a_file_are_used_and_unknown_keys_are_refused(tmp_path):
    given = tmp_path / "names.json"
    given.write_text(json.dumps({"city": "虚安市", "districts": ["虚东区"]}), encoding="utf-8")
    write_sample(tmp_path / "out", Options("tiny", names=given))
    assert load_config(tmp_path / "out" / "city.toml").city.name == "虚安市虚东区"
    given.write_text(json.dumps({"citty": "虚安市"}), encoding="utf-8")
    with pytest.raises(ValueError, match="citty"):
        load_names(given)


def test_small_enough(sample):
    sizes = [p.stat().st_size for p in (sample / "sources").rglob("*") if p.is_file()]
    assert sum(sizes) < (800_000 if _size(sample) == "tiny" else 15_000_000)
    if _size(sample) == "tiny":
        assert len(sizes) <= 14


def test_configuration_is_valid_and_names_every_folder(sample):
    config = load_config(sample / "city.toml")
    assert {s.name for s in config.sources} == {p.name for p in (sample / "sources").iterdir()}
    if _size(sample) == "small":
        missing = {k.name for k in config.catalogue()} - {s.kind for s in config.sources}
        assert missing == {"name_change", "address_change"}  # It tells of renamings as aliases.


def _readable(sample):
    config = load_config(sample / "city.toml")
    for source in config.sources:
        for path in _files(sample, source.name):
            if path.suffix in FORMATS:
                yield config, source, path


def test_every_column_has_a_meaning(sample):
    for config, source, path in _readable(sample):
        flag = () if source.change is None else (source.change.column,)
        found = map_columns(
            config.catalogue().kind(source.kind),
            read_file(path).columns.column_names,
            source.columns,
        )
        assert (found.unmapped, found.absent) == (flag, ()), path.name


def test_several_formats_encodings_coordinate_systems_and_modes():
    assert len({s.form for s in SOURCES}) >= 6
    assert {s.encoding for s in SOURCES} >= {"utf-8", "utf-8-sig", "gb18030"}
    assert {s.mode for s in SOURCES} == {"full", "delta", "period"}
    systems = {s.crs for s in SOURCES}
    assert systems >= {"EPSG:4549", "EPSG:4490", "EPSG:4528", "GCJ-02", "local"}
    assert any("swapped = true" in s.settings for s in SOURCES)
    assert len(delivered_by("tiny")) == 12


def test_identifiers_are_right_by_another_implementation(world):
    for number in world.persons["number"].sample(300, random_state=1):
        assert mod_11_2.is_valid(number)
        assert number.startswith("990102")
    assert all(uscc.is_valid(code) for code in world.entities["uscc"])
    assert world.persons["number"].is_unique
    assert world.entities["uscc"].is_unique


def test_plan_is_kept_to_the_number(world):
    plan = PLANS["small"]
    layers = world.places.grids["layer"].value_counts()
    assert (layers["responsibility"], layers["unit"]) == (plan.responsibility, plan.units)
    assert layers["extended"] == plan.extended
    assert len(world.places.communities) == plan.communities
    assert len(world.library.buildings) == plan.buildings
    assert world.library.table["delivered"].sum() == plan.addresses
    assert len(world.persons) == plan.persons


def test_grids_tile_their_communities_exactly(world):
    grids, communities = world.places.grids, world.places.communities
    for layer in ("unit", "responsibility"):
        own = grids[grids["layer"] == layer]
        assert shapely.is_valid(own["geometry"].to_numpy()).all()
        for row, whole in communities["geometry"].items():
            parts = own["geometry"][own["community"] == row].to_numpy()
            assert shapely.union_all(parts).symmetric_difference(whole).area < 1e-6
            assert shapely.area(parts).sum() == pytest.approx(whole.area, abs=1e-6)


def test_codes_count_from_west_to_east_and_from_north_to_south(world):
    units = world.places.grids[world.places.grids["layer"] == "unit"]
    middle = shapely.centroid(units["geometry"].to_numpy())
    first = units["code"].str[12:].astype(int) == 1
    north = pd.Series(shapely.get_y(middle)).groupby(units["community"].to_numpy()).mean()
    assert (shapely.get_y(middle)[first] > north.reindex(units["community"][first])).all()


def test_unit_grids_are_not_a_lattice(world):
    edges = world.places.edges[world.places.edges["street"] >= 0]["geometry"].to_numpy()
    ends = [shapely.get_coordinates(shapely.get_point(edges, n)) for n in (0, -1)]
    angle = np.degrees(np.arctan2(*(ends[1] - ends[0]).T[::-1])) % 90
    share = np.histogram(angle, bins=18, range=(0, 90))[0] / len(angle)
    assert share.max() < 0.35
    assert (share > 0).sum() > 12


def test_no_building_is_on_a_street_in_water_over_a_border_or_on_another(world):
    shapes = world.library.buildings["geometry"].to_numpy()
    assert shapely.is_valid(shapes).all()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (a == b).all()
    land = world.places.land
    assert not shapely.intersects(shapes, shapely.union_all([land.river, land.sea])).any()
    unit = world.places.blocks["unit"].to_numpy()[world.library.buildings["block"]]
    cells = world.places.grids["geometry"].to_numpy()[unit]
    assert shapely.contains_properly(cells, shapes).all()
    streets = world.places.streets["geometry"].to_numpy()
    near = shapely.STRtree(streets).query(shapes, predicate="intersects")
    assert near.shape[1] == 0


def test_components_stand_in_the_grid_that_they_state(world):
    cells = world.places.grids["geometry"].to_numpy()[world.components["unit"]]
    inside = shapely.contains_xy(cells, world.components["x"], world.components["y"])
    assert inside.mean() > 0.99


def test_library_is_a_tree_with_different_codes_and_texts(world):
    table = world.library.table
    assert table["code"].is_unique
    assert table["full_text"].is_unique
    assert table["code"].str.len().eq(25).all()
    parent = table["parent"].to_numpy()
    below = parent >= 0
    texts = table["full_text"].to_numpy()
    assert all(t.startswith(p) for t, p in zip(texts[below], texts[parent[below]]))


def _way_rates(world, hardness):
    writer = Writer(world.library, world.lore, hardness)
    rows = world.persons["address"].to_numpy()
    return writer.write(rows, np.random.default_rng(1))


@pytest.mark.parametrize("hardness", ["easy", "real", "hard"])
def test_ways_of_writing_occur_as_often_as_declared(world, hardness):
    """What fits every text occurs at the declared rate; what needs a fitting address, at most."""
    told = _way_rates(world, hardness)
    count = len(told.text)
    names = pd.Series(told.ways).str.split("+").explode().value_counts()
    for way in WAYS:
        rate = way.rate(hardness)
        error = 4 * np.sqrt(max(rate * (1 - rate), 1e-9) / count) + 1e-9
        assert names.get(way.name, 0) / count <= rate + error, way.name
    free = {w.name: w.rate(hardness) for w in WAYS if w.name in {"nothing", "note"}}
    relative = sum(w.rate(hardness) for w in WAYS if w.moves)
    for name, rate in free.items():
        assert names.get(name, 0) / count >= rate * (1 - relative) * 0.7, name


def test_harder_texts_are_less_like_the_library(world):
    standard = world.library.table["full_text"].to_numpy()[world.persons["address"]]
    same = {}
    for hardness in ("easy", "real", "hard"):
        texts = _way_rates(world, hardness).text
        same[hardness] = np.mean([t == s for t, s in zip(texts, standard)])
    assert same["easy"] > same["real"] > same["hard"]


def test_truth_speaks_of_addresses_and_records_that_exist(sample):
    told = _truth(sample, "address_of_record.parquet")
    library = _truth(sample, "addresses.parquet")
    codes = set(library["code"]) | {""}
    assert set(told["address_code"]) <= codes
    assert set(told["library_code"]) <= set(library["code"][library["delivered"]]) | {""}
    delivered = set(_rows(_files(sample, "address")[-1])["标准地址编码"])
    assert set(told["library_code"]) - {""} <= delivered
    keys = {
        "incident_hotline": "工单编号",
        "person": "公民身份号码",
        "entity_market": "统一社会信用代码",
    }
    for source, column in keys.items():
        frames = [_rows(p) for p in _files(sample, source)]
        own = set(pd.concat(frames)[column])
        stated = told["key"][told["source"] == source]
        assert set(stated) <= own or source == "incident_hotline"
        assert stated.is_unique


def test_texts_of_the_register_name_the_number_of_their_address(sample):
    """A room is never written as another room: the truth's numbers stand in the text."""
    told = _truth(sample, "address_of_record.parquet").query("source == 'entity_market'")
    rows = _rows(_files(sample, "entity_market")[-1]).drop_duplicates(
        "统一社会信用代码", keep="last"
    )
    library = _truth(sample, "addresses.parquet").set_index("code")["full_text"]
    texts = rows.set_index("统一社会信用代码")["住所"]
    plain = told[told["ways"] == ""]
    for key, code in zip(plain["key"], plain["address_code"]):
        assert library[code].endswith(texts[key][-4:])


def test_wrong_rows_are_in_the_files(sample):
    wrong = _truth(sample, "wrong_rows.csv")
    summary = json.loads((sample / "truth.json").read_text(encoding="utf-8"))["wrong_rows"]
    assert {(w["source"], w["reason"]) for w in summary} == set(
        zip(wrong["source"], wrong["reason"])
    )
    for row in wrong.itertuples():
        files = [p for p in _files(sample, row.source) if row.file in p.name]
        assert len(files) == 1
        path = files[0]
        text = path.read_bytes() if path.suffix != ".xlsx" else None
        found = _rows(path).to_csv().encode() if text is None else text
        assert row.key.encode() in found, row


def test_planted_places_are_reported_as_often_as_told(sample):
    cases = _truth(sample, "incidents.parquet")
    for place in _truth(sample, "places.csv").itertuples():
        own = cases[cases["planted"] == place.state]
        if place.kind == "component":
            assert (own["component_code"] == place.code).sum() >= int(place.reports)
    hot = _truth(sample, "hot_spots.csv")
    for spot in hot.itertuples():
        days = (cases["reported_at"] >= spot.begins_on) & (cases["reported_at"] < spot.ends_on)
        there = cases[days & (cases["category"] == spot.category)]
        assert (there["unit_grid"] == spot.unit_grid).mean() > 1.3 / there["unit_grid"].nunique()


def test_groups_are_one_occurrence(sample):
    cases = _truth(sample, "incidents.parquet")
    groups = cases[cases["group"] >= 0].groupby("group")
    assert (groups["category"].nunique() == 1).all()
    assert (groups["unit_grid"].nunique() == 1).all()
    assert (groups["reported_at"].agg(np.ptp) < pd.Timedelta(days=2.1)).all()


def test_what_goes_wrong_with_cases_is_as_often_as_declared(world):
    cases, faults = world.cases[world.cases["planted"] == ""], FAULTS["real"]
    count = len(cases)
    early = (cases["closed_at"] < cases["reported_at"]).mean()
    told = {
        "never": cases["closed_at"].isna().mean(),
        "early": early,
        "administrative": cases["is_administrative"].mean(),
        "late": (cases["entered_at"] > cases["reported_at"]).mean(),
        "reopened": cases["reopened_at"].notna().mean(),
    }
    for name, share in told.items():
        rate = getattr(faults, name)
        assert share == pytest.approx(rate, abs=5 * np.sqrt(rate / count)), name


def test_reports_are_overdispersed_as_declared(world):
    """Pearson's statistic of counts by grid and 28 days gives about 1 + mean / k."""
    cases = world.cases[(world.cases["planted"] == "") & (world.cases["matter"] == 0)]
    cases = cases[(cases["source"] == 0) & (cases["group"] < 0)]
    period = (pd.Timestamp("2026-11-01") - cases["reported_at"]).dt.days // 28
    counts = pd.crosstab(cases["unit"], period).to_numpy()
    row, column = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    mean = row * column / counts.sum()
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    k = (mean**2).sum() / ((counts - mean) ** 2 - mean).sum() * freedom / counts.size
    assert 2.5 < k < 12


def test_grids_are_redrawn_with_a_lineage(tmp_path):
    write_sample(tmp_path, Options("small"))
    before, after = (geopandas.read_file(p) for p in _files(tmp_path, "grid"))
    lineage = _truth(tmp_path, "grid_lineage.csv")
    assert set(lineage["change"]) == {"split", "merge", "border"}
    old = before.set_index("单元网格标识码").geometry
    retired = set(after["单元网格标识码"][after["终止日期"].notna()])
    assert retired == set(lineage["old_code"][lineage["change"] != "border"])
    now = after[after["终止日期"].isna()].set_index("单元网格标识码").geometry
    for row in lineage.itertuples():
        shared = old[row.old_code].intersection(now[row.new_code]).area / old[row.old_code].area
        assert shared == pytest.approx(float(row.share_of_old), abs=1e-3)
    fresh = set(lineage["new_code"][lineage["change"] != "border"])
    assert not fresh & set(before["单元网格标识码"])


FAULTY = {
    *("overlap", "gap", "sliver", "multi_part", "crosses_community", "cuts_building"),
    *("stated_area", "code_prefix", "duplicate_code", "declared_count"),
}


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory):
    """The unit grids in force after the redrawing, and the faults planted in them."""
    folder = tmp_path_factory.mktemp("redrawn")
    write_sample(folder, Options("small"))
    after = geopandas.read_file(_files(folder, "grid")[-1])
    now = after[after["终止日期"].isna() & (after["网格类型"] == "单元网格")]
    faults = _truth(folder, "grid_faults.csv").set_index("fault")
    areas = geopandas.read_file(_files(folder, "area")[0])
    buildings = geopandas.read_file(_files(folder, "building")[-1])
    return now.set_index("单元网格标识码"), faults, areas.set_index("区划代码"), buildings


def test_every_kind_of_grid_fault_is_planted_once(redrawn):
    _, faults, _, _ = redrawn
    assert set(faults.index) == FAULTY
    assert faults.index.is_unique


def test_only_the_planted_grids_overlap(redrawn):
    now, faults, _, _ = redrawn
    shapes = now.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    area = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    over = {frozenset(now.index[[i, j]]) for i, j, m in zip(a, b, area) if i < j and m > 0.5}
    assert over == {frozenset(faults.loc["overlap", ["code", "other"]])}


def test_only_the_planted_gap_is_open(redrawn):
    now, faults, areas, _ = redrawn
    whole = shapely.union_all(areas.geometry[areas["层级"] == "社区村"].to_numpy())
    hole = whole.difference(shapely.union_all(now.geometry.to_numpy()))
    assert hole.area == pytest.approx(float(faults.loc["gap", "measure"]), abs=1)


def test_only_the_planted_grid_has_two_parts_and_one_is_a_sliver(redrawn):
    now, faults, _, _ = redrawn
    parts = shapely.get_num_geometries(now.geometry.to_numpy())
    assert set(now.index[parts > 1]) == {faults.loc["multi_part", "code"]}
    thin = now.index[now.geometry.area / now.geometry.length < 2]
    assert set(thin) == {faults.loc["sliver", "code"]}


def test_only_the_planted_grid_crosses_its_community(redrawn):
    now, faults, areas, _ = redrawn
    own = areas.geometry.reindex(now.index.str[:12]).to_numpy()
    outside = shapely.area(shapely.difference(now.geometry.to_numpy(), own))
    assert set(now.index[outside > 1]) == {faults.loc["crosses_community", "code"]}


def test_only_the_planted_grid_cuts_a_building(redrawn):
    now, faults, _, buildings = redrawn
    tree = shapely.STRtree(buildings.geometry.to_numpy())
    cut, _ = tree.query(shapely.boundary(now.geometry.to_numpy()), predicate="crosses")
    assert set(now.index[np.unique(cut)]) == set(faults.loc["cuts_building", ["code", "other"]])


def test_only_the_planted_grids_state_a_wrong_area_or_community(redrawn):
    now, faults, _, _ = redrawn
    wrong = now.index[(now["面积"] - now.geometry.area).abs() > 0.3 * now.geometry.area]
    assert set(wrong) == {faults.loc["stated_area", "code"]}
    strange = now.index[now.index.str[:12] != now["社区代码"]]
    assert set(strange) == {faults.loc["code_prefix", "code"]}


def test_every_road_that_was_renamed_is_written_by_its_old_name_sometimes(world):
    hard = _way_rates(world, "hard")
    former = "|".join(world.renamed["former"])
    assert pd.Series(hard.text).str.contains(former).any()


def test_a_city_is_districts_written_one_after_another(tmp_path, monkeypatch):
    from data_samples.district import write

    monkeypatch.setattr(write, "PLANS", {**PLANS, "city": PLANS["tiny"]})
    write_sample(tmp_path, Options("city", districts=3))
    config = load_config(tmp_path / "city.toml")
    assert len(config.sources) == 3 * len(delivered_by("city"))
    codes = []
    for district in ("d01", "d02", "d03"):
        library = _truth(tmp_path, f"{district}/addresses.parquet")
        codes.append(set(library["code"].str[:6]))
    assert codes == [{"990102"}, {"990103"}, {"990104"}]
    areas = [geopandas.read_file(p) for p in sorted((tmp_path / "sources").glob("*/area/*"))]
    districts = pd.concat([a[a["层级"] == "区县"] for a in areas])
    assert shapely.union_all(districts.geometry.to_numpy()).area == pytest.approx(
        districts.geometry.area.sum()
    )


def test_readme_states_the_rates_as_declared():
    text = (ROOT / "data_samples" / "README.md").read_text(encoding="utf-8")
    rows = {r.split("|")[1].strip(): r.split("|")[2:5] for r in text.splitlines() if r[:3] == "| `"}
    for way in WAYS:
        told = [float(cell) for cell in rows[f"`{way.name}`"]]
        assert told == pytest.approx([100 * way.easy, 100 * way.real, 100 * way.hard]), way.name

"""A draft goes to QGIS and comes back: what changed is told by the ground, whatever was done."""

import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from blockdata.errors import SourceError, StoreError
from blockdata.grid.drafting import (
    changes_of,
    propose_responsibility,
    propose_units,
    read_draft,
    write_draft,
)

CRS = "EPSG:4549"


@pytest.fixture(scope="module")
def draft(quarters):
    ground = quarters(1)
    units = propose_units(ground)
    loads = pd.DataFrame({"code": units["code"], "people": 100})
    made = propose_responsibility(units, loads, count=6)
    units = units.assign(parent_code=units["code"].map(made.parent_code))
    return ground, units, made.grids


def sent(folder, draft, name="draft.gpkg"):
    ground, units, responsibility = draft
    path = folder / name
    write_draft(
        path,
        units,
        responsibility,
        crs=CRS,
        communities=ground.communities,
        streets=ground.streets,
        buildings=ground.buildings,
    )
    return path


def edited(path, units):
    """Replace the layer of unit grids, as somebody does who works on it in QGIS."""
    frame = geopandas.GeoDataFrame(units.drop(columns="geom"), geometry=units["geom"], crs=CRS)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM gpkg_contents WHERE table_name = 'never'")
    frame.to_file(path, layer="draft_unit", driver="GPKG", mode="w")


def test_a_draft_is_whole_in_the_file_and_the_same_bytes_every_time(tmp_path, draft):
    path, again = sent(tmp_path, draft), sent(tmp_path, draft, "again.gpkg")
    assert path.read_bytes() == again.read_bytes()
    units = geopandas.read_file(path, layer="draft_unit")
    assert units.crs == CRS
    assert units["name"].str.contains("单元网格").all()
    kept = shapely.to_wkb(shapely.normalize(units.geometry.to_numpy()))
    assert (kept == shapely.to_wkb(draft[1]["geom"].to_numpy())).all()
    with closing(sqlite3.connect(path)) as connection:
        styles = dict(connection.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    aliases = {a.get("field"): a.get("name") for a in ET.fromstring(styles["draft_unit"])[0]}
    assert aliases["code"] == "网格代码"
    assert {"draft_responsibility", "street", "building", "community", "sent_unit"} <= set(styles)
    with pytest.raises(StoreError, match="exists"):
        sent(tmp_path, draft)


def test_what_was_not_touched_comes_back_unchanged(tmp_path, draft):
    units, responsibility, problems = read_draft(sent(tmp_path, draft))
    assert set(units["change"]) == set(responsibility["change"]) == {"unchanged"}
    assert units["new_code"].tolist() == units["code"].tolist() == draft[1]["code"].tolist()
    assert units["parent_code"].tolist() == draft[1]["parent_code"].tolist()
    assert set(problems["finding"]) <= {"cuts_building"}


def test_splits_merges_and_moved_borders_are_told_whatever_the_codes_say(tmp_path, draft):
    path = sent(tmp_path, draft)
    units = draft[1].copy()
    pairs = shapely.STRtree(units["geom"].to_numpy()).query(units["geom"], predicate="touches").T
    home = units["community_code"].to_numpy()
    one, other = next(p for p in pairs if home[p[0]] == home[p[1]] and p[0] < p[1])
    alone = [n for n in range(len(units)) if n not in (one, other)]
    halved, gone = alone[0], alone[-1]
    whole = units["geom"].iloc[halved]
    west, south, east, north = whole.bounds
    halves = [
        whole.intersection(box(*b))
        for b in ((west, south, (west + east) / 2, north), ((west + east) / 2, south, east, north))
    ]
    rows = units.drop(index=[one, other, halved, gone])
    merged = units.iloc[[one]].assign(geom=shapely.union_all(units["geom"].iloc[[one, other]]))
    copied = units.iloc[[halved, halved]].assign(geom=halves, 备注="拆分")
    table = pd.concat([copied, rows, merged]).sample(frac=1, random_state=1)
    table["geom"] = [
        shapely.MultiPolygon([g]) if g.geom_type == "Polygon" else g for g in table["geom"]
    ]
    edited(path, table)
    came, _, problems = read_draft(path, taken=["990102001001500"])
    told = came["change"].value_counts().to_dict()
    assert told == {"unchanged": len(rows), "split": 2, "merged": 1}
    split = came[came["change"] == "split"]
    assert set(split["was"]) == {units["code"].iloc[halved]}
    joined = came.loc[came["change"] == "merged", "was"].item()
    assert joined == ";".join(sorted(units["code"].iloc[[one, other]]))
    found = set(problems["finding"])
    assert {"duplicate_code", "deleted", "gap"} <= found
    assert problems.loc[problems["finding"] == "deleted", "code"].item() == units["code"].iloc[gone]
    assert came["new_code"].is_unique
    assert came["new_code"].str[:12].isin(draft[0].communities["code"]).all()
    first = came[came["community_code"] == "990102001001"]
    assert first["new_code"].min() == "990102001001501"
    assert set(came["备注"].dropna()) == {"拆分"}


def test_empty_codes_new_cells_and_bad_shapes_are_told(tmp_path, draft):
    path = sent(tmp_path, draft)
    units = draft[1].copy()
    units.loc[0, "code"] = " "
    bow = shapely.Polygon([(0, 0), (40, 40), (40, 0), (0, 40)])
    extra = units.iloc[[0, 0]].assign(code=[None, "x"], geom=[bow, None])
    edited(path, pd.concat([units, extra]))
    came, _, problems = read_draft(path)
    new = came[came["change"] == "new"]
    assert len(new) == 2
    assert new["new_code"].isna().all()
    assert came.loc[came["code"].isna(), "change"].tolist() == ["unchanged", "new"]
    assert (problems["finding"] == "invalid_geometry").sum() == 2


def test_a_moved_border_is_not_unchanged_and_a_rounding_is():
    before = pd.DataFrame({"code": ["a", "b"], "geom": [box(0, 0, 100, 99), box(100, 0, 200, 99)]})
    moved = before.assign(geom=[box(0, 0, 110, 99), box(110, 0, 200, 99)])
    assert changes_of(before, moved)["change"].tolist() == ["moved_border"] * 2
    rounded = before.assign(geom=[box(0, 0, 100.001, 99), box(100.001, 0, 200, 99)])
    assert changes_of(before, rounded)["change"].tolist() == ["unchanged"] * 2
    assert changes_of(before, before.iloc[::-1])["was"].tolist() == ["b", "a"]


def test_what_is_no_draft_is_refused_by_its_content(tmp_path, draft):
    liar = tmp_path / "liar.gpkg"
    liar.write_text("<OGRVRTDataset></OGRVRTDataset>", encoding="utf-8")
    with pytest.raises(SourceError, match="no GeoPackage"):
        read_draft(liar)
    other = tmp_path / "other.gpkg"
    frame = geopandas.GeoDataFrame({"n": [1]}, geometry=[box(0, 0, 1, 1)], crs=CRS)
    frame.to_file(other, layer="roads", driver="GPKG")
    with pytest.raises(SourceError, match="draft_unit"):
        read_draft(other)
    with pytest.raises(SourceError, match="cannot be read"):
        read_draft(tmp_path / "missing.gpkg")
    broken = tmp_path / "broken.gpkg"
    content = np.frombuffer(sent(tmp_path, draft).read_bytes(), dtype=np.uint8).copy()
    content[100:] = 0
    broken.write_bytes(content.tobytes())
    with pytest.raises(SourceError, match="broken"):
        read_draft(broken)

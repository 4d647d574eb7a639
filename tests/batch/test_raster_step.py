"""The step `raster`: people per cell and against the register; it never stops a run."""

import numpy as np
import pandas as pd
import pytest

import blockdata as bd
from blockdata.batch.nightly import run_fingerprint, told_config
from blockdata.config import parse_config
from blockdata.errors import ConfigError
from data_samples.district.geotiff import geotiff

WEST, NORTH, STEP = 119.99, 0.02, 1 / 1200
"""Around the squares of the town, which lie where its zone's axis meets the equator."""


def _raster(path, value=9.0, nodata_east_of=None):
    values = np.full((40, 40), value)
    if nodata_east_of is not None:
        values[:, nodata_east_of:] = -99999
    path.write_bytes(geotiff(values, WEST, NORTH, STEP, -99999))


def _town(town, square, folder, **settings):
    made = town(
        ("grid", "grid"),
        folder=folder,
        grid={"h3_resolution": None},
        population_raster={"path": "p.tif"} | settings,
    )
    made.deliver("grid", [square(n, 200) for n in range(3)])
    return made


def _found(made):
    columns = ("cell", "people", "data_share", "register", "disagreement")
    return made.session.frame(
        f"SELECT {', '.join(columns)} FROM base.raster_population ORDER BY cell"
    )


def _told(made):
    rows = made.read("finding", "step", "code", "en")
    return [(code, en) for step, code, en in rows if step == "raster"]


def test_people_of_every_cell_are_summed(town, square, tmp_path):
    _raster(tmp_path / "p.tif")
    made = _town(town, square, tmp_path)
    made.finish()
    found = _found(made)
    assert len(found) == 3
    pixel_m2 = 92.77 * 92.13  # three seconds of arc at the equator
    assert found["people"].to_list() == pytest.approx([9 * 40_000 / pixel_m2] * 3, rel=1e-3)
    assert (found["data_share"] == 1).all()
    assert found["register"].isna().all() and found["disagreement"].isna().all()
    assert _told(made) == []


def test_without_a_raster_the_step_writes_nothing(town, square):
    made = town(("grid", "grid"))
    made.deliver("grid", [square(0)])
    made.finish()
    assert len(_found(made)) == 0
    assert _told(made) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "p.tif: there is no such file"),
        (b"<VRTDataset/>", "p.tif: the file is not a GeoTIFF"),
        (b"II*\x00" + bytes(60), "p.tif: the raster cannot be read"),
    ],
)
def test_a_raster_that_cannot_be_used_is_a_finding(town, square, tmp_path, content, said):
    if content is not None:
        (tmp_path / "p.tif").write_bytes(content)
    made = _town(town, square, tmp_path)
    made.finish()
    assert len(_found(made)) == 0
    [(code, text)] = _told(made)
    assert code == "population_raster" and text.startswith(said)
    assert str(tmp_path) not in text


def test_numbers_of_another_unit_are_a_finding(town, square, tmp_path):
    _raster(tmp_path / "p.tif", value=50_000.0)
    made = _town(town, square, tmp_path)
    made.finish()
    [(_, text)] = _told(made)
    assert "people per km²" in text
    assert len(_found(made)) == 0


def test_the_file_takes_part_in_the_fingerprints(town, square, tmp_path):
    _raster(tmp_path / "p.tif")
    made = _town(town, square, tmp_path)
    made.finish()
    assert "raster" in made.finish()
    before = made.config.fingerprint("population_raster"), made.config.fingerprint("grid")
    _raster(tmp_path / "p.tif", value=18.0)
    again = made.config.model_copy()
    assert again.fingerprint("grid") == before[1]
    fresh = type(made.config).model_validate(
        made.config.model_dump(by_alias=True) | {"folder": tmp_path}
    )
    assert fresh.fingerprint("population_raster") != before[0]
    day = pd.Timestamp("2026-11-01").date()
    assert run_fingerprint(fresh, day) != run_fingerprint(made.config, day)
    made.config = fresh
    kept = made.finish()
    assert "raster" not in kept and "cells" in kept
    assert _found(made)["people"].iloc[0] == pytest.approx(18 * 40_000 / (92.77 * 92.13), rel=1e-3)


def test_a_snapshot_keeps_the_rasters_name_and_no_folder(config_of, tmp_path):
    config = config_of(("grid", "grid"), population_raster={"path": "/data/secret/p.tif"})
    assert told_config(config)["population_raster"]["path"] == "p.tif"
    again = parse_config(
        {"city": {"name": "x"}, "source": []} | told_config(config) | {"base": {"path": "b"}},
        folder=tmp_path,
    )
    assert again.population_raster.path == "p.tif"


@pytest.mark.parametrize("wrong", [{"unit": "people"}, {"band": 0}, {"uncertainty": 2}, {"x": 1}])
def test_settings_are_checked(config_of, wrong):
    with pytest.raises(ConfigError, match="population_raster"):
        config_of(("grid", "grid"), population_raster={"path": "p.tif"} | wrong)


def test_figures_of_people_are_compared_and_rounded(tiny_base):
    with bd.open(tiny_base.base_path) as base:
        found = base.session.frame("SELECT * FROM base.raster_population ORDER BY ALL")
        profile = base.session.frame("SELECT cell, people FROM base.profile")
    assert set(found["layer"]) == {"unit", "responsibility", "extended", "community"}
    merged = found.merge(profile, on="cell")
    known = merged[merged["register"].notna() & (merged["register"] > 0)]
    assert (known["register"] == known["people_y"]).all()
    assert (found["people"].dropna().round(3) == found["people"].dropna()).all()
    # The sample's raster is of 93 of 100 people, with noise, and nothing is planted in tiny.
    whole = found[found["layer"] == "community"]
    assert 0.6 < float(whole["people"].sum()) / 240 < 1.2

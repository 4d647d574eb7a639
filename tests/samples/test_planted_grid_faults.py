"""The checks find every fault that is planted in the sample's grids, and nothing else."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.grid.checks import CheckSettings, check_layers
from data_samples.district.names import load_names
from data_samples.district.redrawing import draw_grids
from data_samples.district.sizes import PLANS
from data_samples.district.streams import Streams
from data_samples.district.world import make_world

PARENTS = {"unit": "responsibility", "responsibility": "community"}
SOUTH_WEST_M = (538_200.0, 3_342_000.0)
RELATIVE = 2e-3
"""The planted measure is rounded, and cells lie on a lattice of a centimetre."""


def district(size, seed):
    streams = Streams(seed)
    world = make_world(size, PLANS[size], "real", load_names(), streams, SOUTH_WEST_M)
    return world, draw_grids(world)


def cells_of(world, grids):
    now = grids.after[grids.after["ends_on"].isna()]
    columns = {"code": "code", "area_code": "area_code", "area_m2": "stated_m2"}
    cells = pd.DataFrame({"id": [f"g{n:05}" for n in range(len(now))], "layer": now["layer"]})
    for name, column in columns.items():
        cells[name] = now[column].to_numpy()
    cells["geom"] = now["geometry"].to_numpy()
    own = world.places.communities
    communities = pd.DataFrame({"id": "c" + own["code"], "layer": "community", "code": own["code"]})
    communities["geom"] = own["geometry"].to_numpy()
    return pd.concat([cells, communities], ignore_index=True)


def checked(world, grids):
    cells = cells_of(world, grids)
    shapes = world.library.buildings["geometry"].to_numpy()
    buildings = pd.DataFrame({"id": [f"b{n:05}" for n in range(len(shapes))], "geom": shapes})
    points = shapely.points(world.components[["x", "y"]].to_numpy())
    components = pd.DataFrame({"id": [f"p{n:05}" for n in range(len(points))], "geom": points})
    found = check_layers(
        cells,
        parents=PARENTS,
        communities="community",
        buildings=buildings,
        components=components,
        settings=CheckSettings(crs="EPSG:4549", declared=grids.declared),
    )
    return found.assign(other_code=found["other"].map(dict(zip(cells["id"], cells["code"]))))


@pytest.mark.parametrize("seed", [7, 31])
def test_every_planted_fault_is_found_with_its_measure_and_nothing_else(seed):
    world, grids = district("small", seed)
    found = checked(world, grids).set_index("finding")
    planted = grids.faults.set_index("fault")
    assert sorted(found.index) == sorted(planted.index)
    assert len(planted) == 10
    measured, told = found["measure"].reindex(planted.index), planted["measure"].astype(float)
    np.testing.assert_allclose(measured, told, rtol=RELATIVE)
    assert (found["unit"].reindex(planted.index) == planted["unit"]).all()
    overlap = {found.loc["overlap", "code"], found.loc["overlap", "other_code"]}
    assert overlap == set(planted.loc["overlap", ["code", "other"]])
    named = planted.index.drop(["overlap", "declared_count"])
    assert (found["code"].reindex(named) == planted["code"].reindex(named)).all()
    assert found.loc["declared_count", "layer"] == planted.loc["declared_count", "other"]
    assert (
        found.loc["crosses_community", "other_code"]
        == (planted.loc["crosses_community", "other"][:12])
    )
    assert found.loc["code_prefix", "other_code"] == planted.loc["code_prefix", "other"]
    assert found.loc["multi_part", "other_code"] == planted.loc["multi_part", "other"]
    assert shapely.is_valid(found["geom"].to_numpy()).all()


@pytest.mark.parametrize("seed", [7, 31])
def test_a_district_without_planted_faults_has_none(seed):
    world, grids = district("tiny", seed)
    assert checked(world, grids).empty
    assert grids.faults.empty

"""Drafts from a base: proposed, sent out, checked, and delivered for the next run to take."""

import datetime as dt

import geopandas
import numpy as np
import pytest
import shapely

from blockdata.batch.flow import STEPS
from blockdata.errors import AnalysisError, ConfigError
from blockdata.grid.drafting.delivery import grid_delivery
from blockdata.store.batch import LoadRequest
from blockdata.views.layers import drafting as view

DAY = dt.date(2026, 11, 1)
BEGINS = dt.date(2026, 12, 1)
SIDE = 200
PLACING = tuple(step for step in STEPS if step.name in {"resolve", "locate"})
COMMUNITIES = ("990102001001", "990102001002")


def at(west, south, east, north):
    return shapely.box(500_000 + west, 4_000_000 + south, 500_000 + east, 4_000_000 + north).wkt


@pytest.fixture
def made(town):
    """Two communities with two unit grids each, a street across both, houses and people's rows."""
    built = town(
        ("areas", "area"),
        ("grids", "grid"),
        ("roads", "street"),
        ("land", "land_water"),
        ("houses", "building"),
        ("patrol", "incident", {"mode": "delta"}),
    )
    built.deliver(
        "areas",
        [
            {
                "code": c,
                "name": f"社区{n}",
                "level": "community",
                "geom": at(n * SIDE, 0, n * SIDE + SIDE, SIDE),
            }
            for n, c in enumerate(COMMUNITIES)
        ],
    )
    grids = [
        {
            "code": f"{c}{k + 1:03}",
            "layer": "unit",
            "area_code": c,
            "parent_code": f"{c}R01",
            "geom": at(n * SIDE + k * 100, 0, n * SIDE + k * 100 + 100, SIDE),
        }
        for n, c in enumerate(COMMUNITIES)
        for k in range(2)
    ]
    above = [
        {
            "code": f"{c}R01",
            "layer": "responsibility",
            "area_code": c,
            "geom": at(n * SIDE, 0, n * SIDE + SIDE, SIDE),
        }
        for n, c in enumerate(COMMUNITIES)
    ]
    built.deliver("grids", grids + above)
    line = shapely.LineString([(499_990, 4_000_100), (500_410, 4_000_100)]).wkt
    built.deliver("roads", [{"code": "l1", "name": "试验路", "street_class": "支路", "geom": line}])
    built.deliver(
        "houses",
        [{"code": f"b{n}", "geom": at(x, 92, x + 12, 107)} for n, x in enumerate((20, 150, 230))],
    )
    built.deliver(
        "patrol",
        [
            {
                "case_no": f"N{n}",
                "reported_at": "2026-09-20 09:00:00",
                "category": "噪声",
                "geom": f"POINT ({500_010 + n * 13} 4000150)",
            }
            for n in range(30)
        ],
    )
    built.finish(steps=PLACING)
    return built


def bounds(frame):
    return (np.round(shapely.bounds(frame.geometry.to_numpy())) - [500_000, 4_000_000] * 2).tolist()


def test_units_come_from_what_the_base_knows_and_take_no_used_code(made):
    units = view.draft_units(made.session, made.config, DAY)
    assert len(units) == 8
    assert units.crs == made.config.city.crs
    assert not set(units["code"]) & set(made.read("grid", "code"))
    assert "buildings cut: 0" in units.attrs["summary"]
    one = view.draft_units(made.session, made.config, DAY, 40_000, community="社区1")
    assert one["community_code"].tolist() == [COMMUNITIES[1]]
    with pytest.raises(AnalysisError, match="no community"):
        view.draft_units(made.session, made.config, DAY, community="无此社区")


def test_responsibility_grids_are_balanced_by_incidents_where_nobody_knows_people(made):
    units = view.draft_units(made.session, made.config, DAY)
    grids = view.draft_responsibility(made.session, made.config, DAY, 4, units=units)
    assert grids["incidents"].sum() == 30
    assert "people" not in grids
    assert ";".join(grids["unit_codes"]).count(";") == len(units) - 1
    standing = view.draft_responsibility(made.session, made.config, DAY, load="incidents")
    assert len(standing) == 2, "as many as stand"
    assert standing["units"].tolist() == [2, 2]
    with pytest.raises(AnalysisError, match="no figures of people"):
        view.draft_responsibility(made.session, made.config, DAY, 2, load="people")
    with pytest.raises(ConfigError, match="no such load"):
        view.draft_responsibility(made.session, made.config, DAY, 2, load="weather")


def test_an_accepted_draft_is_the_next_delivery_of_the_grids(made, tmp_path):
    session, config = made.session, made.config
    units = view.draft_units(session, config, DAY, community=COMMUNITIES[0])
    above = view.draft_responsibility(session, config, DAY, 1, "incidents", units)
    path = tmp_path / "draft.gpkg"
    view.write_draft(session, config, DAY, path, units, above)
    came, came_above, problems = view.check_draft(session, config, path)
    assert problems.empty
    assert set(came["change"]) == set(came_above["change"]) == {"unchanged"}
    delivery = tmp_path / "grids-20261201.gpkg"
    assert came["new_code"].str.fullmatch(r"[0-9]{15}").all()
    rows = view.deliver_draft(session, config, BEGINS, delivery, came, came_above)
    assert len(rows) == 6 + len(came)

    settings = made.loading.source("grids")
    loader = made.loading.loader("grid")
    request = made.loading.request(settings, delivery)
    assert isinstance(request, LoadRequest)
    batch = loader.load(request)
    assert batch.rejected.empty
    loaded = batch.rows.to_pandas().set_index("code")
    assert set(loaded.index) == set(rows["code"])
    new = loaded.loc[came["new_code"]]
    assert set(new["begins_on"]) == {BEGINS}
    assert new["ends_on"].isna().all()
    # The responsibility grid of the community keeps its ground, so it keeps its code.
    assert set(new["parent_code"]) == {f"{COMMUNITIES[0]}R01"}
    old = loaded.loc[[f"{COMMUNITIES[0]}{k:03}" for k in (1, 2)]]
    assert set(old["ends_on"]) == {BEGINS}
    assert loaded.loc[[f"{COMMUNITIES[1]}001", f"{COMMUNITIES[0]}R01"], "ends_on"].isna().all()
    shapes = shapely.from_wkb(new["geom"].to_numpy(dtype=object))
    assert shapely.area(shapes).sum() == pytest.approx(SIDE * SIDE, abs=0.01)

    made.delivery("grids", BEGINS)
    stored = [
        {k: (None if v is None or v != v else str(v)) for k, v in row.items() if k != "geom"}
        | {"geom": row["geom"].wkt}
        for row in rows.to_dict("records")
    ]
    made.deliver("grids", stored, BEGINS)
    made.finish(dt.date(2026, 12, 2), PLACING)
    now = made.session.rows(
        "SELECT code FROM base.grid WHERE layer = 'unit' AND (valid_to IS NULL OR valid_to > ?) "
        "AND (valid_from IS NULL OR valid_from <= ?) ORDER BY code",
        [BEGINS, BEGINS],
    )
    wanted = sorted([*came["new_code"], f"{COMMUNITIES[1]}001", f"{COMMUNITIES[1]}002"])
    assert [code for (code,) in now] == wanted


def test_a_draft_without_codes_or_with_used_ones_is_no_delivery(made):
    units = view.draft_units(made.session, made.config, DAY)
    plain = units.drop(columns="geometry").assign(geom=units.geometry.to_numpy())
    rows = view.feeds.grid_rows(made.session)
    with pytest.raises(AnalysisError, match="have no code"):
        grid_delivery(rows, plain.assign(code=None), plain.iloc[:0], BEGINS)
    with pytest.raises(AnalysisError, match="share their code"):
        grid_delivery(rows, plain.assign(code=f"{COMMUNITIES[0]}001"), plain.iloc[:0], BEGINS)


def test_units_drafted_alone_lie_in_the_responsibility_grids_that_stand(made, tmp_path):
    units = view.draft_units(made.session, made.config, DAY, community=COMMUNITIES[1])
    path = tmp_path / "grids.gpkg"
    rows = view.deliver_draft(made.session, made.config, BEGINS, path, units).set_index("code")
    assert set(rows.loc[units["code"], "parent_code"]) == {f"{COMMUNITIES[1]}R01"}
    assert rows["ends_on"].notna().sum() == 2


def test_people_are_counted_by_whole_atoms(made):
    cells = view.draft_units(made.session, made.config, DAY).rename_geometry("geom")
    made.session.run("INSERT INTO base.atom (atom, building) SELECT 'a1', id FROM base.building")
    made.session.run("INSERT INTO base.atom_figure (atom, people) VALUES ('a1', 35)")
    grids = view.draft_responsibility(
        made.session, made.config, DAY, 2, units=geopandas.GeoDataFrame(cells)
    )
    assert sorted(grids["people"]) == [0, 35]

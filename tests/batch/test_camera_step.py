"""The step of the cameras: what is covered of each cell that stands on the last day."""

import datetime as dt

import pytest

AS_OF = dt.date(2026, 11, 1)
WEST = 500000
TABLES = ("camera_coverage", "cell_coverage")


def _camera(n, x, industry="08", **fields):
    code = f"37020300{industry}1320000{n:03}"
    return {"code": code, "geom": f"POINT ({WEST + x} 50)", "camera_type": "1"} | fields


@pytest.fixture
def made(town, square):
    """Three cells of 100 m, a street through them, a high house in the second."""
    built = town(
        *(("grids", "grid"), ("houses", "building"), ("roads", "street"), ("own", "camera")),
        ("hotline", "incident", {"mode": "delta"}),
        cameras={"range_m": 30.0, "lattice_m": 1.0, "target_height_m": 0.0},
    )
    built.deliver("grids", [square(n) for n in range(3)])
    x = WEST + 120
    house = f"POLYGON (({x} 60, {x + 60} 60, {x + 60} 90, {x} 90, {x} 60))"
    built.deliver("houses", [{"code": "B1", "geom": house, "floors": "9"}])
    road = f"LINESTRING ({WEST} 50, {WEST + 300} 50)"
    built.deliver("roads", [{"code": "R1", "name": "试路", "width_m": "10", "geom": road}])
    return built


def _covered(made, owner="all"):
    return made.session.rows(
        "SELECT land_m2, street_m2, covered_m2, covered_twice_m2, street_covered_m2 "
        "FROM base.cell_coverage c JOIN base.grid ON id = cell WHERE c.layer = 'unit' "
        f"AND owner_group = '{owner}' ORDER BY code"
    )


def test_without_cameras_nothing_is_computed(made):
    made.finish(AS_OF)
    assert [made.session.count(t) for t in TABLES] == [0, 0]


def test_cells_know_what_is_covered_by_whom(made):
    made.deliver("own", [_camera(1, 50), _camera(2, 150), _camera(3, 150, "00")])
    made.finish(AS_OF)
    first, second, third = _covered(made)
    assert (first[0], second[0], third[:2]) == (10000, 8200, (10000, 1000))
    assert first[2] == pytest.approx(2827, rel=0.01) and first[3] == 0
    # South of the house half a circle and the strip before its wall, by two cameras.
    assert second[2] == second[3] == pytest.approx(1414 + 590, rel=0.01)
    assert third[2:] == (0, 0, 0)
    assert _covered(made, "police")[0][2:] == (0, 0, 0)
    groups = made.session.rows("SELECT owner_group FROM base.camera_coverage ORDER BY camera")
    assert sorted(g for (g,) in groups) == ["city_management", "city_management", "police"]


def test_what_a_camera_is_worth_stands_in_its_row(made):
    made.deliver("own", [_camera(1, 50), _camera(2, 50, "00"), _camera(3, 250, "04")])
    made.finish(AS_OF)
    rows = made.session.rows(
        "SELECT owner_group, only_m2 > 0, only_of_owner_m2 > 0, added_m2 > 0, place "
        "FROM base.camera_coverage ORDER BY owner_group"
    )
    assert rows == [
        ("city_management", False, True, False, "free"),
        ("police", False, True, False, "free"),
        ("traffic", True, True, True, "free"),
    ]


def test_a_vehicle_stands_apart(made):
    route = f"LINESTRING ({WEST} 50, {WEST + 300} 50)"
    made.deliver("own", [_camera(1, 50, geom=route, camera_type="车载枪机")])
    made.finish(AS_OF)
    assert [row[2] for row in _covered(made)] == [0, 0, 0]
    found = made.session.rows("SELECT mount, positions, time_share < 0.3 FROM base.camera_coverage")
    assert found == [("vehicle", 30, True)]
    moving = made.session.rows("SELECT min(moving_m2), min(moving_only_m2) FROM base.cell_coverage "
                               "WHERE owner_group = 'all' AND layer = 'unit'")  # fmt: skip
    assert moving[0][0] == moving[0][1] > 3000


def test_readers_are_told_what_was_assumed(made):
    inside = {"geom": f"POINT ({WEST + 150} 75)"}
    blank = {"camera_type": "3"}
    made.deliver("own", [_camera(1, 50, **blank), _camera(2, 0, **inside), _camera(3, 0, geom="")])
    made.finish(AS_OF)
    told = made.session.rows("SELECT subject, count FROM base.finding WHERE step = 'cameras' "
                             "ORDER BY subject")  # fmt: skip
    assert told == [("indoors", 1), ("nowhere", 1), ("unknown_direction", 1)]


def test_another_incident_does_not_redo_it(made):
    made.deliver("own", [_camera(1, 50)])
    made.finish(AS_OF)
    before = made.session.meta("step.cameras")
    case = {"case_no": "N1", "reported_at": "2026-10-01 09:00:00", "category": "噪声"}
    made.deliver("hotline", [case | {"geom": f"POINT ({WEST + 50} 50)"}])
    made.finish(AS_OF)
    assert made.session.meta("step.cameras") == before is not None
    made.deliver("own", [_camera(1, 60)])
    made.finish(AS_OF)
    assert made.session.meta("step.cameras") != before


def test_cells_that_stand_on_the_last_known_day_count_though_their_end_is_announced(made, square):
    end = AS_OF + dt.timedelta(days=30)
    made.deliver("grids", [square(0, ends_on=end.isoformat()), square(1), square(2)])
    made.deliver("own", [_camera(1, 50), _camera(2, 150)])
    made.finish(end)
    first, second, third = _covered(made)
    assert first[2] == pytest.approx(2827, rel=0.01) and second[2] > 0 and third[2] == 0
    made.finish(end + dt.timedelta(days=1))
    assert _covered(made) == [second, third]

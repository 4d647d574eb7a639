"""Where records are: addresses resolved, points found, cells assigned."""

import datetime as dt

import numpy as np
import pytest
import shapely

from blockdata.batch.placing import points_of_geometries
from blockdata.batch.resolving import provisional_id
from blockdata.store.decisions import Decision

DAY = dt.date(2026, 9, 2)


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("cells")


def _department(key, text):
    return {"code": key, "name": key, "address_text": text}


def _address(n):
    point = f"POINT ({500050 + 100 * n} 50)"
    return {"code": f"A{n}", "full_text": f"听涛路{n + 1}号", "geom": point}


@pytest.fixture
def made(town, square):
    """A library of two addresses, two grids, three departments of which one is nowhere."""
    built = town(("library", "address"), ("grids", "grid"), ("units", "department"))
    built.deliver("library", [_address(0), _address(1)])
    built.deliver("grids", [square(0), square(1)])
    texts = ("听涛路1号", "听涛路2号", "无名巷九弄")
    built.deliver("units", [_department(str(n), t) for n, t in enumerate(texts)])
    return built


def test_texts_are_resolved_and_points_and_cells_follow(made):
    made.finish()
    addresses = [made.id_of("address", f"A{n}") for n in range(2)]
    assert made.read("department", "source_id", "address_id", "x") == [
        ("0", addresses[0], 500050.0),
        ("1", addresses[1], 500150.0),
        ("2", None, None),
    ]
    cells = dict(made.read("grid", "code", "id"))
    found = made.session.rows("SELECT cell FROM base.cell_of WHERE kind = 'department' ORDER BY id")
    assert sorted(c for (c,) in found) == sorted(cells.values())


def test_unmatched_texts_are_counted(made):
    made.finish()
    assert ("address_unmatched", "department", 1) in made.read(
        "finding", "code", "subject", "count"
    )


def test_a_moved_address_moves_what_stands_at_it(made):
    made.finish()
    moved = _address(0) | {"geom": "POINT (500060 60)"}
    made.deliver("library", [moved, _address(1)], DAY)
    made.finish()
    assert made.read("department", "source_id", "x", "y")[0] == ("0", 500060.0, 60.0)


def test_an_address_that_goes_takes_its_points_along(made):
    made.finish()
    made.deliver("library", [_address(1)], DAY)
    made.finish()
    assert made.read("department", "source_id", "x")[0] == ("0", None)


def test_a_pin_stands_above_the_address_until_it_is_taken_back(made, tmp_path):
    made.finish()
    identifier = made.id_of("department", "0")
    for n, (value, x) in enumerate((("1 2", 1.0), ("3,4", 3.0), (None, 500050.0), ("x", 500050.0))):
        day = DAY + dt.timedelta(days=n)
        made.decide(tmp_path, Decision("repin", identifier, value, decided_on=day))
        made.finish()
        assert made.read("department", "source_id", "x")[0] == ("0", x)


def test_a_decided_address_is_used_for_its_text(made, tmp_path):
    wanted = made.id_of("address", "A1")
    made.decide(tmp_path, Decision("address", "无名巷九弄", wanted, decided_on=DAY))
    made.finish()
    assert made.read("department", "source_id", "address_id")[2] == ("2", wanted)


def test_without_a_library_distinct_texts_become_provisional_addresses(town):
    made = town(("units", "department"))
    made.deliver("units", [_department("1", "甲路1号"), _department("2", "甲路1号")])
    made.deliver("units", [_department("1", "甲路1号"), _department("2", "乙路2号")], DAY)
    made.finish()
    assert len(made.read("address", "id")) == 2
    assert set(made.read("address", "source", "status")) == {("provisional", "provisional")}
    assert set(made.read("department", "address_id")) == set(made.read("address", "id"))


def test_a_library_takes_the_place_of_provisional_addresses(town):
    made = town(("library", "address"), ("units", "department"))
    made.deliver("units", [_department("1", "听涛路1号")])
    made.finish()
    assert made.read("department", "address_id") == made.read("address", "id")
    made.deliver("library", [_address(0)], DAY)
    made.finish()
    assert made.read("address", "source") == ["library"]
    assert made.read("department", "address_id") == [made.id_of("address", "A0")]


def test_texts_of_people_never_become_open_addresses(town, identity_number):
    made = town(("register", "person"))
    row = {"pseudonym": identity_number(1), "address_text": "听涛路1号", "residence": "resident"}
    made.deliver("register", [row])
    made.finish()
    assert made.read("address", "id") == []


def test_provisional_ids_are_of_the_text_alone():
    assert provisional_id("甲路1号") == provisional_id("甲路1号") != provisional_id("甲路2号")


@pytest.mark.parametrize(
    "wkt",
    [
        "POINT (1 2)",
        "LINESTRING (0 0, 4 0, 4 4)",
        "MULTILINESTRING ((0 0, 1 0), (5 5, 6 6))",
        "POLYGON ((0 0, 9 0, 9 1, 1 1, 1 9, 0 9, 0 0))",
        "MULTIPOINT ((0 0), (5 5))",
    ],
)
def test_the_point_that_stands_for_a_geometry_lies_on_it(wkt):
    geoms = np.array([shapely.from_wkt(wkt)], dtype=object)
    [point] = points_of_geometries(geoms)
    assert shapely.distance(point, geoms[0]) < 1e-9

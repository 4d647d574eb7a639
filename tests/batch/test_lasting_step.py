"""The nightly step of the second question: who is listed, why not, and that it stays so."""

import datetime as dt

import pytest

GAP_DAYS = 20
BEGIN = dt.date(2025, 12, 1)


def address(code, number):
    return {
        "code": code,
        "full_text": f"望海区临江街道海棠路{number}号",
        "district": "望海区",
        "town": "临江街道",
        "road": "海棠路",
        "road_no": f"{number}号",
        "geom": f"POINT ({500010 + 3 * number} 50)",
    }


def case(n, number, day, **fields):
    closed = {"closed_at": f"{day + dt.timedelta(days=2)} 09:00:00"}
    return {
        "case_no": f"N{n}",
        "reported_at": f"{day} 09:00:00",
        "category": "噪声",
        "address_text": f"望海区临江街道海棠路{number}号",
    } | (closed | fields)


def cases(**fields):
    """One door with a case every twenty days, and thirty doors with one each."""
    bad = [case(n, 1, BEGIN + dt.timedelta(days=GAP_DAYS * n), **fields) for n in range(16)]
    days = [BEGIN + dt.timedelta(days=9 * n) for n in range(30)]
    return bad + [case(100 + n, 2 + n, day, **fields) for n, day in enumerate(days)]


@pytest.fixture
def made(town, square):
    built = town(
        ("library", "address"),
        ("hotline", "incident", {"mode": "delta"}),
        ("grids", "grid"),
    )
    built.deliver("grids", [square(n) for n in range(5)])
    return built


def listed(made):
    return made.session.rows(
        "SELECT c.place_kind, a.full_text, c.measure, c.returns, c.course FROM base.chronic c "
        "LEFT JOIN base.address a ON a.id = c.place WHERE c.status IS NOT NULL ORDER BY ALL"
    )


def deliver_library(made, codes="L"):
    rows = [address(f"{codes}{n}", n) for n in range(1, 32)]
    made.deliver("library", rows)


def test_a_door_that_never_gets_better_is_listed_with_its_episodes(made):
    deliver_library(made)
    made.deliver("hotline", cases())
    made.finish()
    door = ("address", "望海区临江街道海棠路1号", "chronic", 15, "persistent")
    assert door in listed(made)
    behind = made.session.value(
        "SELECT count(*) FROM base.chronic_case WHERE place_kind = 'address'"
    )
    assert behind == 16


def test_the_status_survives_that_a_text_is_matched_to_another_address(made):
    """First the text makes its own address, then the library has one of another id."""
    made.deliver("hotline", cases())
    made.finish()
    before = made.read("episode", "place")
    door = [row for row in listed(made) if row[0] == "address"]
    deliver_library(made)
    made.finish()
    assert set(before).isdisjoint(made.read("episode", "place"))
    assert [row for row in listed(made) if row[0] == "address"] == door
    assert door[0][3:] == (15, "persistent")


def test_without_any_closing_the_list_is_of_recurring_problems(made):
    deliver_library(made)
    open_cases = [row | {"closed_at": ""} for row in cases()]
    # What is never closed stays one episode; seen again after so long it is another.
    made.deliver("hotline", open_cases)
    made.finish()
    assert set(made.read("chronic", "measure")) == {"recurring"}
    assert set(made.read("chronic", "course")) == {None}


def test_too_little_for_a_model_is_told_and_judged_by_a_stated_rule(made):
    deliver_library(made)
    made.deliver("hotline", cases())
    made.finish()
    assert set(made.read("chronic", "model")) == {"proportional"}
    codes = made.session.rows(
        "SELECT subject, warns FROM base.finding WHERE code = 'too_little_for_a_model' ORDER BY ALL"
    )
    assert ("address", False) in codes


def test_layers_of_cells_are_a_setting(town, square):
    built = town(
        ("grids", "grid"),
        ("hotline", "incident", {"mode": "delta"}),
        chronic={"layers": []},
    )
    built.deliver("grids", [square(0)])
    geom = {"geom": "POINT (500050 50)"}
    built.deliver("hotline", [row | geom for row in cases()])
    built.finish()
    assert not any(kind.startswith("cell:") for kind in built.read("chronic", "place_kind"))

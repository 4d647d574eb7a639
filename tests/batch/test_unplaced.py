"""Crossings are places of their own sort, and default locations are no places."""

import pytest

CATEGORIES = ("噪声", "垃圾", "占道", "积水")


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("episodes")


def _case(n, text, category, x=None):
    row = {
        "case_no": f"N{n:04d}",
        "reported_at": f"2026-08-{n % 27 + 1:02d} 09:00:00",
        "category": category,
        "address_text": text,
    }
    return row if x is None else row | {"geom": f"POINT ({x} 4000000)"}


def _kinds(made, text):
    return {
        kind
        for (kind,) in made.session.rows(
            "SELECT l.target_kind FROM base.link l JOIN base.incident i ON i.id = l.incident "
            "WHERE i.address_text = ?",
            [text],
        )
    }


@pytest.fixture
def cases():
    everywhere = [_case(n, f"听涛路{n + 1}号", CATEGORIES[n % 4], 540000 + n) for n in range(200)]
    hall = [_case(500 + n, "市民路1号", CATEGORIES[n % 4], 541000) for n in range(40)]
    bar = [_case(700 + n, "酒吧街9号", "噪声", 542000) for n in range(40)]
    corner = [_case(900, "听涛路与市民路交叉口", "积水", 540500)]
    return [*everywhere, *hall, *bar, *corner]


@pytest.fixture
def made(town, cases):
    built = town(("hotline", "incident", {"mode": "delta"}), grid={"h3_resolution": 9})
    built.deliver("hotline", cases)
    built.finish()
    return built


def test_a_default_location_is_no_place_and_no_cell_and_is_told(made):
    assert _kinds(made, "市民路1号") == {"default_location"}
    told = made.session.rows("SELECT en, count FROM base.finding WHERE code = 'default_location'")
    assert [(n, "市民路1号" in text) for text, n in told] == [(40, True)]
    assert made.session.rows(
        "SELECT count(*) FROM base.episode WHERE place_kind = 'default_location'"
    ) == [(0,)]


def test_a_busy_place_with_a_problem_of_its_own_stays_one(made):
    assert _kinds(made, "酒吧街9号") == {"address", "cell:h3_9"}


def test_a_crossing_is_a_place_of_its_own_kind(made):
    assert _kinds(made, "听涛路与市民路交叉口") == {"crossing", "cell:h3_9"}
    assert ("crossing",) in made.session.rows("SELECT DISTINCT place_kind FROM base.episode")


def test_what_people_know_stands_above_the_rule(town, cases):
    settings = {"known": ["酒吧街9号"], "never": ["市民路1号"]}
    built = town(
        ("hotline", "incident", {"mode": "delta"}),
        grid={"h3_resolution": 9},
        default_locations=settings,
    )
    built.deliver("hotline", cases)
    built.finish()
    assert _kinds(built, "酒吧街9号") == {"default_location"}
    assert _kinds(built, "市民路1号") == {"address", "cell:h3_9"}


def test_one_point_under_many_texts_is_the_geocoders(town, cases):
    lumped = [_case(2000 + n, f"望海路{n + 1}号", CATEGORIES[n % 4], 545000) for n in range(60)]
    built = town(("hotline", "incident", {"mode": "delta"}), grid={"h3_resolution": 9})
    built.deliver("hotline", [*cases, *lumped])
    built.finish()
    assert _kinds(built, "望海路7号") == {"address"}


def test_the_point_that_an_app_fills_in_is_a_second_witness(town):
    built = town(
        ("library", "address"),
        ("hotline", "incident", {"mode": "delta"}),
        ("app", "incident", {"mode": "delta"}),
    )
    texts = [f"听涛路{n + 1}号" for n in range(24)]
    library = [
        {"code": text, "full_text": text, "geom": f"POINT ({540000 + 50 * n} 4000000)"}
        for n, text in enumerate([*texts, "市民路1号"])
    ]
    built.deliver("library", library)
    # Twelve towers as mixed as the hall: the number of its calls says nothing.
    told = [_case(n, texts[n // 30], CATEGORIES[n % 4]) for n in range(360)]
    hall = [_case(500 + n, "市民路1号", CATEGORIES[n % 4]) for n in range(40)]
    built.deliver("hotline", told + hall)
    seen = [_case(600 + n, texts[n // 4], CATEGORIES[n % 4], 540000 + n) for n in range(96)]
    built.deliver("app", seen)
    built.finish()
    assert "address" in _kinds(built, "市民路1号")
    filled = [_case(800 + n, "市民路1号", CATEGORIES[n % 4], 541200) for n in range(6)]
    built.deliver("app", filled)
    built.finish()
    assert _kinds(built, "市民路1号") == {"default_location"}
    assert "address" in _kinds(built, "听涛路1号")
    found = built.read("finding", "subject", "count", "code")
    told = [row[:2] for row in found if row[2] == "default_location"]
    assert told == [("app", 6), ("hotline", 40)]


def test_without_incidents_there_is_nothing_to_tell_apart(town):
    built = town(("hotline", "incident", {"mode": "delta"}))
    built.finish()
    assert built.session.rows("SELECT count(*) FROM base.link") == [(0,)]

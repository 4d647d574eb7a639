"""Profiles, hot spots, chronic lists and gaps, on a few cells."""

import datetime as dt

import pytest

AS_OF = dt.date(2026, 11, 1)


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("hotspots", "chronic", "gaps")


def _incident(n, cell, day, **fields):
    return {
        "case_no": f"N{n}",
        "reported_at": f"{day} 09:00:00",
        "category": "噪声",
        "geom": f"POINT ({500050 + 100 * cell} 50)",
        **fields,
    }


@pytest.fixture
def made(town, square):
    """Five cells with two buildings in the first."""
    built = town(
        ("grids", "grid"), ("houses", "building"), ("hotline", "incident", {"mode": "delta"})
    )
    built.deliver("grids", [square(n) for n in range(5)])
    houses = [{"code": f"B{n}", "geom": f"POINT ({500010 + n} 50)"} for n in range(2)]
    built.deliver("houses", houses)
    return built


def _profile(made, *columns):
    return made.session.rows(
        f"SELECT {', '.join(columns)} FROM base.profile WHERE layer = 'unit' ORDER BY code"
    )


def test_a_profile_counts_what_lies_in_each_cell_and_leaves_the_unknown_empty(made):
    made.deliver("hotline", [_incident(n, 1, "2026-10-01") for n in range(3)])
    made.finish(AS_OF)
    found = _profile(made, "buildings", "incidents", "cameras", "people")
    assert found == [(2, 0, None, None), (0, 3, None, None), *[(0, 0, None, None)] * 3]


def test_a_grid_with_an_end_far_ahead_stands_now(made, square):
    made.deliver("grids", [square(n, ends_on="2099-12-31") for n in range(5)])
    made.finish(AS_OF)
    assert _profile(made, "buildings")[0] == (2,)


def test_a_grid_that_has_ended_is_no_cell_any_more(made, square):
    made.deliver("grids", [square(0), square(1, ends_on="2026-01-01")])
    made.finish(AS_OF)
    assert len(_profile(made, "code")) == 1


def test_without_incidents_there_are_no_results_and_no_failure(made):
    made.finish(AS_OF)
    for table in ("hotspot", "chronic", "episode", "coverage_gap", "link"):
        assert made.session.count(table) == 0


def test_an_empty_base_has_an_empty_end(town):
    made = town(("grids", "grid"))
    made.finish(AS_OF)
    assert made.session.count("profile") == 0


def test_a_cell_far_above_the_others_is_hot_and_the_exposure_is_named(made, square):
    made.deliver("grids", [square(n) for n in range(20)])
    rows = [_incident(n, 0, f"2026-10-{6 + n % 25:02d}") for n in range(30)]
    rows += [_incident(100 + n, n % 20, "2026-10-20") for n in range(100)]
    rows += [_incident(1000 + n, n % 20, "2026-10-20", category="占道") for n in range(600)]
    made.deliver("hotline", rows)
    made.finish(AS_OF)
    hot = made.session.rows(
        "SELECT g.code, h.category, h.exposure_name, h.window_days FROM base.hotspot h "
        "JOIN base.grid g ON g.id = h.cell WHERE h.hot"
    )
    assert hot == [(square(0)["code"], "噪声", "all_incidents", 28)]


def test_the_windows_are_those_of_the_configuration(town, square):
    made = town(
        ("grids", "grid"),
        ("hotline", "incident", {"mode": "delta"}),
        hotspots={"windows_days": [7, 28], "min_total": 1},
    )
    made.deliver("grids", [square(n) for n in range(3)])
    made.deliver(
        "hotline",
        [_incident(n, n % 3, day) for n, day in enumerate(["2026-10-30", "2026-10-31"] * 3)]
        + [_incident(10 + n, n % 3, "2026-10-10") for n in range(3)],
    )
    made.finish(AS_OF)
    counted = made.session.rows(
        "SELECT window_days, sum(count)::INT FROM base.hotspot GROUP BY 1 ORDER BY 1"
    )
    assert [days for days, _ in counted] == [7, 28]
    assert counted[0][1] < counted[1][1]


@pytest.mark.parametrize(("closed", "measure"), [(True, "chronic"), (False, "recurring")])
def test_without_closing_times_the_list_is_called_recurring(town, closed, measure):
    made = town(("library", "address"), ("hotline", "incident", {"mode": "delta"}))
    addresses = [
        {"code": f"A{n}", "full_text": f"听涛路{n}号", "geom": f"POINT ({500000 + n} 50)"}
        for n in range(1, 9)
    ]
    made.deliver("library", addresses)
    rows = [
        {
            "case_no": f"N{n}",
            "category": "噪声",
            "address_text": f"听涛路{1 + n % 8}号",
            "reported_at": f"2026-{1 + n // 8:02d}-0{1 + n % 8} 09:00:00",
            **({"closed_at": f"2026-{1 + n // 8:02d}-1{n % 8} 09:00:00"} if closed else {}),
        }
        for n in range(64)
    ]
    made.deliver("hotline", rows)
    made.finish(AS_OF)
    assert set(made.read("chronic", "measure")) == {measure}


def test_a_long_silence_of_a_source_is_a_gap(made):
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(270) if not 100 <= n < 160]
    made.deliver("hotline", [_incident(n, 0, day) for n, day in enumerate(days)])
    made.finish(dt.date(2026, 9, 28))
    [(source, start, count)] = made.read("coverage_gap", "source", "start_on", "days")
    assert (source, start, count) == ("hotline", dt.date(2026, 4, 11), 60)

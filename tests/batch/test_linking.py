"""What incidents are about: areas, cells, categories, episodes."""

import datetime as dt

import pytest

from blockdata.batch.areas import area_key
from blockdata.store.decisions import Decision


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("episodes", "responsibility")


def _incident(n, **fields):
    row = {"case_no": f"N{n}", "reported_at": f"2026-09-{n + 1:02d} 09:00:00", "category": "噪声"}
    return row | fields


def _links(made):
    return made.session.rows(
        "SELECT i.source_id, l.target_kind, l.target, l.method FROM base.link l "
        "JOIN base.incident i ON i.id = l.incident ORDER BY ALL"
    )


@pytest.mark.parametrize("name", ["望海社区", "望海", "望海社区居委会", "望海村"])
def test_an_area_is_known_by_its_name_with_or_without_suffix(name):
    assert area_key(name) == "望海"


@pytest.mark.parametrize("name", ["社区", "村"])
def test_a_suffix_alone_is_a_name(name):
    assert area_key(name) == name


@pytest.mark.parametrize("name", [None, float("nan")])
def test_no_name_is_no_key(name):
    assert area_key(name) is None


def test_names_without_a_register_make_areas_and_what_is_missing_does_not(town):
    made = town(("hotline", "incident", {"mode": "delta"}))
    names = ("望海社区", "望海社区", "听涛社区", "-", None)
    made.deliver("hotline", [_incident(n, area_name=name) for n, name in enumerate(names)])
    made.finish()
    assert made.read("area", "name", "source") == [
        ("听涛社区", "provisional"),
        ("望海社区", "provisional"),
    ]
    linked = {key for key, kind, *_ in _links(made) if kind == "cell:community"}
    assert linked == {"N0", "N1", "N2"}


def test_a_register_takes_the_place_of_made_areas(town):
    made = town(("hotline", "incident", {"mode": "delta"}), ("areas", "area"))
    made.deliver("hotline", [_incident(0, area_name="望海")])
    made.finish()
    made.deliver("areas", [{"code": "990102001001", "name": "望海社区", "level": "community"}])
    made.finish()
    assert made.read("area", "source") == ["areas"]
    [(_, _, target, _)] = [row for row in _links(made) if row[1] == "cell:community"]
    assert target == made.id_of("area", "990102001001")


def test_a_code_goes_before_a_name_and_a_name_of_two_areas_says_nothing(town):
    made = town(("hotline", "incident", {"mode": "delta"}), ("areas", "area"))
    codes = ("990102001001", "990102001002")
    made.deliver("areas", [{"code": c, "name": "望海社区", "level": "community"} for c in codes])
    rows = [_incident(0, area_name="望海社区"), _incident(1, area_code=codes[1], area_name="望海")]
    made.deliver("hotline", rows)
    made.finish()
    found = [(key, target) for key, kind, target, _ in _links(made) if kind == "cell:community"]
    assert found == [("N1", made.id_of("area", codes[1]))]


def _two_cells(town, square, **sections):
    """Return a town whose one case lies in the first cell and names the second."""
    made = town(("hotline", "incident", {"mode": "delta"}), ("grids", "grid"), **sections)
    made.deliver("grids", [square(0), square(1)])
    stated = square(1)["code"]
    rows = [
        _incident(0, unit_grid_code=stated),
        _incident(1, unit_grid_code=stated, geom="POINT (500010 50)"),
    ]
    made.deliver("hotline", rows)
    made.finish()
    cells = {i: code for code, i in made.read("grid", "code", "id")}
    return made, {key: (cells[t], m) for key, kind, t, m in _links(made) if kind == "cell:unit"}


def test_coordinates_go_before_the_cell_that_the_source_states(town, square):
    made, found = _two_cells(town, square, linking={"usual_outliers": 1e-5})
    assert found["N0"] == (square(1)["code"], "stated")
    assert found["N1"] == (square(0)["code"], "coordinates")
    assert made.read("contradiction", "first_kind", "second_kind", "stands") == [
        ("cell:unit", "coordinates", "coordinates")
    ]


def test_coordinates_that_often_are_elsewhere_do_not(town, square):
    _, found = _two_cells(town, square, linking={"usual_outliers": 0.5})
    assert found["N1"] == (square(1)["code"], "stated")


def test_a_persons_word_on_a_link_holds_over_all_evidence_until_it_is_taken_back(
    town, square, tmp_path
):
    made, found = _two_cells(town, square, linking={"usual_outliers": 1e-5})
    case = made.id_of("incident", "N1")
    other = dict(made.read("grid", "code", "id"))[square(1)["code"]]
    for number, (value, expected) in enumerate(
        ((other, (square(1)["code"], "decision")), ("none", None), (None, found["N1"]))
    ):
        day = dt.date(2026, 10, 1 + number)
        told = Decision("link", case, value, field="cell:unit", decided_on=day)
        assert made.decide(tmp_path, told) == []
        made.finish()
        cells = {i: code for code, i in made.read("grid", "code", "id")}
        now = {k: (cells[t], m) for k, kind, t, m in _links(made) if kind == "cell:unit"}
        assert now.get("N1") == expected


def test_categories_are_counted_and_coded_by_the_catalogue(town):
    made = town(("hotline", "incident", {"mode": "delta"}), ("catalogue", "matter"))
    matter = {"scheme": "S", "matter_kind": "matter", "code": "0101", "name": "噪声"}
    made.deliver("catalogue", [matter])
    made.deliver("hotline", [_incident(0), _incident(1), _incident(2, category="其他")])
    made.finish()
    assert made.read("category", "category", "incidents", "scheme", "code") == [
        ("其他", 1, None, None),
        ("噪声", 2, "S", "0101"),
    ]


def test_a_category_that_the_catalogue_lacks_has_the_code_of_the_national_class(town):
    made = town(("hotline", "incident", {"mode": "delta"}), ("catalogue", "matter"))
    matter = {"scheme": "S", "matter_kind": "matter", "code": "9", "name": "占道经营"}
    made.deliver("catalogue", [matter])
    names = ("占道经营", "暴露垃圾", "果皮箱")
    made.deliver("hotline", [_incident(n, category=name) for n, name in enumerate(names)])
    made.finish()
    assert made.read("category", "category", "scheme", "code") == [
        ("占道经营", "S", "9"),
        ("暴露垃圾", "GB/T 47678.5-2026", "06010"),
        ("果皮箱", "GB/T 30428.2-2013", "0305"),
    ]


def _mapped(made):
    return {
        c: (label, code, m)
        for c, label, code, m in made.read("category", "category", "label", "code", "method")
    }


def test_a_table_maps_categories_and_two_words_for_one_class_are_one_problem(town):
    told = {"categories": {"*": {"摆摊": "GB/T 47678.5-2026 matter 09006"}}}
    made = town(("hotline", "incident", {"mode": "delta"}), **told)
    names = enumerate(("摆摊", "占道经营"))
    made.deliver("hotline", [_incident(n, category=c, address_text="听涛路1号") for n, c in names])
    made.finish()
    assert _mapped(made) == {
        "摆摊": ("占道经营", "09006", "table"),
        "占道经营": ("占道经营", "09006", "name"),
    }
    assert made.read("episode", "category", "reports") == [("占道经营", 2)]


def test_a_person_maps_a_category_and_takes_it_back(town, tmp_path):
    made = town(("hotline", "incident", {"mode": "delta"}))
    made.deliver("hotline", [_incident(0, category="乱摆摊点")])
    made.finish()
    assert _mapped(made) == {"乱摆摊点": ("乱摆摊点", None, None)}
    assert len(made.read("category_suggestion", "code")) >= 1
    for day, value in ((1, "GB/T 47678.5-2026 matter 09006"), (2, None)):
        made.decide(
            tmp_path,
            Decision("category", "hotline/乱摆摊点", value, decided_on=dt.date(2026, 10, day)),
        )
        made.finish()
        assert (_mapped(made)["乱摆摊点"][0] == "占道经营") == (value is not None)


def test_reports_of_one_place_and_category_are_one_episode_named_by_its_first(town, square):
    made = town(("hotline", "incident", {"mode": "delta"}), ("library", "address"))
    made.deliver("library", [{"code": "A", "full_text": "听涛路1号", "geom": "POINT (500050 50)"}])
    rows = [_incident(n, address_text="听涛路1号") for n in (0, 1, 20)]
    made.deliver("hotline", [*rows, _incident(2, address_text="听涛路1号", category="占道")])
    made.finish()
    assert made.read("episode", "category", "reports") == [("占道", 1), ("噪声", 1), ("噪声", 2)]
    members = made.session.rows(
        "SELECT i.source_id FROM base.episode_member m JOIN base.incident i ON i.id = m.episode "
        "ORDER BY 1"
    )
    assert [key for (key,) in members] == ["N0", "N0", "N2", "N20"]


def test_what_is_reported_after_as_of_or_void_is_not_seen(town):
    made = town(("hotline", "incident", {"mode": "delta"}))
    rows = [_incident(0), _incident(1, status="void"), _incident(9)]
    made.deliver("hotline", rows)
    made.finish(as_of=dt.date(2026, 9, 10))
    assert made.read("category", "incidents") == [1]
    made.finish(as_of=dt.date(2026, 9, 11))
    assert made.read("category", "incidents") == [2]

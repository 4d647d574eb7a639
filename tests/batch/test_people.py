"""Atoms and their figures: drawn once, revised yearly, changed at most monthly."""

import datetime as dt

import pytest

SOURCES = (
    ("library", "address"),
    ("grids", "grid"),
    ("register", "person"),
)


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("profile")


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture
def streets(town, square, identity_number):
    """A town with two addresses in two cells; returns it and functions that make rows."""
    made = town(*SOURCES, people={"minimum": 10, "round_to": 1})

    def library():
        points = ((0, 50), (1, 150))
        return [
            {"code": f"A{n}", "full_text": f"听涛路{n}号", "geom": f"POINT ({500000 + x} 50)"}
            for n, x in points
        ]

    def persons(*numbers, first=0, residence="resident"):
        rows = []
        for n, count in enumerate(numbers):
            for _ in range(count):
                rows.append(
                    {
                        "pseudonym": identity_number(first + len(rows)),
                        "address_text": f"听涛路{n}号",
                        "residence": residence,
                    }
                )
        return rows

    made.library, made.persons, made.squares = library, persons, [square(0), square(1)]
    return made


def _begin(town, *numbers, on="2026-08-01"):
    town.deliver("library", town.library(), day(on), settle=True)
    town.deliver("register", town.persons(*numbers), day(on), settle=True)
    assert town.read("atom", "atom") == []
    town.deliver("grids", town.squares, day(on), settle=True)


def test_atoms_are_drawn_when_every_source_has_delivered(streets):
    _begin(streets, 12, 15)
    assert streets.read("atom", "drawn_on") == [day("2026-08-01")] * 2
    assert streets.read("atom_figure", "people") == [12, 15]


def test_a_delivery_that_was_set_aside_does_not_count_as_delivered(streets):
    from blockdata.store import deliveries
    from blockdata.store.batch import Counts

    streets.deliver("library", streets.library(), settle=True)
    deliveries.record(
        streets.session, streets.delivery("grids"), Counts(), status=deliveries.SET_ASIDE
    )
    streets.deliver("register", streets.persons(12, 12), settle=True)
    assert streets.read("atom", "atom") == []


def test_too_few_for_one_are_joined_with_their_neighbours(streets):
    _begin(streets, 4, 15)
    assert len(set(streets.read("atom", "atom"))) == 1
    assert streets.read("atom_figure", "people") == [19]


def test_with_fewer_than_the_minimum_there_is_no_atom_and_no_figure(streets):
    _begin(streets, 4, 5)
    assert streets.read("atom", "atom") == []
    assert streets.read("atom_figure", "people") == []


@pytest.mark.parametrize(
    ("on", "people"), [("2026-08-31", [12, 15]), ("2026-09-01", [14, 20]), ("2027-08-01", [14, 20])]
)
def test_figures_change_with_the_first_delivery_of_a_later_month(streets, on, people):
    _begin(streets, 12, 15)
    streets.deliver("register", streets.persons(14, 20), day(on), settle=True)
    assert streets.read("atom_figure", "people") == people


def test_any_delivery_settles_the_figures_of_a_new_month(streets):
    _begin(streets, 12, 15)
    streets.deliver("register", streets.persons(14, 20), day("2026-08-20"), settle=True)
    streets.deliver("library", streets.library(), day("2026-09-03"), settle=True)
    assert streets.read("atom_figure", "people", "settled_on") == [
        (14, day("2026-09-03")),
        (20, day("2026-09-03")),
    ]


@pytest.mark.parametrize(("on", "people"), [("2027-07-31", [10, 30]), ("2027-08-01", [10, 30])])
def test_an_atom_that_became_too_small_stands_alone_and_tells_no_number(streets, on, people):
    _begin(streets, 12, 15)
    streets.deliver("register", streets.persons(3, 30), day(on), settle=True)
    assert sorted(streets.read("atom_figure", "people")) == people
    drawn = "2026-08-01" if on < "2027-08-01" else on
    assert set(streets.read("atom", "drawn_on")) == {day(drawn)}


def test_pieces_of_one_atom_are_joined_when_one_has_become_too_small(streets, square):
    wide = [square(0, side=200)]
    streets.deliver("library", streets.library(), settle=True)
    streets.deliver("register", streets.persons(12, 15), settle=True)
    streets.deliver("grids", wide, settle=True)
    assert streets.read("atom_drawing", "atoms", "pieces", "buildings_apart") == [(1, 2, 0)]
    streets.deliver("register", streets.persons(3, 30), day("2027-08-01"), settle=True)
    assert streets.read("atom_drawing", "atoms", "pieces", "buildings_apart") == [(1, 1, 0)]
    assert streets.read("atom_figure", "people") == [33]


def test_new_buildings_are_counted_once_they_have_enough_people_of_their_own(streets):
    _begin(streets, 12, 15)
    library = [
        *streets.library(),
        {"code": "A2", "full_text": "听涛路2号", "geom": "POINT (500060 60)"},
    ]
    streets.deliver("library", library, day("2027-08-01"), settle=True)
    streets.deliver("register", streets.persons(12, 15, 4), day("2027-08-01"), settle=True)
    assert streets.read("atom_figure", "people") == [12, 15]
    streets.deliver("register", streets.persons(12, 15, 6), day("2028-08-01"), settle=True)
    assert streets.read("atom_figure", "people") == [12, 15]
    assert streets.read("atom_drawing", "buildings_apart") == [1]
    streets.deliver("register", streets.persons(12, 15, 11), day("2029-08-01"), settle=True)
    assert sorted(streets.read("atom_figure", "people")) == [15, 23]
    assert streets.read("atom_drawing", "atoms", "pieces", "buildings_apart") == [(2, 3, 0)]


def test_grids_redrawn_between_revisions_share_atoms_and_are_marked(streets, square):
    _begin(streets, 12, 15)
    before = streets.read("atom", "atom", "piece", "building")
    narrow = [square(n, side=50, code=f"99010200100101{n}") for n in range(4)]
    narrow[1] = square(0, side=160, code="990102001001011")
    narrow[2] = square(0, side=1, code="990102001001012")
    streets.deliver("grids", narrow[1:3], day("2026-09-05"), settle=True)
    streets.finish()
    assert streets.read("atom", "atom", "piece", "building") == before
    assert streets.read("atom", "drawn_on") == [day("2026-08-01")] * 2
    rows = streets.read("profile", "code", "people", "people_shared")
    profile = {code: (people, shared) for code, people, shared in rows}
    assert profile["990102001001011"] == (27, False)


def test_revisions_do_not_depend_on_how_deliveries_are_grouped_into_runs(town, streets, square):
    """Steps run between deliveries, or what is remembered forgotten: the same atoms and figures."""
    tables = {
        "atom": ("atom", "piece", "building", "drawn_on"),
        "atom_figure": ("atom", "people", "settled_on"),
        "atom_drawing": ("drawn_on", "atoms", "pieces", "buildings_apart"),
    }
    wide = [square(0, side=200)]
    history = [
        ("library", streets.library(), "2026-08-01"),
        ("register", streets.persons(12, 15), "2026-08-01"),
        ("grids", wide, "2026-08-01"),
        ("register", streets.persons(4, 21), "2027-08-02"),
        ("grids", streets.squares, "2027-09-02"),
        ("register", streets.persons(30, 2), "2028-08-03"),
    ]

    def settled(grouped):
        made = town(*SOURCES, people={"minimum": 10, "round_to": 1})
        for source, rows, on in history:
            made.deliver(source, rows, day(on), settle=True)
            if grouped:
                made.session.kept.clear()
                made.finish()
        return {name: made.read(name, *columns) for name, columns in tables.items()}

    once = settled(grouped=False)
    assert once == settled(grouped=True)
    assert once["atom_drawing"] == [(day("2028-08-03"), 1, 1, 0)]


def test_an_older_base_without_pieces_is_revised_as_if_each_atom_were_one(streets):
    _begin(streets, 12, 15)
    streets.session.run("UPDATE base.atom SET piece = NULL")
    streets.deliver("register", streets.persons(12, 15), day("2027-08-01"), settle=True)
    assert streets.read("atom_drawing", "atoms", "pieces") == [(2, 2)]
    assert None not in streets.read("atom", "piece")


def test_atoms_drawn_on_a_leap_day_are_drawn_anew_in_march(streets):
    _begin(streets, 12, 15, on="2028-02-29")
    for on, drawn in (("2029-02-28", "2028-02-29"), ("2029-03-01", "2029-03-01")):
        streets.deliver("register", streets.persons(12, 15), day(on), settle=True)
        assert set(streets.read("atom", "drawn_on")) == {day(drawn)}


def test_who_is_registered_only_is_not_counted(streets):
    streets.deliver("library", streets.library(), settle=True)
    away = streets.persons(7, 7, first=100, residence="registered_only")
    streets.deliver("register", [*streets.persons(12, 15), *away], settle=True)
    streets.deliver("grids", streets.squares, settle=True)
    assert streets.read("atom_figure", "people") == [12, 15]


def test_nobody_is_counted_twice_where_an_address_has_two_buildings(town, streets):
    made = town(*SOURCES, ("houses", "building"), people={"minimum": 10, "round_to": 1})
    houses = [
        {"code": f"B{n}", "address_text": "听涛路0号", "geom": f"POINT ({500040 + n} 50)"}
        for n in range(2)
    ]
    made.deliver("library", streets.library(), settle=True)
    made.deliver("register", streets.persons(12, 15), settle=True)
    made.deliver("grids", streets.squares, settle=True)
    made.deliver("houses", houses, settle=True)
    assert sorted(made.read("atom_figure", "people")) == [12, 15]
    assert len(made.read("atom", "building")) == 2


def test_nothing_about_people_is_settled_without_the_stewards_part(streets):
    streets.deliver("library", streets.library())
    streets.deliver("register", streets.persons(12, 15))
    streets.session.parts = ("base", "text")
    streets.deliver("grids", streets.squares, settle=True)
    assert streets.read("atom", "atom") == []


def test_a_register_of_which_no_address_is_known_draws_no_atoms(streets):
    streets.deliver("library", streets.library(), settle=True)
    elsewhere = [row | {"address_text": "无名路9号"} for row in streets.persons(12)]
    streets.deliver("register", elsewhere, settle=True)
    streets.deliver("grids", streets.squares, settle=True)
    assert streets.read("atom", "atom") == []


def test_one_drawing_and_its_figures_do_not_depend_on_the_order_of_first_deliveries(town, streets):
    _begin(streets, 12, 15)
    other = town(*SOURCES, people={"minimum": 10, "round_to": 1})
    other.deliver("grids", streets.squares, settle=True)
    other.deliver("library", streets.library(), settle=True)
    other.deliver("register", streets.persons(12, 15), settle=True)
    assert other.read("atom_figure", "people") == streets.read("atom_figure", "people")

"""Atoms and their figures: drawn once, revised yearly, changed at most monthly."""

import datetime as dt

import pytest

SOURCES = (
    ("library", "address"),
    ("grids", "grid"),
    ("register", "person"),
)


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


@pytest.mark.parametrize(("on", "atoms"), [("2027-07-31", 2), ("2027-08-01", 1)])
def test_atoms_stay_for_a_year_whoever_moves(streets, on, atoms):
    _begin(streets, 12, 15)
    streets.deliver("register", streets.persons(3, 30), day(on), settle=True)
    assert len(set(streets.read("atom", "atom"))) == atoms
    assert min(streets.read("atom_figure", "people")) >= 10


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

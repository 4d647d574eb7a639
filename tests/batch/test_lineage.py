"""The nightly step that records redrawings, and what becomes of what is known only by a cell."""

import datetime as dt

import pytest

SPLIT_ON = "2026-09-16"


def box(code, left, right, low=0, high=100, **rest):
    ring = f"{left} {low}, {right} {low}, {right} {high}, {left} {high}, {left} {low}"
    return {
        "code": f"990102001001{code:03d}",
        "layer": "unit",
        "geom": f"POLYGON (({ring}))",
    } | rest


def code(number):
    return f"990102001001{number:03d}"


EAST = 500000


def before():
    return [
        box(1, EAST, EAST + 100),
        box(2, EAST + 100, EAST + 200),
        box(3, EAST + 200, EAST + 300),
        box(4, EAST + 300, EAST + 400),
        box(5, EAST + 400, EAST + 500),
        box(6, EAST + 500, EAST + 600),
    ]


def after():
    """1 is split, 2 and 3 are merged, 4 gives a part to 5, 6 gets another code."""
    gone = [row | {"ends_on": SPLIT_ON} for row in before() if row["code"][-1] in "1236"]
    new = {"begins_on": SPLIT_ON}
    return [
        *gone,
        box(7, EAST, EAST + 30, **new),
        box(8, EAST + 30, EAST + 100, **new),
        box(9, EAST + 100, EAST + 300, **new),
        box(4, EAST + 300, EAST + 380, **new),
        box(5, EAST + 380, EAST + 500, **new),
        box(10, EAST + 500, EAST + 600, **new),
    ]


def houses(*middles):
    return [
        {"code": f"B{n}", "floor_area_m2": f"{100 + n}", "geom": f"POINT ({EAST + x} 50)"}
        for n, x in enumerate(middles)
    ]


@pytest.fixture
def redrawn(town):
    """A town whose grids are redrawn in September; its hotline knows cells by code only."""
    made = town(
        ("hotline", "incident", {"mode": "delta"}), ("grids", "grid"), ("houses", "building")
    )
    made.deliver("grids", before(), dt.date(2026, 8, 1))
    made.deliver("houses", houses(10, 50, 60, 350, 390, 450), dt.date(2026, 8, 1))
    made.deliver("grids", after(), dt.date(2026, 9, 30))
    return made


def cases(number, *days, category="噪声", start=0):
    return [
        {
            "case_no": f"N{number}-{start + n}",
            "reported_at": f"{day} 09:00:00",
            "closed_at": f"{day} 18:00:00",
            "category": category,
            "unit_grid_code": code(number),
        }
        for n, day in enumerate(days)
    ]


def test_every_change_is_recorded_with_its_shares(redrawn):
    redrawn.finish()
    rows = redrawn.read("grid_lineage", "old_code", "new_code", "change", "share_area")
    short = [(a[-2:], b[-2:], kind, round(share, 4)) for a, b, kind, share in rows]
    assert short == [
        ("01", "07", "split", 0.3),
        ("01", "08", "split", 0.7),
        ("02", "09", "merge", 1.0),
        ("03", "09", "merge", 1.0),
        ("04", "04", "border", 0.8),
        ("04", "05", "border", 0.2),
        ("05", "05", "border", 1.0),
        ("06", "10", "recode", 1.0),
    ]
    rows = redrawn.read("grid_lineage", "old_code", "new_code", "share_buildings")
    built = {(a[-2:], b[-2:]): share for a, b, share in rows}
    assert built["01", "08"] == pytest.approx(2 / 3)
    assert built["04", "05"] == 0.5
    assert built["02", "09"] is None


def test_nothing_is_recorded_that_has_not_happened_yet(redrawn):
    redrawn.finish(as_of=dt.date(2026, 9, 16))
    assert redrawn.read("grid_lineage", "old") == []
    redrawn.finish(as_of=dt.date(2026, 9, 17))
    assert len(redrawn.read("grid_lineage", "old")) == 5
    redrawn.finish(as_of=dt.date(2026, 10, 1))
    # A border without a newly stated beginning moves on the day of its delivery.
    assert len(redrawn.read("grid_lineage", "old")) == 8


def links(made):
    rows = made.session.rows(
        "SELECT i.source_id, g.code, l.method, l.probability FROM base.link l "
        "JOIN base.incident i ON i.id = l.incident JOIN base.grid g ON g.id = l.target ORDER BY ALL"
    )
    return {key: (target[-2:], method, round(share, 4)) for key, target, method, share in rows}


def test_what_is_known_by_an_ended_code_goes_to_the_largest_successor(redrawn):
    rows = [row for number in (1, 2, 4, 6, 10) for row in cases(number, "2026-08-20")]
    late = cases(1, "2026-10-20", start=1)
    redrawn.deliver("hotline", [*rows, *late])
    redrawn.finish()
    assert links(redrawn) == {
        "N1-0": ("08", "succession", 0.6667),
        "N1-1": ("08", "succession", 0.6667),
        "N2-0": ("09", "succession", 1.0),
        "N4-0": ("04", "stated", 0.98),
        "N6-0": ("10", "succession", 1.0),
        "N10-0": ("10", "stated", 0.98),
    }


def test_an_unknown_code_gives_no_link_and_is_counted(redrawn):
    redrawn.deliver("hotline", [*cases(77, "2026-08-20", "2026-09-20"), *cases(1, "2026-08-20")])
    redrawn.finish()
    assert set(links(redrawn)) == {"N1-0"}
    found = redrawn.read("finding", "code", "count")
    assert ("unknown_cell_code", 2) in found


COMES_BACK = [f"2026-0{1 + n // 2}-{5 + 14 * (n % 2):02d}" for n in range(14)]


@pytest.mark.parametrize(("number", "heir"), [(1, "08"), (2, "09"), (4, "04"), (6, "10")], ids=str)
def test_a_chronic_place_known_by_cell_keeps_its_status_through_a_redrawing(town, number, heir):
    def status(*deliveries):
        made = town(
            ("hotline", "incident", {"mode": "delta"}), ("grids", "grid"), ("houses", "building")
        )
        made.deliver("houses", houses(10, 50, 60, 350, 390, 450), dt.date(2026, 8, 1))
        for on, rows in deliveries:
            made.deliver("grids", rows, on)
        elsewhere = [other for other in range(1, 7) if other != number]
        once = [row for n in elsewhere for row in cases(n, "2026-01-11", "2026-07-11")]
        made.deliver("hotline", [*cases(number, *COMES_BACK), *once])
        made.finish()
        codes = dict(made.session.rows("SELECT id, code FROM base.grid"))
        rows = made.read("chronic", "place", "status")
        return {codes[place][-2:] for place, state in rows if state == "chronic"}

    first = (dt.date(2026, 1, 1), before())
    stood = status(first)
    assert stood == {f"{number:02d}"}
    assert status(first, (dt.date(2026, 9, 30), after())) == {heir}


def test_located_history_is_counted_on_the_cells_of_the_last_day(redrawn):
    """Profile and hot spots: an address in a split cell, with reports from before the split."""
    reports = [
        {
            "case_no": f"L{n}",
            "reported_at": f"2026-{month}-{1 + n % 28:02d} 09:00:00",
            "category": "噪声",
            "geom": f"POINT ({EAST + 10} 50)",
        }
        for n, month in enumerate(["08"] * 20 + ["10"] * 10)
    ]
    redrawn.deliver("hotline", reports)
    redrawn.finish()
    standing = {code(n) for n in (4, 5, 7, 8, 9, 10)}
    counted = dict(redrawn.read("profile", "code", "incidents"))
    assert set(counted) == standing
    assert counted[code(7)] == 30
    cells = dict(redrawn.read("grid", "id", "code"))
    assert {cells[cell] for cell in redrawn.read("hotspot", "cell")} <= standing


def test_a_code_of_two_grids_at_once_names_neither(town):
    made = town(("hotline", "incident", {"mode": "delta"}), ("grids", "grid"), ("others", "grid"))
    made.deliver("grids", before())
    made.deliver("others", [box(1, EAST, EAST + 100), box(9, EAST + 600, EAST + 700)])
    made.deliver("hotline", [*cases(1, "2026-08-20"), *cases(9, "2026-08-20")])
    made.finish()
    assert set(links(made)) == {"N9-0"}
    assert "unknown_cell_code" not in made.read("finding", "code")


def test_shares_of_people_come_from_published_figures_and_not_from_the_register(
    town, identity_number
):
    made = town(
        ("library", "address"),
        ("register", "person"),
        ("grids", "grid"),
        people={"minimum": 10, "round_to": 1},
    )
    points = ((1, 10), (2, 60), (3, 350))
    library = [
        {"code": f"A{n}", "full_text": f"听涛路{n}号", "geom": f"POINT ({EAST + x} 50)"}
        for n, x in points
    ]
    lives = [1] * 12 + [2] * 30 + [3] * 11
    persons = [
        {"pseudonym": identity_number(n), "address_text": f"听涛路{at}号", "residence": "resident"}
        for n, at in enumerate(lives)
    ]
    first = dt.date(2026, 8, 1)
    made.deliver("library", library, first, settle=True)
    made.deliver("register", persons, first, settle=True)
    made.deliver("grids", before(), first, settle=True)
    made.deliver("grids", after(), dt.date(2026, 9, 30), settle=True)
    made.finish()
    assert sorted(made.read("atom_figure", "people")) == [11, 42]
    rows = made.read("grid_lineage", "old_code", "new_code", "share_people")
    shares = {(a[-2:], b[-2:]): share for a, b, share in rows}
    # 12 live in the one half and 30 in the other; what is published of them says nothing of it.
    assert shares["01", "07"] == shares["01", "08"] == 0.5
    assert shares["04", "04"] == 1.0
    assert shares["02", "09"] is None

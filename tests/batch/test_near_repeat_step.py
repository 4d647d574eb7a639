"""Near repeat of the nightly run: pairs as brute force counts them, and what is left out."""

import datetime as dt
import itertools
import math

import pytest

from blockdata.batch.flow import STEPS
from blockdata.engines.gathering_feeds import episode_points

AS_OF = dt.date(2026, 11, 1)
NEEDED = (
    *("resolve", "locate", "cells", "courses", "lineage", "categories", "link"),
    *("episodes", "near_repeat"),
)
BANDS = {"distances_m": [100, 200], "days": [7, 14]}


def case(n, x, y, day, category="噪声", **fields):
    return {
        "case_no": f"N{n}",
        "reported_at": f"{day} 09:00:00",
        "closed_at": f"{day} 11:00:00",
        "category": category,
        "geom": f"POINT ({500500 + x} {500 + y})",
        **fields,
    }


@pytest.fixture
def made(town, square):
    def build(rows, **settings):
        built = town(
            ("grids", "grid"),
            ("hotline", "incident", {"mode": "delta"}),
            near_repeat=BANDS | {"permutations": 99, "min_total": 2} | settings,
        )
        built.deliver("grids", [square(n, 4000) for n in range(1)])
        built.deliver("hotline", rows)
        built.finish(AS_OF, [step for step in STEPS if step.name in NEEDED])
        return built

    return build


def spread(count=60, category="噪声", first=0):
    """Return cases at places and on days that have nothing to do with each other."""
    return [
        case(
            f"{category}{first + n}",
            (n * 739) % 2900 + n % 7,
            (n * 17) % 97,
            dt.date(2026, 1, 5) + dt.timedelta(days=(n * 53) % 290),
            category,
        )
        for n in range(count)
    ]


def points(built):
    return built.session.rows(
        "SELECT e.category, p.x, p.y, (e.first_reported + INTERVAL 8 HOUR)::DATE "
        "FROM base.episode e JOIN base.incident_place p ON p.incident = e.episode"
    )


def by_hand(built, low, high, first, last):
    found = 0
    for (_, x, y, day), (_, u, v, other) in itertools.combinations(points(built), 2):
        apart, days = math.hypot(x - u, y - v), abs((day - other).days)
        near = apart == 0 if high == 0 else low < apart <= high
        found += near and first <= days <= last
    return found


def test_pairs_are_those_that_brute_force_counts(made):
    built = made([*spread(), *[case(f"S{n}", 50, 50, f"2026-0{2 + n}-10") for n in range(3)]])
    rows = built.read("near_repeat", "from_m", "to_m", "from_days", "to_days", "pairs")
    assert [row[:4] for row in rows] == [
        (low, high, first, last)
        for low, high in ((0, 0), (0, 100), (100, 200))
        for first, last in ((0, 7), (8, 14))
    ]
    assert [row[4] for row in rows] == [by_hand(built, *row[:4]) for row in rows]


def test_what_is_followed_near_by_stands_out_and_q_is_over_all_bands(made):
    pairs = []
    for n in range(20):
        day = dt.date(2026, 1, 10) + dt.timedelta(days=13 * n)
        x = (n * 739) % 2900
        pairs += [case(f"A{n}", x, 10, day), case(f"B{n}", x + 30, 10, day + dt.timedelta(days=2))]
    built = made([*pairs, *spread(40, "占道")])
    rows = built.session.rows(
        "SELECT category, ratio, p, q FROM base.near_repeat "
        "WHERE to_m = 100 AND from_days = 0 ORDER BY category DESC"
    )
    (_, ratio, p, q), (_, _, other_p, _) = sorted(rows, key=lambda row: row[2])
    assert ratio > 5
    assert p == 0.01
    assert other_p > 0.05
    family = built.session.value("SELECT count(p) FROM base.near_repeat")
    assert q == pytest.approx(min(1.0, p * family))


def test_the_same_night_gives_the_same_figures(made):
    columns = ("category", "from_m", "from_days", "pairs", "expected", "p", "q")
    assert made(spread()).read("near_repeat", *columns) == made(spread()).read(
        "near_repeat", *columns
    )


def test_a_category_with_very_many_pairs_is_looked_at_over_fewer_days(made):
    rows = [
        case(f"X{n}", (n * 7) % 90, (n * 11) % 90, dt.date(2026, 1, 1) + dt.timedelta(days=n))
        for n in range(300)
    ]
    built = made(rows, max_pairs=1_000)
    [(days, episodes)] = set(built.read("near_repeat", "window_days", "episodes"))
    assert days < 365
    assert 0 < episodes < 300


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([], []),
        (spread(1), ["too_few_incidents"]),
        ([case(n, 90 * n, 50, "2026-10-20") for n in range(6)], ["no_near_pair", "one_day"]),
    ],
)
def test_too_little_is_told_as_a_reason(made, rows, reasons):
    built = made(rows)
    found = built.session.rows("SELECT DISTINCT reason FROM base.near_repeat ORDER BY 1")
    assert [row[0] for row in found] == reasons


def test_what_a_description_locates_is_no_point(made):
    built = made(spread())
    built.session.run("UPDATE base.incident_place SET made = 'description'")
    assert episode_points(built.session, dt.datetime(2025, 1, 1)).empty

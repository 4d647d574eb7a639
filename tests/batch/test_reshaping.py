"""A decided geometry holds while its source brings the one it was decided of, in any grouping."""

import datetime as dt

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blockdata.batch.answers import check_decision
from blockdata.batch.flow import STEPS as EVERY_STEP
from blockdata.errors import DecisionError, PrivacyError
from blockdata.records.wkb import shape_digest
from blockdata.store.content_hash import table_hashes
from blockdata.store.decisions import Decision
from blockdata.store.reshapes import reshape_value

DAYS = [dt.date(2026, 9, n) for n in range(1, 29)]
SOURCE = ("s", "grid")


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("lineage")


def shape(number):
    """Squares of the town, each a little wider than the last."""
    return shapely.box(500_000, 3_340_000, 500_100 + number, 3_340_100)


def row(number):
    return {"code": "990102001001001", "layer": "unit", "geom": shape(number).wkt}


def wkb(number):
    return None if number is None else shapely.to_wkb(shape(number), byte_order=1, flavor="iso")


def decision(identifier, before, after, day=DAYS[1]):
    value = None if before is None else reshape_value(shape_digest(wkb(before)), wkb(after))
    return Decision("reshape", identifier, value, decided_on=day)


@pytest.fixture
def made(town):
    built = town(SOURCE)
    built.deliver("s", [row(0)], DAYS[0])
    return built


def standing(made):
    (geom,) = made.read("grid", "geom")
    return None if geom is None else bytes(geom)


@pytest.fixture
def identifier(made):
    return made.read("grid", "id")[0]


def test_it_holds_at_once_and_a_repeated_delivery_touches_nothing(made, identifier, tmp_path):
    assert made.decide(tmp_path, decision(identifier, 0, 7)) == []
    assert standing(made) == wkb(7)
    counts = made.deliver("s", [row(0)], DAYS[2])
    assert (counts.unchanged, counts.changed) == (1, 0)
    assert standing(made) == wkb(7)
    assert made.read("grid_history", "id") == [identifier]


def test_another_delivered_geometry_is_newer_and_the_old_one_meets_the_decision_again(
    made, identifier, tmp_path
):
    made.decide(tmp_path, decision(identifier, 0, 7))
    made.deliver("s", [row(3)], DAYS[2])
    assert standing(made) == wkb(3)
    made.deliver("s", [row(0)], DAYS[3])
    assert standing(made) == wkb(7)


def test_other_fields_still_come_from_the_source(made, identifier, tmp_path):
    made.decide(tmp_path, decision(identifier, 0, 7))
    made.deliver("s", [row(0) | {"name": "新名"}], DAYS[2])
    assert (standing(made), made.read("grid", "name")) == (wkb(7), ["新名"])


def test_a_later_decision_takes_a_mended_cell_further(made, identifier, tmp_path):
    made.decide(tmp_path, decision(identifier, 0, 7))
    assert made.decide(tmp_path, decision(identifier, 0, 9, DAYS[2])) == []
    assert standing(made) == wkb(9)
    made.deliver("s", [row(0)], DAYS[3])
    assert standing(made) == wkb(9)


def test_taken_back_it_leaves_what_the_next_delivery_says(made, identifier, tmp_path):
    made.decide(tmp_path, decision(identifier, 0, 7))
    made.decide(tmp_path, decision(identifier, None, None, DAYS[2]))
    assert standing(made) == wkb(7)
    made.deliver("s", [row(0)], DAYS[3])
    assert standing(made) == wkb(0)


def test_a_cell_that_another_takes_in_keeps_its_row_without_a_polygon(made, identifier, tmp_path):
    made.decide(tmp_path, decision(identifier, 0, None))
    assert standing(made) is None
    assert made.deliver("s", [row(0)], DAYS[2]).unchanged == 1


def test_a_decision_about_another_geometry_has_no_effect_and_is_told(made, identifier, tmp_path):
    wrong = decision(identifier, 5, 7)
    with pytest.raises(DecisionError, match="looked at"):
        check_decision(made.session, wrong, "Asia/Shanghai")
    assert made.decide(tmp_path, wrong) == ["decision_without_effect"]
    assert standing(made) == wkb(0)
    check_decision(made.session, decision(identifier, 0, 7), "Asia/Shanghai")


BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


@pytest.mark.parametrize(
    "value", ["", "0123456789abcdef", "0123456789abcdef:00", "x:00", "0123456789abcdef:01",
              f"0123456789abcdef:{BOW_TIE.wkb.hex()}"]
)  # fmt: skip
def test_only_a_hash_and_a_valid_geometry_are_a_value(value):
    with pytest.raises(DecisionError, match="hash and geometry"):
        Decision("reshape", "grd1", value)


def test_numbers_of_a_geometry_are_no_telephone_and_a_note_may_still_hold_none():
    digits = bytes.fromhex("013800000000a13800000000").hex()
    value = reshape_value("0" * 16, shapely.Point(1, 2).wkb)
    assert Decision("reshape", "grd1", value).value == value
    with pytest.raises(DecisionError):
        Decision("reshape", "grd1", "0" * 16 + ":" + digits)
    with pytest.raises(PrivacyError):
        Decision("reshape", "grd1", value, note="13800000000")


LAYER_STEPS = [s for s in EVERY_STEP if s.name in ("locate", "cells", "layer_checks")]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), st.integers(0, 3)),
        st.tuples(st.just("reshape"), st.integers(0, 3), st.sampled_from([4, 5, None])),
        st.tuples(st.just("take back")),
    ),
    min_size=1,
    max_size=8,
)


@given(steps=STEPS, cuts=st.sets(st.integers(0, 7)))
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_grouping_into_runs_gives_the_same_base(town, tmp_path_factory, steps, cuts):
    assert content(town, tmp_path_factory, steps, cuts) == content(
        town, tmp_path_factory, steps, set()
    )


def content(town, tmp_path_factory, steps, cuts):
    folder = tmp_path_factory.mktemp("decisions")
    made = town(SOURCE)
    made.deliver("s", [row(0)], DAYS[0])
    identifier = made.read("grid", "id")[0]
    for place, (what, *values) in enumerate(steps):
        day = DAYS[place + 1]
        if what == "deliver":
            made.deliver("s", [row(values[0])], day)
        else:
            made.decide(folder, decision(identifier, *(values or (None, None)), day))
        if place in cuts:
            made.finish(steps=LAYER_STEPS)
    made.finish(steps=LAYER_STEPS)
    made.finish(steps=LAYER_STEPS)
    return table_hashes(made.session)

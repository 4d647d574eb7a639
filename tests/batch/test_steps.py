"""Steps at the end of a run: run when what they stand on changed, else kept."""

import datetime as dt

import pytest

from blockdata.batch.findings import Finding
from blockdata.batch.flow import STEPS
from blockdata.batch.steps import Clock, Context, Step, run_steps, versions

AS_OF = dt.date(2026, 11, 1)
DEPARTMENT = {"code": "1", "name": "甲"}
AREA = {"code": "990102001001", "name": "望海社区", "level": "community"}


@pytest.fixture
def made(town):
    built = town(("units", "department"), ("areas", "area"))
    built.deliver("units", [DEPARTMENT])
    return built


def _counting(**settings):
    """A step that counts how often it ran and tells so."""
    ran = []

    def act(session, context):
        ran.append(context.as_of)
        context.tell(Finding("ran", "step", "跑过", "it ran"))

    made = {"version": 1, "kinds": ("department",), "sections": ("grid",), "act": act} | settings
    return Step("count", **made), ran


def test_a_step_runs_once_and_then_stands(made):
    step, ran = _counting()
    assert made.finish(AS_OF, [step]) == []
    assert made.finish(AS_OF, [step]) == ["count"]
    assert len(ran) == 1


@pytest.mark.parametrize(
    ("source", "row", "times"),
    [("units", DEPARTMENT | {"name": "乙"}, 2), ("areas", AREA, 1), ("units", DEPARTMENT, 1)],
)
def test_a_step_runs_anew_when_what_it_stands_on_changed(made, source, row, times):
    step, ran = _counting()
    made.finish(AS_OF, [step])
    made.deliver(source, [row], dt.date(2026, 9, 1))
    made.finish(AS_OF, [step])
    assert len(ran) == times


@pytest.mark.parametrize(("uses", "times"), [(True, 2), (False, 1)])
def test_another_as_of_matters_to_steps_that_use_it(made, uses, times):
    step, ran = _counting(uses_as_of=uses)
    for day in (AS_OF, AS_OF + dt.timedelta(days=1)):
        made.finish(day, [step])
    assert len(ran) == times


def test_a_raised_version_runs_anew(made):
    for version in (1, 2):
        step, ran = _counting(version=version)
        made.finish(AS_OF, [step])
        assert len(ran) == 1


@pytest.mark.parametrize(
    ("section", "times"), [({"grid": {"layers": ["unit"]}}, 2), ({"episodes": {"gap_days": 3}}, 1)]
)
def test_a_step_runs_anew_when_its_part_of_the_configuration_changed(made, section, times):
    step, ran = _counting()
    made.finish(AS_OF, [step])
    raw = made.config.model_dump(by_alias=True, exclude={"folder"})
    changed = type(made.config).model_validate(raw | section)
    run_steps(made.session, Context(changed, AS_OF), [step], Clock())
    assert len(ran) == times


@pytest.mark.parametrize(("after", "times"), [(("count",), 2), ((), 1)])
def test_what_changes_a_step_changes_those_that_read_its_results(made, after, times):
    later_ran = []
    later = Step(
        "later", 1, ("department",), (), lambda _s, c: later_ran.append(c.as_of), after=after
    )
    for version in (1, 2):
        step, _ = _counting(version=version)
        made.finish(AS_OF, [step, later])
    assert len(later_ran) == times


def test_steps_read_results_of_earlier_steps_alone():
    before = set()
    for step in STEPS:
        assert set(step.after) <= before, step.name
        before.add(step.name)


def test_a_decision_runs_every_step_anew(made, tmp_path):
    from blockdata.store.decisions import Decision

    step, ran = _counting()
    made.finish(AS_OF, [step])
    made.decide(tmp_path, Decision("repin", made.id_of("department", "1"), "1 2", decided_on=AS_OF))
    made.finish(AS_OF, [step])
    assert len(ran) == 2


def test_what_a_step_tells_stands_with_its_result(made):
    step, _ = _counting()
    for _ in range(2):
        made.finish(AS_OF, [step])
        assert made.read("finding", "step", "code") == [("count", "ran")]


def test_a_step_that_fails_is_run_again(made):
    def fails(session, context):
        raise ZeroDivisionError

    step = Step("fails", 1, (), (), fails)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            made.finish(AS_OF, [step])


def test_a_second_end_of_a_run_keeps_every_step(made):
    made.finish(AS_OF, STEPS)
    assert made.finish(AS_OF, STEPS) == [step.name for step in STEPS]


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("Asia/Shanghai", dt.datetime(2026, 10, 31, 16)),
        ("UTC", dt.datetime(2026, 11, 1)),
        ("Asia/Urumqi", dt.datetime(2026, 10, 31, 18)),
    ],
)
def test_as_of_ends_at_local_midnight(config_of, zone, end):
    config = config_of(("a", "area"), city={"name": "试验区", "time_zone": zone})
    assert Context(config, AS_OF).end == end


def test_a_clock_tells_each_part_and_its_beginning_and_end():
    heard = []
    clock = Clock(on_part=lambda name, event: heard.append((name, event)))
    with clock.part("a"):
        pass
    clock.kept("b")
    assert heard == [("a", "begins"), ("a", "ends")]
    assert [(p["step"], p.get("kept", False)) for p in clock.parts] == [("a", False), ("b", True)]


def test_versions_name_the_package_and_what_results_depend_on():
    assert {"urban-blockdata", "duckdb", "numpy", "shapely"} <= set(versions())

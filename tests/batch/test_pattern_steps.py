"""The steps about rises and clusters, from delivered incidents to tables, views and the page."""

import datetime as dt
import json

import pytest

from blockdata.batch import flow
from blockdata.errors import AnalysisError
from blockdata.report.page import render_report
from blockdata.report.words import Words
from blockdata.views.patterns.patterns import Patterns

AS_OF = dt.date(2026, 11, 1)
SIDE = 5
NEEDED = (
    *("resolve", "locate", "cells", "courses", "lineage", "prints", "categories", "link"),
    *("duplicates", "episodes", "gaps", "rises", "clusters"),
)
STEPS = tuple(step for step in flow.STEPS if step.name in NEEDED)


def _square(n, **rest):
    left, low = 500000 + n % SIDE * 100, n // SIDE * 100
    ring = ", ".join(
        f"{left + 100 * x} {low + 100 * y}" for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    )
    fields = {"code": f"990102001001{n:03d}", "name": f"第{n}网格", "layer": "unit"}
    return fields | {"geom": f"POLYGON (({ring}))"} | rest


def _incident(number, cell, day, category="占道经营"):
    x, y = 500000 + cell % SIDE * 100 + 50, cell // SIDE * 100 + 50
    return {
        "case_no": f"N{number}",
        "reported_at": f"{day} 09:00:00",
        "category": category,
        # Each at a spot of its own, so that none repeats another, and away from borders.
        "geom": f"POINT ({x + number % 41 - 20} {y + number // 41 % 41 - 20})",
    }


def _usual(days=400, every=1):
    """One incident a day, from cell to cell."""
    last = AS_OF - dt.timedelta(days=1)
    return [
        _incident(n, n * 7 % SIDE**2, last - dt.timedelta(days=n)) for n in range(0, days, every)
    ]


def _burst(cell, count, days=6, begin=5000):
    last = AS_OF - dt.timedelta(days=1)
    return [_incident(begin + n, cell, last - dt.timedelta(days=n % days)) for n in range(count)]


@pytest.fixture
def made(town):
    built = town(
        ("grids", "grid"),
        ("hotline", "incident", {"mode": "delta"}),
        ("app", "incident", {"mode": "delta"}),
        episodes={"gap_days": 0},
    )
    built.deliver("grids", [_square(n) for n in range(SIDE**2)])
    return built


def _patterns(made, lang="zh"):
    return Patterns(made.session, made.config, AS_OF, Words(lang, made.session.catalogue))


def _id(made, cell):
    return made.session.value(
        "SELECT id FROM base.grid WHERE code = ?", [f"990102001001{cell:03d}"]
    )


def test_a_burst_in_one_cell_is_a_rise_and_a_cluster_with_its_incidents(made):
    made.deliver("hotline", _usual() + _burst(12, 14))
    made.finish(AS_OF, STEPS)
    cell = _id(made, 12)
    rises = _patterns(made).rises()
    assert set(rises.frame["cell"]) == {cell}
    assert {7, 28} <= set(rises.frame["window_days"])
    row = rises.frame[rises.frame["window_days"] == 7].iloc[0]
    assert row["count"] >= 14 and row["expected"] < 1 and row["tests"] == 75
    assert "第12网格占道经营" in row["sentence_zh"] and "最近 7 天" in row["sentence_zh"]
    assert "第12网格 had" in row["sentence_en"]
    behind = _patterns(made).rise_incidents("占道经营", cell, 7)
    assert len(behind) == row["count"] and set(behind["cell"]) == {cell}
    clusters = _patterns(made).clusters()
    assert clusters.frame["centre"].tolist() == [cell]
    assert clusters.frame["members"].tolist() == [[cell]]
    assert len(_patterns(made).cluster_incidents("占道经营")) == clusters.frame["count"].iloc[0]
    assert "<svg" in str(rises.map()) and "<svg" in str(clusters.map())
    assert "75" in rises.explain() and "500" in clusters.explain()


def test_the_page_tells_both_in_both_languages(made):
    made.deliver("hotline", _usual() + _burst(12, 14))
    made.finish(AS_OF, STEPS)
    for lang, title, other in (
        ("zh", "近来哪里比以往多", "近来哪一片忽然多了"),
        ("en", "Where is there lately more than before?", "Where does it lately gather?"),
    ):
        city = {"name": "试验区", "crs": "EPSG:4549", "lang": lang}
        made.session.set_meta("config", json.dumps({"city": city}))
        page = render_report(made.session, {"as_of": AS_OF.isoformat()})
        assert title in page and other in page
        assert "第12网格" in page
        assert 'id="map-rises"' in page and 'id="map-clusters"' in page
        assert "pooled" not in page and "no_cluster" not in page


def test_an_even_year_has_neither(made):
    made.deliver("hotline", _usual())
    made.finish(AS_OF, STEPS)
    assert made.session.count("rise_category") == 3
    assert _patterns(made).rises().frame.empty
    assert _patterns(made).clusters().frame.empty
    assert len(_patterns(made).rises(everything=True).frame) > 0
    page = render_report(made.session, {"as_of": AS_OF.isoformat()})
    assert "近来哪里比以往多" in page and "没有哪个单元网格明显比以往多" in page
    assert "没有哪一片忽然多了" in page


def test_a_new_channel_is_no_rise(made):
    """Many reports from a source that began lately: told as a finding, not as a rise."""
    last = AS_OF - dt.timedelta(days=1)
    app = [_incident(9000 + n, n % SIDE**2, last - dt.timedelta(days=n % 20)) for n in range(300)]
    made.deliver("hotline", _usual())
    made.deliver("app", app)
    made.finish(AS_OF, STEPS)
    assert _patterns(made).rises().frame.empty
    assert _patterns(made).clusters().frame.empty
    told = made.read("finding", "step", "code", "subject")
    assert ("rises", "source_young", "app") in told


def test_a_source_that_fell_silent_lately_is_not_compared(made):
    rows = [r for r in _usual() if r["reported_at"] < "2026-10-10"]
    made.deliver("hotline", rows)
    made.finish(AS_OF, STEPS)
    reasons = dict(made.read("rise_category", "window_days", "reason"))
    assert reasons[1] == reasons[7] == "not_observed"
    assert not made.read("rise", "alarm") or not any(made.read("rise", "alarm"))


@pytest.mark.parametrize("rows", [[], [_incident(1, 3, dt.date(2026, 10, 31))]])
def test_nothing_and_one_day_have_no_alarm_and_no_failure(made, rows):
    made.deliver("hotline", rows)
    made.finish(AS_OF, STEPS)
    for table in ("rise", "cluster"):
        assert not any(made.read(table, "alarm"))
    if rows:
        assert set(made.read("rise_category", "reason")) == {"too_little_past"}
        assert made.read("cluster", "reason") == ["too_little_past"]
        assert "历史不足八周" in _patterns(made).rises().explain()
    else:
        assert "没有可比较的问题" in _patterns(made).rises().explain()
        assert "没有可扫描的问题" in _patterns(made).clusters().explain()
    assert render_report(made.session, {"as_of": AS_OF.isoformat()})


def test_without_cells_there_is_nothing_to_watch(town):
    made = town(("hotline", "incident", {"mode": "delta"}))
    made.deliver("hotline", _usual(60))
    made.finish(AS_OF, STEPS)
    assert made.session.count("rise") == made.session.count("cluster") == 0
    with pytest.raises(AnalysisError, match="no cells"):
        _patterns(made).scan("占道经营")


def test_cells_without_polygons_are_watched_and_not_scanned(town):
    made = town(("grids", "grid"), ("hotline", "incident", {"mode": "delta"}))
    codes = [_square(n)["code"] for n in range(4)]
    made.deliver("grids", [{"code": code, "layer": "unit"} for code in codes])
    made.deliver("hotline", [r | {"grid_code": codes[n % 4]} for n, r in enumerate(_usual(90))])
    made.finish(AS_OF, STEPS)
    assert made.session.count("cluster") == 0


def test_one_cell_is_watched_and_has_no_cluster(town):
    made = town(("grids", "grid"), ("hotline", "incident", {"mode": "delta"}))
    made.deliver("grids", [_square(0)])
    made.deliver(
        "hotline", [_incident(n, 0, r["reported_at"][:10]) for n, r in enumerate(_usual())]
    )
    made.finish(AS_OF, STEPS)
    assert made.read("cluster", "reason") == ["no_cluster"]
    assert not any(made.read("rise", "alarm"))


def test_the_steps_are_kept_when_nothing_changed_and_the_settings_count(made):
    made.deliver("hotline", _usual(120))
    made.finish(AS_OF, STEPS)
    assert {"rises", "clusters"} <= set(made.finish(AS_OF, STEPS))
    made.config = made.config.model_copy(
        update={"scan": made.config.scan.model_copy(update={"radius_m": 300.0})}
    )
    kept = made.finish(AS_OF, STEPS)
    assert "rises" in kept and "clusters" not in kept


@pytest.mark.parametrize("model", ["permutation", "poisson", "space_time_poisson", "bernoulli"])
def test_an_analyst_can_scan_by_every_model(made, model):
    others = [
        _incident(20000 + n, n % SIDE**2, r["reported_at"][:10], "噪声扰民")
        for n, r in enumerate(_usual(300))
    ]
    made.deliver("hotline", _usual() + _burst(12, 30) + others)
    made.finish(AS_OF, STEPS)
    found = _patterns(made, "en").scan(
        "占道经营", model, start=dt.date(2026, 6, 1), replications=99, exposure=_exposure(model)
    )
    best = found.frame.iloc[0]
    assert best["centre"] == _id(made, 12)
    # Measured against all incidents, the burst itself among them, it is the least surprising.
    assert best["p"] == pytest.approx(0.01) or model == "poisson"
    assert best["recurrence_days"] != best["recurrence_days"]
    assert "probability of" in best["sentence_en"]
    assert "Scan: 占道经营" in found.explain()
    assert "<svg" in str(found.map())


def _exposure(model):
    return "all_incidents" if "poisson" in model else None


def test_what_cannot_be_asked_is_told(made):
    made.deliver("hotline", _usual(90))
    made.finish(AS_OF, STEPS)
    asked = _patterns(made)
    for question, told in (
        (lambda: asked.rises("?"), "category"),
        (lambda: asked.rises(window_days=3), "window of 3 days"),
        (lambda: asked.scan("占道经营", "magic"), "unknown model"),
        (lambda: asked.scan("占道经营", layer="moon"), "no layer"),
        (lambda: asked.scan("占道经营", end=dt.date(2027, 1, 1)), "no period"),
        (lambda: asked.scan("占道经营", "poisson", exposure="luck"), "unknown exposure"),
        (lambda: asked.cluster_incidents("占道经营", 99), "no such cluster"),
        (lambda: asked.rise_incidents("占道经营", "nowhere"), "compared nothing"),
        (lambda: asked.rise_incidents("占道经营", "nowhere", 0), "window_days is 0"),
    ):
        with pytest.raises(AnalysisError, match=told):
            question()


def test_sections_are_left_out_where_nothing_was_compared(town):
    made = town(("grids", "grid"))
    made.finish(AS_OF, STEPS)
    page = render_report(made.session, {"as_of": AS_OF.isoformat()})
    assert "近来哪里比以往多" not in page

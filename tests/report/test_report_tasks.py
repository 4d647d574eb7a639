"""The section on tasks: in the page, with a map whose texts are escaped."""

import pandas as pd
import shapely

import blockdata as bd
from blockdata.records import Catalogue
from blockdata.report.route_map import draw_route
from blockdata.report.task_words import outcome_lines
from blockdata.report.words import Words


def test_the_page_says_where_to_go_and_what_to_mend(tiny_base):
    with bd.open(tiny_base.base_path) as base:
        number, stops = base.number, base.tasks.patrol().frame
    page = tiny_base.base_path / "reports" / f"{number:06d}" / "index.html"
    text = page.read_text(encoding="utf-8")
    section = text[text.index('<section aria-labelledby="tasks">') :]
    section = section[: section.index("</section>")]
    assert "明天去哪里" in section and "巡查路线" in section and "登记维护" in section
    first = stops.sort_values("score", ascending=False).iloc[0]
    assert first["name"] in section
    assert "overdue" not in section and "&lt;svg" not in section


def test_a_route_is_drawn_with_its_start_stops_and_streets():
    stops = pd.DataFrame({"no": [1, 2], "x": [10.0, 90.0], "y": [10.0, 90.0]})
    street = shapely.LineString([(-50, 50), (150, 50)])
    box = shapely.box(0, 0, 100, 100)
    svg = draw_route(stops.assign(title="<b>&"), (50.0, 50.0), box, [street, None], 'a "b"')
    assert svg.count("<circle") == 2 and svg.count("<rect") == 1
    assert "&lt;b&gt;&amp;" in svg and "<b>" not in svg and "&quot;b&quot;" in svg
    again = draw_route(stops.assign(title=""), (50.0, 50.0), None, [], "alone")
    assert again.startswith("<svg")


def test_what_lists_brought_is_told_for_all_grids_together():
    row = {
        **dict.fromkeys(("stops", "met", "closed", "handled", "episodes", "best_episodes"), 2),
        "grid": "*",
        "grid_episodes": 8,
        "hit_rate": 0.25,
        "list": "patrol",
        "since": pd.Timestamp("2026-10-31"),
        "as_of": pd.Timestamp("2026-11-01"),
    }
    frame = pd.DataFrame([row, row | {"grid": "g"}, row | {"list": "raw_count", "hit_rate": None}])
    zh, en = (outcome_lines(frame, Words(lang, Catalogue())) for lang in ("zh", "en"))
    assert len(zh) == len(en) == 2
    assert "命中率 25.0%" in zh[0] and "2/8" in zh[0] and "—" in zh[1]
    assert "hit rate 25.0%" in en[0]

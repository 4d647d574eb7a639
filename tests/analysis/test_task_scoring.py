"""Scores by hand: what is expected, what is open, what nobody has looked after."""

import pandas as pd
import pytest

from blockdata.analysis.tasks import Evidence, TaskRules, choose_stops, score_stops, why
from blockdata.errors import AnalysisError

END = pd.Timestamp("2026-11-01")
RULES = TaskRules(window_days=720, horizon_days=7)


def _frame(columns, *rows):
    frame = pd.DataFrame([list(row) for row in rows], columns=columns)
    times = [name for name in ("last_sign_at", "seen_at") if name in columns]
    return frame.astype(dict.fromkeys(times, "datetime64[us]"))


def _rates(*rows):
    names = ["stop", "category", "expected", "excess", "excess_now", "status", "course"]
    frame = _frame(names, *rows)
    kinds = ["cell:unit" if stop.startswith("c") else "building" for stop in frame["stop"]]
    numbers = dict.fromkeys(names[2:5], "float64")
    return frame.assign(stop_kind=kinds, episodes=1).astype(numbers | {"status": "str"})


def _open(*rows):
    names = ["stop", "category", "last_sign_at", "overdue", "due_soon"]
    frame = _frame(names, *rows)
    return frame.assign(stop_kind="building", episode=[f"e{n}" for n in range(len(frame))])


def _hot(*rows):
    names = ["stop", "category", "window_days", "cell", "episodes", "count", "excess"]
    return _frame(names, *rows).assign(stop_kind="building")


def _seen(*rows):
    return _frame(["stop", "seen_at"], *rows).assign(stop_kind="building")


def _score(rates=(), open_=(), hot=(), seen=(), rules=RULES):
    evidence = Evidence(_rates(*rates), _open(*open_), _hot(*hot), _seen(*seen))
    return score_stops(evidence, as_of=END, rules=rules).set_index("stop")


def test_open_work_counts_by_its_weights_and_idle_work_for_less():
    open_ = [
        ("b1", "噪声", "2026-10-30", 1, 0),
        ("b1", "噪声", "2026-10-29", 0, 2),
        ("b1", "占道", "2026-08-01", 3, 3),
    ]
    found = _score(open_=open_).loc["b1"]
    assert found["score"] == 1 + 1 + 0.25 + 0.5 * 1 + 0.5 * 2
    assert (found["open"], found["idle"], found["overdue"], found["due_soon"]) == (2, 1, 1, 2)
    assert found["reasons"] == "overdue,due_soon,open,idle"
    assert found["categories"] == "占道、噪声" and found["idle_days"] == 92


def test_expected_is_the_shrunken_rate_at_the_end_of_the_window():
    rates = [("b1", "噪声", 72.0, 10.0, 36.5, None, None)]
    found = _score(rates, open_=[("b1", "噪声", "2026-10-30", 0, 0)]).loc["b1"]
    assert found["expected"] == pytest.approx(7 * (72 / 720 + 36.5 / 365))
    assert found["score"] == pytest.approx(1 + 1.4)


def test_without_a_present_excess_that_of_the_window_counts():
    rates = [("b1", "噪声", 72.0, 36.0, None, "recurring", None)]
    assert _score(rates).loc["b1", "expected"] == pytest.approx(7 * (72 + 36) / 720)


def test_rows_of_one_stop_speak_of_the_same_problems():
    rates = [
        ("b1", "噪声", 72.0, 0.0, 0.0, "chronic", "new"),
        ("b1", "噪声", 36.0, 0.0, 0.0, None, None),
        ("b1", "占道", 72.0, 0.0, 0.0, None, None),
    ]
    assert _score(rates).loc["b1", "expected"] == pytest.approx(7 * 0.2)


def test_of_a_cell_only_its_excess_is_its_own():
    rates = [("c1", "噪声", 720.0, 0.0, 36.5, "chronic", "rising")]
    assert _score(rates).loc["c1", "expected"] == pytest.approx(0.7)


def test_a_hot_place_has_its_share_of_the_excess_or_its_own_rate_whichever_is_greater():
    hot = [("b1", "噪声", 28, "c1", 3, 12, 8.0), ("b1", "噪声", 7, "c1", 1, 4, 2.0)]
    assert _score(hot=hot).loc["b1", "expected"] == pytest.approx(7 * 8 / 28 * 3 / 12)
    rates = [("b1", "噪声", 720.0, 0.0, 0.0, None, None)]
    found = _score(rates, hot=hot).loc["b1"]
    assert found["expected"] == pytest.approx(7.0) and found["reasons"] == "hot"


def test_a_chronic_place_is_unseen_when_nobody_was_there_for_long():
    rates = [(b, "噪声", 1.0, 1.0, 1.0, "chronic", "persistent") for b in ("b1", "b2", "b3")]
    seen = [("b1", "2026-10-20"), ("b2", "2026-09-01")]
    found = _score(rates, seen=seen)
    assert found["reasons"].to_dict() == {
        "b1": "chronic",
        "b2": "chronic,unseen",
        "b3": "chronic,unseen",
    }
    told = why(found.reset_index(), RULES)
    assert "61 天没有处置或核查" in told["why_zh"][1]
    assert "从未有处置或核查记录" in told["why_zh"][2] and "no visit" in told["why_en"][2]


def test_what_is_resolved_or_merely_counted_is_no_reason():
    rates = [
        ("b1", "噪声", 9.0, 9.0, 9.0, "chronic", "resolved"),
        ("b2", "噪声", 9.0, 9.0, 9.0, None, None),
    ]
    assert _score(rates).empty


def test_nothing_gives_an_empty_list():
    assert _score().empty


def _scored(*rows):
    columns = ["stop_kind", "stop", "grid", "score", "overdue", "open"]
    return pd.DataFrame(rows, columns=columns)


def test_ties_go_by_overdue_open_kind_and_id():
    scored = _scored(
        ("building", "b2", "g", 1.0, 0, 0),
        ("building", "b1", "g", 1.0, 0, 0),
        ("address", "a9", "g", 1.0, 0, 0),
        ("building", "b3", "g", 1.0, 0, 2),
        ("building", "b4", "g", 1.0, 1, 0),
        ("building", "b5", None, 9.0, 0, 0),
    )
    found = choose_stops(scored, TaskRules(stops_per_grid=4))
    assert found["stop"].tolist() == ["b4", "b3", "a9", "b1"]
    assert found["priority"].tolist() == [1, 2, 3, 4]


def test_cells_are_but_a_part_of_a_list():
    cells = [("cell:unit", f"c{n}", "g", 9.0 - n, 0, 0) for n in range(4)]
    found = choose_stops(
        _scored(*cells, ("building", "b", "g", 0.1, 0, 0)),
        TaskRules(stops_per_grid=3, cells_per_grid=2),
    )
    assert found["stop"].tolist() == ["c0", "c1", "b"]


def test_rules_and_frames_that_do_not_fit_are_refused():
    with pytest.raises(AnalysisError, match="settings"):
        TaskRules(open_weight=-1)
    with pytest.raises(AnalysisError, match="stop"):
        empty = pd.DataFrame()
        score_stops(Evidence(empty, empty, empty, empty), as_of=END, rules=RULES)

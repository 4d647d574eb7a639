"""Values, reasons, lights and alarms of indicators, each worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from blockdata.analysis.indicators import (
    VALUE_COLUMNS,
    MeasureTable,
    Registry,
    indicator_alarms,
    indicator_values,
    mask_untold,
    natural_months,
    shipped_registry,
)
from blockdata.errors import AnalysisError

AS_OF = pd.Timestamp("2026-11-01")
MONTHS = natural_months(AS_OF, 3)
CELLS = pd.DataFrame({"layer": ["unit", "unit"], "cell": ["u1", "u2"]})


def _registry(*names):
    whole = shipped_registry()
    return Registry({n: whole.indicator(n) for n in names}, whole.measures)


def _inputs(first="2026-01-01", newest="2026-10-31", **others):
    rows = [("incident", first, newest), *((k, None, v) for k, v in others.items())]
    frame = pd.DataFrame(rows, columns=["input", "first_on", "newest_on"])
    return frame.assign(
        first_on=pd.to_datetime(frame["first_on"]), newest_on=pd.to_datetime(frame["newest_on"])
    )


def _repeats(repeated, reports, **keys):
    counts = {
        "reports_repeated": np.array(repeated, dtype=float),
        "reports": np.array(reports, dtype=float),
    }
    table = MeasureTable(CELLS, MONTHS, counts)
    keys = {"inputs": _inputs(), **keys}
    return indicator_values(
        table, _registry("repeat_share"), keys.pop("inputs"), as_of=AS_OF, **keys
    )


def test_values_and_lights_of_a_share():
    values = _repeats([[1, 10, 20], [0, 1, 0]], [[50, 40, 50], [0, 10, 100]])
    assert list(values.columns) == list(VALUE_COLUMNS)
    u1, u2 = (values[values["cell"] == c].reset_index(drop=True) for c in ("u1", "u2"))
    assert u1["value"].tolist() == [2.0, 25.0, 40.0]
    assert u1["light"].tolist() == ["green", "yellow", "red"]
    assert u2["reason"].tolist()[:2] == ["zero_denominator", "small_denominator"]
    assert u2["value"].isna().tolist() == [True, True, False]
    assert u2["light"].isna().tolist() == [True, True, False]
    assert u2["numerator"].tolist() == [0, 1, 0] and u2["denominator"].tolist() == [0, 10, 100]


def test_an_alarm_is_sure_where_the_whole_interval_is_beyond():
    values = _repeats([[0, 10, 40], [0, 8, 400]], [[50, 40, 100], [50, 30, 1000]])
    # 40 of 100 has the Wilson interval 30.9 to 49.8 %, 400 of 1,000 has 37.0 to 43.1 %: red is 35.
    last = values[values["month"] == MONTHS[-1]]
    assert last["light"].tolist() == ["red", "red"]
    assert last["sure"].tolist() == [False, True]


def test_below_is_bad_for_others():
    counts = {
        "cases_closed_in_time": np.array([[89.0, 79.0, 95.0]]),
        "cases_due": np.array([[100.0, 100.0, 100.0]]),
    }
    table = MeasureTable(CELLS.head(1), MONTHS, counts)
    inputs = _inputs(case_limit="2026-10-31")
    values = indicator_values(table, _registry("closing_on_time"), inputs, as_of=AS_OF)
    assert values["light"].tolist() == ["yellow", "red", "green"]
    assert not values["sure"].any()


def test_a_missing_source_is_told():
    values = _repeats([[1] * 3] * 2, [[50] * 3] * 2, inputs=_inputs().head(0))
    assert set(values["reason"]) == {"no_source"} and values["value"].isna().all()


def test_inputs_that_are_too_old_or_began_too_late():
    stale = _repeats([[1] * 3] * 2, [[50] * 3] * 2, inputs=_inputs(newest="2026-09-24"))
    # At the end of August nothing is old; of September 6 days lack, of October 37: 7 are allowed.
    assert stale["reason"].fillna("").tolist() == ["", "", "stale_input"] * 2
    late = _repeats([[1] * 3] * 2, [[50] * 3] * 2, inputs=_inputs(first="2026-09-10"))
    assert late["reason"][0] == "not_observed" and pd.isna(late["reason"][1])
    assert late["observed_share"].tolist()[:3] == [0.0, 21 / 30, 1.0]


def test_silent_stretches_count_by_the_share_of_the_source():
    gaps = pd.DataFrame(
        {
            "input": "incident",
            "start_on": pd.to_datetime(["2026-10-01", "2026-09-01"]),
            "end_on": pd.to_datetime(["2026-10-31", "2026-09-15"]),
            "weight": [0.6, 1.0],
        }
    )
    values = _repeats([[1] * 3] * 2, [[50] * 3] * 2, gaps=gaps)
    assert values["observed_share"].round(3).tolist()[:3] == [1.0, 0.5, 0.4]
    assert values["reason"].tolist()[1:3] == ["not_observed"] * 2


def test_registers_may_be_older_than_what_happens():
    counts = {"reports": np.full((1, 3), 30.0), "people": np.full((1, 3), 1000.0)}
    table = MeasureTable(CELLS.head(1), MONTHS, counts)
    registry = _registry("reports_per_1000_people")
    values = indicator_values(
        table,
        registry,
        _inputs(person="2026-08-01"),
        as_of=AS_OF,
        shared=frozenset({"u1"}),
    )
    assert values["value"].tolist() == [30.0] * 3
    assert values["shared_people"].all()
    old = indicator_values(table, registry, _inputs(person="2026-06-01"), as_of=AS_OF)
    assert old["reason"].tolist()[2] == "stale_input"


def test_what_is_known_of_the_last_month_alone():
    counts = {"chronic_places": np.array([[np.nan, np.nan, 2.0]])}
    table = MeasureTable(CELLS.head(1), MONTHS, counts)
    values = indicator_values(table, _registry("chronic_places"), _inputs(), as_of=AS_OF)
    assert values["reason"].tolist()[:2] == ["not_kept"] * 2 and values["value"][2] == 2
    assert values["denominator"].isna().all()


def test_measures_are_unknown_in_months_their_inputs_do_not_tell_of():
    counts = {"reports": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])}
    table = MeasureTable(CELLS, MONTHS, counts)
    masked = mask_untold(table, shipped_registry(), _inputs(first="2026-09-10"))
    assert np.isnan(masked.values["reports"][:, 0]).all()
    assert masked.values["reports"][:, 1:].tolist() == [[2, 3], [5, 6]]
    assert table.values["reports"][0, 0] == 1
    nothing = mask_untold(table, shipped_registry(), _inputs().head(0))
    assert np.isnan(nothing.values["reports"]).all()


def test_alarms_tell_since_when():
    values = _repeats([[20, 20, 20], [0, 0, 12]], [[50, 50, 50], [50, 50, 50]])
    alarms = indicator_alarms(values, shipped_registry())
    assert alarms[["cell", "light", "months", "is_new", "threshold"]].values.tolist() == [
        ["u1", "red", 3, False, 35.0],
        ["u2", "yellow", 1, True, 20.0],
    ]
    assert alarms["previous"].tolist() == [40.0, 0.0]


def test_a_month_without_a_value_ends_the_row_of_alarms():
    values = _repeats([[20, 0, 20], [0, 0, 0]], [[50, 0, 50], [50, 50, 50]])
    alarms = indicator_alarms(values, shipped_registry())
    assert alarms[["cell", "months"]].values.tolist() == [["u1", 1]]
    assert pd.isna(alarms["previous"][0])


def test_no_alarm_is_an_empty_table():
    values = _repeats([[0] * 3] * 2, [[50] * 3] * 2)
    assert indicator_alarms(values, shipped_registry()).empty


def test_what_does_not_fit_is_refused():
    with pytest.raises(AnalysisError, match="repeat a key"):
        _repeats([[0] * 3] * 2, [[50] * 3] * 2, inputs=pd.concat([_inputs(), _inputs()]))
    gaps = pd.DataFrame({"input": ["incident"]})
    with pytest.raises(AnalysisError, match="no column"):
        _repeats([[0] * 3] * 2, [[50] * 3] * 2, gaps=gaps)

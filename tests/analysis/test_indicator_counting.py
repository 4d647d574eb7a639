"""Measures are counted as a plain loop over rows, cells and months counts them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.analysis.indicators import (
    WHOLE,
    Facts,
    Figures,
    measure_table,
    month_numbers,
    natural_months,
    parse_measure,
)
from blockdata.errors import AnalysisError

MONTHS = natural_months(pd.Timestamp("2026-11-01"), 4)
CELLS = pd.DataFrame({"layer": ["unit", "unit", "town"], "cell": ["u1", "u2", "t1"]})


def _measure(**keys):
    return parse_measure("m", {"zh": "量", "en": "M", **keys})


EVENTS = _measure(subject="case", timing="events", when="on", where={"kind": ["x", "y"]})
STANDING = _measure(
    subject="component", timing="standing", where={"level": {"ge": 2, "lt": 5}}, sum="weight"
)


def test_months_are_whole_ones():
    assert [str(m.date()) for m in MONTHS] == [
        "2026-07-01",
        "2026-08-01",
        "2026-09-01",
        "2026-10-01",
    ]
    assert natural_months(pd.Timestamp("2026-10-31"), 1)[0] == pd.Timestamp("2026-09-01")
    days = pd.Series(pd.to_datetime(["2026-06-30", "2026-07-01", "2026-10-31", "2026-11-01", None]))
    assert month_numbers(days, MONTHS).tolist() == [-1, 0, 3, -1, -1]
    for bad in (("2026-11-01 08:00", 1), ("2026-11-01", 0)):
        with pytest.raises(AnalysisError):
            natural_months(pd.Timestamp(bad[0]), bad[1])


def _random_days(rng, size):
    days = pd.Timestamp("2026-06-01") + pd.to_timedelta(rng.integers(0, 180, size), unit="D")
    return pd.Series(days).mask(rng.random(size) < 0.1)


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_events_equal_a_loop(seed):
    rng = np.random.default_rng(seed)
    size = 40
    rows = pd.DataFrame(
        {
            "id": [f"i{k}" for k in range(size)],
            "on": _random_days(rng, size),
            "kind": rng.choice(["x", "y", "z", None], size),
        }
    )
    cells = pd.DataFrame(
        [
            (row, layer, cell)
            for row in rows["id"]
            for layer, cell in (("unit", rng.choice(["u1", "u2", "gone"])), ("town", "t1"))
            if rng.random() < 0.8
        ],
        columns=["id", "layer", "cell"],
    ).sample(frac=1, random_state=seed)
    table = measure_table([EVENTS], {"case": Facts(rows, cells)}, CELLS, MONTHS)
    for number, cell in enumerate(table.cells["cell"]):
        inside = set(rows["id"]) if cell == WHOLE else set(cells["id"][cells["cell"] == cell])
        for month, begins in enumerate(MONTHS):
            wanted = [
                r
                for r in rows.itertuples()
                if r.id in inside
                and r.kind in ("x", "y")
                and not pd.isna(r.on)
                and r.on.to_period("M") == begins.to_period("M")
            ]
            assert table.values["m"][number, month] == len(wanted)


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_standing_records_equal_a_loop(seed):
    rng = np.random.default_rng(seed)
    rows, cells = [], []
    for k in range(25):
        edges = np.sort(rng.integers(0, 180, 3))
        days = [pd.Timestamp("2026-06-01") + pd.Timedelta(days=int(d)) for d in edges]
        days[0] = None if rng.random() < 0.3 else days[0]
        days[2] = None if rng.random() < 0.5 else days[2]
        for begins, ends in ((days[0], days[1]), (days[1], days[2])):
            rows.append((f"c{k}", begins, ends, rng.choice([1.0, 2.0, 4.0, 5.0, np.nan]), k % 3))
        moved = pd.Timestamp("2026-06-01") + pd.Timedelta(days=int(rng.integers(0, 180)))
        cells += [(f"c{k}", "unit", "u1", None, moved), (f"c{k}", "unit", "u2", moved, None)]
    rows = pd.DataFrame(rows, columns=["id", "valid_from", "valid_to", "level", "weight"])
    cells = pd.DataFrame(cells, columns=["id", "layer", "cell", "valid_from", "valid_to"])
    table = measure_table([STANDING], {"component": Facts(rows, cells)}, CELLS, MONTHS)

    def stands(row, day):
        return (pd.isna(row.valid_from) or row.valid_from <= day) and (
            pd.isna(row.valid_to) or row.valid_to > day
        )

    for number, cell in enumerate(table.cells["cell"]):
        for month, begins in enumerate(MONTHS):
            day = begins + pd.offsets.MonthEnd(0)
            here = {r.id for r in cells.itertuples() if r.cell == cell and stands(r, day)}
            wanted = sum(
                r.weight
                for r in rows.itertuples()
                if (cell == WHOLE or r.id in here) and stands(r, day) and 2 <= r.level < 5
            )
            assert table.values["m"][number, month] == wanted


def test_figures_are_known_in_layers_that_have_any_and_now_alone():
    rows = pd.DataFrame({"layer": ["unit", WHOLE], "cell": ["u1", WHOLE], "people": [60.0, 65.0]})
    people = _measure(subject="people", timing="constant", sum="people")
    table = measure_table([people], {"people": Figures(rows)}, CELLS, MONTHS)
    by_cell = dict(zip(table.cells["cell"], table.values["m"].tolist(), strict=True))
    assert by_cell["u1"] == [60.0] * 4 and by_cell["u2"] == [0.0] * 4
    assert by_cell[WHOLE] == [65.0] * 4
    assert np.isnan(by_cell["t1"]).all()
    now = _measure(subject="chronic", timing="now", sum="people")
    table = measure_table([now], {"chronic": Figures(rows)}, CELLS, MONTHS)
    assert np.isnan(table.values["m"][:, :-1]).all() and table.values["m"][0, -1] == 65


def test_a_withheld_figure_stays_unknown():
    rows = pd.DataFrame({"layer": ["unit"], "cell": ["u1"], "people": [np.nan]})
    people = _measure(subject="people", timing="constant", sum="people")
    table = measure_table([people], {"people": Figures(rows)}, CELLS, MONTHS)
    assert np.isnan(table.values["m"][table.cells["cell"] == "u1"]).all()


def test_a_subject_that_is_lacking_is_unknown_and_one_without_rows_is_zero():
    table = measure_table([EVENTS], {}, CELLS, MONTHS)
    assert np.isnan(table.values["m"]).all()
    empty = Facts(
        pd.DataFrame({"id": [], "on": pd.to_datetime([]), "kind": []}),
        pd.DataFrame({"id": [], "layer": [], "cell": []}),
    )
    table = measure_table([EVENTS], {"case": empty}, CELLS, MONTHS)
    assert (table.values["m"] == 0).all()


def test_conditions_on_what_is_known():
    rows = pd.DataFrame({"owner": ["a", None]})
    known = _measure(subject="camera", timing="standing", where={"owner": {"known": True}})
    unknown = _measure(subject="camera", timing="standing", where={"owner": {"known": False}})
    assert known.chosen(rows).tolist() == [True, False]
    assert unknown.chosen(rows).tolist() == [False, True]


def test_what_does_not_fit_is_refused():
    rows = Facts(pd.DataFrame({"id": ["i1"]}), pd.DataFrame({"id": [], "layer": [], "cell": []}))
    with pytest.raises(AnalysisError, match="no column kind, on"):
        measure_table([EVENTS], {"case": rows}, CELLS, MONTHS)
    with pytest.raises(AnalysisError, match="repeat a key"):
        measure_table([], {}, pd.concat([CELLS, CELLS]), MONTHS)

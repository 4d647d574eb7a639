"""Steps of cases from files with a column per step: every time is a step, and nothing is lost."""

import pytest

from blockdata.config import parse_config
from blockdata.errors import ConfigError, SourceError
from blockdata_loaders.incident_step import loader

STEPS = {"受理时间": "accepted", "处置完成时间": "handled", "结案时间": "closed"}
HEADER = ["案件编号", "受理时间", "处置完成时间", "结案时间", "处置单位"]


@pytest.fixture
def load(ask, csv_file):
    def loaded(*rows, header=HEADER, **source):
        return loader.load(ask("incident_step", csv_file([header, *rows]), **source))

    return loaded


def test_every_time_of_a_row_is_a_step(load):
    batch = load(
        ["A1", "2026-06-01 08:00", "2026-06-01 10:00", "", "城管局"],
        ["A2", "—", "", "2026-06-02 09:00", ""],
        ["A3", "", "", "", "城管局"],
        steps=STEPS,
    )
    told = [
        (r["row_number"], r["case_no"], r["step"], f"{r['step_at']:%d %H}", r["department_name"])
        for r in batch.rows.to_pylist()
    ]
    assert told == [
        (2, "A1", "accepted", "01 00", "城管局"),
        (2, "A1", "handled", "01 02", "城管局"),
        (3, "A2", "closed", "02 01", None),
    ]
    assert (batch.rows_read, batch.rows_rejected, batch.merged) == (3, 0, 0)


def test_a_time_that_is_none_rejects_its_step_alone(load):
    batch = load(["A1", "2026-06-01 08:00", "昨天", "", ""], steps=STEPS)
    assert batch.rows["step"].to_pylist() == ["accepted"]
    assert batch.rejected[["row_number", "field"]].to_numpy().tolist() == [[2, "step_at"]]
    assert batch.rows_read == batch.rows.num_rows + batch.rows_rejected


def test_without_the_setting_rows_are_steps(load):
    batch = load(["A1", "延时", "2026-06-01 08:00"], header=["案件编号", "环节", "环节时间"])
    assert batch.rows["step"].to_pylist() == ["extended"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (["案件编号", "受理时间"], "missing_column"),
        ([*HEADER, "环节"], "duplicate_column"),
    ],
)
def test_a_layout_that_does_not_fit_is_told(load, header, reason):
    with pytest.raises(SourceError) as caught:
        load(["A1", *["2026-06-01"] * (len(header) - 1)], header=header, steps=STEPS)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("kind", "steps", "message"),
    [
        ("incident", STEPS, "kind incident_step alone"),
        ("incident_step", {"受理时间": "begun"}, "no step 'begun'"),
    ],
)
def test_the_setting_is_checked(tmp_path, kind, steps, message):
    source = {"name": "s", "kind": kind, "path": "x", "date": {"on": "2026-06-01"}, "steps": steps}
    raw = {"city": {"name": "C"}, "base": {"path": "c.base"}, "source": [source]}
    with pytest.raises(ConfigError, match=message):
        parse_config(raw, folder=tmp_path)

"""One new report against the open cases: as the nightly run judges, open ones only, no secrets."""

import datetime as dt

import pandas as pd
import pytest

import blockdata as bd
from blockdata.errors import AnalysisError

TIME = "reported_at"


@pytest.fixture(scope="module")
def keys(tiny_base):
    files = (tiny_base.keys.people_file, tiny_base.keys.text_file)
    people, text = ((tiny_base.folder / f).read_text(encoding="utf-8").strip() for f in files)
    return {"people_key": people, "text_key": text}


@pytest.fixture(scope="module")
def base(tiny_base, keys):
    with bd.open(tiny_base.base_path, **keys) as opened:
        yield opened


@pytest.fixture(scope="module")
def delivered(tiny_base):
    """What the hotline delivered, with numbers and texts as they came."""
    files = sorted((tiny_base.folder / "sources" / "incident_hotline").glob("*.csv"))
    rows = pd.concat(pd.read_csv(f, encoding="gb18030", dtype=str) for f in files)
    return rows.drop_duplicates("工单编号", keep="last").set_index("工单编号")


def _asked(row, case):
    return {
        TIME: f"{case[TIME]}+00:00",
        "source": case["source"],
        "category": case["category"],
        "main_category": case["main_category"],
        "address_text": row["事发地址"],
        "caller": row["联系电话"],
        "content": row["诉求内容"],
    }


@pytest.fixture(scope="module")
def pairs(base):
    """Pairs of the nightly run whose later report is the hotline's, and its earlier one open."""
    cases = base.incident.df().set_index("id")
    rows = base.sql("SELECT * FROM duplicate_pair ORDER BY probability DESC, first, second")
    later, earlier = (cases.loc[rows[name]].reset_index() for name in ("second", "first"))
    closed = earlier["closed_at"] <= later[TIME]
    hotline = later["source"] == "incident_hotline"
    return rows[(hotline & ~closed).to_numpy()], rows[(hotline & closed).to_numpy()], cases


def test_a_report_is_judged_as_the_nightly_run_judged_it(base, pairs, delivered):
    still_open, _, cases = pairs
    likely = still_open[still_open["probability"] >= 0.7].head(8)
    assert len(likely)
    for pair in likely.to_dict("records"):
        case = cases.loc[pair["second"]]
        found = base.cases.repeats_of(_asked(delivered.loc[case["case_no"]], case))
        own = found[found["incident"] == pair["first"]].iloc[0]
        # The case's own address is weighed by all evidence, the report's is the match alone.
        assert own["probability"] == pytest.approx(pair["probability"], abs=0.05)
        assert own["calling"] == {"same": "one_caller", "different": "several_callers"}.get(
            pair["caller"], "unknown"
        )
        assert found["incident"].iloc[0] == pair["second"]  # The report itself is in the base.


def test_what_was_closed_before_is_not_repeated(base, pairs, delivered):
    _, closed, cases = pairs
    for pair in closed.head(3).to_dict("records"):
        case = cases.loc[pair["second"]]
        found = base.cases.repeats_of(_asked(delivered.loc[case["case_no"]], case))
        assert pair["first"] not in set(found["incident"])


def test_nothing_of_caller_and_content_comes_back(base, pairs, delivered):
    still_open, _, cases = pairs
    case = cases.loc[still_open["second"].iloc[0]]
    asked = _asked(delivered.loc[case["case_no"]], case)
    found = base.cases.repeats_of(asked)
    told = found.to_csv()
    assert len(found) and asked["caller"] not in told and asked["content"] not in told
    assert {"caller", "content", "fingerprint", "text_similarity"}.isdisjoint(found.columns)


def test_without_keys_place_and_time_must_do(tiny_base, pairs, delivered):
    still_open, _, cases = pairs
    case = cases.loc[still_open["second"].iloc[0]]
    with bd.open(tiny_base.base_path) as closed:
        found = closed.cases.repeats_of(_asked(delivered.loc[case["case_no"]], case))
        assert set(found["calling"]) <= {"unknown"}


def test_a_report_with_coordinates_and_an_unknown_address(base):
    row = base.sql(
        "SELECT * FROM incident WHERE located_by = 'geometry' ORDER BY reported_at DESC LIMIT 1"
    ).iloc[0]
    asked = {TIME: row[TIME] + pd.Timedelta(hours=8), "category": row["category"]}
    found = base.cases.repeats_of(
        asked | {"address_text": "天边路上", "x": row["x"], "y": row["y"], "source": None}
    )
    assert (found["probability"] >= base.config.duplicates.min_probability).all()
    assert found.attrs or found["distance_m"].min() < 50


def test_a_day_long_past_and_one_to_come_are_answered(base):
    for moment in ("2020-01-01 08:00", dt.datetime(2030, 1, 1)):
        found = base.cases.repeats_of({TIME: moment, "category": "占道经营"})
        assert found.empty and found.attrs["summary"]


@pytest.mark.parametrize(
    ("report", "text"),
    [
        ({"category": "占道经营"}, "needs the time"),
        ({TIME: "soon"}, "cannot be read"),
        ({TIME: "2026-10-01", "colour": "red"}, "no field 'colour'"),
        ({TIME: "2026-10-01", "x": "here"}, "not a number"),
    ],
)
def test_an_unreadable_report_is_told_without_its_values(base, report, text):
    with pytest.raises(AnalysisError, match=text) as caught:
        base.cases.repeats_of(report)
    assert "soon" not in str(caught.value) and "here" not in str(caught.value)

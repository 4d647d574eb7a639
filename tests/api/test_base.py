"""A base as users hold it: what is visible, what it tells, and what it refuses."""

import datetime as dt
import json

import pytest

import blockdata as bd


@pytest.fixture
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


@pytest.fixture
def keys(tiny_base):
    files = (tiny_base.keys.people_file, tiny_base.keys.text_file)
    people, text = ((tiny_base.folder / f).read_text(encoding="utf-8").strip() for f in files)
    return {"people_key": people, "text_key": text}


def test_a_base_tells_what_it_is(base, tiny_base):
    assert base.path == tiny_base.base_path
    assert (base.number, base.as_of) == (1, dt.date(2026, 11, 1))
    assert (base.crs, base.time_zone, base.lang) == ("EPSG:4549", "Asia/Shanghai", "zh")


def test_every_open_kind_of_the_city_is_an_attribute(base):
    for kind in base.catalogue:
        assert hasattr(base, kind.name) is not kind.private
    assert base.bench.df().empty


@pytest.mark.parametrize("name", ["person", "legal_entity_people", "incident_text", "nonsense"])
def test_without_keys_closed_parts_are_unknown_names_like_any_other(base, name):
    with pytest.raises(AttributeError, match=f"no attribute '{name}'") as caught:
        getattr(base, name)
    told = str(caught.value).replace(f"'{name}'", "")
    assert "person" not in told
    assert "key" not in told
    assert name not in dir(base)


def test_with_keys_they_are_there(tiny_base, keys):
    with bd.open(tiny_base.base_path, **keys) as base:
        assert len(base.person) > 0
        assert len(base.incident_text) > 0
        assert {"person", "incident_people"} <= set(dir(base))


def test_keys_come_from_the_environment(tiny_base, keys, monkeypatch):
    monkeypatch.setenv("BLOCKDATA_PEOPLE_KEY", keys["people_key"])
    with bd.open(tiny_base.base_path) as base:
        assert len(base.person) > 0


def test_the_summary_counts_what_the_tables_hold(base):
    rows = {k["kind"]: k["rows"] for k in base.summary().kinds}
    assert rows["incident"] == len(base.incident)
    assert "person" not in rows
    assert "案件 (incident)" in repr(base)
    assert json.loads(json.dumps(base.summary().to_dict()))["number"] == 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"number": 7}, bd.SnapshotError),
        ({"as_of": "2020-01-01"}, bd.SnapshotError),
        ({"as_of": "yesterday"}, bd.ConfigError),
        ({"as_of": "2026-11-01", "number": 1}, bd.ConfigError),
    ],
)
def test_what_cannot_be_opened_is_told(tiny_base, arguments, error):
    with pytest.raises(error):
        bd.open(tiny_base.base_path, **arguments)


def test_a_base_is_opened_as_of_a_day(tiny_base):
    for day in ("2026-11-01", dt.date(2027, 1, 1)):
        with bd.open(tiny_base.base_path, as_of=day) as base:
            assert base.number == 1


def test_nothing_published_is_told(tmp_path):
    with pytest.raises(bd.SnapshotError, match="blockdata nightly"):
        bd.open(tmp_path)


def test_the_profile_has_one_row_per_cell(base):
    profile = base.profile("unit")
    units = base.grid.df().query("layer == 'unit'")
    assert sorted(profile["cell"]) == sorted(units["id"])
    assert profile.crs == base.crs
    assert profile.geometry.area.min() > 0
    columns = {"people", "people_shared", "buildings", "legal_entities", "components"}
    assert {*columns, "cameras", "incidents"} <= set(profile.columns)


def test_an_unknown_layer_is_refused_with_those_there_are(base):
    with pytest.raises(bd.AnalysisError, match=r"allowed: .*unit"):
        base.profile("hexagon")


def test_matching_is_what_the_nightly_run_does(base):
    incidents = base.incident.df().dropna(subset=["address_text"]).head(60)
    found = base.match(incidents["address_text"].tolist())
    assert found["address_id"].fillna("").tolist() == incidents["address_id"].fillna("").tolist()
    assert found["text"].tolist() == incidents["address_text"].tolist()


def test_quarantine_lists_what_was_rejected(base):
    listed = base.quarantine()
    assert len(listed) > 0
    source = listed["source"].iloc[0]
    assert set(base.quarantine(source=source)["source"]) == {source}
    assert base.quarantine(status="replayed").empty

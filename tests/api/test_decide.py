"""Decisions: what fits the base is written down, what does not is refused with a reason."""

import datetime as dt
import shutil

import pytest

import blockdata as bd


@pytest.fixture
def base(tiny_base, tmp_path):
    path = shutil.copytree(tiny_base.base_path, tmp_path / "city.base")
    with bd.open(path) as opened:
        yield opened


@pytest.fixture
def incident(base):
    return base.incident.df()["id"].iloc[0]


def test_a_decision_is_a_file_that_the_next_run_finds(base, incident):
    path = base.decide("ignore", incident, note="a trial", on=dt.date(2026, 10, 30))
    assert path.parent == base.path / "decisions"
    assert path.name.startswith("20261030-")
    assert incident in path.read_text(encoding="utf-8")


def test_decisions_are_of_today_in_the_base_zone(base, incident):
    name = base.decide("ignore", incident).name
    assert name.startswith(f"{base.today():%Y%m%d}-")


def test_each_verb_takes_what_fits(base, incident):
    address, other = base.address.df()["id"].head(2)
    rejected = base.quarantine()["id"].iloc[0]
    base.decide("address", "某处", address)
    base.decide("merge", address, other)
    base.decide("repin", incident, "538300.5 3342000")
    base.decide("override", incident, "2026-10-01 08:00:00", field="reported_at")
    base.decide("override", incident, field="reported_at")
    base.decide("ignore", rejected)
    base.decide("replay", rejected)
    assert len(list((base.path / "decisions").glob("*.jsonl"))) == 7


@pytest.mark.parametrize(
    ("verb", "value", "field", "text"),
    [
        ("forget", None, None, "unknown verb"),
        ("override", "x", "colour", "no open field 'colour'"),
        ("override", "x", "caller", "no open field 'caller'"),
        ("override", "soon", "reported_at", "cannot be read"),
        ("override", "x", None, "names a field"),
        ("merge", "incnowhere", None, "no record 'incnowhere'"),
        ("repin", "here", None, "no point"),
        ("repin", "nan inf", None, "no point"),
        ("replay", None, None, "no rejected row"),
    ],
)
def test_what_does_not_fit_is_refused(base, incident, verb, value, field, text):
    with pytest.raises(bd.DecisionError, match=text):
        base.decide(verb, incident, value, field=field)
    assert not list((base.path / "decisions").glob("*.jsonl"))


def test_records_that_are_not_there_are_refused(base, incident):
    for subject in ("incnowhere", "zzz", "quanowhere"):
        with pytest.raises(bd.DecisionError, match="no record"):
            base.decide("ignore", subject)
    with pytest.raises(bd.DecisionError, match="not the id of an address"):
        base.decide("address", "某处", incident)
    with pytest.raises(bd.DecisionError, match="cannot be merged"):
        base.decide("merge", incident, incident)


def test_persons_are_never_the_subject_of_a_decision(tiny_base, tmp_path):
    path = shutil.copytree(tiny_base.base_path, tmp_path / "city.base")
    key = (tiny_base.folder / tiny_base.keys.people_file).read_text(encoding="utf-8").strip()
    with bd.open(path, people_key=key) as base:
        person = base.person.df()["id"].iloc[0]
        with pytest.raises(bd.DecisionError, match="no record"):
            base.decide("override", person, "1", field="sex")


def test_personal_values_do_not_become_decisions(base, incident):
    with pytest.raises(bd.PrivacyError):
        base.decide("ignore", incident, note="回电13800000000")


def test_a_decided_address_takes_effect_in_the_next_run(
    tiny_base, tmp_path, monkeypatch, steps_for
):
    monkeypatch.setattr("blockdata.batch.nightly.STEPS", steps_for("resolve"))
    folder = shutil.copytree(tiny_base.folder, tmp_path / "district")
    config = bd.load_config(folder / "city.toml")
    with bd.open(config.base_path) as base:
        address = base.address.df()["id"].iloc[0]
        unmatched = base.sql(
            "select address_text from incident where address_text is not null "
            "and address_id is null order by 1 limit 1"
        )["address_text"].item()
        base.decide("address", unmatched, address, on=dt.date(2026, 11, 1))
    bd.nightly(config, as_of=dt.date(2026, 11, 1))
    with bd.open(config.base_path) as base:
        assert base.match([unmatched])["match_method"].item() == "decision"
        found = base.incident.df().query("address_text == @unmatched")["address_id"]
        assert set(found) == {address}

"""Going back and taking in again: a new number, the same content, nothing undone by a night."""

import datetime as dt
import json
import shutil

import pandas as pd
import pytest

import blockdata as bd
from blockdata.batch.maintenance import accept, keys_of, rollback
from blockdata.batch.nightly import Code, nightly
from blockdata.store.content_hash import content_hash
from blockdata.store.decisions import Decision, write_decisions
from blockdata.store.layout import Layout
from blockdata.store.lock import run_lock
from blockdata.store.snapshots import open_snapshot

EARLY, LATE = dt.date(2026, 10, 15), dt.date(2026, 11, 1)

pytestmark = pytest.mark.usefixtures("loading_only")


@pytest.fixture(scope="module")
def two_nights(tiny_sources, tmp_path_factory):
    """A base of two nights: the second one took in October's deliveries."""
    folder = tmp_path_factory.mktemp("nights") / "tiny"
    shutil.copytree(tiny_sources, folder)
    config = bd.load_config(folder / "district" / "city.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("blockdata.batch.nightly.STEPS", ())
        nightly(config, as_of=EARLY)
        nightly(config, as_of=LATE)
    return config


@pytest.fixture
def config(two_nights, tmp_path):
    folder = shutil.copytree(two_nights.folder, tmp_path / "district")
    return bd.load_config(folder / "city.toml")


def _opened(config, number=None):
    layout = Layout(config.base_path)
    return open_snapshot(layout, keys_of(config), config.catalogue(), number)[0]


def _hash(config, number):
    session = _opened(config, number)
    try:
        return content_hash(session)
    finally:
        session.con.close()


def _meta(config, key):
    session = _opened(config)
    try:
        return session.meta(key)
    finally:
        session.con.close()


def _manifest(config, number):
    return json.loads(Layout(config.base_path).manifest(number).read_text(encoding="utf-8"))


def test_rollback_publishes_the_same_content_under_a_new_number(config):
    before = {n: _hash(config, n) for n in (1, 2)}
    assert rollback(config, 1) == 3
    assert Layout(config.base_path).current_number() == 3
    assert _hash(config, 3) == before[1]
    assert _hash(config, 2) == before[2]
    assert (_meta(config, "number"), _meta(config, "as_of")) == ("3", EARLY.isoformat())


def test_rollback_says_what_it_is_of_and_what_it_withholds(config):
    rollback(config, 1)
    facts = _manifest(config, 3)
    assert (facts["number"], facts["rollback_of"], facts["as_of"]) == (3, 1, EARLY.isoformat())
    assert {d["delivered_on"] for d in facts["withheld"]} == {"2026-10-31"}
    page = Layout(config.base_path).report(3) / "index.html"
    assert page.exists()


def test_an_open_by_day_sees_the_rollback(config):
    rollback(config, 1)
    with bd.open(config.base_path, as_of=LATE) as base:
        assert base.number == 3


def test_the_next_night_has_nothing_to_do_and_undoes_nothing(config):
    rollback(config, 1)
    assert nightly(config, as_of=EARLY).code is Code.NOTHING
    outcome = nightly(config, as_of=LATE)
    with bd.open(config.base_path) as base:
        assert base.delivery.df()["delivered_on"].max() < pd.Timestamp(2026, 10, 31)
    assert outcome.manifest["withheld"]


def test_only_what_is_new_after_a_rollback_is_applied(config):
    rollback(config, 1)
    with bd.open(config.base_path) as base:
        subject = base.incident.df()["id"].iloc[0]
    decision = Decision("ignore", subject, decided_on=EARLY)
    path = write_decisions(Layout(config.base_path), [decision])
    nightly(config, as_of=EARLY)
    with bd.open(config.base_path) as base:
        added = base.delivery.df().query("seq > 30 or source == 'decisions'")
        assert path.name in set(added["file"])
        assert base.delivery.df()["delivered_on"].max() < pd.Timestamp(2026, 10, 31)


def test_accept_releases_and_the_next_night_applies(config):
    late = _hash(config, 2)
    rollback(config, 1)
    released = accept(config)
    assert {day for _, _, day, _ in released} == {"2026-10-31"}
    assert Layout(config.base_path).current_number() == 4
    assert _hash(config, 4) == _hash(config, 3)
    assert json.loads(_meta(config, "withheld")) == []
    nightly(config, as_of=LATE)
    assert _hash(config, 5) == late


def test_accept_of_one_source_leaves_the_others_withheld(config):
    rollback(config, 1)
    released = accept(config, source="incident_hotline")
    assert {source for source, *_ in released} == {"incident_hotline"}
    left = {source for source, *_ in json.loads(_meta(config, "withheld"))}
    assert left
    assert "incident_hotline" not in left
    assert _manifest(config, 4)["accepted"][0]["source"] == "incident_hotline"


def test_accept_without_anything_withheld_publishes_nothing(config):
    assert accept(config) == []
    rollback(config, 1)
    assert accept(config, source="nobody") == []
    assert Layout(config.base_path).current_number() == 3


def test_a_second_rollback_keeps_withholding(config):
    rollback(config, 1)
    first = json.loads(_meta(config, "withheld"))
    rollback(config, 2)
    assert json.loads(_meta(config, "withheld")) == first


@pytest.mark.parametrize("number", [2, 9])
def test_what_cannot_be_gone_back_to_is_told_with_what_can(config, number):
    with pytest.raises(bd.SnapshotError, match=r"allowed: 1\. "):
        rollback(config, number)
    assert Layout(config.base_path).current_number() == 2


def test_a_snapshot_without_its_people_is_refused(config):
    Layout(config.base_path).part(1, "people").unlink()
    with pytest.raises(bd.SnapshotError, match="no earlier snapshot is kept whole"):
        rollback(config, 1)


def test_a_missing_key_stops_before_anything_is_published(config):
    (config.folder / config.keys.people_file).unlink()
    with pytest.raises(bd.KeyMissingError):
        rollback(config, 1)
    assert Layout(config.base_path).current_number() == 2


def test_people_are_kept_for_two_snapshots_only(config):
    rollback(config, 1)
    layout = Layout(config.base_path)
    assert [n for n in (1, 2, 3) if layout.part(n, "people").exists()] == [2, 3]


def test_a_running_night_is_not_disturbed(config):
    with run_lock(Layout(config.base_path)), pytest.raises(bd.LockedError):
        rollback(config, 1)
    with run_lock(Layout(config.base_path)), pytest.raises(bd.LockedError):
        accept(config)

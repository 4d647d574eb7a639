"""The laws on disk, with the tiny district: groupings, repeats, late files, balance."""

import datetime as dt
import json
import re
import shutil

import pytest

from blockdata.batch.nightly import Code, nightly
from blockdata.config import load_config
from blockdata.errors import SourceError
from blockdata.store.layout import Layout

AS_OF = dt.date(2026, 11, 1)
DATES = ("20260831", "20260930", "20261031")


def run(config_path, **options):
    return nightly(load_config(config_path), as_of=options.pop("as_of", AS_OF), **options)


def hold_back(config_path, *dates):
    """Move the files of some delivery dates away; returns what brings one date's files back."""
    folder = config_path.parent
    store = folder.parent / "held-back"
    moved = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found = re.search("|".join(dates), path.name) if dates else None
        if found:
            target = store / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
            moved.setdefault(found.group(), []).append((target, path))

    def bring(date):
        for held, place in moved.get(date, []):
            shutil.move(held, place)

    return bring


def content(config_path):
    layout = Layout(load_config(config_path).base_path)
    manifest = layout.manifest(layout.require_current())
    return json.loads(manifest.read_text(encoding="utf-8"))["content_hash"]


@pytest.fixture(scope="module", autouse=True)
def quicker(usual_steps):
    """Leave out what little stands on; tests/laws/test_groupings.py has every step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("blockdata.batch.nightly.STEPS", usual_steps)
        yield


@pytest.fixture(scope="module")
def all_at_once(tiny_quick, tmp_path_factory):
    root = tmp_path_factory.mktemp("once") / "tiny"
    shutil.copytree(tiny_quick, root)
    outcome = run(root / "district" / "city.toml")
    return outcome, root / "district" / "city.toml"


def test_rows_read_are_loaded_merged_or_quarantined(all_at_once):
    outcome, _ = all_at_once
    for name, source in outcome.manifest["sources"].items():
        counts = source["counts"]
        accounted = counts["loaded"] + counts["merged"] + counts["quarantined"]
        assert counts["read"] == accounted > 0, name
        parts = ("inserted", "changed", "unchanged", "removed")
        assert counts["loaded"] == sum(counts[p] for p in parts), name


def test_a_run_with_rejected_rows_publishes_with_warnings(all_at_once):
    outcome, _ = all_at_once
    assert (outcome.code, outcome.number) == (Code.WARNINGS, 1)


def test_a_second_run_publishes_nothing_and_says_so(all_at_once):
    _, path = all_at_once
    layout = Layout(load_config(path).base_path)
    before = sorted(p.name for p in layout.snapshots.iterdir())
    assert run(path).code is Code.NOTHING
    assert sorted(p.name for p in layout.snapshots.iterdir()) == before
    assert "nothing to do" in layout.attempts.read_text(encoding="utf-8")


def test_one_run_a_delivery_date_gives_the_same_content(tiny, all_at_once):
    bring = hold_back(tiny, *DATES[1:])
    run(tiny)
    for date in DATES[1:]:
        bring(date)
        run(tiny)
    assert content(tiny) == content(all_at_once[1])


def test_a_delivery_that_arrives_late_takes_its_place_in_the_order(tiny, all_at_once):
    bring = hold_back(tiny, DATES[1])
    run(tiny)
    bring(DATES[1])
    outcome = run(tiny)
    assert content(tiny) == content(all_at_once[1])
    assert "out_of_order" not in {f["code"] for f in outcome.manifest["findings"]}


@pytest.mark.usefixtures("loading_only")
def test_a_late_delivery_whose_successors_are_gone_is_applied_and_told(tiny):
    bring = hold_back(tiny, DATES[1])
    run(tiny)
    hold_back(tiny, DATES[2])
    bring(DATES[1])
    outcome = run(tiny)
    assert "out_of_order" in {f["code"] for f in outcome.manifest["findings"]}


@pytest.mark.usefixtures("loading_only")
def test_deliveries_after_as_of_wait(tiny):
    outcome = run(tiny, as_of=dt.date(2026, 10, 1))
    waiting = {item["file"] for item in outcome.manifest["waiting"]}
    assert waiting
    assert all(DATES[2] in name for name in waiting)


@pytest.mark.usefixtures("loading_only")
def test_another_as_of_is_published_under_a_new_number(tiny):
    run(tiny)
    assert run(tiny, as_of=dt.date(2026, 11, 2)).number == 2


@pytest.mark.usefixtures("loading_only")
def test_a_dry_run_publishes_nothing(tiny):
    outcome = run(tiny, dry_run=True)
    layout = Layout(load_config(tiny).base_path)
    assert outcome.number is None
    assert layout.current_number() is None
    assert outcome.manifest["rows"]["building"] > 0


@pytest.mark.usefixtures("loading_only")
def test_a_failing_run_leaves_the_published_base_and_a_line(tiny):
    run(tiny)
    config = tiny.read_text(encoding="utf-8")
    broken = config.replace('kind = "building"\n', 'kind = "building"\ncontract = "freeze"\n')
    assert broken != config
    tiny.write_text(broken, encoding="utf-8")
    for path in (tiny.parent / "sources" / "building").iterdir():
        path.write_bytes(b"no GeoPackage")
    with pytest.raises(SourceError, match="building"):
        run(tiny)
    layout = Layout(load_config(tiny).base_path)
    assert layout.current_number() == 1
    assert "failed" in layout.attempts.read_text(encoding="utf-8")

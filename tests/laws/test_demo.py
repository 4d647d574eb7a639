"""The whole flow on the sample district: what was planted is found, what is wrong is set aside."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

import blockdata as bd
from blockdata.batch.nightly import Code, nightly
from blockdata.config import load_config
from blockdata.store.keys import make_keys

SAMPLES = Path(__file__).parents[2] / "data_samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    root = tmp_path_factory.mktemp("demo")
    shutil.copytree(SAMPLES, root / "data_samples", ignore=shutil.ignore_patterns("tiny"))
    make_keys(root / "build" / "keys")
    config = load_config(root / "data_samples" / "city.toml")
    outcome = nightly(config, as_of=dt.date.fromisoformat(TRUTH["as_of"]))
    assert outcome.code is Code.WARNINGS
    with bd.open(config.base_path) as base:
        yield base


def test_every_kind_has_rows(demo):
    for kind in demo.catalogue:
        # The district's registers of names and of merged addresses are kept as aliases.
        if not kind.private and kind.name not in ("name_change", "address_change"):
            assert len(getattr(demo, kind.name)) > 0, kind.name


def test_the_planted_hot_spots_and_no_others_are_hot(demo):
    hot = demo.hotspot.df().query("hot")
    codes = demo.grid.df().set_index("id")["code"]
    found = [(codes[cell], category) for cell, category in zip(hot["cell"], hot["category"])]
    planted = [
        (spot["unit_grid"], spot["category"])
        for spot in TRUTH["hot_spots"]
        if spot["ends_on"] == TRUTH["as_of"]
    ]
    assert len(planted) == 2
    assert sorted(found) == sorted(planted)
    assert set(hot["exposure_name"]) == {"people"}


def test_the_planted_chronic_places_come_first(demo):
    places = demo.chronic.df().query("place_kind in ('address', 'component')")
    listed = places.query("status == 'chronic'").sort_values("q")
    first = listed.head(len(TRUTH["chronic"]))
    codes = {}
    for place in TRUTH["chronic"]:
        table = getattr(demo, place["kind"]).df()
        codes[table.set_index("code")["id"][place["code"]]] = place["category"]
    assert dict(zip(first["place"], first["category"])) == codes


def test_the_wrong_rows_and_no_others_are_set_aside(demo):
    found = demo.quarantine()
    told = {(row["source"], row["reason"]) for row in TRUTH["wrong_rows"]}
    assert set(zip(found["source"], found["reason"])) == told


def test_the_default_location_is_no_place(demo):
    links = demo.link.df().query("target_kind == 'default_location'")
    codes = demo.address.df().set_index("id")["code"]
    assert set(codes[links["target"].unique()]) == {TRUTH["default_location"]["address_code"]}


def test_people_of_a_layer_are_sums_of_atoms(demo):
    profile = demo.profile(grid="unit")
    assert profile["people"].sum() > 0
    assert (profile["people"] % 5 == 0).all()
    assert not ((profile["people"] > 0) & (profile["people"] < 30)).any()


def test_the_citys_own_field_and_kind_are_there(demo):
    assert set(demo.component.df()["material"].dropna()) <= {"cast_iron", "composite", "concrete"}
    assert demo.bench.df()["seats"].between(1, 20).all()

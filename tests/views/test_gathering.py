"""`base.patterns`: what becomes of hot places, near repeat and concentration."""

import pytest

import blockdata as bd
from blockdata.batch.emerging import watch_layer
from blockdata.errors import AnalysisError, GeometryNeededError


@pytest.fixture(scope="module")
def base(tiny_base):
    with bd.open(tiny_base.base_path) as opened:
        yield opened


def test_emerging_tells_what_it_stands_on(base):
    found = base.patterns.emerging()
    assert "热点走势（截至 2026-11-01）" in found.explain()
    assert {"cell", "label", "side", "called", "sentence"} <= set(found.frame.columns)


@pytest.mark.parametrize("wrong", [{"reference": "week"}, {"label": "old"}, {"side": "warm"}])
def test_an_unknown_word_is_refused_and_the_known_ones_named(base, wrong):
    with pytest.raises(AnalysisError, match="unknown"):
        base.patterns.emerging(**wrong)


def test_an_unknown_category_is_refused(base):
    for ask in (base.patterns.emerging, base.patterns.near_repeat, base.patterns.concentration):
        with pytest.raises(AnalysisError, match="no incident has this category"):
            ask("没有的类别")


def test_bins_hold_every_week_of_every_cell_and_add_up(base):
    watched = watch_layer(base.session, base.config, base.as_of)
    category = watched.cube.categories[0]
    bins = base.patterns.emerging_bins(category)
    cells, weeks = watched.cube.shape[1:]
    assert len(bins) == cells * weeks
    assert bins["count"].sum() == watched.counts(category).sum()
    assert (bins["week_to"] - bins["week_from"]).dt.days.eq(7).all()
    assert bins["week_to"].max().date() == base.as_of


def test_bins_of_one_cell_are_found_by_id_and_by_code(base):
    watched = watch_layer(base.session, base.config, base.as_of)
    category, cell = watched.cube.categories[0], watched.cube.places[0]
    by_id = base.patterns.emerging_bins(category, cell)
    assert set(by_id["cell"]) == {cell}
    assert base.patterns.emerging_bins(category, by_id["code"].iloc[0]).equals(by_id)
    with pytest.raises(AnalysisError, match="no cell of the layer"):
        base.patterns.emerging_bins(category, "nowhere")


def test_near_repeat_has_a_row_for_each_band_and_says_what_raised_means(base):
    found = base.patterns.near_repeat()
    assert "明显" in found.explain()
    tested = found.frame[found.frame["p"].notna()]
    assert tested["band"].notna().all()
    assert (found.frame["raised"] == found.frame["sentence"].notna()).all()


def test_concentration_of_a_layer_and_of_places(base):
    found = base.patterns.concentration(layer="unit").frame
    assert set(found["layer"]) == {"unit"}
    assert found["category"].isna().sum() == 1
    every = found[found["category"].isna()].iloc[0]
    assert every["episodes"] == found["episodes"].sum() - every["episodes"]
    with pytest.raises(AnalysisError, match="nothing was counted by"):
        base.patterns.concentration(layer="moon")


def test_what_has_no_place_has_no_map(base):
    for found in (base.patterns.near_repeat(), base.patterns.concentration()):
        with pytest.raises(GeometryNeededError):
            found.map()

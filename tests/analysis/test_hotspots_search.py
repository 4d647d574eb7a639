"""The whole search: what is chosen is told with its reason, and what is planted is found."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.analysis.exposure import Exposure
from blockdata.analysis.hotspots import Layer, Rules, hot_spots, search
from blockdata.analysis.local import contiguity, getis_ord
from blockdata.errors import AnalysisError

SIDE = 8
CELLS = [f"c{n:02}" for n in range(SIDE * SIDE)]
BOXES = [shapely.box(x, y, x + 1, y + 1) for y in range(SIDE) for x in range(SIDE)]
PEOPLE = pd.Series(100.0, CELLS)


def _episodes(seed=0, *, hot=None, days=28, each=4):
    rng = np.random.default_rng(seed)
    cells = np.repeat(CELLS, each)
    if hot is not None:
        cells = np.append(cells, [hot] * 40)
    return pd.DataFrame(
        {
            "category": "noise",
            "cell": cells,
            "age_days": rng.uniform(0, days, len(cells)),
            "x": np.nan,
            "y": np.nan,
        }
    )


def _layer(episodes, name="unit", cells=CELLS, geoms=None, people=PEOPLE):
    frame = pd.DataFrame({"cell": cells, "geom": geoms if geoms is not None else None})
    return Layer(name, (name, name), frame, episodes, {"people": people})


def _choice(found, topic):
    return next(choice for choice in found.choices if choice.topic == topic)


def test_a_planted_cell_is_found_and_every_choice_is_told():
    found = search([_layer(_episodes(hot="c20"), geoms=BOXES)], Rules([7, 28]))
    hot = found.frame[found.frame["hot"]]
    assert set(hot["cell"]) == {"c20"} and set(hot["window_days"]) == {7, 28}
    topics = ["counted", "layer", "windows", "exposure", "method", "family", "stability"]
    assert [choice.topic for choice in found.choices] == topics
    assert all(choice.zh and choice.en for choice in found.choices)
    assert _choice(found, "exposure").choice == "people"


def test_scores_are_those_of_hot_spots_over_all_windows():
    episodes = _episodes(hot="c20")
    found = search([_layer(episodes)], Rules([7, 28])).frame
    counts = pd.concat(
        episodes[episodes["age_days"] <= days]
        .groupby(["category", "cell"])
        .size()
        .rename("count")
        .reset_index()
        .assign(window_days=days)
        for days in (7, 28)
    )
    plain = hot_spots(counts, Exposure("people", PEOPLE)).query("count > 0")
    pd.testing.assert_frame_equal(found[plain.columns], plain.reset_index(drop=True))


def test_gi_star_is_that_of_the_counts_of_touching_cells():
    episodes = _episodes(hot="c20")
    found = search([_layer(episodes, geoms=BOXES)], Rules([28])).frame
    counts = episodes.groupby("cell").size().reindex(CELLS).fillna(0)
    z = getis_ord(counts.to_numpy(dtype=float), contiguity(BOXES))["z"].set_axis(CELLS)
    assert found.set_index("cell")["gi_star"].to_numpy() == pytest.approx(z[found["cell"]])
    assert search([_layer(episodes)], Rules([28])).frame["gi_star"].isna().all()


def test_the_layer_is_chosen_by_the_past_and_never_by_the_windows():
    fine = _episodes(days=400, each=2)
    halves = dict(zip(CELLS, ["left", "right"] * (len(CELLS) // 2), strict=True))
    coarse = fine.assign(cell=fine["cell"].map(halves))

    def two_of(episodes):
        cells = ["left", "right"]
        return _layer(episodes, "half", cells, people=pd.Series(1.0, cells))

    two = two_of(coarse)
    chosen = search([_layer(fine), two], Rules([28]))
    assert chosen.layer == "half"
    recent = pd.concat([fine, _episodes(days=27, each=200)])
    assert search([_layer(recent), two], Rules([28])).layer == "half"
    assert "unit" in _choice(chosen, "layer").zh and "half" in _choice(chosen, "layer").en
    assert search([_layer(fine), two], Rules([28], layer="unit")).layer == "unit"
    young = [_layer(fine[fine["age_days"] < 30]), two_of(coarse[coarse["age_days"] < 30])]
    assert search(young, Rules([28])).layer == "unit"


def test_one_category_is_tested_alone_but_all_are_exposure():
    two = pd.concat([_episodes(1, hot="c20"), _episodes(2, each=9).assign(category="litter")])
    layer = _layer(two, people=None)
    found = search([layer], Rules([28], categories=["noise"]))
    assert set(found.frame["category"]) == {"noise"}
    assert _choice(found, "exposure").choice == "all_incidents"
    assert (found.frame["family"] == len(CELLS)).all()
    assert found.frame.loc[found.frame["hot"], "cell"].tolist() == ["c20"]


def test_an_exposure_that_is_asked_for_is_taken_or_refused():
    episodes = _episodes(hot="c20")
    found = search([_layer(episodes)], Rules([28], exposure="all_incidents"))
    assert set(found.frame["exposure_name"]) == {"all_incidents"}
    with pytest.raises(AnalysisError, match="no exposure 'addresses'; allowed: all_incidents, peo"):
        search([_layer(episodes)], Rules([28], exposure="addresses"))


@pytest.mark.parametrize(
    "episodes",
    [
        _episodes().head(0),
        _episodes().assign(age_days=99.0),
        _episodes(each=1),
        _episodes(each=1).head(1),
    ],
)
def test_nothing_one_and_constant_counts_are_no_hot_spot(episodes):
    found = search([_layer(episodes)], Rules([28]))
    assert not found.frame["hot"].any()
    assert (found.frame["p"].notna() | found.frame["reason"].notna()).all()


def test_one_cell_and_zero_exposure_have_a_reason():
    one = _episodes(each=9).assign(cell="c00")
    alone = search([_layer(one, cells=["c00"], people=PEOPLE[:1])], Rules([28]))
    assert alone.frame.empty and _choice(alone, "exposure").choice == ""
    people = PEOPLE.where(PEOPLE.index != "c03", 0.0)
    found = search([_layer(_episodes(), people=people)], Rules([28])).frame
    assert found.set_index("cell")["reason"].dropna().to_dict() == {"c03": "zero_exposure"}


def test_bad_input_is_refused():
    with pytest.raises(AnalysisError, match="there are no cells"):
        search([], Rules([28]))
    with pytest.raises(AnalysisError, match="no layer 'street'"):
        search([_layer(_episodes())], Rules([28], layer="street"))
    for windows in ([], [0]):
        with pytest.raises(AnalysisError, match="no length"):
            search([_layer(_episodes())], Rules(windows))
    with pytest.raises(AnalysisError, match="have no cell"):
        search([_layer(_episodes().assign(cell=None))], Rules([28]))

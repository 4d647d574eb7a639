"""What incidents are linked to: the laws that hold whatever the evidence."""

import numpy as np
import pandas as pd
import pytest
import shapely

from blockdata.errors import AnalysisError
from blockdata.link.evidence import EvidenceSettings, Known, fit_evidence, link_by_evidence
from blockdata.link.evidence.model import EvidenceModel
from blockdata.link.evidence.position_error import PositionError

LAW = PositionError(8.0, 0.05, 0.01, 1e6, anchors=100)
MODEL = EvidenceModel(1e6, {("app", "address"): LAW, ("app", "component"): LAW}, {})
EVERYTHING = EvidenceSettings(min_probability=1e-9)
CLASSES = pd.DataFrame({"category": ["井盖破损"], "kind": "component", "class_name": ["污水井盖"]})


def _incidents(**columns):
    rows = len(next(iter(columns.values())))
    plain = {"id": [f"i{n}" for n in range(rows)], "source": "app", "category": "井盖破损"}
    nowhere = {"x": np.full(rows, np.nan), "y": np.full(rows, np.nan)}
    return pd.DataFrame({**plain, **nowhere, **columns})


def _components(at, names=None, codes=None):
    count = len(at)
    return pd.DataFrame(
        {
            "id": [f"c{n}" for n in range(count)],
            "code": codes or [f"k{n}" for n in range(count)],
            "class_name": ["污水井盖"] * count if names is None else names,
            "x": [float(p[0]) for p in at],
            "y": [float(p[1]) for p in at],
        }
    )


def _known(at=(), **frames):
    return Known(components=_components(list(at)), classes=CLASSES, **frames)


ADDRESSES = pd.DataFrame(
    {"id": ["a1", "a2"], "code": ["p1", "p2"], "x": [0.0, 500.0], "y": [0.0, 0.0]}
)


def _of(found, kind, incident="i0"):
    links = found.links
    return links[(links["target_kind"] == kind) & (links["incident"] == incident)]


def _probabilities(incidents, known, chosen=EVERYTHING, **more):
    """Return the best component of each incident and the next, by the incident."""
    links = link_by_evidence(incidents, known, MODEL, settings=chosen, **more).links
    own = links[links["target_kind"] == "component"]
    return own.set_index("incident")


APART = 10_000.0
"""Scenes stand so far from one another that none sees the next; one call weighs them all."""


def _scenes(seed, count=80):
    """Return scenes of components around an incident in their middle: scene and place of each."""
    draw = np.random.default_rng(seed)
    scene = np.repeat(np.arange(count), draw.integers(1, 6, count))
    return scene, draw.uniform(-45, 45, (len(scene), 2))


def _weighed(scene, at, names=None):
    count = int(scene.max()) + 1
    asked = _incidents(x=np.arange(count) * APART, y=np.zeros(count))
    things = _components(at + np.column_stack([scene * APART, np.zeros(len(scene))]), names)
    return _probabilities(asked, Known(components=things, classes=CLASSES))


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_is_the_most_probable_and_two_are_at_most_all(seed):
    scene, at = _scenes(seed)
    found = _weighed(scene, at)
    apart = np.hypot(*at.T)
    for number in range(scene.max() + 1):
        row, nearest = found.loc[f"i{number}"], apart[scene == number].min()
        assert row["distance_m"] == pytest.approx(nearest)
        assert row["probability"] + np.nan_to_num(row["runner_up_probability"]) <= 1 + 1e-12


@pytest.mark.parametrize("seed", range(4))
def test_moving_a_candidate_away_never_raises_its_probability(seed):
    scene, at = _scenes(seed)
    first = np.unique(scene, return_index=True)[1]  # the one of each scene that moves
    further = at.copy()
    further[first] *= 1 + np.random.default_rng(seed).uniform(0, 2, (len(first), 1))
    told = []
    for where in (at, further):
        found = _weighed(scene, where)
        best = found["target"].to_numpy() == [f"c{n}" for n in first[_scene_of(found)]]
        after = found["runner_up"].to_numpy() == [f"c{n}" for n in first[_scene_of(found)]]
        p = np.where(best, found["probability"], np.nan)
        told.append(np.where(after, found["runner_up_probability"], p))
        told[-1] = pd.Series(told[-1], found.index)
    both = pd.concat(told, axis=1).dropna()
    assert len(both) > 10
    assert (both[1] <= both[0] + 1e-12).all()


def _scene_of(found):
    return found.index.str.removeprefix("i").astype(int)


@pytest.mark.parametrize("seed", range(2))
def test_a_component_of_another_class_never_wins(seed):
    scene, at = _scenes(seed)
    own = np.random.default_rng(seed).random(len(scene)) < 0.5
    found = _weighed(scene, at, np.where(own, "污水井盖", "路灯"))
    chosen = {*found["target"], *found["runner_up"].dropna()}
    assert len(chosen) > 20
    assert chosen <= {f"c{n}" for n in np.flatnonzero(own)}


def test_a_category_without_a_class_is_about_no_component():
    asked = _incidents(x=[0.0], y=[0.0], category=["噪声扰民"])
    assert _of(link_by_evidence(asked, _known([(0, 0)]), MODEL), "component").empty


def test_posteriors_of_components_are_those_of_the_formula():
    share, count = 0.8, 2
    row = _probabilities(_incidents(x=[0.0], y=[0.0]), _known([(3, 4), (0, 20)]))
    weight = share * LAW.near([5.0, 20.0]) * 1e6 / count
    true = weight / (weight.sum() + 1 - share + share * LAW.outliers)
    assert row["probability"].iloc[0] == pytest.approx(true[0])
    assert row["runner_up_probability"].iloc[0] == pytest.approx(true[1])


def test_a_code_is_nearly_certain_and_gives_way_to_overwhelming_evidence_only():
    known = _known([(0, 0), (6, 0), (5000, 0)])
    asked = _incidents(x=[0.0] * 3, y=[0.0] * 3, component_code=["k1", "k2", " k9 "])
    found = link_by_evidence(asked, known, MODEL, settings=EVERYTHING)
    assert _of(found, "component", "i0")["target"].tolist() == ["c1"]
    assert _of(found, "component", "i0")["probability"].iloc[0] > 0.99
    odd = found.contradictions
    assert odd[["incident", "first_kind", "first"]].values.tolist() == [
        ["i1", "component_code", "c2"]
    ]
    assert odd["distance_m"].iloc[0] == 5000
    # A code that nothing has speaks against everything nearby.
    alone = _probabilities(_incidents(x=[0.0], y=[0.0]), known)["probability"].iloc[0]
    assert _of(found, "component", "i2")["probability"].iloc[0] < alone


def test_components_of_one_code_share_its_probability():
    things = _components([(0, 0), (900, 0)], codes=["k", "k"])
    asked = _incidents(component_code=["k"])
    row = _probabilities(asked, Known(components=things))
    assert row["probability"].iloc[0] == row["runner_up_probability"].iloc[0]
    assert 0.49 < row["probability"].iloc[0] <= 0.5


def test_coordinates_that_agree_raise_an_address_and_those_far_away_lower_it():
    asked = _incidents(
        x=[2.0, np.nan, 400.0], y=[0.0, np.nan, 300.0], address_id=["a1"] * 3, match_score=[0.9] * 3
    )
    found = link_by_evidence(asked, Known(addresses=ADDRESSES), MODEL, settings=EVERYTHING)
    p = [_of(found, "address", f"i{n}")["probability"].iloc[0] for n in range(3)]
    assert p[0] > p[1] > p[2]
    assert p[1] == pytest.approx(0.9)


def test_contradictions_are_reported_and_never_averaged():
    asked = _incidents(x=[300.0], y=[400.0], address_id=["a1"], match_score=[0.99])
    for trust, where in (("address", (0.0, 0.0)), ("coordinates", (300.0, 400.0))):
        chosen = EvidenceSettings(trust={"app": trust})
        found = link_by_evidence(asked, Known(addresses=ADDRESSES), MODEL, settings=chosen)
        odd = found.contradictions.iloc[0]
        assert (odd["first_kind"], odd["second_kind"]) == ("address", "coordinates")
        assert odd["distance_m"] == 500
        assert odd["stands"] == trust
        assert odd["probability"] > 0.9 and odd["allowed_m"] < 500
        assert tuple(found.places[["x", "y"]].iloc[0]) == where
        assert found.places["made"].iloc[0] == trust


def test_geocoded_coordinates_are_no_second_witness():
    law = PositionError(0.5, 0.1, 0.01, 1e6, anchors=99, is_geocoded=True)
    model = EvidenceModel(1e6, {("app", "address"): law}, {})
    asked = _incidents(x=[0.0], y=[0.0], address_id=["a1"], match_score=[0.7])
    found = link_by_evidence(asked, Known(addresses=ADDRESSES), model, settings=EVERYTHING)
    assert _of(found, "address")["probability"].iloc[0] == pytest.approx(0.7)


def test_a_code_of_the_address_joins_the_text_or_contradicts_it():
    asked = _incidents(address_id=["a1", "a1"], match_score=[0.9, 0.9], address_code=["p1", "p2"])
    found = link_by_evidence(asked, Known(addresses=ADDRESSES), MODEL, settings=EVERYTHING)
    same, other = (_of(found, "address", i).iloc[0] for i in ("i0", "i1"))
    assert same["probability"] > 0.999
    assert (other["target"], other["runner_up"]) == ("a2", "a1")
    odd = found.contradictions
    assert odd[["incident", "first_kind", "stands", "distance_m"]].values.tolist() == [
        ["i1", "address_code", "address_code", 500.0]
    ]


BOXES = pd.DataFrame(
    {
        "layer": ["unit", "unit", "community"],
        "cell": ["g1", "g2", "are1"],
        "geom": [shapely.box(-90, -90, 90, 90), shapely.box(90, -90, 900, 90), None],
    }
)


def test_cells_are_as_sure_as_the_place_and_the_source_has_a_say():
    asked = _incidents(x=[0.0, 89.0, 89.0], y=[0.0] * 3)
    stated = pd.DataFrame({"incident": ["i2"], "layer": ["unit"], "cell": ["g2"]})
    found = link_by_evidence(asked, Known(cells=BOXES), MODEL, stated=stated, settings=EVERYTHING)
    middle, border, told = (_of(found, "cell:unit", f"i{n}").iloc[0] for n in range(3))
    assert middle["target"] == "g1" and middle["probability"] == pytest.approx(0.99)
    assert border["target"] == "g1" and 0.5 < border["probability"] < 0.7
    assert told["target"] == "g2" and told["probability"] > 0.9


def test_a_stated_cell_far_from_the_place_is_a_contradiction():
    asked = _incidents(x=[-50.0], y=[0.0])
    stated = pd.DataFrame({"incident": ["i0"], "layer": ["unit"], "cell": ["g2"]})
    found = link_by_evidence(asked, Known(cells=BOXES), MODEL, stated=stated)
    odd = found.contradictions.iloc[0]
    assert (odd["first_kind"], odd["first"], odd["second_kind"]) == (
        "cell:unit",
        "g2",
        "coordinates",
    )
    assert odd["distance_m"] == 140


def test_what_is_known_by_community_or_grid_alone_stays_there():
    asked = _incidents(area_id=["are1", None])
    stated = pd.DataFrame(
        {"incident": ["i0", "i1"], "layer": ["community", "unit"], "cell": ["are1", "g1"]}
    )
    known = _known([(0, 0)], cells=BOXES, addresses=ADDRESSES)
    found = link_by_evidence(asked, known, MODEL, stated=stated)
    kinds = found.links.groupby("incident")["target_kind"].agg(lambda k: sorted(map(str, k)))
    assert kinds.to_dict() == {"i0": ["area", "cell:community"], "i1": ["cell:unit"]}
    assert found.places["made"].tolist() == ["nowhere", "nowhere"]


def test_a_default_location_is_no_evidence():
    asked = _incidents(
        x=[0.0, 0.0],
        y=[0.0, 0.0],
        address_id=["a1", None],
        match_score=[1.0, np.nan],
        at_default=[True, False],
        measured_at_default=[False, True],
    )
    known = _known([(0, 0)], addresses=ADDRESSES, cells=BOXES)
    found = link_by_evidence(asked, known, MODEL)
    assert found.links[["incident", "target_kind", "target"]].values.tolist() == [
        ["i0", "default_location", "a1"]
    ]


def test_a_description_gives_a_place_and_no_cell():
    asked = _incidents(described_x=[0.0], described_y=[0.0], described_radius_m=[30.0])
    found = link_by_evidence(asked, Known(cells=BOXES), MODEL)
    assert found.links.empty
    assert found.places["made"].tolist() == ["description"]


HOUSES = pd.DataFrame(
    {
        "id": ["b1", "b2", "b3"],
        "geom": [shapely.box(0, 0, 10, 10), shapely.box(40, 0, 50, 10), shapely.box(0, 60, 9, 70)],
    }
)
HOUSES_OF = pd.DataFrame({"address_id": ["a1", "a2", "a2"], "building": ["b1", "b2", "b3"]})


def test_buildings_follow_the_address_and_else_the_coordinates():
    asked = _incidents(
        x=[np.nan, np.nan, 5.0],
        y=[np.nan, np.nan, 5.0],
        address_id=["a1", "a2", None],
        match_score=[0.9, 0.9, np.nan],
    )
    known = Known(addresses=ADDRESSES, buildings=HOUSES, buildings_of_address=HOUSES_OF)
    found = link_by_evidence(asked, known, MODEL, settings=EVERYTHING)
    alone, shared, near = (_of(found, "building", f"i{n}").iloc[0] for n in range(3))
    assert (alone["target"], alone["method"]) == ("b1", "via_address")
    assert alone["probability"] == pytest.approx(0.9)
    assert shared["probability"] == pytest.approx(0.45)
    assert (near["target"], near["method"], near["distance_m"]) == ("b1", "coordinates", 0.0)


def test_names_lead_to_entities_and_to_their_address():
    entities = pd.DataFrame(
        {
            "id": ["e1", "e2", "e3"],
            "name": ["听涛面馆", "听涛面馆", "锦绣药房"],
            "address_id": ["a1", "a2", "a2"],
        }
    )
    asked = _incidents(
        address_text=["500米听涛面馆门口", "锦绣 药房", "别处"],
        address_id=["a2", None, None],
        match_score=[0.9, np.nan, np.nan],
    )
    known = Known(addresses=ADDRESSES, entities=entities)
    found = link_by_evidence(asked, known, MODEL)
    assert _of(found, "legal_entity", "i0")["target"].tolist() == ["e2"]
    assert _of(found, "legal_entity", "i0")["probability"].iloc[0] > 0.98
    by_name = _of(found, "address", "i1").iloc[0]
    assert (by_name["target"], by_name["method"]) == ("a2", "name")
    assert by_name["probability"] == pytest.approx(0.95)
    assert _of(found, "legal_entity", "i2").empty


def _everything(seed, count=60):
    draw = np.random.default_rng(seed)
    at = draw.uniform(-80, 80, (count, 2))
    asked = _incidents(
        x=np.where(draw.random(count) < 0.7, at[:, 0], np.nan),
        y=at[:, 1],
        address_id=draw.choice(["a1", "a2", None], count),
        match_score=draw.uniform(0.5, 1, count),
        component_code=draw.choice(["k1", "k2", "k9", None], count),
        category=draw.choice(["井盖破损", "噪声扰民"], count),
        source=draw.choice(["app", "patrol"], count),
    )
    known = _known(
        draw.uniform(-80, 80, (12, 2)),
        addresses=ADDRESSES,
        cells=BOXES,
        buildings=HOUSES,
        buildings_of_address=HOUSES_OF,
    )
    return asked, known


@pytest.mark.parametrize("seed", range(3))
def test_links_depend_neither_on_the_order_of_rows_nor_on_blocks(seed):
    asked, known = _everything(seed)
    model = fit_evidence(asked, known)
    whole = link_by_evidence(asked, known, model)
    mixed = asked.sample(frac=1, random_state=seed)
    turned = Known(
        **{
            name: getattr(known, name).sample(frac=1, random_state=seed)
            for name in ("addresses", "components", "buildings", "buildings_of_address", "cells")
        },
        classes=CLASSES,
    )
    assert fit_evidence(mixed, turned) == model
    again = link_by_evidence(mixed, turned, model)
    pd.testing.assert_frame_equal(again.links, whole.links)
    pd.testing.assert_frame_equal(again.contradictions, whole.contradictions)
    parts = [link_by_evidence(asked.iloc[n : n + 20], known, model).links for n in (0, 20, 40)]
    texts = dict.fromkeys(("target_kind", "method", "evidence"), "str")
    joined = pd.concat([p.astype(texts) for p in parts]).sort_values(
        ["incident", "target_kind"], ignore_index=True
    )
    pd.testing.assert_frame_equal(
        joined,
        whole.links.astype(texts).sort_values(["incident", "target_kind"], ignore_index=True),
    )


@pytest.mark.parametrize("seed", range(3))
def test_decisions_hold_over_all_evidence(seed):
    asked, known = _everything(seed)
    decided = pd.DataFrame(
        {
            "incident": ["i1", "i1", "i2", "i3", "elsewhere"],
            "target_kind": ["component", "component", "component", "address", "component"],
            "target": ["c9", "c7", None, "a2", "c1"],
        }
    )
    found = link_by_evidence(asked, known, fit_evidence(asked, known), decisions=decided)
    chosen = _of(found, "component", "i1").iloc[0]
    assert (chosen["target"], chosen["method"], chosen["probability"]) == ("c7", "decision", 1.0)
    assert _of(found, "component", "i2").empty
    assert _of(found, "address", "i3")["target"].tolist() == ["a2"]
    # The building follows the decided address, and shares it among two.
    assert set(_of(found, "building", "i3")["target"]) <= {"b2", "b3"}
    assert "elsewhere" not in set(found.links["incident"])
    plain = link_by_evidence(asked, known, fit_evidence(asked, known)).links
    others = ~found.links["incident"].isin(["i1", "i2", "i3"])
    rest = plain[~plain["incident"].isin(["i1", "i2", "i3"])]
    columns = ["incident", "target", "probability", "runner_up"]
    kept = found.links.loc[others, columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, rest[columns].reset_index(drop=True))


def test_one_row_an_incident_and_kind_with_few_words():
    asked, known = _everything(5)
    links = link_by_evidence(asked, known, fit_evidence(asked, known), settings=EVERYTHING).links
    assert not links.duplicated(["incident", "target_kind"]).any()
    assert links["probability"].between(0, 1).all()
    assert (links["runner_up_probability"].dropna() <= 0.5).all()
    assert len(links["evidence"].cat.categories) < 30


def test_nothing_known_gives_nothing_and_a_missing_column_is_told():
    asked = _incidents(x=[1.0], y=[1.0])
    found = link_by_evidence(asked, Known(), fit_evidence(asked, Known()))
    assert found.links.empty and found.contradictions.empty
    empty = link_by_evidence(asked[:0], Known(), fit_evidence(asked[:0], Known()))
    assert empty.links.empty
    with pytest.raises(AnalysisError):
        link_by_evidence(asked.drop(columns="source"), Known(), MODEL)
    with pytest.raises(AnalysisError):
        Known(components=pd.DataFrame({"id": []}))


def test_an_estate_is_wider_than_a_house():
    asked = _incidents(
        x=[120.0, 120.0],
        y=[0.0, 0.0],
        address_id=["a1"] * 2,
        match_score=[0.99] * 2,
        match_level=["building", "estate"],
    )
    found = link_by_evidence(asked, Known(addresses=ADDRESSES), MODEL)
    assert found.contradictions["incident"].tolist() == ["i0"]
    assert found.places["made"].iloc[1] == "coordinates"


def test_an_address_without_a_score_is_believed_as_the_settings_say():
    asked = _incidents(address_id=["a1"], match_score=[np.nan])
    chosen = EvidenceSettings(unscored=0.8)
    found = link_by_evidence(asked, Known(addresses=ADDRESSES), MODEL, settings=chosen)
    assert _of(found, "address")["probability"].iloc[0] == pytest.approx(0.8)


def _lamps(seed):
    draw = np.random.default_rng(seed)
    count, lamps = 900, draw.uniform(0, 3000, (300, 2))
    about = draw.integers(0, 300, count)
    known_share = draw.random(count) < 0.6
    at = np.where(known_share[:, None], lamps[about], draw.uniform(0, 3000, (count, 2)))
    at = at + draw.normal(0, 4, (count, 2))
    # A third of those about a lamp has its code; the others are to be told by place.
    coded = known_share & (draw.random(count) < 0.33)
    things = _components(lamps)
    asked = _incidents(
        x=at[:, 0],
        y=at[:, 1],
        component_code=np.where(coded, things["code"].to_numpy()[about], None),
    )
    return asked, Known(components=things, classes=CLASSES)


def test_what_all_incidents_say_of_their_sources_is_found_again():
    asked, known = _lamps(1)
    model = fit_evidence(asked, known)
    assert model.errors["app", "component"].sigma_m == pytest.approx(4, rel=0.15)
    assert model.shares["app", "井盖破损", "component"] == pytest.approx(0.6, abs=0.07)
    assert model == fit_evidence(asked.iloc[::-1], known)


def test_probabilities_are_calibrated_where_the_model_holds():
    draw = np.random.default_rng(2)
    count, covers = 6000, draw.uniform(0, 1500, (900, 2))
    about = draw.integers(0, 900, count)
    at = covers[about] + draw.normal(0, 7, (count, 2))
    lost = draw.random(count) < 0.03
    at[lost] = draw.uniform(0, 1500, (lost.sum(), 2))
    things = _components(covers)
    codes = np.where(np.arange(count) % 10 == 0, things["code"].to_numpy()[about], None)
    asked = _incidents(x=at[:, 0], y=at[:, 1], component_code=codes)
    known = Known(components=things, classes=CLASSES)
    links = link_by_evidence(asked, known, fit_evidence(asked, known), settings=EVERYTHING).links
    row = links["incident"].str.removeprefix("i").astype(int).to_numpy()
    told = links["probability"].to_numpy()
    right = links["target"].to_numpy() == things["id"].to_numpy()[about[row]]
    place = np.minimum((told * 10).astype(int), 9)
    off = np.bincount(place, told - right, 10)
    assert np.abs(off).sum() / len(told) < 0.02
    assert 0.5 < right.mean() < 0.95


def test_an_incident_without_source_or_category_borrows_from_no_other():
    sharp = PositionError(0.5, 0.1, 0.01, 1e6, anchors=99)
    model = EvidenceModel(1e6, {("app", "address"): sharp, ("app", "component"): sharp}, {})
    asked = _incidents(
        x=[30.0, 30.0],
        y=[0.0, 0.0],
        source=[None, "app"],
        category=[None, "井盖破损"],
        address_id=["a1", "a1"],
        match_score=[0.99, 0.99],
    )
    found = link_by_evidence(asked, _known([(30, 0)], addresses=ADDRESSES), model)
    assert found.contradictions["incident"].tolist() == ["i1"]
    assert _of(found, "component", "i0").empty
    assert _of(found, "component", "i1")["target"].tolist() == ["c0"]


def test_a_few_incidents_more_leave_the_model_as_it_was():
    same = 0
    for seed in range(6):
        asked, known = _lamps(seed)
        model, again = (fit_evidence(part, known) for part in (asked, asked.iloc[:-2]))
        assert (model == again) == (model.key() == again.key())
        same += model == again
    assert same >= 4
    assert fit_evidence(asked.iloc[:60], known).key() != model.key()

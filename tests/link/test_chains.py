"""Chains: what links, what limits, and ids that stay."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import ConfigError
from blockdata.link.chains import ChainSettings, build_chains

SHOP = {"shop": ("fumes", "noise", "rubbish", "stalls")}
RULES = ChainSettings(families=SHOP, min_cases=3, max_cases=7, max_span_days=80, max_diameter_m=60)


def invented(seed, count=60):
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 200, count)
    frame = pd.DataFrame(
        {
            "id": [f"i{n:03}" for n in rng.permutation(count)],
            "reported_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(days, unit="D"),
            "category": rng.choice([*SHOP["shop"], "lamp"], count),
            "x": rng.uniform(0, 150, count),
            "y": 0.0,
        }
    )
    for name, many, missing in (
        ("building_id", 5, 0.4),
        ("entity_id", 5, 0.8),
        ("component_id", 6, 0.8),
        ("component_batch", 3, 0.7),
    ):
        keys = [f"{name}{k}" for k in rng.integers(0, many, count)]
        frame[name] = pd.Series(keys, dtype="str").mask(rng.random(count) < missing)
    frame.loc[rng.random(count) < 0.2, ["x", "y"]] = np.nan
    return frame


def _of(cases, **columns):
    days = [0, 20, 40, 60][: len(cases)]
    frame = pd.DataFrame({"id": list("abcd")[: len(cases)], "category": cases})
    frame["reported_at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(days, unit="D")
    return frame.assign(**columns)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_no_chain_exceeds_its_limits(seed):
    cases = invented(seed)
    chains, links, members = build_chains(cases, RULES)
    told = members.merge(cases, left_on="case", right_on="id").groupby("chain")
    assert (told.size() <= 7).all() and (told.size() >= 3).all()
    assert (told["reported_at"].max() - told["reported_at"].min() <= pd.Timedelta(days=80)).all()
    wide = told["x"].max() - told["x"].min() > 60
    assert wide.index[wide].str.endswith(":batch").all()
    assert sorted(chains["chain"]) == sorted(told.groups)
    first = told.apply(lambda g: g.sort_values(["reported_at", "id"])["id"].iloc[0])
    assert (first == first.index.str.removesuffix(":batch")).all()
    placed = set(zip(members["case"], members["chain"]))
    for end in ("first", "second"):
        assert set(zip(links[end], links["chain"])) <= placed
    assert links["strength"].between(0.4, 1).all()


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_makes_no_difference(seed):
    cases = invented(seed)
    other = build_chains(cases.sample(frac=1, random_state=seed), RULES)
    for table, same in zip(build_chains(cases, RULES), other):
        pd.testing.assert_frame_equal(table, same)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 59))
def test_ids_survive_later_cases_or_the_joining_is_told(seed, known):
    cases = invented(seed).sort_values(["reported_at", "id"])
    before = build_chains(cases.iloc[:known], RULES)
    after = build_chains(cases, RULES)
    joined = {
        old: chain
        for chain, olds in zip(after.chains["chain"], after.chains["joined"])
        for old in olds.split()
    }
    lasting = dict.fromkeys(after.chains["chain"])
    for chain, members in before.members.groupby("chain")["case"]:
        now = chain if chain in lasting else joined[chain]
        in_it = after.members.loc[after.members["chain"] == now, "case"]
        assert set(members) <= set(in_it)


def test_one_thing_after_another_at_one_building_is_a_chain():
    cases = _of(["fumes", "stalls", "noise", "rubbish"], building_id="b1")
    chains, links, _ = build_chains(cases, RULES)
    assert chains[["chain", "cases", "categories", "rules"]].values.tolist() == [
        ["a", 4, 4, "building 3"]
    ]
    assert links["reason_zh"].iloc[0] == "同一楼栋，不同而相关的问题，相隔 20 天"


def test_what_is_unrelated_or_too_late_is_no_chain():
    assert build_chains(_of(["fumes", "lamp", "noise"], building_id="b1"), RULES).chains.empty
    same = _of(["fumes", "fumes", "fumes"], building_id="b1")
    assert build_chains(same, RULES).chains.empty
    slow = ChainSettings(families=SHOP, min_cases=3, building_days=19)
    assert build_chains(_of(["fumes", "noise", "stalls"], building_id="b1"), slow).chains.empty


def test_a_point_joins_points_but_never_a_building_beside_it():
    points = _of(["fumes", "noise", "stalls"], x=[0.0, 20.0, 40.0], y=0.0)
    days = ChainSettings(SHOP, min_cases=3, near_days=40, min_strength=0.1)
    assert build_chains(points, days).chains["rules"].tolist() == ["near 2"]
    beside = points.assign(building_id=["b1", None, "b1"])
    assert build_chains(beside, days).chains.empty


def test_a_main_category_relates_only_what_no_family_names():
    cases = _of(["fumes", "litter", "lamp"], building_id="b1", main_category="city")
    assert build_chains(cases, RULES).chains.empty
    unnamed = ChainSettings(min_cases=3)
    assert build_chains(cases, unnamed).chains["chain"].tolist() == ["a"]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(1, 59), min_size=1, max_size=4))
def test_ids_are_the_same_however_deliveries_are_grouped(seed, cuts):
    cases = invented(seed)
    ends = [0, *sorted(cuts), len(cases)]
    parts = [cases.iloc[a:b] for a, b in pairwise(ends)]
    grouped = pd.concat(parts[::-1], ignore_index=True)
    for table, same in zip(build_chains(cases, RULES), build_chains(grouped, RULES), strict=True):
        pd.testing.assert_frame_equal(table, same)


def test_a_late_case_that_was_made_first_gives_the_chain_its_id():
    known = _of(["fumes", "stalls", "noise", "rubbish"], building_id="b1").iloc[1:]
    late = _of(["fumes", "stalls", "noise", "rubbish"], building_id="b1")
    assert build_chains(known, RULES).chains["chain"].tolist() == ["b"]
    after = build_chains(pd.concat([known, late.iloc[:1]]), RULES).chains
    assert after["chain"].tolist() == ["a"]
    assert build_chains(late, RULES).chains["chain"].tolist() == ["a"]


def test_the_same_entity_or_component_again_is_a_chain():
    for column in ("entity_id", "component_id"):
        chains = build_chains(_of(["lamp"] * 3, **{column: "k1"}), RULES).chains
        assert chains["cases"].tolist() == [3]


def test_a_batch_makes_a_chain_of_its_own_however_far_apart():
    cases = _of(["lamp"] * 3, component_batch="lamps of 2019", component_id=["1", "2", "3"])
    cases = cases.assign(x=[0.0, 5000.0, 9000.0], y=0.0)
    chains = build_chains(cases, RULES).chains
    assert chains["chain"].tolist() == ["a:batch"]
    assert chains["diameter_m"].tolist() == [9000.0]


def test_a_full_chain_is_continued_by_another():
    days = pd.to_timedelta(np.arange(8) * 5, unit="D")
    cases = pd.DataFrame({"id": [f"c{n}" for n in range(8)], "entity_id": "e", "category": "noise"})
    cases["reported_at"] = pd.Timestamp("2026-01-01") + days
    limits = ChainSettings(max_cases=4)
    chains = build_chains(cases, limits).chains
    assert chains["cases"].tolist() == [4, 4]
    assert chains["continues"].iloc[1] == "c0"
    assert pd.isna(chains["continues"].iloc[0])


def test_two_chains_become_one_and_the_older_id_stays():
    cases = pd.DataFrame(
        {
            "id": list("abcdefg"),
            "reported_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(7), unit="D"),
            "category": "noise",
            "entity_id": ["e", "f", "e", "f", "e", "f", "e"],
            "component_id": [None, None, None, None, None, "k", "k"],
        }
    )
    assert build_chains(cases.iloc[:6], RULES).chains["chain"].tolist() == ["a", "b"]
    after = build_chains(cases, RULES).chains
    assert after["chain"].tolist() == ["a"]
    assert after["joined"].tolist() == ["b"]


def test_no_cases_no_chains():
    nothing = build_chains(invented(1).iloc[:0], RULES)
    assert nothing.chains.empty and nothing.links.empty and nothing.members.empty
    with pytest.raises(ConfigError):
        ChainSettings(near_m=-1)

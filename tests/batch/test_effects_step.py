"""A planted effect is found, a placebo at the worst places is not, and both by the same night."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from blockdata.batch.effects import find_effects
from blockdata.batch.steps import Context
from blockdata.records import Catalogue
from blockdata.store.snapshots import memory_session

AS_OF = dt.date(2026, 11, 1)
BEGIN, START = pd.Timestamp("2024-10-31"), pd.Timestamp("2025-11-01")
PLACES, EACH = 400, 12
PRE_DAYS, POST_DAYS = 366, 365


def _add(session, table, rows):
    session.append(table, pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False))


def _counts():
    """Gamma rates, and the worst places by what came before, dealt out to both interventions."""
    rng = np.random.default_rng(5)
    rate = rng.gamma(1.2, 5.0, PLACES)
    pre = rng.poisson(rate)
    worst = np.argsort(-pre, kind="stable")[: 2 * EACH]
    treated, placebo = worst[::2], worst[1::2]
    post = rng.poisson(np.where(np.isin(np.arange(PLACES), treated), 0.3, 1.0) * rate)
    return rng, pre, post, treated, placebo


def _episodes(rng, pre, post):
    for begin, days, count in ((BEGIN, PRE_DAYS, pre), (START, POST_DAYS, post)):
        for place in np.repeat(np.arange(PLACES), count):
            day = begin + pd.Timedelta(days=int(rng.integers(days)), hours=2)
            yield {"place_kind": "address", "place": f"adr{place:03}", "category": "噪声",
                   "first_reported": day}  # fmt: skip


def _works(treated, placebo):
    for name, places in (("整治", treated), ("贴告示", placebo)):
        for number, place in enumerate(places):
            point = shapely.Point(1000.0 * place + 3, 0.0)
            yield {"id": f"ivn{name}{number:02}", "code": f"{name}{number}", "name": name,
                   "category": "噪声", "started_on": START.date(), "ended_on": None,
                   "department_name": "市管局", "geom": shapely.to_wkb(point),
                   "located_by": "geometry"}  # fmt: skip


@pytest.fixture(scope="module")
def found(config_of):
    session = memory_session(Catalogue())
    rng, pre, post, treated, placebo = _counts()
    _add(session, "address", [
        {"id": f"adr{k:03}", "full_text": f"{k}号", "x": 1000.0 * k, "y": 0.0,
         "located_by": "geometry"} for k in range(PLACES)
    ])  # fmt: skip
    rows = list(_episodes(rng, pre, post))
    _add(session, "episode", [row | {"episode": f"e{n:05}"} for n, row in enumerate(rows)])
    _add(session, "incident", [
        {"id": "i1", "source": "hotline", "reported_at": BEGIN},
        {"id": "i2", "source": "hotline", "reported_at": START},
    ])  # fmt: skip
    _add(session, "intervention", list(_works(treated, placebo)))
    late = {"id": "ivnlate", "code": "L", "name": "将来", "started_on": AS_OF, "category": "噪声"}
    _add(session, "intervention", [late])
    context = Context(config_of(("hotline", "incident"), effects={"permutations": 199}), AS_OF)
    find_effects(session, context)
    effects = session.read("effect").to_pandas()
    places = session.read("effect_place").to_pandas()
    session.con.close()
    return effects.set_index("effect"), places, set(treated)


def test_what_was_planted_is_told_with_its_sign_and_size(found):
    row = found[0].loc["name:整治"]
    assert row["verdict"] == "fewer" and row["low"] < 0.3 < row["high"]
    assert row["interventions"] == row["treated"] == EACH and row["matched"] >= EACH // 2
    assert "确有减少" in row["zh"] and "95% 区间" in row["zh"]
    assert "“整治”合计 12 次（噪声，2025-11-01 起）" in row["zh"]
    assert f"{100 * row['ratio']:.0f}%" in row["zh"] and f"{100 * row['ratio']:.0f}%" in row["en"]


def test_a_placebo_at_the_worst_places_is_undecided_though_they_got_better(found):
    row = found[0].loc["name:贴告示"]
    assert row["verdict"] == "undecided" and row["low"] < 1 < row["high"]
    # Bad places return to their usual level: that is what before and after alone would praise.
    assert row["naive_ratio"] < row["ratio"]
    assert "尚不能断定" in row["zh"] and "自然回落" in row["zh"]


def test_single_interventions_and_the_category_are_told_too(found):
    effects = found[0]
    assert effects["scope"].value_counts().to_dict() == {
        "intervention": 2 * EACH,
        "name": 2,
        "category": 1,
    }
    assert effects.loc["category:噪声", "interventions"] == 2 * EACH
    assert pd.isna(effects.loc["category:噪声", "name"])
    singles = effects[effects["scope"] == "intervention"]
    assert ((singles["verdict"].notna()) == singles["reason"].isna()).all()
    placebo = singles[singles["name"] == "贴告示"]
    assert (placebo["verdict"] == "fewer").sum() <= 2


def test_an_intervention_that_has_not_begun_is_not_judged(found):
    assert "ivnlate" not in found[0].index


def test_nothing_is_compared_with_what_another_intervention_reached(found):
    _, places, treated = found
    matches = places[places["matched_to"].notna()]
    reached = set(places.loc[places["matched_to"].isna(), "place"])
    assert len(reached) == 2 * EACH and not reached & set(matches["place"])
    assert {f"adr{k:03}" for k in treated} <= reached


def test_what_is_counted_is_what_the_episodes_say(found):
    effects, places, _ = found
    own = places[(places["effect"] == "name:整治") & places["matched_to"].isna()]
    told = own[own["reason"].isna()]
    assert told["pre"].sum() == effects.loc["name:整治", "pre"]
    assert told["post"].sum() == effects.loc["name:整治", "post"]
    assert set(own["pre_days"]) == {365} and set(own["post_days"]) == {POST_DAYS}


def test_without_interventions_there_is_nothing(config_of):
    session = memory_session(Catalogue())
    find_effects(session, Context(config_of(("hotline", "incident")), AS_OF))
    assert session.count("effect") == 0
    session.con.close()

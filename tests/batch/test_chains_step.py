"""The nightly step that puts related cases together: what takes part, and what it writes."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from blockdata.batch.chains import write_chains
from blockdata.batch.steps import Context
from blockdata.engines import chain_feeds
from blockdata.store import derived

SHOP = ("占道经营", "暴露垃圾", "油烟扰民", "噪声扰民")
CHAINS = {"families": {"shop": list(SHOP)}}
FIRST = pd.Timestamp("2026-03-01 04:00:00")
AS_OF = dt.date(2026, 11, 1)
ORDINARY = 60


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("chains")


class Cases:
    """Cases delivered as rows, and what the steps before wrote of them."""

    def __init__(self, town, count, **settings):
        self.town = town
        self.about, self.places, self.groups = [], [], []
        town.deliver("library", [{"code": "B0", "use": "商业"}, *self._buildings(count)])

    @staticmethod
    def _buildings(count):
        return [{"code": f"B{n}", "use": "商业"} for n in range(1, count + 1)]

    def building(self, n):
        return self.town.id_of("building", f"B{n}")

    def add(self, rows):
        """Deliver cases: case_no, days after the first, category, building, place_kind."""
        self.town.deliver("hotline", [_delivered(*row[:3]) for row in rows])
        ids = dict(self.town.session.rows("SELECT source_id, id FROM base.incident"))
        for key, _, _, building, kind, *xy in rows:
            x, y = xy or (np.nan, np.nan)
            self.places.append((ids[key], kind, building, 1.0, x, y, 1.0, "coordinates"))
            if building is not None:
                self.about.append((ids[key], "building", building, 0.95))
            if kind in {"crossing", "default_location"}:
                self.about.append((ids[key], kind, "somewhere", 1.0))
        return ids

    def finish(self, as_of=AS_OF):
        session = self.town.session
        categories = {"source": "hotline", "category": SHOP, "label": SHOP, "incidents": 1}
        columns = ["incident", "target_kind", "target", "probability"]
        places = ["incident", "place_kind", "place", "probability", "x", "y", "error_m", "made"]
        group = ["incident", "occurrence"]
        derived.write_result(session, "category", pd.DataFrame(categories))
        derived.write_result(session, "link", pd.DataFrame(self.about, columns=columns))
        derived.write_result(session, "incident_place", pd.DataFrame(self.places, columns=places))
        derived.write_result(session, "occurrence_member", pd.DataFrame(self.groups, columns=group))
        context = Context(self.town.config, as_of)
        write_chains(session, context)
        return [f.code for f in context.findings]


def _delivered(key, day, category):
    at = FIRST + pd.Timedelta(days=day)
    return {"case_no": key, "reported_at": f"{at:%Y-%m-%d %H:%M:%S}", "category": category}


@pytest.fixture
def made(town):
    built = town(("hotline", "incident", {"mode": "delta"}), ("library", "building"), chains=CHAINS)
    cases = Cases(built, ORDINARY)
    # Ordinary days: stalls and rubbish here and there, months apart.
    rng = np.random.default_rng(3)
    cases.add(
        [
            (f"O{n}", int(rng.integers(0, 230)), SHOP[n % 2], cases.building(1 + n), "building")
            for n in range(ORDINARY)
        ]
    )
    return cases


def _chain(made, days=(20, 40, 60, 80), kind="building", order=(2, 0, 1, 3)):
    told = zip(days, order, strict=True)
    return made.add(
        [(f"C{n}", d, SHOP[c], made.building(0), kind) for n, (d, c) in enumerate(told)]
    )


def test_one_thing_after_another_at_a_quiet_shop_is_a_chain_with_its_links(made):
    ids = _chain(made)
    assert made.finish() == ["related_cases"]
    [(chain, cases, evidence, rank)] = made.town.read("chain", "chain", "cases", "evidence", "rank")
    assert (chain, cases, evidence, rank) == (ids["C0"], 4, "building", 1)
    assert set(made.town.read("chain_member", "incident")) == {ids[f"C{n}"] for n in range(4)}
    [(usual, excess, q)] = made.town.read("chain", "usual_cases", "excess", "q")
    assert usual + excess == 3
    assert 0 < q <= 0.2
    reasons = made.town.read("chain_link", "second", "rule", "reason_zh")
    assert (ids["C1"], "building", "同一楼栋，不同而相关的问题，相隔 20 天") in reasons


def test_without_it_nothing_is_listed(made):
    assert made.finish() == []
    assert made.town.read("chain", "chain") == []
    assert made.town.read("chain_link", "chain") == []
    assert made.town.read("chain_member", "chain") == []


def test_of_reports_of_one_occurrence_the_earliest_takes_part(made):
    ids = _chain(made, (20, 40, 60, 61, 80), order=(2, 0, 1, 1, 3))
    made.groups += [(ids["C2"], ids["C2"]), (ids["C3"], ids["C2"])]
    made.finish()
    assert set(made.town.read("chain_member", "incident")) == {ids[f"C{n}"] for n in (0, 1, 2, 4)}


@pytest.mark.parametrize("kind", ["crossing", "default_location"])
def test_a_crossing_or_default_location_makes_no_chain(made, kind):
    _chain(made, kind=kind)
    assert made.finish() == []
    cases = chain_feeds.cases(made.town.session, pd.Timestamp("2026-11-01"), 0.9)
    named = cases[cases["building_id"].isna()]
    assert len(named) == 4
    assert named["x"].isna().all()


def test_what_a_case_is_about_counts_from_a_probability_on(made):
    _chain(made)
    made.about = [(i, k, t, 0.6 if t == made.building(0) else p) for i, k, t, p in made.about]
    assert made.finish() == []


def test_what_comes_after_as_of_has_not_happened(made):
    _chain(made)
    as_of = (FIRST + pd.Timedelta(days=70)).date()
    assert made.finish(as_of) == []


def test_ids_do_not_depend_on_how_cases_were_delivered(made):
    ids = _chain(made)
    made.finish()
    ids |= made.add([("C9", 95, SHOP[0], made.building(0), "building")])
    made.finish()
    assert made.town.read("chain", "chain", "cases") == [(ids["C0"], 5)]
    # A late case that was made earlier than all is the earliest, as if it had come in time.
    ids |= made.add([("C8", 5, SHOP[1], made.building(0), "building")])
    made.finish()
    assert made.town.read("chain", "chain", "cases") == [(ids["C8"], 6)]


def test_components_of_one_batch_that_fail_together_are_a_chain(town):
    fields = [
        {"name": "maker", "type": "text", "zh": "厂家", "en": "Maker"},
        {"name": "made_on", "type": "date", "zh": "生产日期", "en": "Made on"},
    ]
    built = town(
        ("hotline", "incident", {"mode": "delta"}),
        ("library", "building"),
        ("lamps", "component"),
        chains=CHAINS,
        fields={"component": fields},
    )
    rows = [
        {"code": f"99010201010000{n:02}", "name": "路灯", "class_code": "0101"}
        | {"scheme": "GB/T 30428.2-2013", "maker": "甲厂" if n < 6 else "乙厂"}
        | {"made_on": f"20{10 + n % 6 + (n > 5)}-05-01"}
        | {"geom": f"POINT ({500000 + 300 * n} 0)"}
        for n in range(60)
    ]
    for row in rows[:6]:
        row["made_on"] = "2019-05-01"
    built.deliver("lamps", rows)
    cases = Cases(built, 1)
    lamps = [built.id_of("component", row["code"]) for row in rows]
    hit = [(0, 30), (1, 33), (2, 36), (3, 39), (4, 42), (20, 1), (30, 200), (40, 120)]
    ids = cases.add([(f"L{n}", day, SHOP[3], None, "component") for n, day in hit])
    cases.about = [(ids[f"L{n}"], "component", lamps[n], 0.99) for n, _ in hit]
    cases.finish()
    assert built.read("chain", "chain", "cases", "evidence") == [(f"{ids['L0']}:batch", 5, "batch")]

"""What the page says of hot places that change, of near repeat and of concentration."""

import json
import re

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.records import Catalogue
from blockdata.report.page import render_report
from blockdata.report.patterns.emerging import ORDER, label_sentence, label_words, urgent_first
from blockdata.report.patterns.near_repeat import band_words
from blockdata.report.words import Words
from blockdata.store import derived
from blockdata.store.snapshots import memory_session

FACTS = {"city": "望海区", "as_of": "2026-11-01"}
LANGS = ("zh", "en")
COURSE = {
    "layer": "unit", "category": "噪声", "cell": "grd1", "reference": "entire",
    "exposure_name": "people", "label": "consecutive", "side": "hot", "steps": 52,
    "hot_steps": 3, "cold_steps": 1, "run_steps": 3, "count": 40, "last_count": 6, "last_z": 4.0,
}  # fmt: skip
BAND = {
    "category": "噪声", "from_m": 0.0, "to_m": 100.0, "from_days": 0, "to_days": 7,
    "window_days": 365, "episodes": 90, "pairs": 30, "expected": 10.0, "ratio": 3.0,
    "permutations": 999, "p": 0.001, "q": 0.012,
}  # fmt: skip
SHARE = {
    "layer": "unit", "category": None, "places": 10, "places_with_any": 4, "episodes": 50,
    "gini": 0.7, "gini_adjusted": 0.7, "half_places": 1, "share_with_half": 0.1,
    "share_with_80": 0.2, "top_1": 0.1, "top_5": 0.3, "top_10": 0.6, "top_20": 0.8, "top_50": 1.0,
}  # fmt: skip


@pytest.fixture
def page():
    session = memory_session(Catalogue())
    common = {"source": "s", "source_id": "-", "first_delivery": 1, "last_delivery": 1}
    cell = {"id": "grd1", "code": "01", "layer": "unit", "name": "望海社区第1网格"}
    session.append("grid", pa.Table.from_pylist([common | cell]))

    def rendered(lang="zh", **tables):
        session.set_meta("config", json.dumps({"city": {"name": "望海区", "lang": lang}}))
        for name, rows in tables.items():
            derived.write_result(session, name, pd.DataFrame(rows))
        return re.sub(r"\s+", " ", render_report(session, FACTS))

    yield rendered
    session.con.close()


@pytest.mark.parametrize("side", ["hot", "cold"])
@pytest.mark.parametrize("label", ORDER)
@pytest.mark.parametrize("lang", LANGS)
def test_every_label_has_a_name_and_a_sentence_without_a_code(lang, label, side):
    words = Words(lang, Catalogue())
    row = COURSE | {"label": label, "side": side, "cold_steps": 2}
    said = label_sentence(row, words)
    assert said.endswith("。" if lang == "zh" else ".")
    assert bool(re.search("[a-z]", label_words(label, side, words) + said)) == (lang == "en")


def test_sentences_of_both_sides_and_all_labels_differ():
    words = Words("zh", Catalogue())
    rows = [COURSE | {"label": n, "side": s} for n in ORDER for s in ("hot", "cold")]
    assert len({label_sentence(row, words) for row in rows}) == len(rows)
    assert len({label_words(r["label"], r["side"], words) for r in rows}) == len(rows)


def test_what_asks_for_somebody_to_go_there_comes_first():
    rows = pd.DataFrame(
        [COURSE | {"label": n, "side": s} for s in ("cold", "hot") for n in reversed(ORDER)]
    )
    ordered = urgent_first(rows)
    assert ordered["label"].tolist() == [*ORDER, *ORDER]
    assert ordered["side"].tolist() == ["hot"] * 8 + ["cold"] * 8


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "最近连续 3 周明显偏多，此前没有过。"),
        ("en", "Clearly more than usual in the last 3 weeks"),
    ],
)
def test_the_page_tells_where_and_how_hot_places_change(page, lang, said):
    cold = COURSE | {"label": "new", "side": "cold", "cell": "grd2"}
    text = page(lang, emerging=[COURSE, cold])
    assert said in text
    assert "望海社区第1网格" in text
    assert text.count('<tr class="say">') == 1, "cold places are counted, not listed"


def test_what_the_step_has_to_say_is_told_where_there_is_no_label(page):
    told = {"step": "emerging", "code": "no_geometry", "zh": "该层没有图形", "en": "no geometry"}
    assert "该层没有图形" in page(finding=[told | {"warns": False}])
    assert "no geometry" in page("en", finding=[told | {"warns": False}])


def test_only_bands_that_are_clearly_above_chance_are_listed(page):
    weak = BAND | {"category": "占道", "ratio": 1.05}
    unsure = BAND | {"category": "井盖", "q": 0.3}
    text = page(near_repeat=[BAND, weak, unsure])
    assert "噪声发生后，在100 米以内、0 到 7 天之间再发生的，是碰巧应有的 3.00 倍" in text
    assert "占道发生后" not in text
    assert "井盖发生后" not in text
    assert "within 100 m" in page("en")


def test_categories_that_were_not_tested_are_named_with_the_reason(page):
    row = {"category": "路灯", "window_days": 365, "episodes": 3, "reason": "too_few_incidents"}
    text = page(near_repeat=[BAND, row])
    assert "路灯" in text
    assert "案件总数太少" in text


@pytest.mark.parametrize(
    ("band", "said"),
    [((0.0, 0.0), "同一处、8 到 14 天"), ((100.0, 200.0), "100 到 200 米、8 到 14 天")],
)
def test_bands_in_words(band, said):
    row = BAND | {"from_m": band[0], "to_m": band[1], "from_days": 8, "to_days": 14}
    assert band_words(row, Words("zh", Catalogue())) == said


def test_concentration_is_told_by_layer_and_by_category(page):
    place = SHARE | {"layer": "address", "places": 100, "half_places": 5, "share_with_half": 0.05}
    one = SHARE | {"category": "噪声", "episodes": 20}
    text = page(concentration=[place, SHARE, one])
    assert "各类问题共 50 起，一半发生在 10 个单元网格中的 1 个（10.0%）。" in text
    assert text.index("单元网格中的") < text.index("统一地址中的")
    assert "按类别" in text


def test_a_layer_of_one_cell_is_not_told(page):
    one = {"layer": "town", "places": 1, "episodes": 3, "reason": "one_cell"}
    assert "问题集中在多少地方" not in page(concentration=[one])


def test_without_any_of_it_there_are_no_sections(page):
    text = page()
    for name in ("emerging", "near_repeat", "concentration"):
        assert f'id="{name}"' not in text

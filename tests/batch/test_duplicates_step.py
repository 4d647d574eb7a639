"""Reports of one occurrence are put together, with texts or without, and people may disagree."""

import datetime as dt

import numpy as np
import pytest

from blockdata.store.decisions import Decision
from blockdata.store.prints import texts_to_print

LOUD = "楼下烧烤店夜间营业，音响很大，孩子无法入睡，已持续一周"
LOUDER = "反映楼下烧烤店音响很大，夜间营业孩子没法入睡"
SEWAGE = "地下车库污水外溢，物业一直没有派人清理"


@pytest.fixture
def usual_steps(steps_for):
    return steps_for("episodes")


def _case(n, hour, text=None, **rest):
    row = {
        "case_no": f"N{n}",
        "reported_at": f"2026-09-10 {hour:02d}:00:00",
        "category": "噪声扰民",
        "address_text": "听涛路1号3号楼",
        "content": text,
    }
    return row | rest


@pytest.fixture
def made(town):
    built = town(("hotline", "incident", {"mode": "delta"}), ("library", "address"))
    point = {"geom": "POINT (500050 50)"}
    far = {"geom": "POINT (509050 50)"}
    rows = [
        {"code": "A", "full_text": "听涛路1号3号楼", "road": "听涛路", "road_no": "1号"}
        | {"building": "3号楼"}
        | point,
        {"code": "B", "full_text": "望海路8号", "road": "望海路", "road_no": "8号"} | far,
    ]
    built.deliver("library", rows)
    return built


def _groups(made):
    found = {}
    for incident, occurrence in made.session.rows(
        "SELECT i.source_id, m.occurrence FROM base.occurrence_member m "
        "JOIN base.incident i ON i.id = m.incident ORDER BY ALL"
    ):
        found.setdefault(occurrence, set()).add(incident)
    return sorted(map(sorted, found.values()))


def test_reports_of_one_house_and_hour_are_one_occurrence_and_a_far_one_is_not(made):
    made.deliver("hotline", [_case(0, 20), _case(1, 21), _case(2, 20, address_text="望海路8号")])
    made.finish()
    assert _groups(made) == [["N0", "N1"]]
    [(probability, zh, en)] = made.read("duplicate_pair", "probability", "reasons_zh", "reasons_en")
    assert probability > 0.7
    assert zh
    assert en
    assert made.read("occurrence", "reports", "calling") == [(2, "unknown")]


def test_a_group_is_never_split_over_two_episodes(made):
    rows = [_case(0, 20), _case(1, 21, closed_at="2026-09-10 20:30:00")]
    rows[0]["closed_at"] = "2026-09-10 20:10:00"
    made.deliver("hotline", rows)
    made.finish()
    assert _groups(made) == [["N0", "N1"]]
    members = made.read("episode_member", "episode")
    assert len(set(members)) == 1


@pytest.mark.parametrize(("word", "expected"), [("no", []), ("yes", [["N0", "N1"]])])
def test_a_persons_word_on_a_pair_holds(made, tmp_path, word, expected):
    alike = {"yes": _case(1, 23, category="油烟扰民", address_text="望海路8号"), "no": _case(1, 21)}
    made.deliver("hotline", [_case(0, 20), alike[word]])
    made.finish()
    before = _groups(made)
    assert before != expected
    first, second = (made.id_of("incident", key) for key in ("N0", "N1"))
    day = dt.date(2026, 10, 1)
    made.decide(tmp_path, Decision("same", second, word, field=first, decided_on=day))
    made.finish()
    assert _groups(made) == expected
    made.decide(
        tmp_path, Decision("same", first, None, field=second, decided_on=dt.date(2026, 10, 2))
    )
    made.finish()
    assert _groups(made) == before


def _told_twice(made):
    """Deliver two reports of one caller in words that are alike, and a third one in others."""
    rows = [
        _case(0, 20, LOUD, caller="13800000000"),
        _case(1, 21, LOUDER, caller="13800000000"),
        _case(2, 21, SEWAGE, caller="13900000000"),
    ]
    made.deliver("hotline", rows)


def _likeness(made):
    """Return how alike the texts of the first two reports are, and what is said of the caller."""
    return made.session.rows(
        "SELECT p.text_similarity, p.caller FROM base.duplicate_pair p "
        "JOIN base.incident i ON i.id = p.first JOIN base.incident j ON j.id = p.second "
        "WHERE i.source_id = 'N0' AND j.source_id = 'N1'"
    )


def test_texts_are_compared_by_keyed_fingerprints_that_are_made_once(made):
    made.session.set_meta("pseudonym_secret", "ab" * 32, "people")
    _told_twice(made)
    made.finish()
    [(likeness, caller)] = _likeness(made)
    assert likeness > 0.3
    assert caller == "same"
    assert len(texts_to_print(made.session)) == 0
    prints = made.read("incident_print", "print", part="people")
    assert len(set(prints)) == 3
    assert not any(LOUD[:4].encode() in one for one in prints)


def test_without_the_secret_there_are_no_fingerprints(made):
    _told_twice(made)
    made.finish()
    assert made.read("incident_print", "id", part="people") == []
    [(likeness, _)] = _likeness(made)
    assert likeness is None or np.isnan(likeness)

"""Fingerprints: what is alike is told as such, and nothing without the key."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blockdata.errors import ConfigError
from blockdata.link.duplicates.fingerprints import (
    LENGTH,
    comparable_text,
    prints_of,
    similarity,
    text_fingerprints,
)

KEY = b"a key for tests only"
TEXTS = st.text(alphabet="路灯不亮夜间噪声扰民井盖破损垃圾堆积无人清理。", max_size=40)


def _overlap(one, other):
    sets = [{*t, *(t[n : n + 2] for n in range(len(t) - 1))} for t in (one, other)]
    return len(sets[0] & sets[1]) / min(map(len, sets))


def _alike(one, other, key=KEY):
    prints = prints_of(text_fingerprints([one, other], key))
    return float(similarity(prints, np.array([0]), prints, np.array([1]))[0])


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, max_size=6), TEXTS)
def test_other_texts_never_change_a_fingerprint(others, text):
    assert text_fingerprints([*others, text], KEY)[-1] == text_fingerprints([text], KEY)[0]


def test_another_key_gives_another_fingerprint():
    one, other = (text_fingerprints(["夜间噪声扰民"], key)[0] for key in (KEY, b"x" * 16))
    assert len(one) == LENGTH
    same_slots = sum(a == b for a, b in zip(one[:-2], other[:-2]))
    assert same_slots < 8


def test_the_estimate_is_near_the_overlap_of_the_sets():
    rng = np.random.default_rng(3)
    letters = np.array([chr(0x4E00 + n) for n in range(400)])
    errors = []
    for _ in range(200):
        shared = "".join(rng.choice(letters, rng.integers(5, 30)))
        one = shared + "".join(rng.choice(letters, 12))
        other = shared + "".join(rng.choice(letters, 12))
        errors.append(_alike(one, other) - _overlap(one, other))
    assert abs(np.mean(errors)) < 0.03
    assert np.std(errors) < 0.12


def test_a_statement_within_a_longer_one_is_alike():
    assert _alike("夜间噪声扰民", "楼下商铺门口每天夜间噪声扰民影响老人休息") > 0.8


def test_the_place_that_the_report_has_anyway_is_left_out():
    texts = ["听涛路12号3号楼楼道灯不亮", "楼道灯不亮", "听涛路12号3号楼", None]
    prints = text_fingerprints(texts, KEY, ["听涛路12号3号楼", None, "听涛路12号3号楼", "听涛路"])
    assert prints[0] == prints[1] == text_fingerprints(["楼道灯不亮"], KEY)[0]
    assert prints[2:] == [None, None]
    assert text_fingerprints(["水管漏水"], KEY, ["水"]) == text_fingerprints(["水管漏水"], KEY)


def test_formulae_of_hotlines_and_particles_do_not_count():
    assert (
        comparable_text("市民来电反映：楼上的狗一直叫。请相关部门尽快处理，（已告知办理时限）")
        == "楼上狗一直叫"
    )


def test_masks_and_formulae_do_not_count():
    assert (
        comparable_text("市民反映：ＡＢ路灯不亮，请回复〔电话〕，联系人：〔姓名〕。")
        == "ab路灯不亮"
    )
    assert text_fingerprints(["〔电话〕", "", None], KEY) == [None, None, None]


@pytest.mark.parametrize("key", [b"short", b"x" * 65])
def test_a_key_of_wrong_length_is_refused(key):
    with pytest.raises(ConfigError):
        text_fingerprints(["路灯"], key)


def test_a_fingerprint_of_wrong_length_is_refused():
    with pytest.raises(ConfigError):
        prints_of([b"12"])

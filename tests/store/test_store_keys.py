"""Keys: where they come from, and that they show nowhere."""

import pytest

from blockdata.errors import ConfigError, KeyMissingError
from blockdata.store.keys import ENVIRONMENT, KeyRing, make_keys, pseudonym_secret, read_keys

KEY = "k" * 40


@pytest.fixture(autouse=True)
def _no_keys_around(monkeypatch):
    for name in ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)


def test_made_keys_are_read_and_differ(tmp_path):
    ring = read_keys(*make_keys(tmp_path))
    assert len({ring.people, ring.text, None}) == 3


def test_keys_that_exist_are_left_alone(tmp_path):
    before = [p.read_bytes() for p in make_keys(tmp_path)]
    assert [p.read_bytes() for p in make_keys(tmp_path)] == before


def test_the_environment_goes_before_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("BLOCKDATA_PEOPLE_KEY", KEY)
    assert read_keys(*make_keys(tmp_path)).of("people") == KEY


def test_a_key_that_is_not_there_is_none_until_it_is_needed(tmp_path):
    ring = read_keys(tmp_path / "none", None)
    assert ring == KeyRing()
    with pytest.raises(KeyMissingError, match="BLOCKDATA_TEXT_KEY"):
        ring.require("text")


def test_a_short_key_is_refused_and_not_told(tmp_path):
    path = tmp_path / "people.key"
    path.write_text("shortkey", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_keys(path)
    assert "shortkey" not in str(caught.value)


def test_a_ring_does_not_show_its_keys():
    ring = KeyRing(KEY, KEY)
    assert KEY not in f"{ring!r} {ring}"


def test_the_secret_of_pseudonyms_follows_from_the_key_and_does_not_give_it_away():
    assert pseudonym_secret(KEY) == pseudonym_secret(KEY) != pseudonym_secret(KEY + "k")
    assert KEY.encode() not in pseudonym_secret(KEY)

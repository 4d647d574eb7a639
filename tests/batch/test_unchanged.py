"""What is applied is what was hashed: a delivery that moves under the reader changes nothing."""

import datetime as dt
from dataclasses import replace

import pytest

from blockdata.batch.discover import Found
from blockdata.batch.loading import apply_delivery
from blockdata.errors import ConfigError, SourceError
from blockdata.store.delivered import sha256_of_delivery, stamp_of

ROWS = "code,name\n1,甲\n"


@pytest.fixture
def delivery(town, tmp_path):
    """Return a town, the loader of its source, and a delivery that has been found."""

    def made(content=ROWS, **source):
        place = town(("s", "department", source))
        path = tmp_path / "s-20260901.csv"
        path.write_text(content, encoding="utf-8")
        day = place.delivery("s", dt.date(2026, 9, 1))
        found = Found(replace(day, sha256=sha256_of_delivery(path)), path, stamp_of(path))
        return place, place.loading.loader("department"), found

    return made


@pytest.mark.parametrize("contract", ["evolve", "quarantine", "freeze"])
@pytest.mark.parametrize("content", [ROWS, "no table at all\n1,2,3\n"])
def test_a_file_written_to_during_loading_ends_the_run(delivery, monkeypatch, contract, content):
    town, loader, found = delivery(content, contract=contract)
    load = type(loader).load

    def disturbed(self, request):
        request.path.write_text(ROWS + "2,乙\n", encoding="utf-8")
        return load(self, request)

    monkeypatch.setattr(type(loader), "load", disturbed)
    with pytest.raises(SourceError, match=r"source s, file s-20260901\.csv") as caught:
        apply_delivery(town.session, town.loading, found)
    assert caught.value.reason == "changed_while_read"
    # Nothing is recorded, not even that it was set aside: the next run finds it as it is then.
    assert (town.read("department", "code"), town.read("delivery", "status")) == ([], [])


def test_a_file_that_is_gone_or_locked_ends_the_run(delivery, monkeypatch):
    town, loader, found = delivery()

    def locked(self, request):
        raise SourceError("locked", reason="unreadable_file", where=request.path.name)

    monkeypatch.setattr(type(loader), "load", locked)
    with pytest.raises(SourceError, match="locked"):
        apply_delivery(town.session, town.loading, found)
    monkeypatch.undo()
    found.path.unlink()
    with pytest.raises(SourceError) as caught:
        apply_delivery(town.session, town.loading, found)
    assert caught.value.reason == "changed_while_read"
    assert town.read("delivery", "status") == []


def test_a_file_that_stays_is_applied(delivery):
    town, _, found = delivery()
    assert apply_delivery(town.session, town.loading, found).inserted == 1


def test_a_source_may_name_its_loader(delivery):
    town, _, found = delivery(loader="street")
    assert town.loading.loader_of(town.loading.source("s")) is town.loading.loader("street")
    town, _, found = delivery(loader="nobody's")
    with pytest.raises(ConfigError, match="nobody's"):
        apply_delivery(town.session, town.loading, found)


def test_two_packages_with_one_name_are_told_apart(town):
    place = town(("s", "department"))
    (own,) = place.loading.loaders["department"]
    place.loading.loaders["department"] = (own, own)
    with pytest.raises(ConfigError, match="several packages"):
        place.loading.loader("department")

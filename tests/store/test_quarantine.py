"""Rejected rows: kept, listed, superseded; originals in the steward's part alone."""

import pandas as pd
import pytest

from blockdata.store import quarantine
from blockdata.store.batch import REJECTED_COLUMNS


@pytest.fixture
def reject(base, batch_of):
    """Return a function that has a delivery reject rows of given keys, and accept others."""

    def run(*keys, source="a", mode="full", accepted=(), kind="department", **changes):
        target = base.target(kind, source, mode=mode)
        rows = [{"key": k, "code": k, "name": k} for k in accepted]
        batch = batch_of(target.kind, rows, rejected=keys)
        delivery = target.delivery
        if changes:
            delivery = type(delivery)(**(vars(delivery) | changes))
        quarantine.keep_rejected(base.session, delivery, batch)
        quarantine.keep_originals(base.session, delivery, batch)
        return base.read("quarantine", "source_id", "status")

    return run


def test_a_rejected_row_keeps_where_it_stood_and_why(base, reject):
    reject("k")
    columns = ("source", "kind", "row_number", "source_id", "field", "reason", "value", "status")
    assert base.read("quarantine", *columns) == [
        ("a", "department", 1, "k", "name", "unreadable", "?", "open")
    ]


def test_a_full_delivery_supersedes_all_that_its_source_had_rejected(reject):
    reject("k", "l")
    reject("m", source="b")
    assert reject("l") == [
        ("k", "superseded"),
        ("l", "open"),
        ("l", "superseded"),
        ("m", "open"),
    ]


def test_a_delta_supersedes_its_own_keys_alone(reject):
    reject("k", "l")
    assert reject(mode="delta", accepted=["k"]) == [("k", "superseded"), ("l", "open")]


def test_a_row_that_was_ignored_or_replayed_is_not_superseded(base, reject):
    reject("k", "l")
    ids = dict(base.read("quarantine", "source_id", "id"))
    quarantine.set_status(base.session, ids["k"], quarantine.IGNORED)
    quarantine.set_status(base.session, ids["l"], quarantine.REPLAYED)
    assert reject() == [("k", "ignored"), ("l", "replayed")]


def test_the_original_stands_in_the_stewards_part_alone(base, reject):
    reject("k")
    [identifier] = base.read("quarantine", "id")
    assert base.read("quarantine_row", "raw") == ['{"name": "?"}']
    assert base.read("quarantine_row", "raw", part="people") == ['{"name": "as it came"}']
    found = quarantine.raw_row(base.session, identifier)
    assert found == ("department", "a", '{"name": "as it came"}')


def test_without_the_stewards_part_the_masked_row_is_all_there_is(base, reject):
    base.session.parts = ("base", "text")
    reject("k")
    [identifier] = base.read("quarantine", "id")
    assert quarantine.raw_row(base.session, identifier)[2] == '{"name": "?"}'
    assert base.read("quarantine_row", "raw", part="people") == []


def test_an_unknown_row_is_none(base):
    assert quarantine.raw_row(base.session, "quanone") is None


def test_the_listing_is_masked_ordered_and_filtered(base, reject):
    reject("k", "l")
    reject("m", source="b")
    reject("l")
    listed = quarantine.listing(base.session)
    assert listed["source_id"].tolist() == ["m", "l"]
    assert "raw" not in listed
    assert len(quarantine.listing(base.session, status=None)) == 4
    assert quarantine.listing(base.session, source="b")["source_id"].tolist() == ["m"]


def test_violations_of_one_row_share_an_id(base, batch_of):
    target = base.target("department")
    lines = [(5, "k", f, "missing", None, '{"code": "k"}', None) for f in ("name", "code")]
    rejected = pd.DataFrame(lines, columns=list(REJECTED_COLUMNS), dtype=object)
    batch = batch_of(target.kind, [])
    batch = type(batch)(**(vars(batch) | {"rejected": rejected, "rows_read": 1}))
    quarantine.keep_rejected(base.session, target.delivery, batch)
    assert len(set(base.read("quarantine", "id"))) == 1
    assert base.session.count("quarantine_row") == 1


def test_two_sources_of_one_file_have_ids_of_their_own(base, reject):
    for source, kind in (("a", "department"), ("b", "area")):
        reject("k", source=source, kind=kind, file="one.xlsx", sha256="f" * 64)
    assert len(set(base.read("quarantine", "id"))) == 2

"""Counts, identities and rejected rows."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from blockdata.records import Catalogue
from blockdata.store.batch import REJECTED_COLUMNS, Batch, Counts, Delivery

DAY = dt.date(2026, 9, 1)


def test_a_row_with_two_violations_is_one_rejected_row():
    lines = [(n, None, "f", "r", None, None, None) for n in (1, 1, 2)]
    rejected = pd.DataFrame(lines, columns=list(REJECTED_COLUMNS))
    batch = Batch(Catalogue().kind("area"), pa.table({}), 2, rejected=rejected)
    assert batch.rows_rejected == 2
    assert Batch(batch.kind, batch.rows, 0).rows_rejected == 0


def test_counts_balance_when_every_row_has_a_fate():
    counts = Counts(10, inserted=1, changed=2, unchanged=3, removed=1, merged=1, quarantined=2)
    assert counts.loaded == 7
    assert counts.balanced
    counts.closed = 5
    assert counts.balanced
    counts.rows_read = 11
    assert not counts.balanced


@pytest.mark.parametrize("part", ["source", "file", "day", "sha256"])
def test_an_identity_tells_deliveries_apart(part):
    values = {"source": "s", "file": "f", "day": DAY, "sha256": "a"}
    other = values | {part: dt.date(2026, 9, 2) if part == "day" else "z"}

    def made(v, seq):
        return Delivery(v["source"], v["file"], v["day"], "full", v["sha256"], seq)

    assert made(values, 1).identity == made(values, 2).identity
    assert made(values, 1).identity != made(other, 1).identity

"""Compile the loops of a night, or those that learn to read addresses, and keep them for later.

They are compiled at their first call, whoever calls them: many test workers would compile the same
ones at once. `python -m data_samples.loops night` (or `reading`) runs over invented data and throws
away what it makes.
"""

import datetime as dt
import sys
import tempfile
from pathlib import Path

from blockdata.address.comparing import Comparer
from blockdata.address.writing.train import main as train
from blockdata.batch.nightly import nightly
from blockdata.config import load_config
from blockdata.store.keys import make_keys
from data_samples.district.write import Options, write_sample

PAIRS = [("甲路1号3号楼", "甲路1号3幢"), ("甲路1号", "甲路1号东门"), ("甲路1号", "乙路2号")] * 9
LABELS = ["exact", "partial", "none"] * 9


def night(folder: Path) -> None:
    """Run one night over the tiny district."""
    write_sample(folder / "district", Options(size="tiny", seed=7))
    make_keys(folder / "district" / "keys")
    nightly(load_config(folder / "district" / "city.toml"), as_of=dt.date(2026, 11, 1))


def reading(folder: Path) -> None:
    """Learn to part addresses from a few sentences, and to compare them from a few pairs."""
    train([str(folder / "parser.npz"), "--sentences", "50", "--seed", "1"])
    Comparer.fit(PAIRS, LABELS).compare(*PAIRS[0])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        {"night": night, "reading": reading}[sys.argv[1]](Path(name))

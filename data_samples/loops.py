"""Run one night over the tiny district and throw it away: its loops are compiled and kept then."""

import datetime as dt
import tempfile
from pathlib import Path

from blockdata.batch.nightly import nightly
from blockdata.config import load_config
from blockdata.store.keys import make_keys
from data_samples.district.write import Options, write_sample

with tempfile.TemporaryDirectory() as name:
    folder = Path(name) / "district"
    write_sample(folder, Options(size="tiny", seed=7))
    make_keys(folder / "keys")
    nightly(load_config(folder / "city.toml"), as_of=dt.date(2026, 11, 1))

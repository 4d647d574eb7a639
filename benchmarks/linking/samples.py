"""Sample districts with a night behind them, and what is true of their incidents, side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from blockdata.batch.nightly import nightly
from blockdata.config import Config, load_config, parse_config
from blockdata.store.keys import keys_of, make_keys
from blockdata.store.layout import Layout
from blockdata.store.session import Session
from blockdata.store.snapshots import open_snapshot
from data_samples.district.sizes import AS_OF, Hardness, Size
from data_samples.district.write import Options, write_sample

KEPT_FROM = 0.05
"""Pairs of reports that a sample's base keeps: more than usual, to judge low probabilities too."""

_INCIDENTS = """
SELECT id, source, case_no, category, reported_at, address_id, address_text, match_score,
component_code FROM base.incident ORDER BY id
"""


def make_sample(folder: Path, seed: int, size: Size = "small", hardness: Hardness = "real") -> Path:
    """Generate a district and run its night, unless both have been done there.

    Parameters
    ----------
    folder : Path
        In which the sample gets a folder of its own.
    seed : int
    size, hardness : str
        As of `python -m data_samples.generate`.

    Returns
    -------
    Path
        The folder of the sample.
    """
    own = folder / f"{size}_{hardness}_{seed}"
    if not (own / "truth.json").exists():
        write_sample(own, Options(size, seed, hardness, None, "city.base", "keys"))
        make_keys(own / "keys")
    config = config_of(own)
    if Layout(config.base_path).current_number() is None:
        nightly(config, as_of=AS_OF)
    return own


def config_of(folder: Path) -> Config:
    """Return a sample's configuration, by which less probable pairs are kept too."""
    loaded = load_config(folder / "city.toml")
    raw = loaded.model_dump(by_alias=True, mode="json", exclude_unset=True)
    raw["duplicates"] = {**raw.get("duplicates", {}), "min_probability": KEPT_FROM}
    return parse_config(raw, folder=loaded.folder)


@dataclass(frozen=True)
class Sample:
    """What a night has found of a sample's incidents, and what is true of them.

    Parameters
    ----------
    folder : Path
    config : Config
    session : Session
        Open for reading, the encrypted parts too.
    """

    folder: Path
    config: Config
    session: Session

    @classmethod
    def open(cls, folder: Path) -> Sample:
        """Open the base of a sample."""
        config = config_of(folder)
        layout = Layout(config.base_path)
        session, _ = open_snapshot(layout, keys_of(config), config.catalogue())
        return cls(folder, config, session)

    @property
    def name(self) -> str:
        """Size, hardness and seed."""
        return self.folder.name

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """The incidents of the base, by id."""
        return self.session.frame(_INCIDENTS).set_index("id")

    @cached_property
    def links(self) -> pd.DataFrame:
        """All links of incidents."""
        return self.table("link")

    @cached_property
    def truth(self) -> pd.DataFrame:
        """What is true of each incident of the base, by id.

        Columns of `truth/incidents.parquet`, and address_code, library_code, last_code, level,
        relation of what its text tells; codes are null where there is none.
        """
        folder = self.folder / "truth"
        cases = pd.read_parquet(folder / "incidents.parquet")
        told = pd.read_parquet(folder / "address_of_record.parquet")
        told = told.rename(columns={"key": "case_no"})
        columns = ["address_code", "library_code", "last_code", "level", "relation"]
        key = ["source", "case_no"]
        both = self.incidents.reset_index()[["id", *key]].merge(cases, on=key, how="left")
        both = both.merge(told[[*key, *columns]], on=key, how="left").set_index("id")
        codes = ["address_code", "library_code", "last_code", "component_code"]
        both[codes] = both[codes].mask(both[codes] == "")
        flags = ["is_default_location", "same_caller"]
        return both.assign(**{name: both[name].eq(True) for name in flags})

    @cached_property
    def place_probability(self) -> float:
        """From which probability on a link says where a case counts."""
        return self.config.linking.place_probability

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the base."""
        return self.session.frame(f'SELECT * FROM base."{name}" ORDER BY ALL')

    def ids_of_codes(self, kind: str, where: str = "true") -> pd.Series:
        """Return the ids of records by their code; codes that two have are left out."""
        rows = self.session.frame(f'SELECT id, code FROM base."{kind}" WHERE {where}')
        return rows.drop_duplicates("code", keep=False).set_index("code")["id"]

    def made_by(self) -> dict[str, object]:
        """Return version, size, seed and hardness of the generator."""
        told: dict[str, object] = json.loads((self.folder / "truth.json").read_text())["made_by"]
        return told

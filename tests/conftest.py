"""Fixtures that several packages' tests share: the tiny district and a base made of it."""

import datetime as dt
import os
import shutil

import hypothesis
import pytest
from filelock import FileLock

# A busy machine must not fail a property. CI draws the same examples every time, other runs draw
# others; `--hypothesis-profile thorough` tries many at once.
hypothesis.settings.register_profile("quiet", deadline=None, max_examples=50)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("quiet")

AS_OF = dt.date(2026, 11, 1)
SEED = 7


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the longest tests, so that none is left over when the others are done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def usual_steps():
    """The steps of a run without ten on which little or nothing stands: others are quicker so."""
    from blockdata.batch.flow import STEPS

    left_out = {
        *("emerging", "near_repeat", "concentration", "causes", "effects", "rises", "clusters"),
        *("indicators", "scorecard", "tasks"),
    }
    return tuple(step for step in STEPS if step.name not in left_out)


@pytest.fixture(scope="session")
def steps_for():
    """Return some steps of a run with all that they stand on, in order."""
    from blockdata.batch.flow import STEPS

    def needed(*names):
        wanted = set(names)
        for step in reversed(STEPS):
            wanted.update(step.after if step.name in wanted else ())
        return tuple(step for step in STEPS if step.name in wanted)

    return needed


@pytest.fixture
def loading_only(monkeypatch):
    """Have runs read, merge and publish only: what they compute is not what a test is about."""
    monkeypatch.setattr("blockdata.batch.nightly.STEPS", ())


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Make a folder that all workers of a session read: the first that needs it makes it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name, make):
        root, done = shared / name, shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(root, ignore_errors=True)
                make(root)
                done.touch()
        return root

    return folder


@pytest.fixture(scope="session")
def tiny_sources(once):
    """The tiny district's files and configuration, and keys beside it; do not change them."""
    from blockdata.store.keys import make_keys
    from data_samples.district.write import Options, write_sample

    def make(root):
        write_sample(root / "district", Options(size="tiny", seed=SEED))
        make_keys(root / "district" / "keys")

    return once("tiny", make)


@pytest.fixture(scope="session")
def tiny_quick(tiny_sources, once):
    """The same with quick nights: one month is measured, no monthly report; do not change it."""

    def make(root):
        shutil.copytree(tiny_sources, root)
        path = root / "district" / "city.toml"
        head, weights, rest = path.read_text(encoding="utf-8").partition("[scorecard.weights]")
        few = "\n[indicators]\nmonths = 1\n\n[monthly]\nnightly = false\n"
        text = f"{head}[scorecard]\nmonths = 1\n\n{weights}{rest}{few}"
        path.write_text(text, encoding="utf-8")

    return once("quick", make)


@pytest.fixture
def tiny(tiny_quick, tmp_path):
    """A copy of the tiny district that a test may change; returns its configuration's path."""
    shutil.copytree(tiny_quick, tmp_path / "tiny")
    return tmp_path / "tiny" / "district" / "city.toml"


@pytest.fixture(scope="session")
def tiny_base(tiny_sources, once):
    """A published base of the tiny district, for reading only; returns its configuration."""
    from blockdata.batch.nightly import nightly
    from blockdata.config import load_config

    def make(root):
        shutil.copytree(tiny_sources, root)
        nightly(load_config(root / "district" / "city.toml"), as_of=AS_OF)

    return load_config(once("base", make) / "district" / "city.toml")

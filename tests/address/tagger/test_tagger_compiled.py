"""Kernels are compiled also where nothing can be written."""

import subprocess
import sys
from pathlib import Path

import pytest

from blockdata.address.tagger.compiled import compiled


def triple(number):
    return 3 * number


def test_a_compiled_function_gives_the_same_answer():
    assert compiled(triple)(14) == 42


def test_without_a_place_for_the_cache_code_is_compiled_for_this_process(monkeypatch):
    import numba

    asked = []

    def njit(**options):
        asked.append(options.get("cache", False))
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda kernel: kernel

    monkeypatch.setattr(numba, "njit", njit)
    assert compiled(lambda: 7)() == 7
    assert asked == [True, False]


def test_reading_files_needs_no_compiler():
    program = (
        "import sys, blockdata.address.tagger; "
        "sys.exit('numba' in sys.modules and 'numba was imported')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("changed", ["", "# another comment\n"])
def test_the_cache_knows_when_any_source_has_changed(tmp_path, changed):
    """Kernels call one another across files; each file's own time says nothing of the others."""
    from blockdata.address.tagger import compiled as module

    here = tmp_path / "compiled.py"
    here.write_bytes(Path(module.__file__).read_bytes())
    (tmp_path / "other.py").write_text("number = 1\n")
    before = stamp_of(here)
    (tmp_path / "other.py").write_text(f"number = 1\n{changed}")
    assert (stamp_of(here) == before) is (changed == "")


def stamp_of(path):
    program = f"import runpy; print(runpy.run_path({str(path)!r})['_sources_stamp']())"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout

"""Compiled loops work where machine code cannot be kept, and give up the interpreter's lock."""

import os
import subprocess
import sys

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
import loop
assert loop.total(3) == 3, loop.total(3)
print("cached" if loop.total._cache.cache_path else "anew")
"""
LOOP = """
from blockdata.kernels.jit import jit

@jit
def total(count):
    result = 0
    for value in range(count):
        result += value
    return result
"""


def _run(folder, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**{k: v for k, v in os.environ.items() if k != "HOME"}, **environment},
    )


def test_code_is_kept_where_it_can_be(tmp_path):
    (tmp_path / "loop.py").write_text(LOOP)
    done = _run(tmp_path)
    assert done.stdout.strip() == "cached", done.stderr
    assert list(tmp_path.glob("__pycache__/loop.total*"))


def test_code_is_compiled_anew_where_no_folder_can_be_written(tmp_path):
    (tmp_path / "loop.py").write_text(LOOP)
    # No way of keeping code is left: what a locked-down container comes to.
    done = _run(tmp_path, NUMBA_CACHE_LOCATOR_CLASSES="ZipCacheLocator")
    assert done.stdout.strip() == "anew", done.stderr

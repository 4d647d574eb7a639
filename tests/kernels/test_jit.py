"""Compiled loops work where machine code cannot be kept, and are never those of older sources."""

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


def test_kept_code_knows_when_a_source_beside_it_has_changed(tmp_path):
    """Loops call one another across files; each file's own time says nothing of the others."""
    (tmp_path / "loop.py").write_text(LOOP)
    stamp = (
        "import sys; sys.path.insert(0, sys.argv[1]); import loop; print(loop.total.__qualname__)"
    )
    (tmp_path / "other.py").write_text("number = 1\n")
    names = []
    for text in ("number = 1\n", "number = 2\n"):
        (tmp_path / "other.py").write_text(text)
        done = subprocess.run(
            [sys.executable, "-c", stamp, str(tmp_path)], capture_output=True, check=True
        )
        names.append(done.stdout)
    assert names[0] != names[1], names

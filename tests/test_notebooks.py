"""Notebooks run on the tiny base from top to bottom, and are committed without output."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore")
def test_notebook_runs(path, tiny_base, monkeypatch):
    monkeypatch.setenv("BLOCKDATA_BASE", str(tiny_base.base_path))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": FOLDER}}).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_is_committed_without_output(path):
    cells = nbformat.read(path, as_version=4).cells
    assert all(not c.get("outputs") and not c.get("execution_count") for c in cells)

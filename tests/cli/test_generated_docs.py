"""The generated pages are those that the code would generate now."""

import importlib
import sys
from pathlib import Path

import pytest

from blockdata.cli import COMMANDS

ROOT = Path(__file__).parents[2]
LANGS = ("zh", "en")


@pytest.fixture(scope="module")
def generate():
    sys.path.insert(0, str(ROOT))
    try:
        yield importlib.import_module("docs.generate")
    finally:
        sys.path.remove(str(ROOT))


PAGES = [
    *("cli.md", "indicators.md"),
    *(f"{p}.{lang}.md" for p in ("records", "codes", "profiles") for lang in LANGS),
]


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_up_to_date(generate, name):
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert text == generate.pages()[ROOT / "docs" / name], "run: python -m docs.generate"


def test_every_command_is_documented():
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"## blockdata {name}\n" in text

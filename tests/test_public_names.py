"""The public names: a change to them is a decision, written into the golden file by hand."""

from importlib.metadata import version
from pathlib import Path

import pytest

import blockdata as bd

GOLDEN = Path(__file__).parent / "golden" / "public_names.txt"


def test_the_public_names_are_those_agreed_on():
    assert sorted(bd.__all__) == GOLDEN.read_text(encoding="utf-8").split()


def test_there_are_few_enough_to_learn():
    assert len(bd.__all__) <= 40
    assert len(set(bd.__all__)) == len(bd.__all__)


@pytest.mark.parametrize("name", bd.__all__)
def test_every_name_is_there_and_told(name):
    value = getattr(bd, name)
    assert name in dir(bd)
    assert isinstance(value, str) or value.__doc__


def test_the_version_is_that_of_the_installed_package():
    assert bd.__version__ == version("urban-blockdata")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = bd.nonsense

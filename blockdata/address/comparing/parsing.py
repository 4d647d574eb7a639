"""The elements of address texts for comparing, from a parser or from any tagger."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from blockdata.address.normalise import is_missing_text
from blockdata.address.parsed import ELEMENTS, Parsed
from blockdata.address.tagger import Tagger

__all__ = ["LABEL_ELEMENTS", "ElementParser", "TaggerParser", "as_parser", "cleaned"]

#: Labels of public address corpora by the element they name; others count as remarks.
LABEL_ELEMENTS: Mapping[str, str] = {
    **{name: name for name in ELEMENTS},
    "prov": "province",
    "devzone": "zone",
    "village_group": "lane_no",
    "roadno": "road_no",
    "subroad": "lane",
    "subroadno": "lane_no",
    "poi": "estate",
    "subpoi": "place",
    "houseno": "building",
    "cellno": "unit",
    "floorno": "floor",
    "roomno": "room",
    "assist": "relative",
    "distance": "relative",
    "intersection": "relative",
}

# A middle dot parts a developer's name from the estate's; people leave it out.
_DOTS = re.compile(r"[·•・丶\s]+")
_BRACKETS = str.maketrans("（）", "()")
_MISSING = 1


class ElementParser(Protocol):
    """Whatever names the elements of texts as `blockdata.address.parser.Parser` does."""

    def parse(self, texts: Sequence[Any], /) -> Parsed:
        """Return the pieces of every text."""
        ...


class TaggerParser:
    """A parser made of a tagger with labels of its own.

    Parameters
    ----------
    tagger : Tagger
    elements : mapping of str to str, optional
        The element that a label names, by default `LABEL_ELEMENTS`, upper or lower case. Labels
        that are not in it count as remarks.

    Examples
    --------
    >>> tagger = Tagger.fit([("甲路3号", [(0, 2, "ROAD"), (2, 4, "ROADNO")])] * 9)
    >>> TaggerParser(tagger).parse(["甲路3号"])[0].get("road_no")
    '3号'
    """

    def __init__(self, tagger: Tagger, elements: Mapping[str, str] | None = None) -> None:
        known = LABEL_ELEMENTS if elements is None else elements
        names = [known.get(label, known.get(label.lower(), "remark")) for label in tagger.labels]
        self._tagger = tagger
        self._elements = np.array([ELEMENTS.index(name) for name in names], dtype=np.int32)

    def parse(self, texts: Sequence[Any], /) -> Parsed:
        """Return the pieces of every text.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        Parsed
        """
        given = [text if isinstance(text, str) else None for text in texts]
        found = self._tagger.tag_columns(given)
        reasons = np.array([_MISSING * is_missing_text(text) for text in given], dtype=np.uint8)
        return Parsed(
            given,
            found.text,
            found.start,
            found.end,
            self._elements[found.label],
            found.confidence,
            reasons,
        )


def as_parser(parser: ElementParser | Tagger | None) -> ElementParser:
    """Return the given parser, one made of the given tagger, or the shipped one."""
    if isinstance(parser, Tagger):
        return TaggerParser(parser)
    if parser is not None:
        return parser
    from blockdata.address.parser import Parser

    return Parser.shipped()


def cleaned(text: object) -> str | None:
    """Return a text without blanks and middle dots, brackets in one form; None for no text.

    Examples
    --------
    >>> cleaned("建业·时光原著 （西门）")
    '建业时光原著(西门)'
    """
    return _DOTS.sub("", text).translate(_BRACKETS) if isinstance(text, str) else None

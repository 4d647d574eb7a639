"""A text on its way to another form, each of its characters with where it came from."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: What a match becomes: a template with ``\1`` for groups, or a function of the match.
Replacement = str | Callable[[re.Match[str]], str]

_GROUP = re.compile(r"\\([0-9])")


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text made from another one, and where in that source each of its characters stood.

    Parameters
    ----------
    text : str
        The text as it has become.
    starts, ends : tuple of int
        As long as `text`: character i came from ``source[starts[i]:ends[i]]``. Both never
        decrease. A character that was not in the source (the 号 of 号附) has the span of the one
        beside it.

    Examples
    --------
    >>> line = Aligned.of("5 附 1号").substitute(re.compile(" "), "")
    >>> line.text, line.to_source(1, 3)
    ('5附1号', (2, 5))
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, source: str) -> Aligned:
        """Begin with a source as it is: every character comes from itself."""
        return cls(source, tuple(range(len(source))), tuple(range(1, len(source) + 1)))

    def __str__(self) -> str:
        """Return the text alone."""
        return self.text

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that a span of the text came from.

        Parameters
        ----------
        start, end : int
            ``0 <= start <= end <= len(text)``.

        Returns
        -------
        start, end : int
            The shortest span of the source with everything that `text[start:end]` came from;
            an empty span for an empty one.

        Examples
        --------
        >>> Aligned.of("延安三路").to_source(2, 4)
        (2, 4)
        """
        if start < end:
            return self.starts[start], self.ends[end - 1]
        place = self.starts[start] if start < len(self.text) else max(self.ends, default=0)
        return place, place

    def substitute(self, pattern: re.Pattern[str], replacement: Replacement) -> Aligned:
        r"""Replace every match, as ``pattern.sub`` does.

        Groups keep the places of their characters; so does what a replacement has in common
        with the beginning and the end of what it replaces. The rest comes from the rest.

        Parameters
        ----------
        pattern : re.Pattern
        replacement : str or callable
            A template with ``\1`` to ``\9`` in the order of the text, or a function of the match.

        Returns
        -------
        Aligned

        Examples
        --------
        >>> Aligned.of("3栋").substitute(re.compile("栋"), "号楼").to_source(1, 3)
        (1, 2)
        """
        pieces = _Pieces(self)
        position = 0
        for match in pattern.finditer(self.text):
            pieces.copy(position, match.start())
            position = match.start()
            literals, groups = _parts(replacement, match)
            for literal, group in zip(literals, groups, strict=False):
                start, end = match.span(group)
                pieces.write(literal, position, start)
                pieces.copy(start, end)
                position = end
            pieces.write(literals[-1], position, match.end())
            position = match.end()
        if position == 0 and not pieces.text:
            return self
        pieces.copy(position, len(self.text))
        return pieces.aligned()

    def translate(self, table: Mapping[int, str | None]) -> Aligned:
        """Replace or drop single characters, as ``str.translate`` does.

        Parameters
        ----------
        table : mapping of int to str or None
            The text for a code point; None drops it. It must know every code point of the text.

        Returns
        -------
        Aligned

        Examples
        --------
        >>> Aligned.of("a b").translate({97: "A", 32: None, 98: "B"}).starts
        (0, 2)
        """
        pieces = _Pieces(self)
        for place, character in enumerate(self.text):
            pieces.write(table[ord(character)] or "", place, place + 1)
        return pieces.aligned()

    def composed(self) -> Aligned:
        """Bring the text to the form NFKC.

        Characters that are composed or taken apart together share one span.

        Returns
        -------
        Aligned

        Examples
        --------
        >>> Aligned.of("①号").composed().text
        '1号'
        """
        if unicodedata.is_normalized("NFKC", self.text):
            return self
        pieces = _Pieces(self)
        for start, end in _clusters(self.text):
            pieces.write(unicodedata.normalize("NFKC", self.text[start:end]), start, end)
        return pieces.aligned()


class _Pieces:
    """The next form of an aligned text, put together from left to right."""

    def __init__(self, before: Aligned) -> None:
        self.before = before
        self.text: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def copy(self, start: int, end: int) -> None:
        self.text.append(self.before.text[start:end])
        self.starts.extend(self.before.starts[start:end])
        self.ends.extend(self.before.ends[start:end])

    def write(self, literal: str, start: int, end: int) -> None:
        """Write a text in the place of a span."""
        replaced = self.before.text[start:end]
        same = _common(literal, replaced)
        last = _common(literal[same:][::-1], replaced[same:][::-1])
        self.copy(start, start + same)
        self.fill(literal[same : len(literal) - last], start + same, end - last)
        self.copy(end - last, end)

    def fill(self, literal: str, start: int, end: int) -> None:
        if not literal:
            return
        if start == end:  # nothing there: stand with the character before, else the one after
            start, end = (start - 1, start) if start else (start, start + 1)
        self.text.append(literal)
        self.starts.extend([self.before.starts[start]] * len(literal))
        self.ends.extend([self.before.ends[end - 1]] * len(literal))

    def aligned(self) -> Aligned:
        return Aligned("".join(self.text), tuple(self.starts), tuple(self.ends))


def _parts(replacement: Replacement, match: re.Match[str]) -> tuple[list[str], list[int]]:
    """Return the literals of a replacement and the groups between them."""
    if isinstance(replacement, str):
        return _template(replacement)
    return [replacement(match)], []


@functools.cache
def _template(replacement: str) -> tuple[list[str], list[int]]:
    pieces = _GROUP.split(replacement)
    return pieces[::2], [int(group) for group in pieces[1::2]]


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with together."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _clusters(text: str) -> list[tuple[int, int]]:
    """Cut a text where NFKC of the whole is NFKC of the parts."""
    starts = [0]
    for place in range(1, len(text)):
        if _stands_alone(text[starts[-1] : place], text[place]):
            starts.append(place)
    spans = list(zip(starts, [*starts[1:], len(text)], strict=True))
    together = "".join(unicodedata.normalize("NFKC", text[start:end]) for start, end in spans)
    return spans if together == unicodedata.normalize("NFKC", text) else [(0, len(text))]


def _stands_alone(before: str, character: str) -> bool:
    if unicodedata.combining(unicodedata.normalize("NFKD", character)[0]):
        return False
    normalised = unicodedata.normalize("NFKC", before + character)
    return normalised == unicodedata.normalize("NFKC", before) + unicodedata.normalize(
        "NFKC", character
    )

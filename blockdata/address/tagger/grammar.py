"""What labels may stand where: an optional grammar that no answer of a tagger breaks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from blockdata.errors import DeclarationError

__all__ = ["START", "LabelGrammar"]

START = ""
"""Stands for the beginning of the text in `LabelGrammar.follows`."""

Allowed = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LabelGrammar:
    """Which label may follow which, and which may come only once.

    Parameters
    ----------
    follows : mapping of str to collection of str
        For a label, the labels that the next span of the text may have; characters without label
        between the two make no difference. The key ``""`` (`START`) lists the labels that the
        first span may have. After a label that is no key, every label may follow.
    once : collection of str
        Labels that at most one span of a text has.

    Names that the sentences do not have as labels are ignored, so that one grammar serves many
    sets of sentences.

    Raises
    ------
    DeclarationError
        If a list of labels is a bare text.

    Examples
    --------
    >>> grammar = LabelGrammar(
    ...     follows={"": ["city", "road"], "city": ["road"], "number": ["room"]}, once=["number"]
    ... )
    >>> grammar.admits(["city", "road", "number", "room"])
    True
    >>> grammar.admits(["number", "city"])
    False
    """

    follows: Mapping[str, Collection[str]] = field(default_factory=dict)
    once: Collection[str] = ()

    def __post_init__(self) -> None:
        for name, labels in (("once", self.once), *self.follows.items()):
            if isinstance(labels, str):
                raise DeclarationError(
                    "a text stands where labels are listed",
                    where=f"grammar, {name!r}",
                    allowed="a list, tuple or set of labels",
                )

    def admits(self, labels: Iterable[str]) -> bool:
        """Tell whether a text may have these labels in this order.

        Examples
        --------
        >>> LabelGrammar(once=["road"]).admits(["road", "number", "road"])
        False
        """
        before, seen = START, set[str]()
        for label in labels:
            if before in self.follows and label not in self.follows[before]:
                return False
            if label in seen and label in self.once:
                return False
            before = label
            seen.add(label)
        return True

    def tables(self, labels: Sequence[str]) -> tuple[Allowed, Allowed]:
        """Return the grammar over numbered labels.

        Returns
        -------
        next : ndarray of bool, (labels + 1, labels)
            Whether the label of the column may follow that of the row; the last row is the start.
        once : ndarray of bool, (labels,)

        Examples
        --------
        >>> LabelGrammar(follows={"b": ["a"]}).tables(["a", "b"])[0].tolist()
        [[True, True], [True, False], [True, True]]
        """
        allowed = np.ones((len(labels) + 1, len(labels)), np.bool_)
        for row, before in enumerate((*labels, START)):
            if before in self.follows:
                allowed[row] = [label in self.follows[before] for label in labels]
        return allowed, np.array([label in self.once for label in labels], np.bool_)

    def plain(self) -> dict[str, Any]:
        """Return the grammar as lists, in an order of its own: what a model file keeps."""
        follows = {before: sorted(self.follows[before]) for before in sorted(self.follows)}
        return {"follows": follows, "once": sorted(self.once)}

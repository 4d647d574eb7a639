"""Provisional addresses: for a base that has no address library, its own distinct texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from blockdata.address.elements import ELEMENT_COLUMNS
from blockdata.address.latin import names_a_place_in_latin
from blockdata.address.normalise import MISSING_TEXTS, normalise_addresses
from blockdata.address.parts import AddressParts, parse_addresses

# A district or a town alone is an area, not an address.
_MAKES_AN_ADDRESS = (
    "community", "road", "road_no", "estate", "building", "unit", "floor", "room",
)  # fmt: skip


def provisional_addresses(texts: Sequence[str | None], mint: Callable[[str], str]) -> pd.DataFrame:
    """Make one provisional address of each distinct text that names a place.

    Parameters
    ----------
    texts : sequence of str or None
        Addresses as written; None, "", "-", 无 and the like are left out.
    mint : callable
        Gives the id of a normalised text.

    Returns
    -------
    DataFrame
        One row per distinct normalised text with at least a community, road, estate or numbered
        element, or in Latin script with words and a number, sorted by text: ``id``, ``text``
        (normalised), ``province`` ... ``room``, ``rest`` and ``level``.

    Examples
    --------
    >>> texts = ["延安三路 5 号", "延安三路５号", "不详", None]
    >>> provisional_addresses(texts, mint=lambda text: f"adr-{len(text)}")[["id", "text"]].values
    ... # doctest: +NORMALIZE_WHITESPACE
    array([['adr-6', '延安三路5号']], dtype=object)
    """
    normalised = {text for text in normalise_addresses(texts) if text}
    distinct = sorted(normalised - MISSING_TEXTS)
    placed = [
        (text, parts)
        for text, parts in zip(distinct, parse_addresses(distinct), strict=True)
        if _names_a_place(parts) or names_a_place_in_latin(text)
    ]
    rows = [(mint(text), text, *parts.values(), parts.level) for text, parts in placed]
    return pd.DataFrame(rows, columns=["id", "text", *ELEMENT_COLUMNS, "level"], dtype="str")


def _names_a_place(parts: AddressParts) -> bool:
    return any(getattr(parts, level) is not None for level in _MAKES_AN_ADDRESS)

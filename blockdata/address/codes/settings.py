"""A code scheme of the city's own, as its configuration declares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blockdata.address.codes.checking import DIGITS, DIGITS_LETTERS
from blockdata.address.codes.scheme import CodeScheme, Segment
from blockdata.address.codes.standard import STANDARD_SCHEMES
from blockdata.errors import ConfigError, DeclarationError

__all__ = ["ALPHABETS", "code_schemes"]

ALPHABETS: Mapping[str, str] = {"digits": DIGITS, "digits_letters": DIGITS_LETTERS}
"""Names that a configuration may use for an alphabet; anything else is the alphabet itself."""


def code_schemes(declared: Iterable[Mapping[str, Any]] = ()) -> dict[str, CodeScheme]:
    """Return the code schemes by name: those of the standards, and the city's own.

    Parameters
    ----------
    declared : iterable of mapping
        The entries of ``[[address.code_scheme]]``: ``name``, ``segments`` (each with ``name``,
        ``width`` and optionally ``alphabet``, ``level``, ``filler``, ``written``,
        ``leading_zero``) and optionally ``check``.

    Returns
    -------
    dict
        One of the city's own takes the place of a standard's of the same name.

    Raises
    ------
    ConfigError
        If a declaration contradicts itself, or two of the city's have one name.

    Examples
    --------
    >>> own = {"name": "well", "check": "iso7064_mod11_2", "segments": [
    ...     {"name": "body", "width": 4, "level": None},
    ...     {"name": "check", "width": 1, "alphabet": "0123456789X", "level": "well"}]}
    >>> code_schemes([own])["well"].is_valid(["07940", "07941"]).tolist()
    [True, False]
    """
    schemes = {scheme.name: scheme for scheme in STANDARD_SCHEMES}
    own: set[str] = set()
    for entry in declared:
        name = str(entry["name"])
        if name in own:
            raise ConfigError("two code schemes have one name", where=_place(name))
        own.add(name)
        try:
            segments = tuple(_segment(s) for s in entry["segments"])
            schemes[name] = CodeScheme(name, segments, entry.get("check"))
        except DeclarationError as error:
            raise ConfigError(str(error), where=_place(name)) from error
    return schemes


def _segment(declared: Mapping[str, Any]) -> Segment:
    alphabet = str(declared.get("alphabet", "digits"))
    return Segment(**(dict(declared) | {"alphabet": ALPHABETS.get(alphabet, alphabet)}))


def _place(name: str) -> str:
    return f"[[address.code_scheme]] {name!r}"

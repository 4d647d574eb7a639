"""Ids for life: a kind's prefix and 13 characters of base32."""

from __future__ import annotations

import base64
import hashlib

_LENGTH = 13
_SEPARATOR = "\x1f"


def mint(prefix: str, *parts: str) -> str:
    """Return an id from what it is the id of.

    Parameters
    ----------
    prefix : str
        Three letters of the kind.
    *parts : str
        For a record: kind, source, first key, first delivery's SHA-256.

    Returns
    -------
    str
        The prefix and 13 characters of `a-z2-7`, 65 bits of SHA-256: among ten million records
        of a kind the chance of any two colliding is about one in a million.

    Examples
    --------
    >>> mint("inc", "incident", "hotline", "20261101-7", "ab12")
    'inclbodx7pq7npsz'
    """
    digest = hashlib.sha256(_SEPARATOR.join(parts).encode()).digest()
    return prefix + base64.b32encode(digest)[:_LENGTH].decode().lower()


def key_text(parts: tuple[str, ...]) -> str:
    """Return one text for a key of several fields; a bar inside a part is escaped.

    Examples
    --------
    >>> key_text(("unit", "370203001001001"))
    'unit|370203001001001'
    """
    return "|".join(p.replace("\\", "\\\\").replace("|", "\\|") for p in parts)

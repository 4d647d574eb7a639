"""Keys under which names that may be alike meet, without comparing all with all."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from blockdata.address.names.readings import CODE_POINTS
from blockdata.address.names.scoring import LONGEST, Characters
from blockdata.address.names.tokens import FIRST_NUMBER, NameTokens
from blockdata.kernels.jit import jit

__all__ = ["keys_of", "sounds_of"]

_SEED, _PRIME = 1469598103934665603, 1099511628211
_NEAR, _BEGINNING, _ENDS, _SHORT = 11, 12, 13, 14
_PAIR, _SHORT_NAME = 2, 3
_NO_SOUND = 1 << 20


@jit
def _mix(digest: int, value: int) -> int:
    digest = (digest ^ value) * _PRIME
    return digest ^ (digest >> 29)


@jit
def sounds_of(tokens: Any, known: Characters) -> Any:
    """Return for each token what it sounds like; a number sounds like itself alone."""
    sounds = np.empty(len(tokens), dtype=np.int64)
    for at, token in enumerate(tokens):
        sounds[at] = token + _NO_SOUND
        if token < CODE_POINTS and known.readings[token, 0] != 0:
            sounds[at] = known.folded[known.readings[token, 0]]
    return sounds


@jit
def _sequence(sounds: Any, without: int, instead: int, digest: int) -> int:
    """Hash sounds, one of them left out or, if `instead` is not 0, replaced."""
    for at, sound in enumerate(sounds):
        if at != without:
            digest = _mix(digest, sound)
        elif instead != 0:
            digest = _mix(digest, instead)
    return digest


@jit
def _numbers(tokens: Any, digest: int) -> int:
    for token in tokens:
        if token >= FIRST_NUMBER:
            digest = _mix(digest, token)
    return digest


@jit
def _write_readings(sounds: Any, at: int, token: int, known: Characters, keys: Any) -> int:
    """Write keys with one token read in its other ways, then as what it looks like."""
    count = 0
    if token >= CODE_POINTS:
        return count
    for reading in known.readings[token, 1:]:
        if reading != 0:
            keys[count] = _sequence(sounds, at, known.folded[reading], _SEED)
            count += 1
    for group in known.near[token]:
        if group != 0:
            keys[count] = _sequence(sounds, at, -int(group), _SEED + _NEAR)
            count += 1
    return count


@jit
def _write_short_forms(sounds: Any, tokens: Any, line: int, keys: Any) -> int:
    """Write keys of the places that short forms keep: the beginning, the first and the last."""
    length = len(tokens)
    if length < _PAIR:
        return 0
    numbers = _numbers(tokens, _SEED)
    keys[0] = _sequence(sounds[:2], -1, 0, _mix(numbers + _BEGINNING, line))
    keys[1] = _mix(_mix(numbers + _ENDS, sounds[0]), sounds[length - 1])
    if length == _PAIR:
        return 2
    keys[2] = _sequence(sounds[:3], -1, 0, numbers + _BEGINNING)
    return 3


@jit
def _write(tokens: Any, line: int, known: Characters, keys: Any) -> int:
    """Write the keys of one name; return how many.

    The first is the sound of the whole. Then each token read otherwise and each left out in turn:
    one insertion, deletion, replacement or transposition apart, both names have a key in common.
    Last what a short form keeps (万科城市花园, 万科花园). Numbers are in every key.
    """
    sounds = sounds_of(tokens, known)
    keys[0] = _sequence(sounds, -1, 0, _SEED)
    count, length = 1, len(tokens)
    # With so few tokens left, class words must be of one kind.
    left_out = _mix(_SEED + _SHORT, line) if length <= _SHORT_NAME else _SEED
    for at in range(length):
        token = tokens[at]
        count += _write_readings(sounds, at, token, known, keys[count:])
        if token < FIRST_NUMBER and length >= _SHORT_NAME:
            keys[count] = _sequence(sounds, at, 0, left_out)
            count += 1
    return count + _write_short_forms(sounds, tokens, line, keys[count:])


@jit
def _write_all(
    tokens: Any, bounds: Any, word: Any, known: Characters, keys: Any, owner: Any
) -> int:
    count = 0
    for name in range(len(word)):
        own = tokens[bounds[name] : bounds[name + 1]]
        if len(own) == 0 or len(own) > LONGEST:
            continue
        written = _write(own, known.classes[word[name], 0], known, keys[count:])
        owner[count : count + written] = name
        count += written
    return count


def keys_of(
    names: NameTokens, known: Characters
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return the keys of names and whose they are, in the order of the names.

    Parameters
    ----------
    names : NameTokens
    known : Characters

    Returns
    -------
    tuple of (ndarray of int64, ndarray of int32)
        Keys, and for each the index of its name; a name's keys stand together, that of its whole
        sound first. A name without tokens, or of more than 64, has none.

    Examples
    --------
    >>> from blockdata.address.names.scoring import characters
    >>> from blockdata.address.names.tokens import tokenise_names
    >>> keys, owner = keys_of(tokenise_names(["说兴围", "悦兴围"]), characters())
    >>> bool(set(keys[owner == 0]) & set(keys[owner == 1]))
    True
    """
    each = 1 + known.near.shape[1] + known.readings.shape[1]
    most = len(names.tokens) * each + 4 * len(names.word)
    keys, owner = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int32)
    count = _write_all(names.tokens, names.bounds, names.word, known, keys, owner)
    return keys[:count], owner[:count]

"""Hashes and the hash table that the kernels share: 64-bit keys to small numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.address.tagger.compiled import compiled

__all__ = ["ABSENT", "build_filter", "build_slots", "chance", "find", "may_have", "mixed"]

ABSENT = -1
Hashes = npt.NDArray[np.uint64]

_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_GOLDEN, _FRACTIONS = np.uint64(0x9E3779B97F4A7C15), float(1 << 53)
_HALF, _TOP, _LAST, _ONE = np.uint64(32), np.uint64(20), np.uint64(63), np.uint64(1)
_LOW = np.uint64(0xFFFFFFFF)


@compiled
def mixed(value: np.uint64) -> np.uint64:
    """Spread a number over all 64 bits (the finaliser of splitmix64, shortened)."""
    value = (value ^ (value >> _HALF)) * _MULTIPLIER
    return np.uint64(value ^ (value >> np.uint64(29)))


@compiled
def chance(state: Hashes) -> float:
    """Return the next number in [0, 1) of a generator (splitmix64) whose state is one number."""
    state[0] += _GOLDEN
    return float(mixed(mixed(state[0])) >> np.uint64(11)) / _FRACTIONS


@compiled
def find(slots: Hashes, key: np.uint64) -> int:
    """Return the number stored for a key, ABSENT if there is none.

    A slot holds the key's upper half and the number plus one; keys that agree in the upper half
    and fall beside each other are taken for one, which happens once in 2^32 probes.
    """
    mask = np.uint64(slots.size - 1)
    print_ = key >> _HALF
    place = key & mask
    while True:
        slot = slots[place]
        if slot == np.uint64(0):
            return ABSENT
        if slot >> _HALF == print_:
            return int(np.int64(slot & _LOW)) - 1
        place = (place + np.uint64(1)) & mask


@compiled
def may_have(bits: Hashes, key: np.uint64) -> np.uint64:
    """Return 0 if a key is certainly not in the filter, else 1."""
    word = bits[(key >> _TOP) & np.uint64(bits.size - 1)]
    return np.uint64((word >> (key & _LAST)) & _ONE)


def build_slots(keys: Hashes) -> Hashes:
    """Return a hash table that gives each key its index.

    Parameters
    ----------
    keys : ndarray of uint64
        Distinct hashes.

    Examples
    --------
    >>> slots = build_slots(np.array([7 << 40, 9 << 40], dtype=np.uint64))
    >>> int(find(slots, np.uint64(9 << 40))), int(find(slots, np.uint64(8 << 40)))
    (1, -1)
    """
    size = 1 << max(4, int(2 * len(keys)).bit_length())
    slots = np.zeros(size, dtype=np.uint64)
    _fill(slots, keys)
    return slots


def build_filter(keys: Hashes) -> Hashes:
    """Return a bit field that tells, for nearly every hash that is no key, that it is none.

    Most features of a text have no weight; one bit answers that without a branch.
    """
    words = 1 << max(4, len(keys).bit_length() - 2)
    bits = np.zeros(words, dtype=np.uint64)
    place = (keys >> _TOP) & np.uint64(words - 1)
    np.bitwise_or.at(bits, place, _ONE << (keys & _LAST))
    return bits


@compiled
def _fill(slots: Hashes, keys: Hashes) -> None:
    mask = np.uint64(slots.size - 1)
    for index in range(keys.size):
        key = keys[index]
        place = key & mask
        while slots[place] != np.uint64(0):
            place = (place + np.uint64(1)) & mask
        slots[place] = ((key >> _HALF) << _HALF) | np.uint64(index + 1)

"""Hashes and the hash table that the kernels share: 64-bit keys to small numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from blockdata.kernels.jit import jit_finite

__all__ = ["ABSENT", "build_filter", "build_slots", "chance", "find", "may_have", "mixed"]

ABSENT = -1
Hashes = npt.NDArray[np.uint64]

_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_GOLDEN, _FRACTIONS = np.uint64(0x9E3779B97F4A7C15), float(1 << 53)
_HALF, _TOP, _LAST, _ONE = np.uint64(32), np.uint64(20), np.uint64(63), np.uint64(1)
_LOW = np.uint64(0xFFFFFFFF)
_MOST_MOVES = 200


@jit_finite
def mixed(value: np.uint64) -> np.uint64:
    """Spread a number over all 64 bits (the finaliser of splitmix64, shortened)."""
    value = (value ^ (value >> _HALF)) * _MULTIPLIER
    return np.uint64(value ^ (value >> np.uint64(29)))


@jit_finite
def chance(state: Hashes) -> float:
    """Return the next number in [0, 1) of a generator (splitmix64) whose state is one number."""
    state[0] += _GOLDEN
    return float(mixed(mixed(state[0])) >> np.uint64(11)) / _FRACTIONS


@jit_finite
def find(slots: Hashes, key: np.uint64) -> int:
    """Return the number stored for a key, ABSENT if there is none.

    A key lies in one of two places (cuckoo hashing), both of which are read: no branch depends on
    what is found. A slot holds the key's upper half and the number plus one; keys that agree in
    the upper half and share a place are taken for one, which happens once in 2^32 probes.
    """
    mask, print_ = np.uint64(slots.size - 1), key >> _HALF
    one, other = slots[key & mask], slots[print_ & mask]
    slot = one if one >> _HALF == print_ else other
    return int(np.int64(slot & _LOW)) - 1 if slot >> _HALF == print_ else ABSENT


@jit_finite
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

    References
    ----------
    Pagh, R. and Rodler, F. (2004). Cuckoo hashing.

    Examples
    --------
    >>> slots = build_slots(np.array([7 << 40, 9 << 40], dtype=np.uint64))
    >>> int(find(slots, np.uint64(9 << 40))), int(find(slots, np.uint64(8 << 40)))
    (1, -1)
    """
    slots = np.zeros(1 << max(4, int(2.5 * len(keys)).bit_length()), dtype=np.uint64)
    while not _fill(slots, keys):
        slots = np.zeros(2 * len(slots), dtype=np.uint64)
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


@jit_finite
def _fill(slots: Hashes, keys: Hashes) -> bool:
    """Give each key one of its two places; return whether all found one."""
    mask = np.uint64(slots.size - 1)
    for index in range(keys.size):
        slot = ((keys[index] >> _HALF) << _HALF) | np.uint64(index + 1)
        place = keys[index] & mask
        for _ in range(_MOST_MOVES):
            slot, slots[place] = slots[place], slot
            if slot == np.uint64(0):
                break
            # Who lay here moves to the other of its places.
            key = keys[(slot & _LOW) - np.uint64(1)]
            one, other = key & mask, (key >> _HALF) & mask
            place = other if place == one else one
        else:
            return False
    return True

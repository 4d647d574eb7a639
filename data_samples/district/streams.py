"""Random numbers of each part's own, so that one part's change leaves the others alone."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from data_samples.district import VERSION


@dataclass(frozen=True)
class Streams:
    """The source of all randomness of one district.

    Parameters
    ----------
    seed : int
    district : int, default 0
        Number of the district in a city; each has streams of its own.

    Examples
    --------
    >>> bool(Streams(1).of("streets").random() == Streams(1).of("streets").random())
    True
    >>> bool(Streams(1).of("streets").random() == Streams(1).of("people").random())
    False
    """

    seed: int
    district: int = 0

    def of(self, part: str) -> np.random.Generator:
        """Return the random numbers of a part, by its name."""
        key = int.from_bytes(sha256(part.encode()).digest()[:8], "big")
        sequence = np.random.SeedSequence([VERSION, self.seed, self.district, key])
        return np.random.Generator(np.random.PCG64(sequence))

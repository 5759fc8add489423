"""Random numbers that depend on a key alone, so that a larger set extends a smaller one."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

COLUMNS = 80  # numbers held for every key; more than any drawing uses


class Sampler:
    """A row of uniform numbers for every key; each call below uses up the next column.

    A key is a tuple of integers such as (seed, person, picture); its row depends on nothing else.
    """

    def __init__(self, keys: Sequence[tuple[int, ...]]) -> None:
        self._uniform = np.empty((len(keys), COLUMNS))
        for row, key in zip(self._uniform, keys, strict=True):
            np.random.Generator(np.random.PCG64(np.random.SeedSequence(key))).random(out=row)
        self._used = 0

    def uniform(self, low: float = 0.0, high: float = 1.0) -> np.ndarray:
        """Numbers spread evenly from low to high, one for every key."""
        column = self._uniform[:, self._used]
        self._used += 1
        return low + (high - low) * column

    def normal(self, spread: float, limit: float) -> np.ndarray:
        """Normal numbers about 0 with the given standard deviation, clipped to ±limit."""
        return np.clip(spread * ndtri(self.uniform()), -limit, limit)

    def flag(self, probability: float) -> np.ndarray:
        """True with the given probability."""
        return self.uniform() < probability

    def choice(self, weights: Sequence[float]) -> np.ndarray:
        """The number of one of the weights, each as likely as it is heavy."""
        edges = np.cumsum(weights) / np.sum(weights)
        return np.searchsorted(edges[:-1], self.uniform(), side="right")

    def colour(self, ramp: np.ndarray, jitter: float = 0.0) -> np.ndarray:
        """A colour (3,) from anywhere along a ramp of colours (n, 3), each channel jittered."""
        place = self.uniform(0, len(ramp) - 1)
        knots = np.arange(len(ramp))
        channels = [np.interp(place, knots, ramp[:, c]) for c in range(3)]
        return np.stack([c * (1 + jitter * self.uniform(-1, 1)) for c in channels], axis=-1)

"""Verification as binary classification: a logistic unit on the difference of two encodings.

    ŷ = σ(Σₖ wₖ·uₖ + b),   uₖ = |fₖ − f′ₖ|   or   uₖ = χ²ₖ = (fₖ − f′ₖ)² / (fₖ + f′ₖ)

ŷ is the probability that both pictures show one person. The w learn what each of the 128 numbers is
worth; d with a threshold values them all alike (``Gallery.verify``; ``roc.py`` chooses τ).
"""

from collections.abc import Callable

import numpy as np

from minidl import nn
from minidl.arguments import check_choice, check_int, check_numbers
from minidl.faces.distances import check_pairs
from minidl.functional.arguments import check_array, check_gradient

Feature = Callable[[np.ndarray, np.ndarray], np.ndarray]


def absolute_difference(f: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Return |f − g|, number by number, ``(N, D), (N, D) → (N, D)``."""
    check_pairs(f, g)
    return np.abs(f - g)


def absolute_difference_backward(
    du: np.ndarray, f: np.ndarray, g: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (df, dg) = (du·sign(f − g), −df); where both are equal there is no slope: 0."""
    check_pairs(f, g)
    check_gradient(du, f.shape, f.dtype, "du")
    df = du * np.sign(f - g)
    return df, -df


def chi_square(f: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Return χ² = (f − g)² / (f + g), number by number, for features that are not negative.

    Where both are 0 they do not differ: 0/0 counts as 0. For encodings with signs, see
    ``crelu``.

    Raises:
        ValueError: for negative numbers: f + g could be 0 or less, and χ² infinite or negative.
    """
    check_pairs(f, g)
    if (f < 0).any() or (g < 0).any():
        raise ValueError(
            "χ² needs features that are not negative: with signs, f + g can be 0 where f and g "
            "differ. Use crelu(f) first."
        )
    total = f + g
    return np.divide((f - g) ** 2, total, out=np.zeros_like(total), where=total > 0)


def crelu(f: np.ndarray) -> np.ndarray:
    """Return (max(f, 0), max(−f, 0)) side by side, ``(N, D) → (N, 2·D)``: nothing is negative.

    The concatenated ReLU (Shang and others, arXiv 1603.05201); no information is lost. With equal
    weights on the two halves, χ² of what is split is (f − g)² / (|f| + |g|) of what was not.
    """
    check_array(f, "f", 2, "(N, D)")
    return np.concatenate([np.maximum(f, 0), np.maximum(-f, 0)], axis=1)


FEATURES: dict[str, Feature] = {
    "absolute": absolute_difference,
    "chi-square": lambda f, g: chi_square(crelu(f), crelu(g)),  # (N, D) → (N, 2·D)
}


class Head:
    """A logistic unit on the features of two encodings, trained on pairs.

    Args:
        feature: ``"absolute"``, ``"chi-square"``, or a function of two arrays of encodings.
        size: numbers in an encoding.
        seed: of the first weights.
    """

    def __init__(self, feature: str | Feature = "absolute", *, size: int = 128, seed: int = 0):
        if not callable(feature):
            feature = FEATURES[check_choice(feature, "feature", FEATURES)]
        self.feature = feature
        probe = np.zeros((1, check_int(size, "size")), np.float32)
        width = self.feature(probe, probe).shape[1]
        self.network = nn.Sequential([nn.Dense(1, name="unit")], input_shape=(width,), seed=seed)

    def logits(self, f: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return Σₖ wₖuₖ + b, ``(N,)``: above 0 for "the same person"."""
        return self.network.predict(self.feature(f, g), batch_size=4096)[:, 0]

    def probability(self, f: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Return ŷ, ``(N,)``."""
        return np.exp(-np.logaddexp(0, -self.logits(f, g)))

    def fit(
        self,
        f: np.ndarray,
        g: np.ndarray,
        same: np.ndarray,
        *,
        epochs: int = 30,
        batch_size: int = 128,
        lr: float = 0.02,
        seed: int = 0,
        progress: bool = False,
    ) -> nn.History:
        """Train on pairs of encodings ``(N, D)``, ``same`` 1 for one person and 0 for two.

        Features are computed once. Adam; the rate falls along a cosine.
        """
        epochs, batch_size = check_int(epochs, "epochs", 0), check_int(batch_size, "batch_size")
        u = self.feature(f, g)
        target = check_numbers(same, "same").astype(u.dtype)
        if target.shape != (len(u),):
            raise ValueError(f"same must be ({len(u)},), one for each pair, got {target.shape}.")
        target = target[:, None]
        steps = epochs * -(-len(u) // batch_size)
        return nn.fit(
            self.network,
            nn.shuffled_batches(u, target, batch_size, seed=seed),
            nn.binary_cross_entropy,
            nn.Adam(self.network.parameters, nn.cosine(lr, max(steps, 1))),
            epochs=epochs,
            progress=progress,
        )

"""Batch norm (with the statistics it keeps), vectors of unit length, and dropout."""

import numpy as np

import minidl.functional as F
from minidl.arguments import SMALLEST, check_number
from minidl.functional.arguments import check_activation
from minidl.nn.dense import Affine
from minidl.nn.layer import Layer, Operation, Shape


class BatchNorm(Affine):
    """Batch norm per channel; in training it also updates its running mean and variance.

    Apart from training it is an affine map. ``momentum``, ``epsilon`` and ``activation`` are those
    of ``F.batch_norm``.
    """

    kind = "norm"
    operation, derivative = staticmethod(F.batch_norm), staticmethod(F.batch_norm_backward)

    def __init__(
        self,
        *,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        activation: str | None = None,
        name: str | None = None,
    ):
        super().__init__(name)
        self.momentum = check_number(momentum, "momentum", 0, 1)
        self.epsilon = check_number(epsilon, "epsilon", SMALLEST, 1)
        check_activation(activation)
        self.activation = activation

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Begin with γ = 1, β = 0 and the statistics of a standard normal."""
        super().build(*shapes, rng=rng, dtype=dtype)
        self.buffers["mean"] = np.zeros_like(self.parameters["gamma"].value)
        self.buffers["var"] = np.ones_like(self.parameters["gamma"].value)

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return batch_norm(x) and its cache; in training keep the new running statistics."""
        y, cache = F.batch_norm(
            x,
            self.parameters["gamma"].value,
            self.parameters["beta"].value,
            self.buffers["mean"],
            self.buffers["var"],
            training=training,
            momentum=self.momentum,
            epsilon=self.epsilon,
            activation=self.activation,
        )
        if training:
            self.buffers["mean"], self.buffers["var"] = cache.mean, cache.var
        return y, cache


class L2Normalize(Operation):
    """Bring every vector to length 1, so that squared distances lie in [0, 4]."""

    kind = "normalize"
    keeps = "y"
    operation, derivative = staticmethod(F.l2_normalize), staticmethod(F.l2_normalize_backward)


class Dropout(Layer):
    """Set each number to 0 with probability ``rate``, in training only.

    The draws depend on the network's seed and on how many times the layer has drawn, which it
    counts in a buffer: a run that was saved and resumed draws what it would have drawn.
    """

    kind = "dropout"
    keeps = "y"  # in fact a mask as large as y

    def __init__(self, rate: float, *, name: str | None = None):
        super().__init__(name)
        self.rate = check_number(rate, "rate", 0, 1, open_high=True)

    def build(self, *shapes: Shape, rng: np.random.Generator, dtype: np.dtype) -> None:
        """Keep a seed of its own and a counter."""
        self.buffers["draws"] = np.array([rng.integers(2**63), 0], np.int64)

    def forward(self, x: np.ndarray, *, training: bool = False) -> tuple[np.ndarray, object]:
        """Return dropout(x) and its cache; outside training x itself and no cache."""
        if not training:
            return x, None
        draws = self.buffers["draws"]
        self.buffers["draws"] = draws + np.array([0, 1])
        return F.dropout(x, self.rate, np.random.default_rng(draws))

    def backward(
        self, dy: np.ndarray, cache: object, *, need_input: bool = True
    ) -> np.ndarray | None:
        """Return dx."""
        return dy if cache is None else F.dropout_backward(dy, cache)

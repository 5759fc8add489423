"""A parameter: an array that training changes, and the gradient that says how."""

import numpy as np


class Parameter:
    """An array of weights with its gradient.

    Gradients *accumulate*: every backward pass adds to ``grad`` until ``zero_grad`` clears it, so
    that a layer that runs twice (the two branches of a Siamese network) collects both parts.
    """

    def __init__(self, value: np.ndarray):
        self.value = value
        self.trainable = True
        self._grad: np.ndarray | None = None

    @property
    def grad(self) -> np.ndarray:
        """The sum of the gradients since the last ``zero_grad``; zeros if there were none."""
        if self._grad is None:
            self._grad = np.zeros_like(self.value)
        return self._grad

    def add_gradient(self, gradient: np.ndarray) -> None:
        """Add one more gradient, of the value's shape and dtype."""
        if gradient.shape != self.value.shape or gradient.dtype != self.value.dtype:
            raise ValueError(
                f"a gradient must be {self.value.dtype} {self.value.shape} like its parameter, "
                f"got {gradient.dtype} {gradient.shape}."
            )
        self._grad = gradient if self._grad is None else self._grad + gradient

    def zero_grad(self) -> None:
        """Forget the gradients collected so far."""
        self._grad = None

    def freeze(self) -> None:
        """Stop collecting gradients, and make the value read-only: changing it in place raises."""
        self.trainable = False
        self.zero_grad()
        self.value.flags.writeable = False

    def unfreeze(self) -> None:
        """Let training change the value again: a copy of it, if the array itself is read-only."""
        self.trainable = True
        if not self.value.flags.writeable:
            self.value = self.value.copy()

    def __repr__(self) -> str:
        state = "" if self.trainable else ", frozen"
        return f"Parameter({self.value.shape}, {self.value.dtype}{state})"

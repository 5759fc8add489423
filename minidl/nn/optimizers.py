"""Optimisers: how a gradient becomes a step.

All of them move every parameter by ``−lr·direction``; they differ in the direction. Weight decay
shrinks parameters by ``lr·weight_decay`` beside it (Loshchilov & Hutter, 2019).
"""

from collections.abc import Callable, Mapping

import numpy as np

from minidl.functional.arguments import check_number
from minidl.nn.parameter import Parameter

Rate = float | Callable[[int], float]


class Optimizer:
    """What the optimisers share: the learning rate, decay, clipping, and state that can be saved.

    Args:
        parameters: a network's ``parameters``; frozen ones are left alone.
        lr: learning rate, a number or a schedule (a function of the number of steps done).
        weight_decay: share of each parameter that a step of rate 1 takes away.
        clip_norm: if all gradients together are longer than this, they are scaled down to it.
    """

    slots: tuple[str, ...] = ()

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        lr: Rate = 1e-2,
        *,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
    ):
        if not isinstance(parameters, Mapping):
            raise TypeError(
                f"parameters must be a network's .parameters, got {type(parameters).__name__}."
            )
        if not callable(lr):
            check_number(lr, "lr", 0, np.inf)
        check_number(weight_decay, "weight_decay", 0, np.inf)
        if clip_norm is not None:
            check_number(clip_norm, "clip_norm", 0, np.inf)
        self.parameters = dict(parameters)
        self.lr, self.weight_decay, self.clip_norm = lr, weight_decay, clip_norm
        self.steps = 0
        self.memory = {
            name: {slot: np.zeros_like(p.value) for slot in self.slots}
            for name, p in self.parameters.items()
            if p.trainable
        }

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.lr(self.steps) if callable(self.lr) else self.lr)

    def step(self) -> None:
        """Change every trainable parameter by its gradient, in place, and clear the gradients."""
        rate, scale = self.rate, self._clip()
        self.steps += 1
        for name, parameter in self.parameters.items():
            if parameter.trainable:
                kind = parameter.value.dtype.type
                memory = self._memory(name, parameter)
                direction = self.direction(parameter.grad * kind(scale), memory)
                parameter.value *= kind(1 - rate * self.weight_decay)
                parameter.value -= kind(rate) * direction
            parameter.zero_grad()

    def direction(self, gradient: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return the direction to go against; ``memory`` holds this parameter's slots."""
        return gradient

    def _memory(self, name: str, parameter: Parameter) -> dict[str, np.ndarray]:
        if name not in self.memory:  # it was frozen when the optimiser was made
            self.memory[name] = {slot: np.zeros_like(parameter.value) for slot in self.slots}
        return self.memory[name]

    def _clip(self) -> float:
        if self.clip_norm is None:
            return 1.0
        trained = (p for p in self.parameters.values() if p.trainable)
        norm = float(np.sqrt(sum(float(np.vdot(p.grad, p.grad)) for p in trained)))
        return min(1.0, self.clip_norm / norm) if norm > 0 else 1.0

    def state(self) -> dict[str, np.ndarray]:
        """Return the number of steps and every slot, by name."""
        slots = {
            f"{name}/{slot}": array
            for name, memory in self.memory.items()
            for slot, array in memory.items()
        }
        return {"steps": np.array(self.steps, np.int64), **slots}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Take over what ``state`` returned.

        Raises:
            ValueError: if the names or shapes are those of another optimiser; nothing is changed.
        """
        mine = self.state()
        if set(state) != set(mine):
            odd = sorted(set(state) ^ set(mine))
            raise ValueError(f"this state belongs to another optimiser: {odd[0]!r} differs.")
        for name, array in mine.items():
            if state[name].shape != array.shape:
                raise ValueError(f"{name!r} must be {array.shape}, got {state[name].shape}.")
        self.steps = int(state["steps"])
        for name, memory in self.memory.items():
            for slot in memory:
                memory[slot] = state[f"{name}/{slot}"].copy()


class GradientDescent(Optimizer):
    """θ := θ − lr·g."""


class Momentum(Optimizer):
    """v := β·v + g, θ := θ − lr·v: a ball with friction instead of a step (Polyak, 1964)."""

    slots = ("velocity",)

    def __init__(self, parameters: Mapping[str, Parameter], lr: Rate = 1e-2, *, beta=0.9, **more):
        check_number(beta, "beta", 0, 1, open_high=True)
        self.beta = beta
        super().__init__(parameters, lr, **more)

    def direction(self, gradient: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return the velocity."""
        v = memory["velocity"]
        v *= v.dtype.type(self.beta)
        v += gradient
        return v


class RMSProp(Optimizer):
    """s := β·s + (1 − β)·g², θ := θ − lr·g / (√s + ε): each number by its own size (Hinton)."""

    slots = ("square",)

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        lr: Rate = 1e-3,
        *,
        beta: float = 0.9,
        epsilon: float = 1e-8,
        **more,
    ):
        check_number(beta, "beta", 0, 1, open_high=True)
        self.beta, self.epsilon = beta, epsilon
        super().__init__(parameters, lr, **more)

    def direction(self, gradient: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return the gradient over the root of its running mean square."""
        s = memory["square"]
        s *= s.dtype.type(self.beta)
        s += s.dtype.type(1 - self.beta) * gradient**2
        return gradient / (np.sqrt(s) + s.dtype.type(self.epsilon))


class Adam(Optimizer):
    """Momentum over RMSProp, both corrected for having begun at zero (Kingma & Ba, 2015).

    m := β₁·m + (1 − β₁)·g,  s := β₂·s + (1 − β₂)·g²,
    θ := θ − lr·(m / (1 − β₁ᵗ)) / (√(s / (1 − β₂ᵗ)) + ε)
    """

    slots = ("mean", "square")

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        lr: Rate = 1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **more,
    ):
        check_number(beta1, "beta1", 0, 1, open_high=True)
        check_number(beta2, "beta2", 0, 1, open_high=True)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        super().__init__(parameters, lr, **more)

    def direction(self, gradient: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return the corrected mean over the root of the corrected mean square."""
        m, s = memory["mean"], memory["square"]
        kind = m.dtype.type
        m *= kind(self.beta1)
        m += kind(1 - self.beta1) * gradient
        s *= kind(self.beta2)
        s += kind(1 - self.beta2) * gradient**2
        m_full = kind(1 - self.beta1**self.steps)
        s_full = kind(1 - self.beta2**self.steps)
        return (m / m_full) / (np.sqrt(s / s_full) + kind(self.epsilon))

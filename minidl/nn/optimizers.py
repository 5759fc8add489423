"""Optimisers: how a gradient becomes a step.

All of them move every parameter θ, whose gradient is g, by ``−lr·direction``; they differ in the
direction. Weight decay shrinks parameters by ``lr·weight_decay`` beside it (Loshchilov & Hutter,
2019).
"""

from collections.abc import Callable, Mapping

import numpy as np

from minidl import kernels
from minidl.arguments import SMALLEST, check_number
from minidl.nn.parameter import Parameter
from minidl.nn.weights import compare_arrays

Rate = float | Callable[[int], float]


class Optimizer:
    """What the optimisers share: the learning rate, decay, and state that can be saved.

    Args:
        parameters: a network's ``parameters``; frozen ones are left alone.
        lr: learning rate, a number or a schedule (a function of the number of steps done).
        weight_decay: share of each parameter that a step of rate 1 takes away.

    A parameter that two networks share may stand in ``parameters`` twice; it takes one step.

    Raises:
        TypeError, ValueError: for anything but parameters, or settings out of range.
    """

    slots: tuple[str, ...] = ()  # what is remembered of each parameter, beside its "age" in steps

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        lr: Rate = 1e-2,
        *,
        weight_decay: float = 0.0,
    ):
        self.parameters = _distinct(parameters)
        self.lr = lr
        if not callable(lr):
            _ = self.rate  # refuses what is no rate
        self.weight_decay = check_number(weight_decay, "weight_decay", 0, np.inf, open_high=True)
        self.steps = 0
        self.memory: dict[str, dict[str, np.ndarray]] = {}

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        rate = self.lr(self.steps) if callable(self.lr) else self.lr
        return check_number(rate, "lr", 0, np.inf, open_high=True)

    def step(self) -> None:
        """Change every trainable parameter by its gradient, in place, and clear the gradients."""
        rate = self.rate
        self.steps += 1
        for name, parameter in self.parameters.items():
            if parameter.trainable:
                kind = parameter.value.dtype.type
                memory = self._memory(name, parameter)
                memory["age"] += 1
                direction = self.direction(parameter.grad, memory)
                if self.weight_decay:
                    parameter.value *= kind(1 - rate * self.weight_decay)
                parameter.value -= kind(rate) * direction
            parameter.zero_grad()

    def direction(self, gradient: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return the direction to go against; ``memory`` holds this parameter's slots."""
        return gradient

    def _memory(self, name: str, parameter: Parameter) -> dict[str, np.ndarray]:
        if name not in self.memory:  # its first step: it may have been frozen until now
            slots = {slot: np.zeros_like(parameter.value) for slot in self.slots}
            self.memory[name] = {"age": np.zeros((), np.int64), **slots}
        return self.memory[name]

    def state(self) -> dict[str, np.ndarray]:
        """Return the number of steps, and all that is remembered of each parameter, by name."""
        slots = {
            f"{name}/{slot}": array
            for name, memory in self.memory.items()
            for slot, array in memory.items()
        }
        return {"steps": np.array(self.steps, np.int64), **slots}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Take over what ``state`` returned.

        Raises:
            WeightFileError: naming the array that an optimiser of this kind over these parameters
                lacks or does not have; nothing is changed.
        """
        count = np.zeros((), np.int64)
        like = {"steps": count}
        for name, parameter in self.parameters.items():
            if any(key.rpartition("/")[0] == name for key in state):
                like |= {f"{name}/age": count}
                like |= {f"{name}/{slot}": parameter.value for slot in self.slots}
        compare_arrays(state, like, "the optimiser's state")
        if any(state[key] < 0 for key, array in like.items() if array is count):
            raise ValueError("the optimiser's state counts steps below 0.")
        self.steps = int(state["steps"])
        self.memory = {}
        for key in like.keys() - {"steps"}:
            name, _, slot = key.rpartition("/")
            self.memory.setdefault(name, {})[slot] = state[key].copy()


def _distinct(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Return every parameter once, under its first name."""
    if not isinstance(parameters, Mapping):
        raise TypeError(
            f"parameters must be a network's .parameters, got {type(parameters).__name__}."
        )
    first: dict[int, tuple[str, Parameter]] = {}
    for name, parameter in parameters.items():
        if not isinstance(parameter, Parameter):
            raise TypeError(
                f"{name!r} must be a Parameter, got {type(parameter).__name__}: "
                "give the network's .parameters."
            )
        first.setdefault(id(parameter), (name, parameter))
    if not first:
        raise ValueError("there are no parameters to train: has the network been built?")
    return dict(first.values())


class GradientDescent(Optimizer):
    """θ := θ − lr·g."""


class Momentum(Optimizer):
    """v := β·v + g, θ := θ − lr·v: a running sum of gradients (Polyak, 1964)."""

    slots = ("velocity",)

    def __init__(self, parameters: Mapping[str, Parameter], lr: Rate = 1e-2, *, beta=0.9, **more):
        self.beta = check_number(beta, "beta", 0, 1, open_high=True)
        super().__init__(parameters, lr, **more)

    def direction(self, gradient: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return the velocity."""
        v = memory["velocity"]
        v *= v.dtype.type(self.beta)
        v += gradient
        return v


class RMSProp(Optimizer):
    """s := β·s + (1 − β)·g², θ := θ − lr·g / (√s + ε) (Tieleman & Hinton, 2012)."""

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
        self.beta = check_number(beta, "beta", 0, 1, open_high=True)
        self.epsilon = check_number(epsilon, "epsilon", SMALLEST, 1)
        super().__init__(parameters, lr, **more)

    def direction(self, gradient: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return the gradient over the root of its running mean square."""
        s = memory["square"]
        s *= s.dtype.type(self.beta)
        s += s.dtype.type(1 - self.beta) * gradient**2
        return gradient / (np.sqrt(s) + s.dtype.type(self.epsilon))


class Adam(Optimizer):
    """Momentum over RMSProp, both corrected for starting at 0 (Kingma & Ba, 2015).

    m := β₁·m + (1 − β₁)·g,  s := β₂·s + (1 − β₂)·g²,
    θ := θ − lr·(m / (1 − β₁ᵗ)) / (√(s / (1 − β₂ᵗ)) + ε),     t: steps that θ has taken
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
        self.beta1 = check_number(beta1, "beta1", 0, 1, open_high=True)
        self.beta2 = check_number(beta2, "beta2", 0, 1, open_high=True)
        self.epsilon = check_number(epsilon, "epsilon", SMALLEST, 1)
        super().__init__(parameters, lr, **more)

    def direction(self, gradient: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        """Return the corrected mean over the root of the corrected mean square."""
        age, betas = int(memory["age"]), (self.beta1, self.beta2)
        whole = (1 - self.beta1**age, 1 - self.beta2**age)
        mean, square = memory["mean"], memory["square"]
        return kernels.adam_update(gradient, mean, square, betas, whole, self.epsilon)

"""Learning-rate schedules: functions of the number of steps done, to be given as ``lr``."""

from collections.abc import Callable
from math import cos, inf, pi

from minidl.arguments import check_int, check_number

Schedule = Callable[[int], float]


def cosine(lr: float, steps: int, *, warmup: int = 0, final: float = 0.0) -> Schedule:
    """Rise in a straight line for ``warmup`` steps, then fall along half a cosine to ``final``.

    After ``steps`` steps the rate stays at ``final``.

    Raises:
        ValueError: for rates that are negative or not finite, or counts that do not fit.
    """
    lr = check_number(lr, "lr", 0, inf, open_high=True)
    final = check_number(final, "final", 0, inf, open_high=True)
    steps, warmup = check_int(steps, "steps"), check_int(warmup, "warmup", 0)
    if warmup >= steps:
        raise ValueError(f"warmup must be less than steps, got {warmup} and {steps}.")

    def rate(step: int) -> float:
        if step < warmup:
            return lr * (step + 1) / (warmup + 1)
        done = min((step - warmup) / (steps - warmup), 1.0)
        return final + (lr - final) * (1 + cos(pi * done)) / 2

    return rate

"""A run of style transfer: level by level, step by step, able to stop anywhere and go on later."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from minidl.arguments import check_ints
from minidl.nn.weights import from_json_array, json_array
from minidl.style.images import resized, to_bytes
from minidl.style.objective import Objective, Point
from minidl.style.optimizers import PixelOptimizer


@dataclass(frozen=True)
class Level:
    """One size of G: how many steps it gets, and what it minimises (made when its turn comes)."""

    size: tuple[int, int]
    steps: int
    objective: Callable[[], Objective]


@dataclass
class Result:
    """The best picture that a run found, and how it went.

    Attributes:
        image: uint8 ``(H, W, 3)``.
        pixels: the same before rounding, floats 0…255.
        history: for every cost its value at the start and after each step: "total" (J), "content",
            "style", "style/<layer>", "total_variation", each but J before its weight; "level",
            counted from 0 at the coarsest size; and "evaluations", the sum so far. A cost that does
            not count is not there.
        stopped: "finished"; "converged", if no step lowers J any more; or "interrupted".
        evaluations: how often the network ran forwards and backwards.
        frames: ``{step: image}`` for the steps asked for.
    """

    image: np.ndarray
    pixels: np.ndarray
    history: dict[str, list[float]]
    stopped: str
    evaluations: int
    frames: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Steps taken, over all levels."""
        levels = self.history["level"]
        return len(levels) - len(set(levels))


class Run:
    """Where a run stands. ``state`` is a copy that nothing changes; ``load`` goes on from there.

    Args:
        levels: from coarse to fine.
        optimizer: makes the optimiser of a level.
        start: the first picture ``(1, H, W, 3)``, of the first level's size.
        frames: steps, counted over all levels, at which the picture is kept.
    """

    def __init__(
        self,
        levels: Sequence[Level],
        optimizer: Callable[[], PixelOptimizer],
        start: np.ndarray,
        frames: Iterable[int] = (),
    ):
        self.levels, self.new_optimizer, self.start = levels, optimizer, start
        self.wanted = frozenset(check_ints(frames, "frames", 0))
        self.history: dict[str, list[float]] = {}
        self.frames: dict[int, np.ndarray] = {}
        self.level = self.step = self.total_steps = self.evaluations = 0
        self.stuck = False  # no step lowers J any more, at this level
        self.here: Point | None = None

    def begin(self) -> None:
        """Evaluate the first picture."""
        self._enter(0, self.start)

    @property
    def done(self) -> bool:
        """True after the last step of the last level."""
        last = self.level == len(self.levels) - 1
        return last and (self.stuck or self.step >= self.levels[-1].steps)

    def advance(self) -> None:
        """Take one step, or go up one level when this one has had its steps."""
        if self.stuck or self.step >= self.levels[self.level].steps:
            self._enter(self.level + 1, resized(self.best, self.levels[self.level + 1].size))
            return
        there = self.optimizer.step(self.here, self._evaluate)
        if there is self.here:
            self.stuck = True
            return
        self.step, self.total_steps = self.step + 1, self.total_steps + 1
        self._arrive(there)

    def _enter(self, level: int, pixels: np.ndarray) -> None:
        self.level, self.step, self.stuck = level, 0, False
        self.objective = self.levels[level].objective()
        self.optimizer = self.new_optimizer()
        self.best, self.best_value = pixels, np.inf
        self._arrive(self._evaluate(pixels))

    def _evaluate(self, pixels: np.ndarray) -> Point:
        self.evaluations += 1
        return self.objective(pixels)

    def _arrive(self, point: Point) -> None:
        if not np.isfinite(point.value):
            raise FloatingPointError(
                f"J became {point.value} in step {self.total_steps}: lower lr, α, β or tv."
            )
        self.here = point
        if point.value < self.best_value:
            self.best, self.best_value = point.pixels, point.value
        counts = {"level": self.level, "evaluations": self.evaluations}
        for name, value in {"total": point.value, **point.costs, **counts}.items():
            self.history.setdefault(name, []).append(value)
        if self.total_steps in self.wanted:
            self.frames[self.total_steps] = to_bytes(point.pixels)

    def result(self, stopped: str) -> Result:
        """Return the best picture of this level, and the history so far."""
        return Result(
            to_bytes(self.best),
            self.best[0].copy(),
            {name: list(values) for name, values in self.history.items()},
            stopped,
            self.evaluations,
            dict(self.frames),
        )

    # -- saving ----------------------------------------------------------------------------------

    def state(self) -> dict[str, np.ndarray]:
        """Return everything that the rest of the run depends on, as arrays."""
        record = {
            "history": self.history,
            "counts": [self.level, self.step, self.total_steps, self.evaluations],
            "stuck": self.stuck,
        }
        return {
            "pixels": self.here.pixels,
            "best": self.best,
            "best_value": np.array(self.best_value),
            "record": json_array(record),
            **{f"descent/{name}": array for name, array in self.optimizer.state().items()},
            **{f"frames/{step}": image for step, image in self.frames.items()},
        }

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to where ``state`` was taken; J and its gradient there are worked out again."""
        record = from_json_array(state["record"])
        self.level, self.step, self.total_steps, self.evaluations = record["counts"]
        self.history, self.stuck = record["history"], record["stuck"]
        self.best, self.best_value = state["best"], float(state["best_value"])
        self.frames = {int(step): image for step, image in _part(state, "frames/").items()}
        self.objective = self.levels[self.level].objective()
        self.here = self.objective(state["pixels"])
        self.optimizer = self.new_optimizer()
        self.optimizer.load_state(_part(state, "descent/"))


def _part(state: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}

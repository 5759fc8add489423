"""What an exercise is: a solution, cases that tell right from wrong, hints, and known mistakes.

A declaration is data. The checks that run on it are the same for every exercise (checks.py).
"""

import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One call: ``make(rng)`` gives the arguments by name; ``about`` says what the case probes.

    ``about`` completes the sentence "it is wrong on …": "a stride of 2", "an empty batch". Floating
    arrays are float64; the check itself repeats the first case in float32. ``edge`` marks a case at
    the border of what is allowed (ties, zeros, one sample).
    """

    about: str
    make: Callable[[np.random.Generator], Arguments]
    edge: bool = False


@dataclass(frozen=True)
class Wrong:
    """A known wrong solution and the ``diagnosis`` that a student who wrote it should read.

    Give it as an ``edit`` (old text, new text) of the solution's source, or as a ``function``. A
    student's function gets the diagnosis when it behaves as this one on every case, or when
    ``when(results, expected)`` says so (two lists, one entry a case; None where a call failed).
    """

    diagnosis: str
    edit: tuple[str, str] | None = None
    function: Callable | None = None
    when: Callable[[list, list], bool] | None = None


@dataclass(frozen=True)
class Gradient:
    """Which results of the function are gradients, to be held against central differences.

    ``of`` names arguments, ``results`` the positions of their gradients in what the function
    returns (None: it returns one gradient alone). ``loss(**arguments)`` is the scalar that they are
    the gradients of; for a backward function this is ``(dy * forward(…)).sum()``.
    """

    loss: Callable[..., float]
    of: tuple[str, ...]
    results: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Exercise:
    """An exercise; its name is the solution's, its notebook the one in the file's name.

    solution:  the function as the notebook holds it, docstring and solution marks included; it
               decides what is right, and ``solution(name)`` shows it
    points:    what it counts in grading
    cases:     from plain to hard: the first that fails is the one the student reads about
    hints:     from a nudge to nearly the answer
    wrong:     at least four known mistakes, each with its own diagnosis
    right:     at least two other right solutions, in other styles
    reference: what the notebook goes on with while the student has no right answer, when minidl
               has something faster than the solution
    gradient:  set where the function returns gradients
    rtol, atol: how far a float64 result may be off; float32 gets ten thousand times as much
    float32:   whether the first case is repeated in float32
    """

    solution: Callable
    points: int
    cases: Sequence[Case]
    hints: Sequence[str]
    wrong: Sequence[Wrong]
    right: Sequence[Callable]
    reference: Callable | None = None
    gradient: Gradient | None = None
    rtol: float = 1e-7
    atol: float = 1e-9
    float32: bool = True

    @property
    def name(self) -> str:
        """The function's name, by which ``check`` knows the exercise."""
        return self.solution.__name__

    @property
    def notebook(self) -> str:
        """The two digits of the notebook that holds the exercise."""
        return self.solution.__module__.rpartition(".")[2][1:3]

    @property
    def stand_in(self) -> Callable:
        """The version that the notebook goes on with when the student's is missing or wrong."""
        return self.reference or self.solution

    @cached_property
    def source(self) -> str:
        """The solution's source, exactly the notebook's cell, marks included."""
        return textwrap.dedent(inspect.getsource(self.solution)).strip()

    def inputs(self) -> list[Arguments]:
        """The arguments of every case, made afresh, the same each time."""
        return [case.make(np.random.default_rng([7, i])) for i, case in enumerate(self.cases)]

    def bind(self, arguments: Arguments) -> inspect.BoundArguments:
        """The arguments as the solution takes them: by position wherever that is allowed."""
        return inspect.signature(self.solution).bind(**arguments)

    def wrong_source(self, wrong: Wrong) -> str:
        """The source of a known wrong solution given as an edit, the function's name unchanged."""
        if wrong.edit is None:
            raise ValueError(f"the wrong solution {wrong.diagnosis!r} of {self.name} is no edit")
        old, new = wrong.edit
        if old not in self.source:
            raise ValueError(f"no {old!r} in the solution of {self.name}, so it cannot be edited")
        return self.source.replace(old, new)

    def wrong_function(self, wrong: Wrong) -> Callable:
        """A known wrong solution, ready to call."""
        if wrong.function is not None:
            return wrong.function
        namespace = dict(self.solution.__globals__)
        exec(compile(self.wrong_source(wrong), f"<{wrong.diagnosis}>", "exec"), namespace)
        return namespace[self.name]

"""What an exercise is: a solution, cases that tell right from wrong, hints, and known mistakes.

A declaration is data; the checks that run on it are the same for every exercise. A new one takes

1. ``exercises/n<notebook>_<name>.py``, which holds the function ``<name>`` as the notebook shows
   it, its answer between the solution marks, and ``EXERCISE = Exercise(…)``;
2. ``tests/course/right/<name>.py``: two or more right answers in other styles;
3. in the notebook, a code cell with only ``# exercise <name>``, which
   ``python -m minidl.course.refresh`` turns into the exercise's cells.

``pytest tests/course -k <name>`` then runs all of it: the right answers pass, and every mistake is
refused with its own diagnosis. ``exercises/n01_convolve.py`` is a complete example.
"""

import functools
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from minidl.course.mistakes import BEGIN, Edits, edited, mistakes

__all__ = ["BEGIN", "END", "Exercise", "Gradient", "given", "maker", "mistakes", "normal"]

END = "### END SOLUTION"

Arguments = dict[str, Any]
# gives the arguments of a call: all by position, or a dictionary by position (an int) and name
Make = Callable[[np.random.Generator], Sequence[Any] | dict[int | str, Any]]


def given(*values: Any, **named: Any) -> Make:
    """The arguments of a case in which nothing is random."""
    return lambda rng: dict(enumerate(values)) | named


def normal(*shapes: int | tuple[int, ...], **others: Any) -> Make:
    """The arguments of a case that begin with arrays of standard normal numbers."""
    return lambda rng: dict(enumerate(map(rng.standard_normal, shapes))) | others


def maker(function: Callable[..., Any]) -> Callable[..., Make]:
    """Turn a function of ``rng`` and options into one of the options, which returns a `Make`."""

    @functools.wraps(function)
    def with_options(*args: Any, **options: Any) -> Make:
        return lambda rng: function(rng, *args, **options)

    return with_options


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

    solution: the function as the notebook holds it, docstring and solution marks included; it
              decides what is right, and the notebook goes on with it where the student's is not
    points:   what it counts in grading
    cases:    calls, from plain to hard: what each one probes, and what makes its arguments. The
              first that fails is the one the student reads about: "it is wrong on a stride of 2".
              Floating arrays are float64; the check itself repeats every case in float32
    edges:    cases at the border of what is allowed (ties, zeros, one sample), tried after those
    hints:    from a nudge to nearly the answer
    wrong:    at least four known mistakes: the diagnosis that a student who made it should read,
              and the edits {old: new} that make it in the solution's source (see `mistakes`). A
              student's function gets the diagnosis if it does the same in every case
    gradient: set where the function returns gradients
    rtol, atol: how far a float64 result may be off; float32 gets ten thousand times as much
    float32:  whether the cases are repeated in float32
    whole:    whether 3.0 is no answer where 3 is, since the notebook uses it as a size or an index
    any_float: positions of the results whose floating dtype is not asked for, (0,) for a single one
    """

    solution: Callable
    points: int
    cases: Mapping[str, Make]
    hints: Sequence[str]
    wrong: Mapping[str, Edits]
    edges: Mapping[str, Make] = field(default_factory=dict)
    gradient: Gradient | None = None
    rtol: float = 1e-7
    atol: float = 1e-9
    float32: bool = True
    whole: bool = False
    any_float: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The function's name, by which ``check`` knows the exercise."""
        return self.solution.__name__

    @property
    def notebook(self) -> str:
        """The two digits of the notebook that holds the exercise."""
        return self.solution.__module__.rpartition(".")[2][1:3]

    @cached_property
    def source(self) -> str:
        """The solution's source, exactly the notebook's cell, marks included."""
        return textwrap.dedent(inspect.getsource(self.solution)).strip()

    def inputs(self) -> dict[str, Arguments]:
        """The arguments of every case by name, made afresh, the same each time."""
        parameters = list(inspect.signature(self.solution).parameters)
        inputs = {}
        for i, (about, make) in enumerate({**self.cases, **self.edges}.items()):
            made = make(np.random.default_rng([7, i]))
            made = made if isinstance(made, dict) else dict(enumerate(made))
            inputs[about] = {parameters[k] if isinstance(k, int) else k: made[k] for k in made}
        return inputs

    def bind(self, arguments: Arguments) -> inspect.BoundArguments:
        """The arguments as the solution takes them: by position wherever that is allowed."""
        return inspect.signature(self.solution).bind(**arguments)

    def wrong_source(self, diagnosis: str) -> str:
        """The solution's source with a known mistake made in it.

        Raises ValueError where an old text of its edits does not stand in the source.
        """
        try:
            return edited(self.source, self.wrong[diagnosis])
        except ValueError as error:
            raise ValueError(f"{self.name} cannot have this mistake: {diagnosis} {error}") from None

    def wrong_function(self, diagnosis: str) -> Callable:
        """The solution with a known mistake made in it, ready to call."""
        namespace = {"np": np, **self.solution.__globals__}
        exec(compile(self.wrong_source(diagnosis), f"<{diagnosis}>", "exec"), namespace)
        return namespace[self.name]

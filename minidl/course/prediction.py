"""Predict, then see: a question whose guess is judged before the picture that answers it.

    predict("sign_of_all_nine", ...)

The question stands in the text above. The reader types a guess in place of ``...``: a number, one
of a few choices, or an order. Until then the answer is folded away below the cell. A prediction
gives no points, raises nothing, and is nothing to nbgrader.

Those of a notebook stand in ``predictions/n<notebook>.py``: ``PREDICTIONS``, a table by name.
"""

import importlib
import math
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from typing import Any

import numpy as np

from minidl.course import predictions
from minidl.course.feedback import Feedback
from minidl.course.registry import did_you_mean


@dataclass(frozen=True)
class Number:
    """A number, right if it lies ``within`` that much of ``right``.

    mistakes: what another number seems to come from, for the likely ones.
    percent: whether it is asked for in percent; a guess below 1 is then taken for a share.
    said:     the answer in words, where ``right`` and ``within`` would not read well.
    too_small, too_large: what follows from such a guess, where that says more than "more".
    """

    right: float
    why: str
    within: float = 0.0
    mistakes: dict[float, str] = field(default_factory=dict)
    percent: bool = False
    said: str = ""
    too_small: str = ""
    too_large: str = ""

    def fault(self, guess: Any) -> str | None:
        """Return what to say to a guess that is not right, None for one that is.

        Raises:
            TypeError: saying what kind of guess is expected.
        """
        if isinstance(guess, np.ndarray) and guess.ndim == 0:
            guess = guess.item()
        if isinstance(guess, bool | np.bool_) or not isinstance(guess, Real):
            raise TypeError(f"It asks for a number, and got {_brief(guess)}.")
        if abs(guess - self.right) <= self.within:
            return None
        for number, words in self.mistakes.items():
            if math.isclose(guess, number, rel_tol=1e-3):
                return words
        if self.percent and 0 < guess < 1:
            return f"Give it in percent: {100 * guess:g}, if {guess:g} is the share that you mean."
        large = guess > self.right
        follows = self.too_large if large else self.too_small
        end = f": {follows}." if follows else "."
        return f"It is {'less' if large else 'more'} than {guess:g}{end}"

    def answer(self) -> str:
        """The right guess, in words."""
        bound = f" (within {self.within:g})" if self.within else ""
        return self.said or f"{self.right:,g}{bound}"


@dataclass(frozen=True)
class Choice:
    """One of a few words; ``wrong`` says of every other one why it is not right."""

    right: str
    why: str
    wrong: dict[str, str]

    def fault(self, guess: Any) -> str | None:
        """As `Number.fault`."""
        word = _meant(guess, (self.right, *self.wrong))
        if word is None:
            raise TypeError(f"It asks for one of {self.choices()}, and got {_brief(guess)}.")
        return self.wrong.get(word)

    def choices(self) -> str:
        """All choices, in alphabetical order: the order gives nothing away."""
        return _quoted([self.right, *self.wrong])

    def answer(self) -> str:
        """As `Number.answer`."""
        return self.right


@dataclass(frozen=True)
class Order:
    """A few words in the right order."""

    right: tuple[str, ...]
    why: str

    def fault(self, guess: Any) -> str | None:
        """As `Number.fault`; names the first word that is out of place."""
        listed = isinstance(guess, Sequence | np.ndarray) and not isinstance(guess, str)
        words = [_meant(word, self.right) or "" for word in guess] if listed else []
        if sorted(words) != sorted(self.right):
            asked = _quoted(self.right)
            raise TypeError(f"It asks for a list of {asked} in some order, got {_brief(guess)}.")
        for place, (word, right) in enumerate(zip(words, self.right, strict=True), 1):
            if word != right:
                return f"Place {place} is the first that is wrong: {word} does not come there."
        return None

    def answer(self) -> str:
        """As `Number.answer`."""
        return " → ".join(self.right)


Prediction = Number | Choice | Order


def predict(name: str, guess: Any) -> None:
    """Say whether a guess is right, and why; with ``...`` for a guess, how to make one.

    Raises:
        ValueError: if there is no prediction called ``name``, naming the closest ones.
    """
    prediction = find_prediction(name)
    answer = f"{prediction.answer()}. {prediction.why}"
    if guess is ... or guess is None:
        advice = "Type your guess in place of `...`, run the cell, and then look."
        if isinstance(prediction, Choice):
            advice = f"Type one of {prediction.choices()} in place of `...`, and then look."
        Feedback("open", f"{name}: what do you expect?", (advice,), answer=answer).show()
        return
    try:
        fault = prediction.fault(guess)
    except TypeError as error:
        Feedback("open", f"{name}: no guess yet.", (str(error),)).show()
        return
    if fault is None:
        Feedback("right", f"{name}: as you said.", (answer,)).show()
    else:
        Feedback("wrong", f"{name}: it comes out otherwise.", (fault, answer)).show()


@cache
def all_predictions() -> dict[str, Prediction]:
    """Every prediction by its name, in the order of the notebooks."""
    found: dict[str, Prediction] = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(predictions.__path__)):
        found |= importlib.import_module(f"{predictions.__name__}.{module}").PREDICTIONS
    return found


def find_prediction(name: str) -> Prediction:
    """Return a prediction; ValueError names the closest ones if there is none of that name."""
    known = all_predictions()
    if name not in known:
        near = did_you_mean(name, known)
        raise ValueError(f"There is no prediction called {name!r}. {near}".rstrip())
    return known[name]


def _meant(guess: Any, choices: Iterable[str]) -> str | None:
    """The choice that a guess names, in capitals or not; None if it names none."""
    said = str(guess).strip().casefold()
    return next((choice for choice in choices if choice.casefold() == said), None)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f'`"{word}"`' for word in sorted(words))


def _brief(guess: Any) -> str:
    text = repr(guess)
    return text if len(text) < 60 else f"a value of type {type(guess).__name__}"

"""Exercises: checks, hints, solutions and the student's edition.

In a notebook an exercise is a function with a docstring, then a cell that checks it::

    import minidl.course
    convolve = minidl.course.check("convolve", convolve)

``check`` runs the function on inputs that tell right from wrong and says what it found: not written
yet (the notebook goes on with minidl's version), right (what was verified) or wrong (the likely
mistake and a hint). ``hint("convolve")`` gives the next hint, ``solution("convolve")`` the code.

``predict("name", guess)`` says whether what a reader expects is so, before a picture shows it; no
points.

An exercise is declared in one file, ``exercises/n<notebook>_<function>.py``, which holds the
solution as an ordinary function and one ``EXERCISE = Exercise(…)``: points, cases, hints, and known
mistakes with their diagnoses. ``exercises/n01_convolve.py`` is a complete example; ``exercise.py``
tells how to write one.
"""

from minidl.course.checks import check, hint, solution
from minidl.course.prediction import predict
from minidl.course.registry import find, names
from minidl.course.setup_check import check_setup
from minidl.quick import steps

__all__ = [
    "check",
    "check_setup",
    "find",
    "hint",
    "names",
    "predict",
    "solution",
    "steps",
]

"""An exercise that nobody has begun is told from one that is wrong, on every Python."""

import functools
import inspect
import linecache
import re

import pytest

from minidl.course.grade import grade

UNWRITTEN = {
    "pass": "pass",
    "a docstring": '"""Return scale · Σ x²."""',
    "a docstring and pass": '"""Return scale · Σ x²."""\n    pass',
    "a docstring at the left margin": '"""Return a number.\nIt is a sum.\n"""',
    "an ellipsis": "...",
    "return": "return",
    "return None": "return None",
    "return ...": '"""Return scale · Σ x²."""\n    return ...',
    "a comment and pass": "# later\n    pass",
    "the stub": '"""Return scale · Σ x²."""\n    # YOUR CODE HERE\n    raise NotImplementedError()',
}
BEGUN = {
    "a forgotten return": "y = (x**2).sum()",
    "a product that nobody keeps": "x * 2",
    "a name that nobody keeps": "x",
    "a word for nobody": "print(x)",
    "a loop": "for _ in x:\n        pass",
    "an early return": "if scale == 1:\n        return None\n    return None",
}


def written(body, *, indent="", source=True):
    """The function with that body, as a notebook's cell defines it; without ``source`` as exec."""
    text = f"def square_sum(x, scale=1.0):\n    {body}\n"
    if indent:
        text = "if True:\n" + re.sub("^(?=def| )", indent, text, flags=re.M)
    name = f"<cell {abs(hash(text))}>"
    if source:
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {}
    exec(compile(text, name if source else "<nowhere>", "exec"), namespace)
    return namespace["square_sum"]


@pytest.mark.parametrize("indent", ["", "    ", "\t"])
@pytest.mark.parametrize("body", UNWRITTEN)
def test_nothing_written_is_no_mistake(toy, body, indent):
    feedback = grade(toy, written(UNWRITTEN[body], indent=indent), 60.0)
    assert feedback.kind == "open" and "not written yet" in feedback.title


@pytest.mark.parametrize("source", [True, False])
@pytest.mark.parametrize("body", BEGUN)
def test_what_returns_none_was_begun(toy, body, source):
    feedback = grade(toy, written(BEGUN[body], source=source), 60.0)
    assert feedback.kind == "wrong"
    assert "does the function end with `return`?" in str(feedback)


def test_what_python_keeps_no_source_of_is_judged_by_what_it_does(toy):
    stub, none = (written(body, source=False) for body in (UNWRITTEN["the stub"], "pass"))
    with pytest.raises(OSError):
        inspect.getsource(none)
    assert grade(toy, stub, 60.0).kind == "open"
    assert "`return`" in str(grade(toy, none, 60.0))


@pytest.mark.parametrize(
    "function", [lambda x, scale=1.0: None, functools.partial(written("x"), scale=1.0)]
)
def test_other_callables_that_return_none_are_wrong(toy, function):
    assert grade(toy, function, 60.0).kind == "wrong"

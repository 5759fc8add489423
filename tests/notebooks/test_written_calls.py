"""Calls of minidl in a notebook's sentences: the function exists and takes what is written."""

import ast
import inspect
import re
import typing
from types import UnionType

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

START = re.compile(r"(?:\w+ = )?(\w+)[\w.]*\(")  # of a call, perhaps with a name for its value


def imported(notebook):
    """What the notebook's cells import from minidl, by the names that they use."""
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    names = {}
    exec("\n".join(re.findall(r"^(?:from|import) minidl.*$", code, re.MULTILINE)), names)
    return names


def written(notebook, names):
    """The pieces of code in the sentences that call one of the names."""
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    for code in re.findall(r"`([^`\n]+)`", text):
        if (start := START.match(code)) and start[1] in names:
            yield code


def hold(code, names):
    """Bind what is written to the function's parameters; … stands for any further arguments.

    Literals must be of the type that the parameter names; of other arguments nothing is known.
    """
    value = ast.parse(code.replace("…", "...")).body[0].value
    call = next(c for c in ast.walk(value) if isinstance(c, ast.Call) and _named(c.func))
    function = eval(ast.unparse(call.func), names)
    given = [a for a in call.args if ast.unparse(a) != "..."]
    signature, hints = inspect.signature(function), typing.get_type_hints(function)
    bind = signature.bind if given == call.args else signature.bind_partial
    arguments = bind(*given, **{k.arg: k.value for k in call.keywords}).arguments
    for name, value in arguments.items():
        hint = hints.get(name)
        if isinstance(value, ast.Constant) and isinstance(hint, type | UnionType):
            assert isinstance(value.value, hint), f"{name} of {code} is no {hint}"


def _named(function):
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name)


def test_calls_in_the_sentences_can_be_made(notebook, source):
    names = imported(notebook)
    for code in written(notebook, names):
        hold(code, names)


@pytest.mark.parametrize(
    "code",
    [
        'datasets.save_image("painted.png", painted.image)',
        "datasets.save_picture(painted.image)",
        "datasets.save_image(painted.image)",
        'datasets.read_image("a.jpg", size=256)',
        'datasets.read_image("a.jpg"',
        'photo = datasets.read_image(…, max_size="256")',
    ],
)
def test_calls_that_fail_are_found(code):
    cells = [new_code_cell("from minidl import datasets"), new_markdown_cell(f"Do `{code}`.")]
    notebook = new_notebook(cells=cells)
    names = imported(notebook)
    (found,) = written(notebook, names)
    with pytest.raises((AssertionError, AttributeError, SyntaxError, TypeError)):
        hold(found, names)

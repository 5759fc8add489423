"""Which cells need not run for a grade: handed-out ones that only show something.

This is a *backward slice* (Weiser 1981): a cell runs if a cell that counts needs something that it
makes or may change. The cells that count are those that nbgrader knows by name and all that the
student has written or changed. The text alone decides, and it decides with care: an object that a
cell takes in its hands may be changed by it, and where anything could read any name, all run.
"""

import ast
from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache

from minidl.course.autograde.code import BUILTINS, Code, root
from minidl.course.files import marks

CHECK = "minidl.course.check"


class Cell(Code):
    """A code cell; ``checks`` for one that is graded, and locked."""

    def __init__(self, source: str, checks: bool):
        super().__init__(source)
        self.checks = checks

    @cached_property
    def functions(self) -> list["Function"]:
        """The functions that it defines at its outermost level."""
        return [Function(node) for node in self.body if isinstance(node, ast.FunctionDef)]

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names that it binds otherwise than by importing or by defining a function."""
        plain = (ast.Import, ast.ImportFrom, ast.FunctionDef)
        rest = [s for s in self.body if not isinstance(s, plain) and not self._is_check(s)]
        bound = Code("\n".join(map(ast.unparse, rest))).binds
        declared = {n for g in self.nodes if isinstance(g, ast.Global) for n in g.names}
        return bound | declared

    def _is_check(self, statement: ast.stmt) -> bool:
        """``name = minidl.course.check("name", name)``: the function itself, or minidl's own."""
        if not self.checks or not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
            return False
        name = ast.unparse(statement.targets[0])
        return ast.unparse(statement.value) == f"{CHECK}({name!r}, {name})"


class Function(Code):
    """A function of a cell."""

    def __init__(self, node: ast.FunctionDef):
        super().__init__(ast.unparse(node))
        self.name = node.name
        defaults = [d for d in (*node.args.defaults, *node.args.kw_defaults) if d]
        self.bare = not node.decorator_list and all(map(_constant, defaults))

    @cached_property
    def _changed(self) -> set[str | None]:
        parts = [n for n in self.nodes if isinstance(n, ast.Attribute | ast.Subscript)]
        return {root(part) for part in parts if not isinstance(part.ctx, ast.Load)}

    def remembers_nothing(self, known: frozenset[str], imported: frozenset[str]) -> bool:
        """Whether a call leaves no trace: in the function, or in what it uses of the notebook."""
        inner = self.uses <= known | {self.name} and not self._changed & self.uses
        return self.bare and inner and not self.effects(imported)


_cell = lru_cache(2048)(Cell)  # a class has most of its cells in common


def only_show(cells: Sequence[dict], handed_out: Collection[str]) -> frozenset[int]:
    """The positions of the code cells that no points depend on.

    Args:
        cells: of the notebook that was handed in, as nbformat has them.
        handed_out: the sources of the code cells that were handed out without nbgrader's marks.
    """
    codes = {
        i: _cell(cell["source"], _checks(cell))
        for i, cell in enumerate(cells)
        if cell["cell_type"] == "code"
    }
    running = {i for i in codes if _marked(cells[i]) or cells[i]["source"] not in handed_out}
    end = max(running, default=-1)
    imported = frozenset().union(*(code.imports for code in codes.values()))
    fixed = _fixed_names(list(codes.values()), imported)
    shared = imported | (fixed - BUILTINS)  # modules and functions, which a cell may patch
    while not any(codes[i].opaque for i in running):
        needed = frozenset().union(*(codes[i].uses for i in running))
        changing = needed.union(*(codes[i].binds for i in running)) - fixed
        more = {
            i
            for i, code in codes.items()
            if i < end and i not in running
            if code.binds & needed or code.holds & changing or code.effects(shared)
        }
        if not more:
            return frozenset(codes) - running
        running |= more
    return frozenset()


def unmarked_sources(cells: Sequence[dict]) -> frozenset[str]:
    """The sources of the code cells without nbgrader's marks, for ``handed_out``."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return frozenset(cell["source"] for cell in code if not _marked(cell))


def _marked(cell: dict) -> bool:
    return any(marks(cell).get(role) for role in ("grade", "solution", "locked", "task"))


def _checks(cell: dict) -> bool:
    return bool(marks(cell).get("grade") and not marks(cell).get("solution"))


def _fixed_names(codes: list[Cell], imported: frozenset[str]) -> frozenset[str]:
    """Names of modules, and of functions that remember nothing: the same after any use."""
    functions = [function for code in codes for function in code.functions]
    variables = frozenset().union(*(code.variables for code in codes))
    known = (BUILTINS | imported | {f.name for f in functions}) - variables
    while True:
        changing = {f.name for f in functions if not f.remembers_nothing(known, imported)}
        if not changing & known:
            return known
        known -= changing


def _constant(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        return all(map(_constant, value.elts))
    return isinstance(value, ast.Constant) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.operand, ast.Constant)
    )

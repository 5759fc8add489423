"""Which cells need not run for a grade: handed-out ones that only show something.

This is a *backward slice* (Weiser 1981): a cell runs if a cell that counts needs something that it
makes or may change. The cells that count are those that nbgrader knows by name and all that the
student has written or changed. The text alone decides, and it decides with care: an object that a
cell takes in its hands may be changed by it, and where anything could read any name, all run.
"""

import ast
from collections.abc import Collection, Sequence

from minidl.course.autograde.code import BUILTINS, Code, changes_more, imported_names, root

CHECK = "minidl.course.check"


def only_show(cells: Sequence[dict], handed_out: Collection[str]) -> frozenset[int]:
    """The positions of the code cells that no points depend on.

    Args:
        cells: of the notebook that was handed in, as nbformat has them.
        handed_out: the sources of the code cells that were handed out without nbgrader's marks.
    """
    codes = {
        i: Code(cell["source"], _checks(cell))
        for i, cell in enumerate(cells)
        if cell["cell_type"] == "code"
    }
    counting = {i for i in codes if _marked(cells[i]) or cells[i]["source"] not in handed_out}
    end = max(counting, default=-1)
    running = set(counting)
    fixed = _fixed_names([code for i, code in codes.items() if i < end or i in counting])
    while True:
        needed = frozenset().union(*(codes[i].uses for i in running))
        made = frozenset().union(*(codes[i].binds for i in running))
        if any(codes[i].opaque for i in running):
            return frozenset()
        changing = (needed | made) - fixed
        more = {
            i
            for i, code in codes.items()
            if i < end
            and i not in running
            and (code.effects or code.binds & needed or code.holds & changing)
        }
        if not more:
            return frozenset(codes) - running
        running |= more


def unmarked_sources(cells: Sequence[dict]) -> frozenset[str]:
    """The sources of the code cells without nbgrader's marks, for ``handed_out``."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return frozenset(cell["source"] for cell in code if not _marked(cell))


def _marked(cell: dict) -> bool:
    marks = cell["metadata"].get("nbgrader") or {}
    return any(marks.get(role) for role in ("grade", "solution", "locked", "task"))


def _checks(cell: dict) -> bool:
    marks = cell["metadata"].get("nbgrader") or {}
    return bool(marks.get("grade") and not marks.get("solution"))


# -- names that no use can change ----------------------------------------------------------------


def _fixed_names(codes: list[Code]) -> frozenset[str]:
    """Names of modules, and of functions that remember nothing: the same after any use."""
    imported, functions, others = set(), {}, set()
    for code in codes:
        for statement in code.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                imported |= imported_names([statement])
            elif isinstance(statement, ast.FunctionDef):
                functions.setdefault(statement.name, []).append(statement)
            elif not (code.checks and _is_check(statement)):
                others |= Code(ast.unparse(statement)).binds
        defined = {s.name for s in code.body if isinstance(s, ast.FunctionDef)}
        imports = imported_names([s for s in code.body if not isinstance(s, ast.FunctionDef)])
        others |= code.binds & _global_in_functions(code) - defined - imports
    builtin = BUILTINS - others - functions.keys()
    fixed = (imported | functions.keys()) - others
    while True:
        known = fixed | builtin
        changing = {
            name
            for name in fixed & functions.keys()
            if not all(_remembers_nothing(f, known, frozenset(imported)) for f in functions[name])
        }
        if not changing:
            return frozenset(known)
        fixed -= changing


def _global_in_functions(code: Code) -> frozenset[str]:
    nodes = [node for statement in code.body for node in ast.walk(statement)]
    return frozenset(n for node in nodes if isinstance(node, ast.Global) for n in node.names)


def _is_check(statement: ast.stmt) -> bool:
    """``name = minidl.course.check("name", name)``: the function itself, or minidl's own."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    name = ast.unparse(statement.targets[0])
    return ast.unparse(statement.value) == f"{CHECK}({name!r}, {name})"


def _remembers_nothing(
    function: ast.FunctionDef, known: frozenset[str], imported: frozenset[str]
) -> bool:
    """Whether a call leaves no trace in the function, or in what it uses of the notebook."""
    defaults = [d for d in (*function.args.defaults, *function.args.kw_defaults) if d]
    if function.decorator_list or not all(map(_constant, defaults)):
        return False
    code = Code(ast.unparse(function))
    if not code.uses <= known | {function.name} or code.opaque:
        return False
    changed = {
        root(node)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)
    }
    return not changed & code.uses and not changes_more(function.body, imported)


def _constant(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        return all(map(_constant, value.elts))
    return isinstance(value, ast.Constant) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.operand, ast.Constant)
    )

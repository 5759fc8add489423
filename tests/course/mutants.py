"""Mechanical mistakes: every small change that can be made to a right answer's source."""

import ast
import copy
from collections.abc import Iterator

OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Add, ast.Div),
    ast.MatMult: (ast.Mult,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.Pow: (ast.Mult, ast.Add),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
PAIRS = (
    ("min", "max"),
    ("minimum", "maximum"),
    ("argmin", "argmax"),
    ("sum", "mean"),
    ("any", "all"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
)
NAMES = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}
WRAPPERS = {"abs", "clip", "round", "sqrt", "exp", "log", "sorted", "copy", "ravel"}

# What changes nothing in any function, and is therefore not tried: a zip of equals, another
# negative number for "what remains", the order of what is symmetric.
IDLE_CALLS = {"reshape"}
SYMMETRIC = {"min", "max", "minimum", "maximum", "result_type"}
EVEN = {"abs", "norm"}


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield (what was changed, the source with it) for every change to a function's source."""
    tree = ast.parse(source)
    function = tree.body[0]
    if ast.get_docstring(function) is not None:
        del function.body[0]
    _mark(tree)
    original = ast.unparse(tree)
    seen = {original}
    for node, field, index in list(_places(tree)):
        old = _get(node, field, index)
        for new in list(_changes(old)):
            _set(node, field, index, new)
            text = ast.unparse(tree)
            _set(node, field, index, old)
            if text not in seen:
                seen.add(text)
                yield _difference(original, text), text


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "strict":
            continue
        if isinstance(node, ast.UnaryOp) and getattr(node, "rest", False):
            continue
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                yield node, field, None
            elif isinstance(value, list):
                yield from ((node, field, i) for i, v in enumerate(value) if isinstance(v, ast.AST))


def _mark(tree: ast.AST) -> None:
    """Mark the parts of a tree whose change would change nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in IDLE_CALLS:
            for argument in node.args:
                argument.rest = isinstance(argument, ast.UnaryOp)
        if isinstance(node, ast.Call) and _name(node) in EVEN and node.args:
            node.args[0].even = True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            node.left.even = ast.unparse(node.right) == "2"
        if isinstance(node, ast.keyword) and isinstance(node.value, ast.Tuple):
            node.value.symmetric = node.arg == "axis"


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _get(node: ast.AST, field: str, index: int | None) -> ast.AST:
    value = getattr(node, field)
    return value if index is None else value[index]


def _set(node: ast.AST, field: str, index: int | None, new: ast.AST) -> None:
    if index is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[index] = new


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        yield from (_with(node, op=op()) for op in OPERATORS.get(type(node.op), ()))
    match node:
        case ast.BinOp():
            yield node.left
            yield node.right
            even = isinstance(node.op, ast.Sub) and getattr(node, "even", False)
            if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Pow) and not even:
                yield _with(node, left=node.right, right=node.left)
        case ast.BoolOp():
            yield from node.values
        case ast.Compare():
            for i, op in enumerate(node.ops):
                for other in COMPARISONS.get(type(op), ()):
                    yield _with(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])
        case ast.UnaryOp():
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield ast.Constant(node.value + 1)
            yield ast.Constant(node.value - 1)
        case ast.Name() | ast.Attribute():
            field = "id" if isinstance(node, ast.Name) else "attr"
            if getattr(node, field) in NAMES:
                yield _with(node, **{field: NAMES[getattr(node, field)]})
            elif node.__dict__.get("attr") == "T":
                yield node.value
        case ast.Call():
            yield from _calls(node)
        case ast.Slice():
            for part in ("lower", "upper", "step"):
                if getattr(node, part) is not None:
                    yield _with(node, **{part: None})
        case ast.Tuple() | ast.List() if isinstance(node.ctx, ast.Load):
            for i in range(0 if getattr(node, "symmetric", False) else len(node.elts) - 1):
                a, b = node.elts[i : i + 2]
                yield _with(node, elts=[*node.elts[:i], b, a, *node.elts[i + 2 :]])
        case ast.If() | ast.While() | ast.IfExp():
            yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        yield ast.Pass()
    if isinstance(node, ast.AugAssign):
        target = copy.deepcopy(node.target)
        yield ast.Assign([target], node.value, lineno=node.lineno)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    name = _name(node)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("keepdims", "kind", "axis", "axes", "dtype"):
            yield _with(node, keywords=[*node.keywords[:i], *node.keywords[i + 1 :]])
    if len(node.args) > 1 and name not in SYMMETRIC:
        yield _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
    if name in WRAPPERS | NAMES.keys() and node.args:
        yield node.args[0]
    elif name in WRAPPERS and isinstance(node.func, ast.Attribute):
        yield node.func.value


def _difference(old: str, new: str) -> str:
    """The first lines that differ, which tell a mutant from all others of its function."""
    before, after = old.splitlines(), new.splitlines()
    for a, b in zip(before, after, strict=False):
        if a != b:
            return f"{a.strip()}  →  {b.strip()}"
    return f"{before[-1].strip()}  →  (nothing)"

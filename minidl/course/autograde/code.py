"""What a cell's code does to names, as far as its text tells, without running it.

Where the text does not tell, the answer is the careful one: ``opaque`` for code that may read or
change any name, ``effects`` for code that may change what no name of the notebook stands for.
"""

import ast
import builtins
import re
import symtable
import sys
from collections import Counter
from functools import cached_property

from IPython.core.inputtransformer2 import TransformerManager

BUILTINS = frozenset({*dir(builtins), "display"})
# a name found by its text, a frame, an earlier output: any name of the notebook may be meant
REACH = re.compile(
    r"exec|eval|compile|globals|locals|vars|dir|get_ipython|__\w+__|_+|_i+|_i?\d+|_[ido]h|In|Out"
)
REACHING = {"IPython", "__main__", "builtins", "ctypes", "gc", "importlib", "inspect", "sys"}
HARMLESS = {"importlib.resources", "IPython.display"}
# whose insides are known not to; a module of a student's own may do as it likes
KNOWN = {*sys.stdlib_module_names, "dask", "distributed", "loky", "psutil"} - REACHING
# libraries that compute, draw and show, and change nothing but what they are given; not those
# that could change the process, its files or its chance
PURE = {
    *("numpy", "scipy", "numba", "llvmlite", "matplotlib", "mpl_toolkits", "PIL", "minidl"),
    *("math", "cmath", "statistics", "fractions", "itertools", "functools", "collections"),
    *("dataclasses", "typing", "operator", "string", "textwrap", "re", "json", "time", "numbers"),
    *("ipywidgets", "tqdm", "IPython", "tracemalloc"),
}
CHANGING = {"open", "input", "exit", "quit", "breakpoint", "setattr", "delattr"}
# but not minidl's number of threads, from which no result depends
SETTERS = re.compile(r"(use|style|register|rc|rcdefaults|ion|ioff)$|set(?!_threads)|rc[A-Z]")
ANYWHERE = re.compile(
    r"(save|write|dump|seed|touch|unlink|mkdir|rmdir|rename|chdir|simplefilter|filterwarnings"
    r"|environ|tofile)"
)
# a function's own names, a frame's; not what anybody may ask an object
INWARDS = re.compile(r"__(?!(name|qualname|file|doc|version|init|class)__)\w+__|\w*_frame|f_\w+als")
OWN_CHANCE = {"default_rng", "Generator", "SeedSequence", "PCG64"}  # NumPy's that share no state


class Code:
    """The source of a cell, or of a part of it.

    ``uses`` are the notebook's names that it needs, also later, within its functions; ``binds``
    those that it gives a value, or takes away.
    """

    def __init__(self, source: str):
        self.source, self._tree = source, _parse(source)
        self.uses, self.binds = _names(source, self.body)

    @property
    def body(self) -> list[ast.stmt]:
        """The statements; none of code that is no Python, and so does nothing but fail."""
        return self._tree.body if self._tree else []

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """The whole tree."""
        return [node for statement in self.body for node in ast.walk(statement)]

    @cached_property
    def holds(self) -> frozenset[str]:
        """Names whose objects it takes in its hands: those used, but for ``if x`` and ``not x``."""
        found = Counter(n.id for n in self.nodes if isinstance(n, ast.Name))
        tests = [n.test for n in self.nodes if isinstance(n, ast.If)]
        unary = [n for n in self.nodes if isinstance(n, ast.UnaryOp)]
        tests += [n.operand for n in unary if isinstance(n.op, ast.Not)]
        asked = Counter(test.id for test in tests if isinstance(test, ast.Name))
        return self.uses - {name for name, times in asked.items() if times == found[name]}

    @cached_property
    def imports(self) -> frozenset[str]:
        """The names that imports give, wherever they stand."""
        aliases = [n for n in self.nodes if isinstance(n, ast.alias)]
        return frozenset(alias.asname or alias.name.split(".")[0] for alias in aliases)

    @cached_property
    def modules(self) -> list[str]:
        """The modules that are imported, in full."""
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found.append(node.module or ".")
        return found

    @cached_property
    def opaque(self) -> bool:
        """Whether it may read or change names that it does not name."""
        if self._tree is None:  # magics, shell commands; a mere slip does nothing
            return _transformed(self.source).strip() != self.source.strip()
        roots = {module.split(".")[0] for module in self.modules if module not in HARMLESS}
        stars = any(isinstance(node, ast.alias) and node.name == "*" for node in self.nodes)
        attributes = {node.attr for node in self.nodes if isinstance(node, ast.Attribute)}
        found = any(map(REACH.fullmatch, self.uses)) or any(map(INWARDS.fullmatch, attributes))
        return stars or found or not roots <= KNOWN | PURE - REACHING

    def effects(self, shared: frozenset[str]) -> bool:
        """Whether it may change the process, files, chance, or a module or function in ``shared``.

        That is, something else than the objects that it has in its hands.
        """
        if self.opaque or self.uses & CHANGING:
            return True
        if any(module.split(".")[0] not in PURE for module in self.modules):
            return True
        changes = any(_changes(node, shared) for node in self.nodes)
        return changes or _global_chance(self.nodes, shared)


def root(node: ast.expr) -> str | None:
    """The name that an expression such as ``a.b[c].d`` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _changes(node: ast.AST, shared: frozenset[str]) -> bool:
    if isinstance(node, ast.Global | ast.Nonlocal):
        return True
    if isinstance(node, ast.alias):
        name = node.name.rpartition(".")[2]
        return bool(ANYWHERE.match(name) or SETTERS.match(name))
    if not isinstance(node, ast.Attribute | ast.Subscript):
        return False
    of_module = root(node) in shared
    if of_module and not isinstance(node.ctx, ast.Load):
        return True
    name = node.attr if isinstance(node, ast.Attribute) else ""
    return bool(ANYWHERE.match(name)) or (of_module and bool(SETTERS.match(name)))


def _global_chance(nodes: list[ast.AST], shared: frozenset[str]) -> bool:
    """Whether NumPy's one global generator may be drawn from: ``np.random.normal`` and the like."""
    attributes = [n for n in nodes if isinstance(n, ast.Attribute) and root(n) in shared]
    own = {id(n.value) for n in attributes if n.attr in OWN_CHANCE}
    imports = [n for n in nodes if isinstance(n, ast.ImportFrom) and "random" in (n.module or "")]
    named = {alias.name for node in imports for alias in node.names}
    shared = any(n.attr == "random" and id(n) not in own for n in attributes)
    whole = any(isinstance(n, ast.alias) and n.name.endswith("random") for n in nodes)
    return shared or whole or not named <= OWN_CHANCE


def _parse(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _transformed(source: str) -> str:
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # not even IPython can read it
        return source


def _names(source: str, body: list[ast.stmt]) -> tuple[frozenset[str], frozenset[str]]:
    """The global names that are used and bound, at once or later, within functions."""
    try:
        top = symtable.symtable(source if body else "", "cell", "exec")
    except SyntaxError:  # ``return`` outside a function, say: the cell does nothing
        return frozenset(), frozenset()
    uses, binds = _added_to(body), {s.get_name() for s in top.get_symbols() if _bound(s)}
    uses |= {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        tables += table.get_children()
        in_class = table.get_type() == "class"
        for symbol in table.get_symbols():
            if symbol.is_global() or (in_class and symbol.is_referenced()):
                uses.add(symbol.get_name())
            if symbol.is_declared_global() and _bound(symbol):
                binds.add(symbol.get_name())
    return frozenset(uses), frozenset(binds)


def _added_to(body: list[ast.stmt]) -> set[str]:
    """Names in ``name += …`` outside of functions, which symtable does not count as used."""
    found: set[str] = set()
    nodes: list[ast.AST] = list(body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            nodes += ast.iter_child_nodes(node)
    return found


def _bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()

"""What a cell's code does to names, as far as its text tells, without running it.

Where the text does not tell, the answer is the careful one: ``opaque`` for code that may read or
change any name, ``effects`` for code that may change what no name of the notebook stands for.
"""

import ast
import builtins
import re
import symtable
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from IPython.core.inputtransformer2 import TransformerManager

BUILTINS = frozenset(dir(builtins))
# a name found by its text, a frame, an earlier output: any name of the notebook may be meant
REACH = re.compile(
    r"(exec|eval|compile|globals|locals|vars|dir|get_ipython|open|input|breakpoint|setattr|delattr"
    r"|exit|quit|__\w+__|_+|_i+|_i?\d+|_[ido]h|In|Out)"
)
REACHING = {"IPython", "__main__", "builtins", "ctypes", "gc", "importlib", "inspect", "sys"}
HARMLESS = {"importlib.resources"}
# libraries that compute, draw and show, and change nothing but what they are given; not those
# that could change the process, its files or its chance
PURE = {
    *("numpy", "scipy", "matplotlib", "mpl_toolkits", "PIL", "minidl", "ipywidgets", "tqdm"),
    *("numba", "llvmlite"),
    *("math", "cmath", "statistics", "fractions", "itertools", "functools", "collections"),
    *("dataclasses", "typing", "operator", "string", "textwrap", "re", "json", "time", "numbers"),
}
SETTERS = re.compile(r"(set|use|style|register|rc|rcdefaults|ion|ioff)$|set|rc[A-Z]|register_")
ANYWHERE = re.compile(
    r"(save|write|dump|seed|touch|unlink|mkdir|rmdir|rename|chdir|simplefilter|filterwarnings"
    r"|environ|tofile|__(?!(name|qualname|file|doc|version)__)\w+__$)"
)
# what draws from no global state
OWN_CHANCE = {"default_rng", "Generator", "SeedSequence", "PCG64"}


@dataclass(frozen=True)
class Code:
    """The source of a code cell; ``checks`` for one that is graded, and locked."""

    source: str
    checks: bool = False
    _tree: ast.Module | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tree", _parse(self.source))

    @property
    def body(self) -> list[ast.stmt]:
        """The statements; none of code that is no Python, and so does nothing but fail."""
        return self._tree.body if self._tree else []

    @cached_property
    def names(self) -> tuple[frozenset[str], frozenset[str]]:
        """The notebook's names that it uses, also later within its functions, and that it binds."""
        return _names(self.source, self.body) if self.body else (frozenset(), frozenset())

    @property
    def uses(self) -> frozenset[str]:
        """Names that it needs."""
        return self.names[0]

    @cached_property
    def holds(self) -> frozenset[str]:
        """Names whose objects it takes in its hands: those used, but for ``if x`` and ``not x``."""
        nodes = _walk(self.body)
        found = Counter(n.id for n in nodes if isinstance(n, ast.Name))
        tests = [n.test for n in nodes if isinstance(n, ast.If)]
        tests += [n.operand for n in nodes if isinstance(n, ast.UnaryOp) and _negates(n)]
        asked = Counter(test.id for test in tests if isinstance(test, ast.Name))
        return self.uses - {name for name, times in asked.items() if times == found[name]}

    @property
    def binds(self) -> frozenset[str]:
        """Names that it gives a value, or takes away."""
        return self.names[1]

    @cached_property
    def opaque(self) -> bool:
        """Whether it may read or change names that it does not name."""
        if self._tree is None:  # magics, shell commands; a mere slip does nothing
            return _transformed(self.source).strip() != self.source.strip()
        imported = {module.split(".")[0] for module in modules(self.body) if module not in HARMLESS}
        stars = any(isinstance(n, ast.alias) and n.name == "*" for n in _walk(self.body))
        return stars or bool(imported & REACHING) or any(map(REACH.fullmatch, self.uses))

    @cached_property
    def effects(self) -> bool:
        """Whether it may change something else than the objects that it names."""
        return self.opaque or changes_more(self.body, imported_names(self.body))


def modules(body: list[ast.stmt]) -> list[str]:
    """The modules that are imported, in full."""
    found = []
    for node in _walk(body):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or ".")
    return found


def imported_names(body: list[ast.stmt]) -> frozenset[str]:
    """The names that imports give, wherever they stand."""
    aliases = [n for n in _walk(body) if isinstance(n, ast.alias)]
    return frozenset(alias.asname or alias.name.split(".")[0] for alias in aliases)


def changes_more(body: list[ast.stmt], imported: frozenset[str]) -> bool:
    """Whether code may change the process, files, chance, or a module that it has imported."""
    if any(module.split(".")[0] not in PURE for module in modules(body)):
        return True
    nodes = list(_walk(body))
    if any(isinstance(node, ast.Global | ast.Nonlocal) for node in nodes):
        return True
    if any(isinstance(n, ast.alias) and _suspect(n.name.split(".")[-1]) for n in nodes):
        return True
    return any(_changes(node, imported) for node in nodes) or _global_chance(nodes, imported)


def root(node: ast.expr) -> str | None:
    """The name that an expression such as ``a.b[c].d`` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _negates(node: ast.UnaryOp) -> bool:
    return isinstance(node.op, ast.Not)


def _suspect(name: str) -> bool:
    return bool(ANYWHERE.match(name) or SETTERS.match(name))


def _changes(node: ast.AST, imported: frozenset[str]) -> bool:
    if not isinstance(node, ast.Attribute | ast.Subscript):
        return False
    known = root(node) in imported
    if known and not isinstance(node.ctx, ast.Load):
        return True
    name = node.attr if isinstance(node, ast.Attribute) else ""
    return bool(ANYWHERE.match(name)) or (known and bool(SETTERS.match(name)))


def _global_chance(nodes: list[ast.AST], imported: frozenset[str]) -> bool:
    """Whether NumPy's one global generator may be drawn from: ``np.random.normal`` and the like."""
    attributes = [n for n in nodes if isinstance(n, ast.Attribute) and root(n) in imported]
    own = {id(n.value) for n in attributes if n.attr in OWN_CHANCE}
    imports = [n for n in nodes if isinstance(n, ast.ImportFrom) and "random" in (n.module or "")]
    return any(n.attr == "random" and id(n) not in own for n in attributes) or any(
        alias.name not in OWN_CHANCE for n in imports for alias in n.names
    )


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


def _walk(body: list[ast.stmt]) -> list[ast.AST]:
    return [node for statement in body for node in ast.walk(statement)]


def _names(source: str, body: list[ast.stmt]) -> tuple[frozenset[str], frozenset[str]]:
    try:
        top = symtable.symtable(source, "cell", "exec")
    except SyntaxError:  # ``return`` outside a function, say: the cell does nothing
        return frozenset(), frozenset()
    uses = _added_to(body)
    binds = {s.get_name() for s in top.get_symbols() if _bound(s)}
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


def _bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _added_to(body: list[ast.stmt]) -> set[str]:
    """Names in ``name += …`` outside of functions, which symtable does not count as used."""
    found, nodes = set(), list[ast.AST](body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            nodes += ast.iter_child_nodes(node)
    return found

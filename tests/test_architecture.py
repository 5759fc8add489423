"""House rules that a machine can hold: imports go down, files stay small, nothing is unpickled."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "minidl"

# README's tree of the package, from the top down: each part uses only those above it
LEVELS = {
    part: level
    for level, part in enumerate(
        re.findall(
            r"^  (\w+)(?:/|\.py) ",
            (ROOT / "README.md").read_text(encoding="utf-8").partition("\nminidl/\n")[2],
            re.MULTILINE,
        )
    )
}
COMMON = (
    "arguments",
    "viz",
    "diagrams",
    "console",
    "quick",
)  # anyone may use them; they know of no room
LONGEST = 300
SOURCES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted((ROOT / "scripts").rglob("*.py"))
PYTHON = [*SOURCES, *SCRIPTS, *sorted((ROOT / "tests").rglob("*.py"))]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part(path: Path) -> str:
    """The package or module of minidl that a file belongs to ("" for minidl/__init__.py)."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> list[str]:
    """Every module that a file imports, also within functions, written in full."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively: write the name in full"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def parts_imported(path: Path) -> set[str]:
    """The parts of minidl that a file imports."""
    inner = [module.split(".") for module in imported(path) if module.split(".")[0] == "minidl"]
    return {pieces[1] for pieces in inner if len(pieces) > 1} & {*LEVELS, *COMMON}


def refuse(faults: list[str]) -> None:
    """Fail with one line for each fault."""
    assert not faults, "\n".join(["", *faults])


def test_there_is_something_to_hold():
    assert len(SOURCES) > 50
    assert {part(p) for p in SOURCES} - {""} == {*LEVELS, *COMMON}


def test_imports_go_down_only():
    refuse(
        [
            f"{name(path)} ({part(path)}) imports {other}"
            for path in SOURCES
            if part(path) in LEVELS
            for other in parts_imported(path)
            if other in LEVELS and LEVELS[other] > LEVELS[part(path)]
        ]
    )


def dotted(path: Path) -> str:
    """The name that a file is imported by."""
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def circle(imports: dict[str, list[str]]) -> list[str]:
    """Modules of a circle, the first also at the end; [] if there is none.

    ``imports`` holds for each module what it imports: modules, or names in modules.
    """
    modules = {
        importer: {one if one in imports else one.rpartition(".")[0] for one in names}
        for importer, names in imports.items()
    }
    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_imports_go_in_a_circle():
    """Also not those within functions, and those for types (under ``TYPE_CHECKING``)."""
    assert circle({dotted(path): imported(path) for path in SOURCES}) == []


def test_a_circle_of_three_is_found(tmp_path):
    sources = {
        "p.a": "from p.b import name",
        "p.b": "def f():\n    import p.c",
        "p.c": "if TYPE_CHECKING:\n    from p import a",
    }
    imports = {}
    for module, source in sources.items():
        (tmp_path / module).write_text(source, encoding="utf-8")
        imports[module] = imported(tmp_path / module)
    assert set(circle(imports)) == set(sources)
    assert circle(imports | {"p.c": ["numpy"]}) == []


def test_the_package_knows_of_no_script():
    assert SCRIPTS
    refuse([name(p) for p in SOURCES for m in imported(p) if m.split(".")[0] == "scripts"])


def test_what_shows_things_knows_of_nobody():
    shown = {"numpy", "matplotlib", "cycler", "IPython", "ipywidgets", "PIL", "minidl"}
    allowed = {*sys.stdlib_module_names, *shown}
    for path in SOURCES:
        if part(path) in COMMON:
            assert parts_imported(path) <= set(COMMON), name(path)
            assert {module.split(".")[0] for module in imported(path)} <= allowed, name(path)


def test_the_core_needs_numpy_scipy_and_tqdm_alone():
    allowed = {*sys.stdlib_module_names, "numpy", "scipy", "tqdm", "minidl"}
    for path in SOURCES:
        if part(path) in ("functional", "nn"):
            assert {module.split(".")[0] for module in imported(path)} <= allowed, name(path)


def test_only_kernels_know_of_numba_and_threads():
    refuse(
        [
            f"{name(path)} imports {module}"
            for path in SOURCES
            if part(path) not in ("kernels", "course", "blocks")  # blocks: other processes' futures
            for module in imported(path)
            if module.split(".")[0] in ("numba", "threading", "multiprocessing", "concurrent")
        ]
    )


def test_no_engine_is_imported():
    """What runs elsewhere is given an executor."""
    engines = {"dask", "distributed", "joblib", "ray"}
    refuse([f"{name(p)}: {m}" for p in SOURCES for m in imported(p) if m.split(".")[0] in engines])


def test_every_console_can_show_what_is_printed():
    """What goes to stdout goes through ``say``; stderr escapes what it cannot show."""
    calls = [(p, n) for p in SOURCES for n in ast.walk(tree(p)) if isinstance(n, ast.Call)]
    refuse(
        [
            f"{name(path)}:{call.lineno}: print instead of console.say"
            for path, call in calls
            if ast.unparse(call.func) == "print" and part(path) != "console"
            if "sys.stderr" not in [ast.unparse(keyword.value) for keyword in call.keywords]
        ]
    )
    strings = [(p, n) for p in SOURCES for n in ast.walk(tree(p)) if is_str_method(n)]
    refuse(
        [
            f"{name(path)}:{method.lineno}: __str__ without console.printable"
            for path, method in strings
            if not ast.unparse(method).isascii() and "printable(" not in ast.unparse(method)
        ]
    )


def is_str_method(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__str__"


def test_bars_are_made_in_one_place():
    """It knows where they can be redrawn."""
    users = {name(p) for p in SOURCES for m in imported(p) if m.split(".")[0] == "tqdm"}
    assert users == {"minidl/nn/progress.py"}


def test_files_stay_small():
    lengths = {name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in SOURCES}
    refuse([f"{n} has {lines} lines" for n, lines in lengths.items() if lines > LONGEST])


def test_every_file_says_what_it_is_for():
    refuse([name(p) for p in SOURCES if not ast.get_docstring(tree(p))])


# -- nothing is unpickled ------------------------------------------------------------------------

PICKLERS = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def test_nothing_is_unpickled():
    faults = []
    for path in SOURCES:
        used = {m.split(".")[0] for m in imported(path)} & PICKLERS
        if path == PACKAGE / "course" / "worker.py":
            used -= {"cloudpickle"}  # from the notebook to the process that it has started: no file
        faults += [f"{name(path)}: {module}" for module in sorted(used)]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                forbidden = isinstance(node.value, ast.Constant) and node.value.value is False
                if not forbidden:
                    faults.append(f"{name(path)}:{node.value.lineno}: allow_pickle")
    refuse(faults)


# -- text has an encoding ------------------------------------------------------------------------

BINARY_OPENERS = {"Image", "archive", "wheel", "zipfile", "tarfile", "gzip", "os"}


def test_text_is_read_and_written_with_an_encoding():
    refuse([fault for path in PYTHON for fault in without_encoding(path)])


def without_encoding(path: Path) -> list[str]:
    """Calls that read or write text in whatever encoding the system happens to have."""
    faults = []
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call):
            continue
        keywords = {k.arg: k.value for k in node.keywords}
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        plain = node.func.id if isinstance(node.func, ast.Name) else None
        owner = getattr(getattr(node.func, "value", None), "id", None)
        needs = called in ("read_text", "write_text", "NamedTemporaryFile", "fdopen")
        needs = needs and owner != "files"  # minidl's own reads UTF-8
        if plain == "open" or (called == "open" and owner not in BINARY_OPENERS):
            needs = True
        if called in ("run", "Popen", "check_output") and owner == "subprocess":
            needs = bool({"text", "universal_newlines"} & keywords.keys())
        modes = [*node.args[: 2 if plain else 1], keywords.get("mode")]
        binary = any(isinstance(m, ast.Constant) and "b" in str(m.value) for m in modes if m)
        if called in ("read_text", "write_text"):
            binary = False
        if needs and not binary and "encoding" not in keywords:
            faults.append(f"{name(path)}:{node.lineno}: {called or plain} without encoding")
    return faults


# -- public functions ----------------------------------------------------------------------------


def documented(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield (name, function) of a file's public functions and its public classes' methods."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner


def exported() -> set[tuple[str, str]]:
    """Where the names in every package's ``__all__`` are defined: (module, name)."""
    modules = [importlib.import_module(f"minidl.{package}") for package in LEVELS]
    values = [getattr(module, n) for module in modules for n in module.__all__]
    return {(v.__module__, v.__name__) for v in map(inspect.unwrap, values) if callable(v)}


def public_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield (where, function): what packages export; of functional, nn and pictures, everything."""
    homes = exported()
    for path in SOURCES:
        whole = part(path) in ("functional", "nn", *COMMON)
        for full, node in documented(path):
            if whole or (dotted(path), full.split(".")[0]) in homes:
                yield f"{name(path)}:{node.lineno}: {full}", node


def test_public_functions_have_docstrings_and_type_hints():
    faults, seen = [], 0
    for where, node in public_functions():
        seen += 1
        arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        bare = [a.arg for a in arguments if not a.annotation and a.arg not in ("self", "cls")]
        if bare:
            faults.append(f"{where} has no type hint for {', '.join(bare)}")
        if node.returns is None:
            faults.append(f"{where} does not say what it returns")
        if not ast.get_docstring(node):
            faults.append(f"{where} has no docstring")
    assert seen > 300
    refuse(faults)


@pytest.mark.parametrize("package", LEVELS)
def test_what_a_package_exports_is_there_once(package):
    module = importlib.import_module(f"minidl.{package}")
    assert all(hasattr(module, n) for n in module.__all__)
    assert len(set(module.__all__)) == len(module.__all__)


# -- ruff ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", (["check"], ["format", "--check"]), ids=" ".join)
def test_ruff_is_content(command):
    folders = ("minidl", "scripts", "tests", "docs")
    run = [sys.executable, "-m", "ruff", *command, "--no-cache", *folders]
    result = subprocess.run(run, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if "No module named ruff" in result.stderr:
        pytest.skip("ruff is not installed")
    assert result.returncode == 0, result.stdout + result.stderr


# -- names ---------------------------------------------------------------------------------------

GONE = {  # words that had a meaning of their own here; now the field's word -> is used
    "course": {
        "behave": "execute",
        "behaviour": "execution",
        "judge": "grade",
        "limits": "timeout",
        "recognise": "diagnose",
    },
    "datasets": {
        "Draws": "Sampler",
        "Sheet": "Raster",
        "draws": "sampler",
        "nearest": "voronoi",
        "sheet": "raster",
        "things": "accessories",
    },
    "functional": {
        "kept": "memoized",
        "wanted": "check_need",
    },
    "kernels": {
        "adam_direction": "adam_update",
        "choose": "argmax",
        "count_up": "fetch_add",
        "cut": "chunk",
        "fill": "splat",
        "finish_tile": "epilogue",
        "go_adams_way": "adam_loop",
        "larger": "argmax_update",
        "mixed": "axpby",
        "put": "store",
        "spread": "splat",
        "strips": "direct",
        "turn": "transpose",
        "turned": "transposed",
        "turns": "atomics",
    },
    "faces": {
        "Point": "OperatingPoint",
        "heads": "verification",
        "search": "neighbors",
        "split_signs": "crelu",
    },
    "nn": {
        "Network": "Sequential",
        "describe": "canonical",
        "enough": "guard",
        "enough_to_train": "memory_guard",
        "naming": "raise_named",
        "sealed": "checksum",
        "spread": "add_gradient",
        "watched": "hashed",
    },
    "style": {
        "Goal": "Problem",
        "backtrack": "line_search",
        "descent": "optimizers",
        "drive": "minimise",
        "free_gradient": "projected_gradient",
        "newton": "two_loop_recursion",
        "driver": "transfer",
        "goal": "problem",
        "search": "line_search",
        "small_net": "style_net",
    },
    "visualization": {
        "excite": "maximize_activation",
        "gradient_picture": "saliency_map",
        "gradient_pictures": "saliency",
        "plate": "image_grid",
        "plates": "image_grid",
        "sheet": "grid",
        "watched": "inference_mode",
    },
    "zoo": {
        "NothingComes": "CannotFetch",
        "own": "minidl.weights",
        "small_net": "small_alexnet",
        "small_network": "small_alexnet",
    },
}


def names_in(path: Path) -> set[str]:
    """The names that a file gives: its own, its functions', classes', arguments' and variables'."""
    found = {path.stem}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def test_words_that_are_gone_stay_away():
    refuse(
        [
            f"{name(path)}: {word} is called {instead}"
            for path in SOURCES
            for word, instead in GONE.get(part(path), {}).items()
            if word in names_in(path)
        ]
    )

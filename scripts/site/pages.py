"""The source of the site: the pages of docs/, and those made from notebooks and package."""

import importlib
import inspect
import re
import shutil
from pathlib import Path
from types import ModuleType

from minidl.course import find, names
from minidl.course.files import read, source_notebooks, write
from scripts.site.exercises import exercise_page
from scripts.site.notebooks import as_page

ROOT = Path(__file__).parents[2]
TABLE = re.compile(r"^  (\w+)(?:/|\.py) +(.+)$", re.MULTILINE)  # README's tree of the package
REPOSITORY_PAGES = ("TEACHERS.md", "CONTRIBUTING.md")


def write_source(folder: Path) -> None:
    """Write everything that Sphinx reads into a new folder."""
    shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("pictures"))
    shutil.copytree(ROOT / "docs" / "pictures", folder / "pictures")
    for page in REPOSITORY_PAGES:
        save(folder / page.lower(), within_site((ROOT / page).read_text(encoding="utf-8")))
    sources = source_notebooks(ROOT / "notebooks")
    for path in sources:
        write(as_page(read(path)), folder / "notebooks" / path.name)
    for path in sources:
        theirs = [find(name) for name in names() if find(name).notebook == path.name[:2]]
        if theirs:
            save(
                folder / "exercises" / f"{path.stem}.md",
                exercise_page(path.stem, title(path), theirs),
            )
    index = folder / "index.md"
    in_order = "\n".join(f"api/{package}" for package, _ in packages())  # not by the alphabet
    save(index, index.read_text(encoding="utf-8").replace("api/*", in_order))
    for package, about in packages():
        save(folder / "api" / f"{package}.md", api_page(package, about))


def within_site(text: str) -> str:
    """Return a page of the repository for the site: links to files that are not there are words."""

    def link(match: re.Match) -> str:
        words, target = match.groups()
        return f"[{words}]({target.lower()})" if target in REPOSITORY_PAGES else words

    return re.sub(r"\[([^\]]+)\]\((?!https?:|#)([^)]+)\)", link, text)


def save(path: Path, text: str) -> None:
    """Write a page, and the folder that it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def title(path: Path) -> str:
    """Return the title of a notebook, without its number."""
    return read(path).cells[0].source.splitlines()[0].partition("·")[2].strip()


def packages() -> list[tuple[str, str]]:
    """Return the parts of minidl that export names, from the top of README's tree down."""
    tree = (ROOT / "README.md").read_text(encoding="utf-8").partition("\nminidl/\n")[2]
    found = TABLE.findall(tree.partition("```")[0])
    common = ("viz", "figures, sliders and animations, as the notebooks show them")
    modules = [(name, about, importlib.import_module(f"minidl.{name}")) for name, about in found]
    return [
        *((name, about) for name, about, module in modules if hasattr(module, "__all__")),
        common,
    ]


def api_page(package: str, about: str) -> str:
    """Return the page of a package: what it says of itself, then every name that it exports.

    Names are grouped by the file that they are from, under what the file says of itself.
    """
    home = f"minidl.{package}"
    module = importlib.import_module(home)
    groups: dict[str, list[str]] = {home: []}
    for name in sorted(module.__all__, key=str.lower):
        value = inspect.unwrap(getattr(module, name))
        if not inspect.ismodule(value):
            groups.setdefault(getattr(value, "__module__", None) or home, []).append(name)
    page = [f"# {home}", f"*{about}*"]
    for source, names_of_it in sorted(groups.items(), key=lambda item: (item[0] != home, item[0])):
        if source != home:
            page.append(f"## {source.rpartition('.')[2]}")
        about_it = [f".. automodule:: {source}", "   :no-members:", "   :no-index:", ""]
        entries = [line for name in names_of_it for line in _entry(module, package, name)]
        page.append("\n".join(["```{eval-rst}", *about_it, *entries, "```"]))
    return "\n\n".join(page) + "\n"


def _entry(module: ModuleType, package: str, name: str) -> list[str]:
    """Return the lines that tell Sphinx of one exported name."""
    value, full = getattr(module, name), f"minidl.{package}.{name}"
    if isinstance(value, type):
        return [f".. autoclass:: {full}", "   :members:", ""]
    if callable(value):
        return [f".. autofunction:: {full}", ""]
    where = f"   :module: minidl.{package}"
    return [f".. py:data:: {name}", where, "", f"   {_contents(value)}", ""]


def _contents(value: object) -> str:
    """Say what a table or a list of the package holds."""
    if isinstance(value, dict):
        return f"A table of {', '.join(f'``{key}``' for key in value)}."
    return f"``{value!r}``"

"""requirements.txt: Numba wherever it comes compiled, and the same bounds in every file."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_machine": "x86_64"},
    "Linux on ARM": {"sys_platform": "linux", "platform_machine": "aarch64"},
    "macOS": {"sys_platform": "darwin", "platform_machine": "arm64"},
    "Intel Mac": {"sys_platform": "darwin", "platform_machine": "x86_64"},
    "Windows": {"sys_platform": "win32", "platform_machine": "AMD64"},
    "Windows on ARM": {"sys_platform": "win32", "platform_machine": "ARM64"},
}
LOWER = "tests/lower_bounds.txt"
WITHOUT_NUMBA = {("Intel Mac", "3.14"), ("Windows on ARM", "3.11")}


def lines(name: str) -> list[str]:
    """The lines of a file that are not comments."""
    text = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line.split(" #")[0] for line in text if line and not line.startswith("#")]


REQUIREMENTS = {
    requirement.name: requirement
    for requirement in map(Requirement, (x for x in lines("requirements.txt") if x[0] != "-"))
}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14", "3.15"])
def test_numba_is_asked_for_where_it_comes_compiled(system, python):
    environment = SYSTEMS[system] | {"python_version": python}
    marker = REQUIREMENTS["numba"].marker
    compiled = python != "3.15" and (system, python) not in WITHOUT_NUMBA
    assert marker.evaluate(environment) == compiled


def test_pip_is_told_to_take_what_is_compiled():
    assert {"--prefer-binary", "--only-binary numba,llvmlite"} < set(lines("requirements.txt"))


def test_everything_else_is_asked_for_everywhere():
    assert [name for name, r in REQUIREMENTS.items() if r.marker] == ["numba"]


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def declared() -> dict[str, Requirement]:
    """What pyproject.toml asks for: the package's dependencies, its extras and the groups."""
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    lists = [*project["optional-dependencies"].values(), *groups.values()]
    texts = [text for part in lists for text in part if isinstance(text, str)]
    asked = [Requirement(text) for text in [*project["dependencies"], *texts]]
    assert len({r.name for r in asked}) == len(asked), "a package stands twice"
    return {r.name: r for r in asked if r.name != "minidl"}


def test_requirements_ask_for_what_the_project_declares():
    asked = declared()
    assert asked.keys() == REQUIREMENTS.keys()
    for name, requirement in asked.items():
        theirs = REQUIREMENTS[name]
        assert requirement.specifier == theirs.specifier, name
        assert str(requirement.marker) == str(theirs.marker), name


def test_the_list_for_trying_them_has_every_lower_bound():
    tried = {Requirement(text).name: text.partition("==")[2] for text in lines(LOWER)}
    for name, requirement in REQUIREMENTS.items():
        if name == "ruff":  # one minor release only
            continue
        (bound,) = (s.version for s in requirement.specifier if s.operator == ">=")
        assert Version(bound) <= Version(tried[name]) < Version(f"{bound}.1000"), name
    assert tried.keys() == REQUIREMENTS.keys() - {"ruff"}

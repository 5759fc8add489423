"""requirements.txt: Numba wherever it comes compiled, and the same bounds in every file."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_machine": "x86_64"},
    "Linux on ARM": {"sys_platform": "linux", "platform_machine": "aarch64"},
    "macOS": {"sys_platform": "darwin", "platform_machine": "arm64"},
    "Intel Mac": {"sys_platform": "darwin", "platform_machine": "x86_64"},
    "Windows": {"sys_platform": "win32", "platform_machine": "AMD64"},
    "Windows on ARM": {"sys_platform": "win32", "platform_machine": "ARM64"},
}
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


def test_bounds_agree():
    """The same lower bounds in pyproject.toml, requirements.txt and the list for trying them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    for text in [*project["dependencies"], *(text for extra in extras for text in extra)]:
        requirement = Requirement(text)
        assert requirement.specifier == REQUIREMENTS[requirement.name].specifier
    for text in lines("tests/lower_bounds.txt"):
        name, _, version = text.partition("==")
        assert REQUIREMENTS[name].specifier.contains(version), text

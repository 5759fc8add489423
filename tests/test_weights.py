"""The weights that come with the package: described, small, loaded; a wheel has them as well."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from minidl import nn, weights

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "minidl" / "weights"


def test_every_file_is_small_and_described_with_a_command_that_exists():
    rows = re.findall(
        r"^\| `(\w+\.npz)` \| `python -m ([\w.]+)` \| \d+ \|",
        (FOLDER / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert sorted(file for file, _ in rows) == sorted(path.name for path in FOLDER.glob("*.npz"))
    for file, command in rows:
        assert (FOLDER / file).stat().st_size < 1_000_000
        assert (ROOT / f"{command.replace('.', '/')}.py").is_file()


def test_missing_weights_are_explained():
    network = nn.Sequential([nn.Dense(1)], input_shape=(1,))
    with pytest.raises(FileNotFoundError, match=r"none\.npz is not in .*install minidl again"):
        weights.load_weights(network, "none.npz")


# Let a program see the standard library, minidl and what its metadata asks for, with all that these
# ask for in turn: as in an environment into which nothing else was ever installed.
ALONE = """
import sys
from importlib.abc import MetaPathFinder
from importlib.metadata import distribution, packages_distributions
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

asked, reachable = [Requirement(sys.argv[2])], set()
while asked:
    one = asked.pop()
    extras = {"", *one.extras}
    if (one.name, *sorted(extras)) in reachable:
        continue
    reachable.add((one.name, *sorted(extras)))
    try:
        theirs = map(Requirement, distribution(one.name).requires or [])
    except ModuleNotFoundError:
        continue  # what is not there cannot be imported
    for r in theirs:
        if not r.marker or any(r.marker.evaluate({"extra": extra}) for extra in extras):
            asked.append(r)
reachable = {canonicalize_name(name) for name, *_ in reachable}
elsewhere = {
    module
    for module, owners in packages_distributions().items()
    if not reachable & set(map(canonicalize_name, owners))
}

class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in elsewhere:
            raise ModuleNotFoundError(f"No module named {name!r} in {sys.argv[2]}", name=name)

for name in list(sys.modules):
    if name.partition(".")[0] in elsewhere:
        del sys.modules[name]
sys.meta_path.insert(0, Refuse())
"""

PACKAGE = """
from importlib.resources import files
from pathlib import Path
import numpy as np
import minidl
from minidl import datasets, diagrams, faces, style, visualization, viz, zoo

assert Path(minidl.__file__).is_relative_to(sys.argv[1]), minidl.__file__
assert (files("minidl") / "py.typed").is_file()
assert "pytest" in elsewhere and "IPython" in elsewhere
images, labels, _ = datasets.faces(range(1000, 1003), 2, seed=0)
assert faces.encode(faces.trained_encoder(), images).shape == (6, 128)
painting = datasets.painting("mosaic", (32, 32))
assert zoo.small_alexnet().forward(painting[None].astype("f4")).shape == (1, 20)
result = style.transfer(painting, painting, network="small", steps=1, progress=False)
assert result.image.shape == (32, 32, 3)
"""

COURSE = """
from importlib.resources import files
import numpy as np
from minidl import course
from minidl.course import refresh, registry, teach

assert "pytest" in elsewhere and "nbgrader" in elsewhere and "IPython" not in elsewhere
assert (files("minidl.course") / "measurements/mining.json").is_file()
assert all(registry.find(name).source for name in registry.names())
gram_matrix = lambda a: np.einsum("nijk,nijm->km", a, a)
assert course.check("gram_matrix", gram_matrix) is gram_matrix
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder, its name with a space, into which a wheel of a copy of this tree is installed."""
    try:
        old = int(version("setuptools").split(".")[0]) < 77
    except PackageNotFoundError:
        old = True
    if old:
        pytest.skip("setuptools 77 is needed to build a wheel without a network")
    folder = tmp_path_factory.mktemp("a wheel")
    copy, target = folder / "copy", folder / "site packages"
    ignored = shutil.ignore_patterns("__pycache__", "cache", "*.egg-info", "build")
    shutil.copytree(ROOT / "minidl", copy / "minidl", ignore=ignored)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    pip = [sys.executable, "-m", "pip"]
    wheel = [*pip, "wheel", ".", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run(wheel, cwd=copy, check=True)
    (built,) = folder.glob("*.whl")
    install = [*pip, "install", "--no-index", "--no-deps", "--target", str(target), str(built)]
    subprocess.run(install, cwd=folder, check=True)
    shutil.rmtree(copy)
    return target


def read_only(folder):
    """As another user installed it."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.mark.slow(60)
@pytest.mark.parametrize(
    ("asked", "program"), [("minidl", PACKAGE), ("minidl[course]", COURSE)], ids=["alone", "course"]
)
def test_a_wheel_runs_with_nothing_but_what_it_asks_for(installed, tmp_path, asked, program):
    read_only(installed)
    environment = os.environ | {"PYTHONPATH": str(installed), "MINIDL_CACHE": str(tmp_path)}
    command = [sys.executable, "-c", ALONE + program, str(installed), asked]
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert not list(tmp_path.iterdir()), "something was fetched"


@pytest.mark.slow(60)
def test_a_wheel_holds_the_package_and_nothing_else(installed):
    there = {path.name.partition("-")[0] for path in installed.iterdir()}
    assert there == {"minidl"}
    ours = {path.relative_to(ROOT) for path in (ROOT / "minidl").rglob("*") if path.is_file()}
    theirs = {path.relative_to(installed) for path in (installed / "minidl").rglob("*")}
    missing = {p for p in ours if "__pycache__" not in p.parts} - theirs
    assert not missing

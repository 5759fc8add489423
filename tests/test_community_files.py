"""The pages and files for teachers, contributors and machines say what is so."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from minidl.course import find, names

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "tests.yml"


def lint(schema, *files):
    """Run check-jsonschema with a schema that it holds itself."""
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    return subprocess.run([*command, *map(str, files)], capture_output=True, encoding="utf-8")


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-workflows", WORKFLOW),
        ("custom.github-workflows-require-timeout", WORKFLOW),
        ("vendor.citation-file-format", ROOT / "CITATION.cff"),
    ],
)
def test_the_linter_is_content(schema, file):
    linted = lint(schema, file)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_the_linter_finds_a_fault(tmp_path):
    broken = tmp_path / "tests.yml"
    text = WORKFLOW.read_text(encoding="utf-8")
    broken.write_text(text.replace("runs-on:", "run-on:", 1), encoding="utf-8")
    assert lint("vendor.github-workflows", broken).returncode == 1


def test_the_workflow_runs_what_the_project_promises():
    """Every system and ARM; from the oldest Python and the lowest bounds to a newer Python."""
    matrix = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["quick"]["strategy"][
        "matrix"
    ]
    assert {name.partition("-")[0] for name in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert "ubuntu-24.04-arm" in matrix["system"]
    oldest, newest = matrix["include"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={oldest['python']}"
    assert oldest["bounds"].split() == ["-c", "tests/lower_bounds.txt"]
    assert [row["versions"] for row in (oldest, newest)] == matrix["versions"]


def test_the_citation_has_the_project_s_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert str(cited["version"]) == project["version"]
    assert cited["license"] == project["license"]
    assert [author["name"] for author in cited["authors"]] == [
        a["name"] for a in project["authors"]
    ]


WEEKS = re.findall(
    r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| (\d+) \| [^|]+ \|$",
    (ROOT / "TEACHERS.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_the_plan_of_weeks_has_every_exercise_once():
    """A new exercise is entered in TEACHERS.md, in the week in which its notebook is read."""
    assert [int(week) for week, *_ in WEEKS] == list(range(1, 13))
    planned = [name for _, _, exercises, _ in WEEKS for name in re.findall(r"`(\w+)`", exercises)]
    assert sorted(planned) == sorted(names())
    for _, read, exercises, points in WEEKS:
        theirs = [find(name) for name in re.findall(r"`(\w+)`", exercises)]
        assert {exercise.notebook for exercise in theirs} <= set(re.findall(r"\b\d\d\b", read))
        assert sum(exercise.points for exercise in theirs) == int(points)


def test_all_points_are_told():
    (said,) = re.findall(
        r"^(\d+) points together", (ROOT / "TEACHERS.md").read_text(encoding="utf-8"), re.M
    )
    assert int(said) == sum(find(name).points for name in names())


def test_what_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:minidl|tests|docs|notebooks)/[\w./]*)`", text)
    paths = [ROOT / re.sub(r"(nNN_)?name\.py$", "", path) for path in paths]
    assert len(paths) > 8
    assert [path for path in paths if not path.exists()] == []
    modules = re.findall(r"python -m ((?:minidl|scripts)[\w.]*)", text)
    assert modules and all(
        (ROOT / f"{module.replace('.', '/')}.py").exists()
        or (ROOT / module.replace(".", "/") / "__main__.py").exists()
        for module in modules
    )

"""README's pictures: small, described, and what the notebooks show today."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scripts import readme_pictures

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_picture_is_shown_described_and_small():
    shown = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README)
    files = {path.relative_to(ROOT).as_posix(): path for path in readme_pictures.FOLDER.iterdir()}
    assert sorted(files) == sorted(path for _, path in shown)
    assert all(len(alt.split()) >= 8 for alt, _ in shown)
    assert sum(path.stat().st_size for path in files.values()) <= 500_000


def test_links_lead_somewhere():
    pages = ["README.md", "TEACHERS.md", "CONTRIBUTING.md", "data/README.md"]
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page}: {target}"


@pytest.fixture(scope="module")
def fresh():
    return readme_pictures.pictures()


@pytest.mark.parametrize("name", [*readme_pictures.STORED, "faces"])
def test_they_are_what_the_notebooks_show(fresh, name):
    """Up to what WebP loses; after a refresh, ``python -m scripts.readme_pictures`` renews them."""
    kept = np.array(Image.open(readme_pictures.FOLDER / f"{name}.webp").convert("RGB"))
    assert kept.shape == fresh[name].shape
    difference = np.abs(kept.astype(int) - fresh[name].astype(int))
    assert difference.mean() <= 10 * (name not in readme_pictures.PLOTS), (
        "run python -m scripts.readme_pictures"
    )


def test_the_nearest_face_is_the_same_persons():
    """As README says: below the first face's other picture stands the smallest distance."""
    said = re.search(r"([\d.]+) to another picture of the same person, above (\d)", README)
    d = readme_pictures.distances(readme_pictures.drawn_faces())
    assert d[1] == pytest.approx(float(said[1]), abs=0.01)
    assert d[2:].min() > float(said[2])


def test_a_cell_without_a_picture_is_refused():
    with pytest.raises(ValueError, match="shows no picture in a cell called 'nowhere'"):
        readme_pictures.stored("10_speed", "nowhere")

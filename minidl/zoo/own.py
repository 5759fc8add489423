"""Weights that the course trained itself: small files in data/, beside the package."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "data"


def weights(filename: str) -> Path:
    """Return the path of a weight file in data/.

    Raises:
        FileNotFoundError: where minidl was installed without the course's data/ folder.
    """
    path = FOLDER / filename
    if not path.is_file():
        raise FileNotFoundError(
            f"{filename} is not in {FOLDER}: the course's own weights come with its folder, so "
            "install minidl from there (pip install -e .), or train them again."
        )
    return path

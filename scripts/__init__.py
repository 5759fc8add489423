"""Commands run in the repository's folder: they trained minidl/weights, and picture README."""

from pathlib import Path

WEIGHTS_FOLDER = Path(__file__).resolve().parents[1] / "minidl" / "weights"

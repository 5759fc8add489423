"""Commands that trained the weights in minidl/weights, run in the repository's folder."""

from pathlib import Path

WEIGHTS_FOLDER = Path(__file__).resolve().parents[1] / "minidl" / "weights"

"""Real measurements of the body as NumPy arrays: heart, slices, whole brains.

Each file was checked against its sha256 when it was fetched, so the places of the numbers in it
are known; ``tests/zoo/test_pictures_and_measurements.py`` compares them with what the headers say.
"""

import gzip
from pathlib import Path

import numpy as np

from minidl.arguments import check_choice
from minidl.zoo.fetching import fetch

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
TISSUES = ("t1", "gm", "wm")


def ecg() -> np.ndarray:
    """Return ten seconds of a 12-lead electrocardiogram, ``(10000, 12)`` float32, millivolts.

    1000 samples per second; the leads are those of ``LEADS``.
    """
    steps = _numbers(fetch("ecg"), "<i2", 18642, (10_000, 12))
    return steps * np.float32(1.25e-3)  # 1.25 µV per step


def ct_slice() -> np.ndarray:
    """Return a CT slice ``(128, 128)``, int16 Hounsfield units: air −1000, water 0; 0.66 mm."""
    return _numbers(fetch("ct_slice"), "<i2", 6300, (128, 128)) - np.int16(1024)


def brain(tissue: str = "t1") -> np.ndarray:
    """Return the average brain of 152 people, ``(197, 233, 189)`` uint8, 1 mm a voxel.

    Args:
        tissue: ``"t1"``, the T1-weighted picture; ``"gm"`` or ``"wm"``, how surely each voxel is
            grey or white matter (255: certain).

    Returns:
        The volume; its axes run from left to right, from back to front, from below to above.

    Raises:
        ValueError: for another tissue.
    """
    check_choice(tissue, "tissue", TISSUES)
    return _numbers(fetch(f"brain_{tissue}"), "u1", 352, (197, 233, 189), order="F")


def _numbers(
    path: Path, dtype: str, start: int, shape: tuple[int, ...], order: str = "C"
) -> np.ndarray:
    """Read an array that begins at byte ``start`` of the (unzipped) file, in native byte order."""
    kind = np.dtype(dtype)
    count = int(np.prod(shape))
    unzip = gzip.open if path.suffix == ".gz" else open
    with unzip(path, "rb") as file:
        file.seek(start)
        values = np.frombuffer(file.read(count * kind.itemsize), kind)
    return np.ascontiguousarray(values.reshape(shape, order=order), kind.newbyteorder("="))

"""Palettes."""

import numpy as np


def rgb(*codes: str) -> np.ndarray:
    """Colours from their hexadecimal codes, float32 (number, 3) in 0…1."""
    values = [[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in codes]
    return np.array(values, np.float32) / 255

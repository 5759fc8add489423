"""What small networks learn from: patches of fourteen photographs and six drawn paintings.

Each picture is a class.

Patches for training are cut from the upper three quarters of a picture, those for testing from the
lower quarter: a network is then asked about pixels that it has never seen.
"""

import numpy as np
from PIL import Image

from minidl import zoo
from minidl.datasets import paintings
from minidl.datasets.collection import PHOTOGRAPHS

SIZE = 64  # of a patch
LONGEST = 400  # pixels of a picture's longer side, so that patches show details and not only blur
TRAINED_PART = 0.75  # of each picture's height


def source_pictures() -> list[np.ndarray]:
    """Return the 20 pictures ``(H, W, 3)``, uint8."""
    photographs = [_shrink(zoo.photo(name)) for name in PHOTOGRAPHS]
    drawn = [paintings.painting(name, size=(320, 400), seed=0) for name in paintings.names()]
    return photographs + drawn


def _shrink(image: np.ndarray) -> np.ndarray:
    picture = Image.fromarray(image)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def random_patch(image: np.ndarray, rng: np.random.Generator, test: bool = False) -> np.ndarray:
    """Cut a random patch ``(64, 64, 3)`` from the part for training, or from the one for testing.

    It is 48 to 96 pixels wide before it is brought to 64, mirrored half of the time, and somewhat
    brighter or darker.
    """
    border = int(len(image) * TRAINED_PART)
    part = image[border:] if test else image[:border]
    side = int(min(rng.integers(48, 97), *part.shape[:2]))
    y, x = (int(rng.integers(0, n - side + 1)) for n in part.shape[:2])
    patch = Image.fromarray(part[y : y + side, x : x + side])
    patch = np.asarray(patch.resize((SIZE, SIZE), Image.Resampling.BILINEAR), np.float32)
    if rng.random() < 0.5:
        patch = patch[:, ::-1]
    return np.clip((patch - 128) * rng.uniform(0.7, 1.2) + 128 + rng.uniform(-25, 25), 0, 255)


def random_patches(
    images: list[np.ndarray], number: int, rng: np.random.Generator, test: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return patches of random pictures ``(number, 64, 64, 3)``, float32, and their classes."""
    labels = rng.integers(0, len(images), number)
    patches = np.stack([random_patch(images[k], rng, test) for k in labels])
    return patches.astype(np.float32), labels

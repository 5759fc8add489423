"""Alignment: turning, shrinking and moving a picture so that a face's points come to fixed places.

A similarity (a turn, one scale, a shift) is a single complex multiplication and addition,
z ↦ a·z + b, with x + iy for a point; the a and b that bring points closest to others follow from
least squares in closed form: a = Σ conj(dz)·dw / Σ |dz|² and b = mean(w) − a·mean(z), where dz and
dw are the points less their mean.
"""

import numpy as np
from PIL import Image

from minidl.arguments import check_image, check_numbers
from minidl.zoo.face_network import CHIP

# Where the five points of a face come to lie in the chip, (x, y): the eye on the picture's right,
# outer and inner corner; the eye on its left, outer and inner corner; the base of the nose.
TEMPLATE = np.array(
    [[110.957, 46.350], [89.606, 47.897], [37.058, 46.373], [58.409, 47.906], [74.011, 87.780]]
)
# The centres of the eyes in it: the one on the picture's left, then the one on its right.
EYES = np.stack([TEMPLATE[2:4].mean(axis=0), TEMPLATE[:2].mean(axis=0)])


def similarity(source: np.ndarray, target: np.ndarray) -> tuple[complex, complex]:
    """Return (a, b) for which a·z + b brings the source points closest to the target points.

    Args:
        source, target: ``(K, 2)`` points (x, y), at least two different ones.

    Raises:
        ValueError: for other shapes, numbers that are not finite, or points that all coincide.
    """
    z, w = _complex(source, "source"), _complex(target, "target")
    if z.shape != w.shape:
        raise ValueError(f"each point needs a partner, got {len(z)} and {len(w)} points.")
    dz, dw = z - z.mean(), w - w.mean()
    spread = np.vdot(dz, dz).real
    if spread == 0:
        raise ValueError("a similarity needs two different points, all of these coincide.")
    a = np.vdot(dz, dw) / spread
    return complex(a), complex(w.mean() - a * z.mean())


def align(image: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the chip ``(150, 150, 3)``, uint8, with the face's points at their places.

    Args:
        image: uint8 RGB ``(H, W, 3)``.
        points: ``(5, 2)`` landmarks in ``TEMPLATE``'s order, or ``(2, 2)`` centres of the eyes, the
            one on the picture's left first; (x, y) in pixels, whole numbers at pixel centres. Five
            points give descriptors that differ by less than 0.1; two by up to 0.3.

    Raises:
        TypeError, ValueError: for another dtype or shape, or points that coincide.
    """
    image, points = check_image(image), check_numbers(points, "points")
    if points.shape not in ((5, 2), (2, 2)):
        raise ValueError(f"points must be (5, 2) landmarks or (2, 2) eyes, got {points.shape}.")
    template = TEMPLATE if len(points) == 5 else EYES
    a, b = similarity(template, points)
    if abs(a) < 1e-6:
        raise ValueError("these points do not lie like a face's: they nearly coincide.")
    return _sample(Image.fromarray(image), a, b)


def _sample(picture: Image.Image, a: complex, b: complex) -> np.ndarray:
    """Read the chip's pixel z from the picture's a·z + b, after averaging where it shrinks."""
    shift = b + (1 + 1j - a * (1 + 1j)) / 2  # Pillow counts from a pixel's corner, not its centre
    if abs(a) > 2:
        blocks = int(abs(a))
        picture, a, shift = picture.reduce(blocks), a / blocks, shift / blocks
    rows = (a.real, -a.imag, shift.real, a.imag, a.real, shift.imag)
    method, smooth = Image.Transform.AFFINE, Image.Resampling.BILINEAR
    return np.array(picture.transform((CHIP, CHIP), method, rows, smooth))


def _complex(points: np.ndarray, name: str) -> np.ndarray:
    points = check_numbers(points, name).astype(float)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError(f"{name} must be finite points (K, 2), got {points.tolist()}.")
    return points[:, 0] + 1j * points[:, 1]

"""A mirror around the picture, so that a network sees no border where the picture ends.

A layer pads its input with zeros: black beyond the border. Style transfer would draw that border as
a frame. With a margin that mirrors the picture, the zeros lie outside of it. The costs leave the
margin out, since pixels that count twice would be painted first.
"""

import numpy as np


def mirrored(pixels: np.ndarray, margin: int) -> np.ndarray:
    """Return pixels ``(1, H, W, C)`` continued by their mirror image, ``margin`` pixels a side.

    The margin is at most one pixel less than a side, since the border itself is not repeated.
    """
    for axis, m in enumerate(margins(pixels.shape[1:3], margin), start=1):
        last = pixels.shape[axis] - 1
        places = np.abs(np.arange(-m, last + m + 1))
        pixels = pixels.take(last - np.abs(last - places), axis)
    return pixels


def mirrored_backward(dy: np.ndarray, margin: int, size: tuple[int, int]) -> np.ndarray:
    """Return the gradient of the pixels, of ``size``: each collects that of its mirror images."""
    for axis, m in enumerate(margins(size, margin), start=1):
        rows = dy.swapaxes(axis, 0)
        n = len(rows) - 2 * m
        inside = rows[m : m + n].copy()
        inside[1 : m + 1] += rows[:m][::-1]
        inside[n - 1 - m : n - 1] += rows[m + n :][::-1]
        dy = inside.swapaxes(0, axis)
    return dy


def within(a: np.ndarray, pixels: np.ndarray, margin: int) -> np.ndarray:
    """Return the part of a layer's activations that lies within the picture: a view.

    a: ``(1, h, w, C)``, the layer's answer to ``mirrored(pixels, margin)``. A margin of less than
    one position there is not cut off.
    """
    size, cuts = pixels.shape[1:3], []
    for positions, side, m in zip(a.shape[1:3], size, margins(size, margin), strict=True):
        cut = positions * m // (side + 2 * m)
        cuts.append(slice(cut, positions - cut))
    return a[:, *cuts]


def margins(size: tuple[int, int], margin: int) -> tuple[int, int]:
    """Return how many pixels of mirror image lie on both sides of each axis of ``size``."""
    height, width = size
    return min(margin, height - 1), min(margin, width - 1)

"""Scattered places, and for every pixel the place that it belongs to: stones, dots, panes."""

import numpy as np
from scipy.spatial import cKDTree

from minidl.datasets.paintings.canvas import Canvas


def jittered(
    canvas: Canvas, pitch: float, rng: np.random.Generator, spread: float = 0.3
) -> np.ndarray:
    """Places (n, 2) of x and y near the corners of a grid, each moved by ≤ ``spread`` pitches."""
    columns, rows = round(canvas.width / pitch) + 1, round(canvas.height / pitch) + 1
    y, x = np.indices((rows, columns)).reshape(2, -1)
    x = x + 0.5 * (y % 2)
    moved = np.stack([x, y]) + rng.uniform(-spread, spread, (2, x.size))
    return moved.T * [canvas.width / (columns - 0.5), canvas.height / (rows - 1)]


def voronoi(
    sites: np.ndarray, angle: np.ndarray, x: np.ndarray, y: np.ndarray, candidates: int = 6
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray]:
    """For each point: its site, its place (u, v) on the site's own axes, and its margin.

    Distance is that of squares turned by ``angle``, so that cells are rather square; the margin is
    how much farther the second site is.
    """
    points = np.stack([np.ravel(x), np.ravel(y)], axis=1)
    near = cKDTree(sites).query(points, k=candidates)[1]
    dx, dy = np.moveaxis(points[:, None] - sites[near], -1, 0)
    cos, sin = np.cos(angle)[near], np.sin(angle)[near]
    u, v = dx * cos + dy * sin, dy * cos - dx * sin
    far = np.maximum(np.abs(u), np.abs(v)) + 0.1 * (np.abs(u) + np.abs(v))
    first = far.argmin(axis=1)[:, None]
    closest = np.take_along_axis(far, first, 1)
    np.put_along_axis(far, first, np.inf, 1)
    margin = far.min(axis=1, keepdims=True) - closest
    site, u, v = (np.take_along_axis(values, first, 1).reshape(x.shape) for values in (near, u, v))
    return site, (u, v), margin.reshape(x.shape)


def seams(cells: np.ndarray) -> np.ndarray:
    """Where a pixel's number differs from that above or to the left, bool (H, W)."""
    different = np.zeros(cells.shape, bool)
    different[1:] |= cells[1:] != cells[:-1]
    different[:, 1:] |= cells[:, 1:] != cells[:, :-1]
    return different

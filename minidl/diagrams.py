"""Drawings that explain: cells with numbers, who reads what, computation graphs, blocks."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_rgb
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle
from matplotlib.transforms import offset_copy

from minidl.viz import COLOURS

BLUE, ORANGE, GREEN, YELLOW, PINK, SKY = COLOURS[:6]
INK = "#333333"
TAPS = (BLUE, ORANGE, GREEN, PINK, YELLOW, SKY)  # the colour of a kernel's first tap, second …


def blank(ax: Axes, x: tuple[float, float], y: tuple[float, float], title: str = "") -> None:
    """Make room for a drawing: no axes, equal scales, x and y from … to."""
    ax.set(xlim=x, ylim=y, aspect="equal", title=title)
    ax.set_axis_off()


def numbers(
    ax: Axes,
    array: np.ndarray,
    *,
    title: str = "",
    form: str = "g",
    cmap: str | None = "gray",
    limits: tuple[float, float] | None = None,
    size: float = 11,
) -> None:
    """Draw a matrix (or a row) as cells with their numbers in them.

    form: how a number is written, as in ``format``; cmap: the cells' colours, None for white;
    limits: the numbers at the two ends of the colours, by default the smallest and the largest.
    """
    array = np.atleast_2d(array)
    rows, columns = array.shape
    low, high = limits or (array.min(), array.max())
    shades = Normalize(low, high if high > low else low + 1)(array)
    blank(ax, (-0.6, columns - 0.4), (rows - 0.4, -0.6), title)
    for (i, j), value in np.ndenumerate(array):
        face = "white" if cmap is None else matplotlib.colormaps[cmap](float(shades[i, j]))
        cell(ax, j, i, f"{value:{form}}".replace("-", "−"), face=face, size=size)


def cell(
    ax: Axes,
    x: float,
    y: float,
    text: str = "",
    *,
    face: str | tuple = "white",
    dashed: bool = False,
    size: float = 11,
) -> None:
    """Draw a unit square around (x, y) with a text that stands out from its colour."""
    style = {"ls": (0, (2, 2)), "ec": "#888888"} if dashed else {"ec": "#999999"}
    ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, fc=face, lw=1, **style))
    dark = np.dot(to_rgb(face), (0.3, 0.59, 0.11)) < 0.5
    ax.text(x, y, text, ha="center", va="center", size=size, color="white" if dark else INK)


def box(
    ax: Axes,
    row: float,
    column: float,
    height: float = 1,
    width: float = 1,
    *,
    colour: str = ORANGE,
    line: float = 3,
) -> None:
    """Outline some of the cells of ``numbers``, from (row, column) on."""
    corner = (column - 0.5, row - 0.5)
    ax.add_patch(Rectangle(corner, width, height, fill=False, ec=colour, lw=line, zorder=5))


def reads(
    ax: Axes,
    size: int,
    kernel: int,
    *,
    stride: int = 1,
    padding: tuple[int, int] = (0, 0),
    dilation: int = 1,
    ceil: bool = False,
    over: float = 0.5,
    beyond: str = "0",
    output: int | None = None,
    source: int | None = None,
    tap: int | None = None,
    back: bool = False,
    title: str = "",
) -> None:
    """Draw which inputs each output of a sliding window reads, along one axis.

    Inputs stand below, outputs above, each over the middle of its window (``over`` 0: over its
    first tap, 1: over its last); a line's colour is its tap's. Padding is dashed, with ``beyond``
    written in it. Emphasised are the lines of one output, of one input (``source``) or
    of one ``tap``; with ``back`` arrows point from the outputs down to the inputs.
    """
    before, after = padding
    extent = (kernel - 1) * dilation + 1
    room = size + before + after - extent
    outputs = (-(-room // stride) if ceil else room // stride) + 1
    last = max(size + after, (outputs - 1) * stride - before + extent)  # ceil mode may read beyond
    height = 2.6
    blank(ax, (-before - 0.8, last - 0.2), (-0.7, height + 0.7), title)
    for i in range(-before, last):
        real = 0 <= i < size
        cell(ax, i, 0, f"$x_{{{i}}}$" if real else beyond, dashed=not real)
    for o in range(outputs):
        start = o * stride - before
        middle = start + over * (extent - 1)
        cell(ax, middle, height, f"$y_{{{o}}}$", face="#EEEEEE")
        for k in range(kernel):
            i = start + k * dilation
            asked = [(output, o), (source, i), (tap, k)]
            strong = all(want in (None, got) for want, got in asked)
            aside = 0.2 * ((kernel - 1) / 2 - k)  # so that lines do not end on one another
            foot, head = (i + aside, 0.5), (middle, height - 0.5)
            line(ax, foot, head, TAPS[k % len(TAPS)], strong, back)


def line(
    ax: Axes,
    low: tuple[float, float],
    high: tuple[float, float],
    colour: str,
    strong: bool = True,
    back: bool = False,
) -> None:
    """Draw a connection, faint if it is not the one to look at, as an arrow if it leads back."""
    look = {"color": colour, "lw": 2.2, "alpha": 1.0} if strong else {"color": "#CCCCCC", "lw": 1.2}
    style = "-|>" if back and strong else "-"
    ax.annotate(
        "",
        xy=low,
        xytext=high,
        arrowprops={"arrowstyle": style, "shrinkA": 0, "shrinkB": 0, **look},
        zorder=3 if strong else 1,
    )


def graph(
    ax: Axes,
    nodes: Mapping[str, tuple[float, float, str]],
    edges: Sequence[tuple[str, str, str, str]],
    title: str = "",
) -> None:
    """Draw a computation: values flow from left to right, gradients back.

    nodes: (x, y, text) of each; edges: (from, to, value above the line in blue, gradient below it
    in orange); an empty text is left out.
    """
    xs, ys = zip(*((x, y) for x, y, _ in nodes.values()), strict=True)
    blank(ax, (min(xs) - 0.6, max(xs) + 0.6), (min(ys) - 0.6, max(ys) + 0.6), title)
    for a, b, value, gradient in edges:
        (x0, y0, _), (x1, y1, _) = nodes[a], nodes[b]
        ax.plot((x0, x1), (y0, y1), color=INK, lw=1.2, zorder=1)
        middle, slope = ((x0 + x1) / 2, (y0 + y1) / 2), np.degrees(np.arctan2(y1 - y0, x1 - x0))
        off = 2.5 * np.array([y0 - y1, x1 - x0]) / np.hypot(x1 - x0, y1 - y0)  # across the line
        for text, colour, side in ((value, BLUE, 1), (gradient, ORANGE, -1)):
            ax.text(
                *middle,
                text,
                transform=offset_copy(ax.transData, ax.figure, *side * off, units="points"),
                color=colour,
                ha="center",
                va="bottom" if side > 0 else "top",
                rotation=slope,
                rotation_mode="anchor",
                weight="bold",
                size=12,
            )
    for x, y, text in nodes.values():
        shape = FancyBboxPatch((x - 0.22, y - 0.16), 0.44, 0.32, boxstyle="round,pad=0.06")
        shape.set(fc="#EEEEEE", ec=INK, lw=1.2, zorder=2)
        ax.add_patch(shape)
        ax.text(x, y, text, ha="center", va="center", size=12, zorder=3)


def block(
    ax: Axes,
    x: float,
    y: float,
    shape: tuple[float, float, float],
    *,
    face: str = SKY,
    label: str = "",
    sides: tuple[str, str, str] = ("", "", ""),
) -> None:
    """Draw a block of numbers (height, width, depth) with its lower left front corner at (x, y).

    sides: what to write along its height, its width and its depth; label: what stands below it.
    """
    height, width, depth = shape
    dx, dy = 0.5 * depth, 0.35 * depth
    front = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    top = [front[3], front[2], (x + width + dx, y + height + dy), (x + dx, y + height + dy)]
    right = [front[1], (x + width + dx, y + dy), top[2], front[2]]
    for corners, shade in ((front, 1.0), (top, 1.15), (right, 0.85)):
        colour = np.clip(np.array(to_rgb(face)) * shade, 0, 1)
        ax.add_patch(Polygon(corners, fc=colour, ec="white", lw=1.2, alpha=0.9))
    ax.text(x - 0.08, y + height / 2, sides[0], ha="right", va="center", size=11)
    ax.text(x + width / 2, y - 0.08, sides[1], ha="center", va="top", size=11)
    ax.text(x + width + dx / 2 + 0.1, y + dy / 2, sides[2], ha="left", va="top", size=11)
    ax.text(x + (width + dx) / 2, y - 0.5, label, ha="center", va="top", size=11)

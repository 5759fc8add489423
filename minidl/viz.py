"""The plots that the notebooks share."""

import base64
import html
import io
import time
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure

from minidl.console import in_notebook, say
from minidl.quick import quick

# Okabe and Ito's colours, which colour-blind readers tell apart; black comes last
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")

STYLE = {
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "font.size": 11,
    "legend.frameon": False,
    "image.cmap": "viridis",
    "figure.figsize": (7, 4),
    "figure.constrained_layout.use": True,
}
DPI = 110


def style() -> None:
    """Give the figures made from here on the course's look."""
    plt.rcParams.update(STYLE)


def show(fig: Figure, alt: str) -> None:
    """Display a figure under a text that says what it shows, and close it.

    alt: what a reader who cannot see the figure should know, in a sentence or two. Raises
    ValueError if it is empty. Outside of a notebook, and in a quick run, the text is printed.
    """
    if not alt.strip():
        raise ValueError("show(fig, alt=…) needs a sentence that says what the figure shows")
    try:
        if in_notebook() and not quick():
            from IPython.display import display

            data = {"image/png": base64.b64encode(png(fig)).decode("ascii"), "text/plain": alt}
            display(data, raw=True, metadata={"image/png": {"alt": alt}})
        else:
            say(alt)
    finally:
        plt.close(fig)


def explore(draw: Callable[..., Figure], alt: str, *, columns: int = 1, **controls: Any) -> None:
    """Display sliders above a figure that is drawn again whenever one of them moves.

    draw: makes a figure from the sliders' values, given by name.
    alt: as in ``show``.
    columns: sliders in a row.
    controls: what ipywidgets makes sliders of: (low, high), (low, high, step), a list of choices,
    True or False; or a widget, which is shown as it is.
    """
    import ipywidgets
    from IPython.display import display

    make = ipywidgets.interactive.widget_from_abbrev
    widgets = {name: make(control) for name, control in controls.items()}
    page = ipywidgets.HTML()

    def redraw(_: Any = None) -> None:
        fig = draw(**{name: widget.value for name, widget in widgets.items()})
        page.value = _image(fig, alt)

    for name, widget in widgets.items():
        if widget is not controls[name]:
            widget.description = name
        widget.observe(redraw, names="value")
    redraw()
    grid = ipywidgets.Layout(grid_template_columns=f"repeat({columns}, max-content)")
    display(ipywidgets.VBox([ipywidgets.GridBox([*widgets.values()], layout=grid), page]))


def live(draw: Callable[[], Figure], alt: str, *, seconds: float = 2.0) -> Callable[[], None]:
    """Display a figure of something that goes on; return the function that draws it anew.

    Call that as often as you like, from inside a long loop: within ``seconds`` of the last drawing
    it does nothing. Outside of a notebook it never does.
    draw: makes the figure. alt: as in ``show``.
    """
    if not in_notebook():
        return lambda: None
    import ipywidgets
    from IPython.display import display

    page, due = ipywidgets.HTML(), 0.0

    def redraw() -> None:
        nonlocal due
        if time.monotonic() >= due:
            page.value = _image(draw(), alt)
            due = time.monotonic() + seconds

    display(page)
    return redraw


def _image(fig: Figure, alt: str) -> str:
    """An HTML image of a figure, which is closed; in a quick run the text alone."""
    try:
        if quick():
            return html.escape(alt)
        picture = base64.b64encode(png(fig)).decode("ascii")
    finally:
        plt.close(fig)
    return f'<img src="data:image/png;base64,{picture}" alt="{html.escape(alt)}">'


def png(fig: Figure) -> bytes:
    """A figure as a PNG file; the same figure gives the same bytes."""
    file = io.BytesIO()
    fig.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def pictures(
    images: Sequence[np.ndarray] | np.ndarray,
    *,
    titles: Sequence[str] | None = None,
    columns: int | None = None,
    size: float = 1.6,
) -> Figure:
    """Lay pictures out in a grid, each pixel in exactly the colour that the array says.

    images: (H, W), (H, W, 1) or (H, W, 3) each; uint8, booleans, floats in 0…1, or floats in 0…255
    (taken to be so if any number in any picture is above 1). No contrast is stretched and nothing
    is clipped: ValueError for numbers outside of 0…255 and for other shapes.
    titles: one for each picture. columns: pictures in a row. size: inches of a picture's side.
    """
    ready = _as_bytes(images)
    if titles is not None and len(titles) != len(ready):
        raise ValueError(f"{len(titles)} titles for {len(ready)} pictures: give one for each")
    columns = min(columns or 8, len(ready))
    rows = -(-len(ready) // columns)
    extra = 0.3 if titles is not None else 0.0
    fig, axes = plt.subplots(
        rows,
        columns,
        figsize=(size * columns, (size + extra) * rows),
        squeeze=False,
        layout="constrained",
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for i, (axis, image) in enumerate(zip(axes.flat, ready, strict=False)):
        axis.imshow(image)
        axis.set_title(titles[i] if titles is not None else "", fontsize=10)
    return fig


def _as_bytes(images: Sequence[np.ndarray] | np.ndarray) -> list[np.ndarray]:
    """Every picture as uint8, (H, W, 3): the grey colour map would be off by one here and there."""
    arrays = [np.asarray(image) for image in images]
    if not arrays:
        raise ValueError("there is no picture to show")
    for array in arrays:
        if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3)):
            raise ValueError(f"a picture is (H, W), (H, W, 1) or (H, W, 3), not {array.shape}")
        if array.size and not (array.min() >= 0 and array.max() <= 255):
            raise ValueError(
                f"a picture's numbers lie in 0…1 or 0…255, not in {array.min():.4g}…"
                f"{array.max():.4g}; to look at other numbers, use a colour map with its scale"
            )
    floats = [array for array in arrays if array.dtype.kind == "f" and array.size]
    scale = 1 if any(array.max() > 1 for array in floats) else 255
    arrays = [a * 255 if a.dtype.kind == "b" else a for a in arrays]
    arrays = [np.rint(a * scale) if a.dtype.kind == "f" else a for a in arrays]
    arrays = [a[:, :, None] if a.ndim == 2 else a for a in arrays]
    return [np.broadcast_to(a, (*a.shape[:2], 3)).astype(np.uint8) for a in arrays]

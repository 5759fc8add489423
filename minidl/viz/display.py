"""Figures on the page, each with words for who cannot see it; some with sliders."""

import base64
import html
import time
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from minidl.console import in_notebook, say
from minidl.quick import quick
from minidl.viz.encode import encode


def show(fig: Figure, alt: str) -> None:
    """Display a figure under a text that says what it shows, and close it.

    alt: what a reader who cannot see the figure should know, in a sentence or two. Raises
    ValueError if it is empty. Outside of a notebook, and in a quick run, the text is printed.
    """
    check_words(alt)
    try:
        if in_notebook() and not quick():
            from IPython.display import display

            data, metadata = _still(fig, alt)
            display(data, raw=True, metadata=metadata)
        else:
            say(alt)
    finally:
        plt.close(fig)


def explore(draw: Callable[..., Figure], alt: str, *, columns: int = 1, **controls: Any) -> None:
    """Display sliders above a figure that is drawn again whenever one of them moves.

    The figure as it is at first is stored with the notebook, for readers without a kernel.
    draw: makes a figure from the sliders' values, given by name.
    alt: as in ``show``.
    columns: sliders in a row.
    controls: what ipywidgets makes sliders of: (low, high), (low, high, step), a list of choices,
    True or False; or a widget, which is shown as it is.
    """
    import ipywidgets
    from IPython.display import display

    check_words(alt)
    make = ipywidgets.interactive.widget_from_abbrev
    widgets = {name: make(control) for name, control in controls.items()}
    page = ipywidgets.HTML()

    def redraw(_: Any = None) -> tuple[dict, dict]:
        fig = draw(**{name: widget.value for name, widget in widgets.items()})
        data, metadata = still = _still(fig, alt)
        page.value = _html(data, metadata)
        return still

    for name, widget in widgets.items():
        if widget is not controls[name]:
            widget.description = name
        widget.observe(redraw, names="value")
    data, metadata = redraw()
    grid = ipywidgets.Layout(grid_template_columns=f"repeat({columns}, max-content)")
    box = ipywidgets.VBox([ipywidgets.GridBox([*widgets.values()], layout=grid), page])
    display(box._repr_mimebundle_() | data, raw=True, metadata=metadata)


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
            page.value = _html(*_still(draw(), alt))
            due = time.monotonic() + seconds

    display(page)
    return redraw


def check_words(alt: str) -> None:
    """Raise ValueError where a figure has no words."""
    if not alt.strip():
        raise ValueError("give alt=…, a sentence or two that say what the figure shows")


def _still(fig: Figure, alt: str) -> tuple[dict[str, str], dict[str, dict]]:
    """A figure and its words as Jupyter stores an output; the figure is closed."""
    try:
        if quick():
            return {"text/plain": alt}, {}
        return output(*encode(fig), alt)
    finally:
        plt.close(fig)


def output(kind: str, data: bytes, alt: str) -> tuple[dict[str, str], dict[str, dict]]:
    """Return a picture of a MIME type and its words, data and metadata as Jupyter has them."""
    picture = base64.b64encode(data).decode("ascii")
    return {kind: picture, "text/plain": alt}, {kind: {"alt": alt}}


def _html(data: dict[str, str], metadata: dict[str, dict]) -> str:
    """An HTML image of a still; in a quick run its words alone."""
    alt = html.escape(data["text/plain"])
    for kind in metadata:
        return f'<img src="data:{kind};base64,{data[kind]}" alt="{alt}">'
    return alt

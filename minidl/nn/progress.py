"""Progress bars: drawn where they can be redrawn, and nowhere else."""

from collections.abc import Iterable
from typing import Any

from tqdm.auto import tqdm as Bar

from minidl.console import can_redraw, quiet


def progress_bar(show: bool, iterable: Iterable | None = None, **settings: Any) -> Bar:
    """Return tqdm's bar with these settings; a silent one unless ``show`` and it can be redrawn."""
    shown = show and not quiet() and can_redraw(settings.get("file"))
    return Bar(iterable, disable=not shown, **settings)

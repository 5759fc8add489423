"""Progress bars: drawn where they can be redrawn, and nowhere else."""

import sys
from collections.abc import Iterable
from typing import Any, TextIO

from tqdm.auto import tqdm as Bar

from minidl.console import in_notebook, quiet


def can_redraw(stream: TextIO | None = None) -> bool:
    """Say whether a bar on the stream (stderr) moves; in a file each move would be a new line."""
    stream = stream or sys.stderr
    return in_notebook() or (stream is not None and stream.isatty())


def progress_bar(show: bool, iterable: Iterable | None = None, **settings: Any) -> Bar:
    """Return tqdm's bar with these settings; a silent one unless ``show`` and it can be redrawn."""
    shown = show and not quiet() and can_redraw(settings.get("file"))
    return Bar(iterable, disable=not shown, **settings)

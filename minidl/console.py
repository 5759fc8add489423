"""Where words are shown: in a notebook, or on a console that may lack some of their signs."""

import codecs
import os
import sys
from collections.abc import Callable
from typing import TextIO

LOOKALIKES = {"×": "x", "·": ".", "─": "-", "−": "-", "±": "+-", "→": "->", "…": "..."}


def say(text: object) -> None:
    """Print a text on any console, at once."""
    print(printable(str(text)), flush=True)


def run_command(work: Callable[[], str], *errors: type[Exception], interrupted: str) -> int | str:
    """Say what ``work`` returns; return 0, or for ``sys.exit`` what went wrong.

    ``errors`` are those that a user can mend, beside bad values, files and a lack of memory.
    """
    try:
        say(work())
    except (ValueError, TypeError, OSError, MemoryError, *errors) as error:
        return f"error: {error}"
    except KeyboardInterrupt:
        return interrupted
    return 0


def printable(text: str) -> str:
    """Return a text as it can be printed: what stdout's encoding lacks becomes a look-alike or ?.

    Old Windows consoles have CP1252, redirected output often ASCII; printing "─" there raises.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "minidl.lookalike").decode(encoding)


def _lookalike(error: UnicodeEncodeError) -> tuple[str, int]:
    lacking = error.object[error.start : error.end]
    return "".join(LOOKALIKES.get(sign, "?") for sign in lacking), error.end


codecs.register_error("minidl.lookalike", _lookalike)


def in_notebook() -> bool:
    """True where IPython runs the code and can display more than text."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def can_redraw(stream: TextIO | None = None) -> bool:
    """Say whether a line on the stream (stderr) can be written anew: not in a file."""
    stream = stream or sys.stderr
    return in_notebook() or (stream is not None and stream.isatty())


def quiet() -> bool:
    """True if MINIDL_QUIET is set: no progress is shown.

    Tests set it, since they compare what notebooks print.
    """
    return bool(os.environ.get("MINIDL_QUIET"))

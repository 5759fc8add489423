"""Short animations, stored with the page: what moves in time or over a picture."""

import io
from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from minidl.console import in_notebook, say
from minidl.quick import quick
from minidl.viz.display import check_words, output
from minidl.viz.encode import pixels

LARGEST = 500_000  # bytes of the file


def animate(
    frames: Iterable[Figure | np.ndarray], alt: str, *, seconds: float = 0.2, hold: float = 2.0
) -> None:
    """Display frames one after the other, over and over.

    The file is an animated PNG: every viewer of notebooks shows it, trusted or not, and where
    nothing can move it is the first frame: let that be a good still. All frames share 256 colours.

    frames: figures, which are closed, or pictures (H, W, 3) uint8, all of one size.
    alt: as in ``show``. seconds: of one frame. hold: seconds of the last one.
    Raises ValueError if the file would have more than 500 KB: use fewer or smaller frames. Outside
    of a notebook, and in a quick run, the words are printed and no frame is drawn.
    """
    check_words(alt)
    if not in_notebook() or quick():
        say(alt)
        return
    from IPython.display import display

    file = animated_png([_pixels(frame) for frame in frames], seconds, hold)
    if len(file) > LARGEST:
        raise ValueError(
            f"the animation has {len(file) / 1000:.0f} KB; at most {LARGEST / 1000:.0f} are stored "
            "with a page: use fewer or smaller frames"
        )
    data, metadata = output("image/png", file, alt)
    display(data, raw=True, metadata=metadata)


def animated_png(frames: list[np.ndarray], seconds: float, hold: float) -> bytes:
    """Return the file of an animation; frames (H, W, 3), uint8."""
    if not frames:
        raise ValueError("an animation needs at least one frame")
    sizes = {frame.shape for frame in frames}
    if len(sizes) > 1:
        raise ValueError(f"all frames have one size; these have {sorted(sizes)}")
    strip = Image.fromarray(np.concatenate(frames)).quantize(256, dither=Image.Dither.NONE)
    width, height = frames[0].shape[1::-1]
    images = [
        strip.crop((0, i * height, width, (i + 1) * height)) for i in range(len(frames))
    ]  # each with the palette of all
    milliseconds = [round(1000 * seconds)] * (len(images) - 1) + [round(1000 * hold)]
    file = io.BytesIO()
    images[0].save(
        file, "PNG", save_all=True, append_images=images[1:], duration=milliseconds, optimize=True
    )
    return file.getvalue()


def _pixels(frame: Figure | np.ndarray) -> np.ndarray:
    if not isinstance(frame, Figure):
        return np.asarray(frame, np.uint8)
    try:
        return pixels(frame)
    finally:
        plt.close(frame)

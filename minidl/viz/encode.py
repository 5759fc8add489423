"""A figure as a small file: a PNG of at most 256 colours, or a JPEG where that would be coarse."""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

DPI = 110
COARSE = 1.0  # mean error of 256 colours, in 0…255, above which a figure counts as a photograph
QUALITY = 80  # of a JPEG, with a colour for every four pixels: a third less than 88 with all


def encode(fig: Figure) -> tuple[str, bytes]:
    """Return a figure's MIME type and the bytes of its file; the same figure, the same bytes."""
    return encode_pixels(pixels(fig))


def encode_pixels(drawn: np.ndarray) -> tuple[str, bytes]:
    """Return the MIME type and the file of pixels (H, W, 3), uint8."""
    image = Image.fromarray(drawn)
    few = image.quantize(256, dither=Image.Dither.NONE)
    error = np.abs(np.asarray(few.convert("RGB"), np.int16) - np.asarray(image, np.int16)).mean()
    file = io.BytesIO()
    if error > COARSE:
        image.save(file, "JPEG", quality=QUALITY, subsampling=2, optimize=True)
        return "image/jpeg", file.getvalue()
    few.save(file, "PNG", optimize=True)
    return "image/png", file.getvalue()


def pixels(fig: Figure) -> np.ndarray:
    """Draw a figure; return its pixels, (H, W, 3), uint8."""
    fig.set_dpi(DPI)
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()

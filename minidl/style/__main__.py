"""``python -m minidl.style photo.jpg mosaic -o out.png`` paints a photograph in a style."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from minidl import datasets, style
from minidl.console import run_command, say
from minidl.datasets.paintings import names
from minidl.files import check_writable
from minidl.zoo.asset import AssetError

SIZE = 384  # pixels of the longer side: minutes on a laptop
NOTEBOOK = "notebooks/08_style_transfer.ipynb"


def parser() -> argparse.ArgumentParser:
    """Return the command line; its words are ASCII, which every console can show."""
    made = argparse.ArgumentParser(
        prog="python -m minidl.style",
        description="Paint a photograph in the style of a painting: neural style transfer.",
        epilog="Ctrl-C stops and keeps the best picture so far. How it works: " + NOTEBOOK,
    )
    made.add_argument(
        "photo", type=Path, help="the photograph: JPEG, PNG, or any that Pillow reads"
    )
    made.add_argument(
        "style",
        nargs="+",
        help=f"a picture file, or one of {', '.join(names())}; several are mixed",
    )
    made.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("painted.png"),
        metavar="FILE",
        help="the painting (%(default)s)",
    )
    made.add_argument("--size", type=int, default=SIZE, help=f"of the longer side ({SIZE})")
    made.add_argument("--steps", type=int, help="more take longer and change less and less")
    made.add_argument(
        "--network",
        choices=sorted(style.RECIPES),
        help="vgg19, fetched when first used (18.5 MB); small is here already, and coarser",
    )
    made.add_argument(
        "--start",
        choices=("noise", "content"),
        help="begin with noise, or with the photograph, which keeps more of it",
    )
    made.add_argument(
        "--keep-colours", action="store_true", help="paint in the colours of the photograph"
    )
    made.add_argument("--seed", type=int, default=0, help="of noise and drawn paintings (0)")
    return made


def paint(options: argparse.Namespace) -> str:
    """Paint and save as the command line says; return what to tell at the end.

    Raises ValueError, TypeError, OSError, MemoryError or AssetError, saying what to do.
    """
    _check_output(options)
    photo = datasets.read_image(options.photo, max_size=options.size)
    pictures = [_style_picture(name, photo, options.seed) for name in options.style]
    asked = {name: getattr(options, name) for name in ("network", "start", "steps")}
    settings = {name: value for name, value in asked.items() if value is not None}
    height, width = photo.shape[:2]
    say(f"Painting {options.photo}, {width} × {height}, after {', '.join(options.style)}.")
    result = style.transfer(
        photo, pictures, seed=options.seed, keep_colours=options.keep_colours, **settings
    )
    datasets.save_image(result.image, options.output)
    return f"{options.output}: {result.stopped} after {result.steps} steps. Read on: {NOTEBOOK}"


def _check_output(options: argparse.Namespace) -> None:
    """Refuse what cannot be saved before the minutes of painting, not after them."""
    read = [options.photo, *map(Path, options.style)]
    if options.output.exists() and any(p.exists() and options.output.samefile(p) for p in read):
        raise ValueError(f"{options.output} is one of the pictures to read: give another -o.")
    if not options.output.parent.is_dir():
        raise ValueError(f"the folder {str(options.output.parent)!r} does not exist: create it.")
    if options.output.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise ValueError(f"-o {options.output}: the name must end in .png, .jpg or .webp.")
    check_writable(options.output)


def _style_picture(name: str, photo: np.ndarray, seed: int) -> np.ndarray:
    """Draw the painting of that name, as large as the photograph; any other name is a file's."""
    if name in names():
        return datasets.painting(name, size=photo.shape[:2], seed=seed)
    if not Path(name).exists():
        raise ValueError(
            f"there is no picture at {name!r}, and the paintings drawn by code are "
            f"{', '.join(names())}."
        )
    return datasets.read_image(name, max_size=max(photo.shape[:2]))


def main(arguments: Sequence[str] | None = None) -> int | str:
    """Run the command; return 0, or what went wrong."""
    options = parser().parse_args(arguments)
    return run_command(
        lambda: paint(options),
        AssetError,
        interrupted="interrupted before the first step: nothing is saved",
    )


if __name__ == "__main__":
    sys.exit(main())

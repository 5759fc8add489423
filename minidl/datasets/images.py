"""Reading the reader's own pictures, in any of Pillow's formats, as uint8 RGB arrays."""

import warnings
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from minidl.arguments import as_array, check_int, check_path, is_int, per_axis
from minidl.files import check_readable, saving

MAX_PIXELS = 80_000_000  # 240 MB as RGB; a file whose header claims more is refused

# what white may be in the modes wider than a byte, tried in this order
_WHITES = dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), (65535.0,))
_WHITES |= {"I": (255.0, 65535.0), "F": (1.0, 255.0)}


def read_image(path: str | Path, *, max_size: int | None = None) -> np.ndarray:
    """Read a picture as uint8 RGB of shape (H, W, 3), turned the way it is meant to be seen.

    Transparent pixels are laid on white, greys of 16 bits or more are scaled to 0…255, of several
    frames the first is taken. With ``max_size`` the longer side is shrunk to at most that many
    pixels. Raises ValueError for a missing, empty, damaged or too large file and for a file that
    is not a picture.
    """
    path = check_path(path)
    _check_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # given a path, Pillow maps plain files into memory, and at a wrong width if turned
            with path.open("rb") as file, Image.open(file) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise Image.DecompressionBombError(f"{picture.width} × {picture.height}")
                picture.load()
                pixels = np.array(_to_rgb(_turned(picture)))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValueError(
            f"{str(path)!r} claims too many pixels ({error}); at most {MAX_PIXELS:,} are read. "
            "Shrink it with another program first, if it really is a picture."
        ) from None
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{str(path)!r} is not a picture that Pillow {Image.__version__} can read. Save it as "
            "JPEG or PNG with another program (phones: HEIC files need this)."
        ) from error
    except Exception as error:  # a damaged file makes Pillow raise almost anything
        raise ValueError(
            f"{str(path)!r} cannot be decoded ({error}). It is cut off or damaged: copy or "
            "download it again."
        ) from error
    return pixels if max_size is None else shrink(pixels, max_size)


def read_folder(
    path: str | Path,
    *,
    max_size: int | None = None,
    report: Callable[[str], object] = warnings.warn,
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (name, picture) for every picture in a folder and its subfolders, sorted by name.

    The name is the path below the folder with ``/`` between its parts; pictures are as in
    ``read_image``. Hidden files are passed over; a file that cannot be read is passed to
    ``report`` as a message, and reading goes on. Raises ValueError if there is no such folder.
    """
    return _pictures(files_in(path), max_size, report)


def files_in(path: str | Path) -> dict[str, Path]:
    """Return the files in a folder and its subfolders by name, as ``read_folder`` reads them."""
    folder = check_path(path)
    if not folder.is_dir():
        raise ValueError(
            f"{str(folder)!r} is not a folder. Give the folder that holds the pictures"
        )
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*")}
    return {
        name: files[name]
        for name in sorted(files)
        if not any(part.startswith(".") for part in name.split("/")) and files[name].is_file()
    }


def _pictures(files, max_size, report):
    for name, file in files.items():
        try:
            picture = read_image(file, max_size=max_size)
        except ValueError as error:
            report(str(error))
        else:
            yield name, picture


def resize(image: np.ndarray, size: int | tuple[int, int]) -> np.ndarray:
    """Resize a picture (H, W, 3) or (H, W) smoothly (Lanczos), keeping its dtype.

    ``size`` is (height, width), or one number for the longer side, which keeps the proportions.
    uint8 stays uint8; a float picture is neither rounded nor clipped. Raises TypeError or
    ValueError for other arrays or sizes below 1.
    """
    image = as_array(image, "image")
    if image.dtype != np.uint8 and image.dtype.kind != "f":
        raise TypeError(f"resize takes a uint8 or float picture, got dtype {image.dtype}")
    if image.ndim not in (2, 3) or image.size == 0:
        raise ValueError(f"resize takes a picture (H, W, 3) or (H, W), got shape {image.shape}")
    height, width = target_size(size, image.shape[:2])
    if (height, width) == image.shape[:2]:
        return image.copy()
    channels = image[..., None] if image.ndim == 2 else image
    resized = [_resize_channel(channels[..., c], height, width) for c in range(channels.shape[-1])]
    return np.stack(resized, axis=-1).reshape(height, width, *image.shape[2:])


def shrink(image: np.ndarray, max_size: int) -> np.ndarray:
    """Shrink a picture so that its longer side is at most ``max_size``; never enlarge it."""
    return resize(image, min(check_int(max_size, "max_size"), max(image.shape[:2])))


def save_image(image: np.ndarray, path: str | Path) -> None:
    """Save a uint8 picture (H, W, 3) or (H, W); the suffix of ``path`` chooses the format.

    The file appears whole or not at all. Raises TypeError for another dtype and where picture and
    path are swapped, ValueError for another shape, an unknown suffix or a missing folder, OSError
    if the file cannot be written.
    """
    if isinstance(image, str | PathLike):
        raise TypeError("save_image takes the picture first, then the path.")
    image, path = as_array(image, "image"), check_path(path)
    if image.dtype != np.uint8:
        raise TypeError(
            f"save_image takes uint8 pixels 0…255, got {image.dtype}. "
            "For floats in 0…255: np.clip(np.rint(image), 0, 255).astype(np.uint8)"
        )
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3) or image.size == 0:
        raise ValueError(f"save_image takes (H, W, 3) or (H, W), got shape {image.shape}")
    format = Image.registered_extensions().get(path.suffix.lower())
    if format not in Image.SAVE:
        raise ValueError(f"cannot save as {path.name!r}: use a suffix such as .png or .jpg")
    if not path.parent.is_dir():
        raise ValueError(f"the folder {str(path.parent)!r} does not exist. Create it first")
    with saving(path) as file:
        Image.fromarray(image).save(file, format=format)


def _check_file(path):
    if path.is_dir():
        raise ValueError(f"{str(path)!r} is a folder: give one picture, or use read_folder.")
    try:
        with check_readable(path, "picture").open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise ValueError(str(error)) from error
    if empty:
        raise ValueError(f"{str(path)!r} is empty (0 bytes). Copy or download it again.")


def _turned(picture):
    """The picture turned as its EXIF orientation says; a damaged EXIF block says nothing."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        return picture


def _to_rgb(picture):
    """Convert any of Pillow's modes to RGB."""
    if picture.mode in _WHITES:
        greys = _to_bytes(np.asarray(picture), _WHITES[picture.mode])
        return Image.fromarray(greys).convert("RGB")
    if picture.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, *profiles, outputMode="RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture.convert("RGB")


def _to_bytes(values, whites):
    """Scale greys to 0…255 by the first white level that holds them all.

    Without one, or below zero, they are stretched from the lowest to the highest.
    """
    values = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = values.min(), values.max()
    white = next((w for w in whites if low >= 0 and high <= w), None)
    if white is None:
        values, white = values - low, (high - low) or 1.0  # all equal: black
    return np.rint(values * (255.0 / white)).astype(np.uint8)


def target_size(size: int | tuple[int, int], shape: tuple[int, int]) -> tuple[int, int]:
    """Return (height, width) from a pair, or from the longer side of a picture of this shape."""
    if not is_int(size):
        return per_axis(size, 2, "size")
    longer = check_int(size, "size")
    return tuple(max(1, round(side * longer / max(shape))) for side in shape)


def _resize_channel(channel, height, width):
    values = channel if channel.dtype == np.uint8 else channel.astype(np.float32)
    resized = Image.fromarray(values).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(resized).astype(channel.dtype)

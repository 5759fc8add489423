"""Pictures are turned as a viewer turns them: any orientation, in any format and mode."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms, features
from PIL.PngImagePlugin import PngInfo

from minidl.datasets import read_image

TURNS = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, -1),
    7: lambda p: np.rot90(p, 2).swapaxes(0, 1),
    8: lambda p: np.rot90(p),
}  # from what is stored to what is seen
GREY = np.add.outer(np.arange(20) * 6, np.arange(30) * 4).astype(np.uint8)
COLOUR = np.stack([GREY, 255 - GREY, np.roll(GREY, 5, axis=1)], axis=-1)
ORIENTATION = 0x0112


def picture(mode):
    """A picture of 20 × 30 pixels in one of Pillow's modes."""
    grey, colour, alpha = (Image.fromarray(a) for a in (GREY, COLOUR, GREY // 2 + 90))
    if mode in ("LA", "RGBA", "PA"):
        made = {"LA": grey, "RGBA": colour, "PA": colour.quantize(16).convert("PA")}[mode].copy()
        made.putalpha(alpha)
        return made
    if mode == "I;16B":
        return Image.frombytes(mode, grey.size, (GREY.astype(">u2") * 257).astype(">u2").tobytes())
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(colour, *profiles, outputMode="LAB")
    wide = {"I;16": np.uint16(257), "I": np.int32(257), "F": np.float32(0.003)}
    if mode in wide:
        return Image.fromarray(GREY * wide[mode])
    if mode == "P":
        return colour.quantize(16)
    return (grey if mode == "1" else colour).convert(mode)


def check_turns(path, write):
    """``write(orientation)`` writes the file; the one without an orientation is seen as stored."""
    write(None)
    stored = read_image(path)
    assert stored.shape == (20, 30, 3)
    for orientation, turn in TURNS.items():
        write(orientation)
        seen = read_image(path)
        np.testing.assert_array_equal(seen, turn(stored), err_msg=f"orientation {orientation}")


ALL = "1 L LA P PA RGB RGBA CMYK YCbCr I;16 I;16B I F LAB"
CASES = {
    "png": ("1 L LA P RGB RGBA I;16", [{}]),
    "jpg": ("L RGB CMYK YCbCr", [{}, {"progressive": True}]),
    "tif": (ALL, [{}, {"compression": "tiff_lzw"}, {"compression": "tiff_adobe_deflate"}]),
    "webp": ("L RGB RGBA", [{}, {"lossless": True}]),
    "avif": ("L RGB RGBA", [{}]),
}


@pytest.mark.parametrize(
    ("suffix", "mode", "options"),
    [
        pytest.param(
            suffix, mode, options, id=" ".join([suffix, mode, *map(str, options.values())])
        )
        for suffix, (modes, every) in CASES.items()
        for options in every
        for mode in modes.split()
    ],
)
def test_every_orientation(tmp_path, suffix, mode, options):
    if suffix == "avif" and not features.check("avif"):
        pytest.skip("this Pillow does not know AVIF")
    path, made = tmp_path / f"a.{suffix}", picture(mode)

    def write(orientation):
        exif = Image.Exif()
        if orientation is not None:
            exif[ORIENTATION] = orientation
        made.save(path, exif=exif, **options)

    check_turns(path, write)


def tiff(pixels, orientation, order, tile):
    """The bytes of an uncompressed TIFF: in one strip, or in tiles of ``tile`` pixels a side."""
    height, width = pixels.shape[:2]
    samples = pixels.shape[2] if pixels.ndim == 3 else 1
    if tile:
        tops, lefts = range(0, height, tile), range(0, width, tile)
        edges = [(0, -height % tile), (0, -width % tile), (0, 0)][: pixels.ndim]
        padded = np.pad(pixels, edges)
        blocks = [padded[y : y + tile, x : x + tile].tobytes() for y in tops for x in lefts]
    else:
        blocks = [pixels.tobytes()]
    offsets = [8 + sum(map(len, blocks[:k])) for k in range(len(blocks))]
    counts = [len(block) for block in blocks]
    tags = {256: [width], 257: [height], 258: [8] * samples, 259: [1], 262: [1 + (samples == 3)]}
    tags |= {274: [orientation]} if orientation else {}
    tags |= {277: [samples]}
    tags |= {322: [tile], 323: [tile], 324: offsets, 325: counts} if tile else {}
    tags |= {} if tile else {273: offsets, 278: [height], 279: counts}
    return _file(order, b"".join(blocks), dict(sorted(tags.items())))


def _file(order, data, tags):
    start = 8 + len(data)
    behind, entries = b"", b""
    place = start + 2 + 12 * len(tags) + 4
    for tag, values in tags.items():
        packed = struct.pack(f"{order}{len(values)}I", *values)
        if len(values) > 1:
            where, behind = place + len(behind), behind + packed
            packed = struct.pack(f"{order}I", where)
        entries += struct.pack(f"{order}HHI", tag, 4, len(values)) + packed
    mark = b"II" if order == "<" else b"MM"
    header = mark + struct.pack(f"{order}HI", 42, start)
    return header + data + struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + behind


@pytest.mark.parametrize("pixels", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("tile", [0, 16])
def test_tiffs_of_other_programs(tmp_path, pixels, order, tile):
    path = tmp_path / "a.tif"
    check_turns(path, lambda orientation: path.write_bytes(tiff(pixels, orientation, order, tile)))
    path.write_bytes(tiff(pixels, None, order, tile))
    seen = read_image(path)
    np.testing.assert_array_equal(seen if pixels.ndim == 3 else seen[..., 0], pixels)


XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="{}"/></x:xmpmeta>'


def with_xmp(path, xmp, exif):
    """Write a picture with an orientation in XMP and perhaps one in EXIF."""
    text, options = XMP.format(xmp), {}
    if path.suffix == ".png":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", text)
    else:
        options["xmp"] = text.encode("utf-8")
    if exif is not None:
        options["exif"] = Image.Exif()
        options["exif"][ORIENTATION] = exif
    Image.fromarray(COLOUR).save(path, **options)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_orientation_in_xmp(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    check_turns(path, lambda orientation: with_xmp(path, orientation or 1, None))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_exif_has_the_last_word(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    with_xmp(path, 1, None)
    stored = read_image(path)
    with_xmp(path, 6, 3)
    np.testing.assert_array_equal(read_image(path), TURNS[3](stored))
    with_xmp(path, 6, 1)
    np.testing.assert_array_equal(read_image(path), stored)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_orientations_that_mean_nothing(tmp_path, suffix, orientation):
    path, exif = tmp_path / f"a.{suffix}", Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(GREY).save(path, exif=exif)
    assert read_image(path).shape == (20, 30, 3)

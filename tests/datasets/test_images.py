"""Pictures of every kind that a reader may own, and files that are none."""

import io
import re
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from minidl.datasets.images import MAX_PIXELS, read_folder, read_image, resize, save_image, shrink

GREY = np.arange(12 * 20, dtype=np.uint8).reshape(12, 20)
COLOUR = np.stack([GREY, np.full_like(GREY, 100), 255 - GREY], axis=-1)


def grey_rgb(grey):
    return np.repeat(grey[..., None], 3, axis=-1)


def saved(folder, picture, name, **options):
    path = folder / name
    picture.save(path, **options)
    return path


def test_rgb_is_exact(tmp_path):
    pixels = read_image(saved(tmp_path, Image.fromarray(COLOUR), "a.png"))
    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable
    np.testing.assert_array_equal(pixels, COLOUR)


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        (GREY, "a.png", GREY),
        (GREY.astype(np.uint16) * 257, "a.png", GREY),
        (GREY.astype(np.uint16) * 257, "a.tif", GREY),
        (GREY.astype(np.int32), "a.tif", GREY),
        (GREY.astype(np.int32) * 257, "a.tif", GREY),
        (GREY.astype(np.int32) * 70000 - 900, "a.tif", np.rint(GREY * (255 / 239))),
        (GREY.astype(np.float32) / 255, "a.tif", GREY),
        (GREY.astype(np.float32), "a.tif", GREY),
        (GREY.astype(np.float32) * -3, "a.tif", np.rint((239.0 - GREY) * (255 / 239))),
        (np.full((3, 4), 7e5, np.float32), "a.tif", np.zeros((3, 4))),
        (np.array([[np.nan, np.inf, 1.0]], np.float32), "a.tif", np.array([[0, 0, 255]])),
        (GREY > 100, "a.png", (GREY > 100) * 255),
    ],
)
def test_greys_of_any_depth(tmp_path, values, name, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels = read_image(saved(tmp_path, Image.fromarray(values), name))
    np.testing.assert_array_equal(pixels, grey_rgb(expected))


def test_big_endian_16_bit(tmp_path):
    wide = (GREY.astype(np.uint16) * 257).astype(">u2")
    picture = Image.frombytes("I;16B", (20, 12), wide.tobytes())
    np.testing.assert_array_equal(read_image(saved(tmp_path, picture, "a.tif")), grey_rgb(GREY))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_on_white(tmp_path, mode):
    picture = Image.fromarray(COLOUR if mode == "RGBA" else GREY).convert(mode)
    alpha = np.zeros((12, 20), np.uint8)
    alpha[:, 10:] = 255
    alpha[:, 9] = 51  # a fifth
    picture.putalpha(Image.fromarray(alpha))
    pixels = read_image(saved(tmp_path, picture, "a.png")).astype(int)
    opaque = COLOUR if mode == "RGBA" else grey_rgb(GREY)
    assert (pixels[:, :9] == 255).all()
    np.testing.assert_array_equal(pixels[:, 10:], opaque[:, 10:])
    np.testing.assert_allclose(pixels[:, 9], 255 + (opaque[:, 9] - 255.0) / 5, atol=1)


def test_palette_with_a_transparent_entry(tmp_path):
    picture = Image.fromarray((GREY > 100).astype(np.uint8), mode=None).convert("P")
    picture.putpalette([10, 20, 30, 200, 100, 50])
    pixels = read_image(saved(tmp_path, picture, "a.png", transparency=0))
    assert (pixels[GREY <= 100] == 255).all()
    assert (pixels[GREY > 100] == (200, 100, 50)).all()


def test_opaque_palette(tmp_path):
    picture = Image.fromarray((GREY > 100).astype(np.uint8)).convert("P")
    picture.putpalette([10, 20, 30, 200, 100, 50])
    pixels = read_image(saved(tmp_path, picture, "a.gif"))
    assert (pixels[GREY <= 100] == (10, 20, 30)).all()
    assert (pixels[GREY > 100] == (200, 100, 50)).all()


def test_cmyk_ycbcr_and_lab(tmp_path):
    picture = Image.fromarray(COLOUR)
    lab = ImageCms.profileToProfile(
        picture, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    for other, tolerance in (
        (picture.convert("CMYK"), 1),
        (picture.convert("YCbCr"), 4),
        (lab, 30),  # eight bits of LAB hold saturated colours badly
    ):
        pixels = read_image(saved(tmp_path, other, f"{other.mode}.tif")).astype(int)
        assert np.abs(pixels - COLOUR).max() <= tolerance, other.mode


def test_damaged_exif_is_ignored(tmp_path):
    path = saved(
        tmp_path, Image.fromarray(COLOUR), "a.png", exif=b"Exif\0\0" + b"MM\0*\xff\xff\xff"
    )
    np.testing.assert_array_equal(read_image(path), COLOUR)


def test_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("RGB", (5, 4), colour) for colour in ("red", "blue")]
    path = saved(tmp_path, frames[0], "a.gif", save_all=True, append_images=frames[1:])
    assert (read_image(path) == (255, 0, 0)).all()


def test_max_size_shrinks_and_never_enlarges(tmp_path):
    path = saved(tmp_path, Image.fromarray(COLOUR), "a.png")
    assert read_image(path, max_size=10).shape == (6, 10, 3)
    assert read_image(path, max_size=1).shape == (1, 1, 3)
    np.testing.assert_array_equal(read_image(path, max_size=500), COLOUR)
    with pytest.raises(ValueError, match="at least 1"):
        read_image(path, max_size=0)


def png(folder, width, height, data):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path = folder / "made.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize("side", [9_200, 12_000, 60_000])
def test_a_header_that_promises_too_much(tmp_path, side):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match=rf"made\.png.*at most {MAX_PIXELS:,}.*[Ss]hrink"):
            read_image(png(tmp_path, side, side, zlib.compress(b"\0" * 1000)))


def test_broken_compressed_data(tmp_path):
    with pytest.raises(ValueError, match=r"made\.png.*cannot be decoded"):
        read_image(png(tmp_path, 8, 8, b"no zlib stream"))


@pytest.mark.parametrize("format", ["png", "jpg", "gif", "tif", "bmp", "webp"])
def test_truncated_files(tmp_path, format):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = saved(tmp_path, Image.fromarray(noise), f"whole.{format}")
    whole = path.read_bytes()
    for part in (0.05, 0.3, 0.6, 0.9):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(ValueError, match=r"whole\."):
            read_image(path)


def test_files_that_are_no_pictures(tmp_path):
    text = tmp_path / "notes.jpg"
    text.write_text("not a picture at all", encoding="utf-8")
    empty = tmp_path / "empty.png"
    empty.touch()
    with pytest.raises(ValueError, match=r"notes\.jpg.*not a picture.*JPEG or PNG"):
        read_image(text)
    with pytest.raises(ValueError, match=r"empty\.png.*empty"):
        read_image(empty)
    with pytest.raises(ValueError, match=r"there is no picture at .*gone\.png"):
        read_image(tmp_path / "gone.png")
    with pytest.raises(ValueError, match=r"is a folder.*read_folder"):
        read_image(tmp_path)


def test_folder_in_a_settled_order_with_bad_files_reported(tmp_path):
    (tmp_path / "people b").mkdir()
    (tmp_path / ".hidden").mkdir()
    picture = Image.fromarray(COLOUR)
    for name in ("z.png", "a.jpg", "people b/m.png", ".hidden/x.png", ".y.png"):
        picture.save(tmp_path / name)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    messages = []
    found = list(read_folder(tmp_path, max_size=10, report=messages.append))
    assert [name for name, _ in found] == ["a.jpg", "people b/m.png", "z.png"]
    assert all(pixels.shape == (6, 10, 3) for _, pixels in found)
    assert len(messages) == 1
    assert "broken.png" in messages[0]
    with pytest.warns(UserWarning, match=r"broken\.png"):
        assert len(list(read_folder(tmp_path))) == 3


def test_folder_that_is_none(tmp_path):
    with pytest.raises(ValueError, match="not a folder"):
        read_folder(tmp_path / "nowhere")


def test_resize_sizes_and_dtypes():
    assert resize(COLOUR, 10).shape == (6, 10, 3)
    assert resize(COLOUR, (7, 9)).shape == (7, 9, 3)
    assert resize(GREY, 40).shape == (24, 40)
    for dtype in (np.uint8, np.float32, np.float64):
        assert resize(COLOUR.astype(dtype), (7, 9)).dtype == dtype


def test_resize_keeps_flat_colour_and_ramps():
    flat = np.full((16, 16, 3), (10, 200, 90), np.uint8)
    assert (resize(flat, (5, 31)) == (10, 200, 90)).all()
    ramp = np.broadcast_to(np.linspace(-3.0, 5.0, 64)[:, None, None], (64, 64, 3))
    small = resize(ramp, 32)
    np.testing.assert_allclose(
        small[4:-4, 0, 0], ramp.reshape(32, 2, 64, 3).mean(1)[4:-4, 0, 0], atol=1e-3
    )


def test_resize_and_shrink_leave_their_argument_alone():
    before = COLOUR.copy()
    same = resize(COLOUR, COLOUR.shape[:2])
    same[:] = 0
    shrink(COLOUR, 5)
    np.testing.assert_array_equal(COLOUR, before)


@pytest.mark.parametrize("size", [0, -3, (4, 0), (4, 4, 4), 2.5, (4.0, 4.0)])
def test_resize_refuses_senseless_sizes(size):
    with pytest.raises((ValueError, TypeError), match="size"):
        resize(COLOUR, size)


def test_resize_refuses_other_arrays():
    with pytest.raises(TypeError, match="int64"):
        resize(COLOUR.astype(np.int64), 4)
    with pytest.raises(ValueError, match=r"\(5,\)"):
        resize(np.zeros(5, np.uint8), 4)
    with pytest.raises(ValueError, match=r"\(0, 4\)"):
        resize(np.zeros((0, 4), np.uint8), 4)


def test_save_and_read_again(tmp_path):
    save_image(COLOUR, tmp_path / "a picture.png")
    save_image(GREY, str(tmp_path / "grey.PNG"))
    np.testing.assert_array_equal(read_image(tmp_path / "a picture.png"), COLOUR)
    np.testing.assert_array_equal(read_image(tmp_path / "grey.PNG"), grey_rgb(GREY))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a picture.png", "grey.PNG"]


def test_save_interrupted_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    save_image(COLOUR, path)

    def half(self, file, **options):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", half)
    with pytest.raises(KeyboardInterrupt):
        save_image(COLOUR[::2], path)
    np.testing.assert_array_equal(read_image(path), COLOUR)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_save_refuses_what_it_cannot_save(tmp_path):
    with pytest.raises(TypeError, match=r"float64.*np\.clip"):
        save_image(COLOUR / 255, tmp_path / "a.png")
    for path in (tmp_path / "a.png", "a.png"):
        with pytest.raises(TypeError, match="picture first"):
            save_image(path, COLOUR)
    with pytest.raises(ValueError, match=r"\(12, 20, 2\)"):
        save_image(COLOUR[..., :2], tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"\.png or \.jpg"):
        save_image(COLOUR, tmp_path / "a.picture")
    with pytest.raises(ValueError, match="does not exist"):
        save_image(COLOUR, tmp_path / "gone" / "a.png")


def test_bytes_of_a_picture_survive_random_damage(tmp_path):
    """Whatever is wrong in a file, the outcome is a picture or one ValueError."""
    rng = np.random.default_rng(1)
    for format in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"):
        buffer = io.BytesIO()
        Image.fromarray(COLOUR).save(buffer, format=format)
        whole = np.frombuffer(buffer.getvalue(), np.uint8)
        for _ in range(60):
            damaged = whole.copy()
            damaged[rng.integers(0, len(whole), 6)] = rng.integers(0, 256, 6)
            path = tmp_path / "found on a disk"
            path.write_bytes(damaged.tobytes())
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    pixels = read_image(path)
            except ValueError as error:
                assert re.search("found on a disk.*(damaged|not a picture|at most)", str(error))
            else:
                assert pixels.ndim == 3
                assert pixels.dtype == np.uint8

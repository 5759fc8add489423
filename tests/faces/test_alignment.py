"""Alignment: similarities recovered exactly, chips read at the right places, people told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl import zoo
from minidl.faces.alignment import CHIP, EYES, TEMPLATE, align, similarity

ANGLES, SCALES, SHIFTS = st.floats(-3, 3), st.floats(0.05, 20), st.floats(-500, 500)

# Centres of the eyes on the portraits, (x, y), the one on the picture's left first.
PORTRAITS = {
    "obama": ((444, 216), (549, 216)),
    "obama2": ((254, 374), (372, 384)),
    "obama3": ((735, 390), (858, 404)),
    "biden": ((533, 326), (650, 352)),
    "grace_hopper": ((222, 196), (306, 188)),
    "astronaut": ((204, 102), (246, 104)),
}


def moved(points: np.ndarray, a: complex, b: complex) -> np.ndarray:
    z = a * (points[:, 0] + 1j * points[:, 1]) + b
    return np.stack([z.real, z.imag], axis=1)


@given(ANGLES, SCALES, SHIFTS, SHIFTS)
def test_similarity_is_recovered(angle, scale, dx, dy):
    a, b = scale * np.exp(1j * angle), complex(dx, dy)
    got = similarity(TEMPLATE, moved(TEMPLATE, a, b))
    np.testing.assert_allclose(got, (a, b), rtol=1e-9, atol=1e-9)


def test_similarity_is_the_least_squares_one():
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    a, b = similarity(source, target)

    def error(a, b):
        return ((moved(source, a, b) - target) ** 2).sum()

    steps = [1e-4, -1e-4, 1e-4j, -1e-4j]
    assert all(error(a, b) < min(error(a + s, b), error(a, b + s)) for s in steps)


@pytest.mark.parametrize("angle", [0.0, 0.4, -2.0])
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.9, 3.0, 5.3])
@pytest.mark.parametrize("template", [TEMPLATE, EYES], ids=["five points", "eyes"])
def test_marks_come_to_lie_at_the_template(angle, scale, template):
    """A smooth picture whose red is x and whose green is y tells where each pixel came from."""
    y, x = np.mgrid[:1000, :1000]
    a, b = scale * np.exp(1j * angle), complex(500, 500)
    points = moved(template - 75, a, b)
    for axis, channel in ((0, x), (1, y)):
        image = np.zeros((1000, 1000, 3), np.uint8)
        image[..., 0] = channel // 4
        chip = align(image, points)[..., 0].astype(float) * 4 + 1.5
        columns, rows = np.rint(template).astype(int).T
        exact = moved(np.stack([columns, rows], axis=1) - 75.0, a, b)[:, axis]
        np.testing.assert_allclose(chip[rows, columns], exact, atol=4 + scale)


@pytest.mark.parametrize("angle", [0.4, 1.3, -2.0])  # at 0 rounding is the same in every row
@pytest.mark.parametrize("scale", [0.5, 1.9, 2.1, 3.0, 5.3])
def test_no_chip_is_shifted_by_a_part_of_a_pixel(angle, scale):
    """Rounding hides a small shift in one pixel, but not in the mean of all.

    The picture's red rises and its green falls from left to right: what rounding adds to both does
    not count in their difference.
    """
    ramp = np.zeros((1000, 1000, 3), np.uint8)
    ramp[..., 0] = np.arange(1000) // 4
    ramp[..., 1] = 249 - ramp[..., 0]
    a, b = scale * np.exp(1j * angle), complex(500, 500)
    rows, columns = np.indices((CHIP, CHIP)).reshape(2, -1)
    places = moved(np.stack([columns, rows], axis=1) - 75.0, a, b)
    inside = ((places > 20) & (places < 980)).all(axis=1)
    for axis, image in enumerate((ramp, ramp.transpose(1, 0, 2))):
        red, green, _ = align(image, moved(TEMPLATE - 75, a, b)).reshape(-1, 3).T.astype(float)
        found = 2 * (red - green + 249) + 1.5
        assert abs((found - places[:, axis])[inside].mean()) < 0.05


def test_picture_that_needs_no_change_keeps_every_pixel():
    image = np.random.default_rng(0).integers(0, 256, (CHIP, CHIP, 3), dtype=np.uint8)
    np.testing.assert_array_equal(align(image, TEMPLATE), image)


def test_half_a_pixel_averages_two():
    image = np.zeros((CHIP, CHIP, 3), np.uint8)
    image[:, 80:] = 200
    chip = align(image, TEMPLATE + (0.5, 0))
    assert chip[75, 78, 0] == 0
    assert chip[75, 79, 0] == 100
    assert chip[75, 80, 0] == 200


def test_what_lies_outside_the_picture_is_black():
    chip = align(np.full((60, 60, 3), 255, np.uint8), TEMPLATE)
    assert chip[30, 30].tolist() == [255] * 3
    assert chip[100, 100].tolist() == [0] * 3


def test_small_errors_of_the_points_move_the_chip_little():
    image = np.zeros((400, 400, 3), np.uint8)
    image[100:300, 100:300] = 255
    points = TEMPLATE * 2
    chips = [align(image, points + shift).astype(int) for shift in (0, 0.5)]
    assert np.abs(chips[0] - chips[1]).mean() < 5


@pytest.mark.parametrize(
    ("image", "points", "error", "message"),
    [
        (np.zeros((9, 9, 3)), TEMPLATE, TypeError, "uint8 pixels 0…255, got float64"),
        (np.zeros((9, 9), np.uint8), TEMPLATE, ValueError, r"RGB \(H, W, 3\), got shape \(9, 9\)"),
        (np.zeros((0, 9, 3), np.uint8), TEMPLATE, ValueError, "RGB"),
        (np.zeros((9, 9, 3), np.uint8), TEMPLATE[:3], ValueError, r"got \(3, 2\)"),
        (np.zeros((9, 9, 3), np.uint8), np.ones((5, 2)), ValueError, "coincide"),
        (np.zeros((9, 9, 3), np.uint8), TEMPLATE * np.nan, ValueError, "finite"),
    ],
)
def test_refusals(image, points, error, message):
    with pytest.raises(error, match=message):
        align(image, points)


def test_similarity_refuses_unequal_numbers_and_one_place():
    with pytest.raises(ValueError, match="5 and 2 points"):
        similarity(TEMPLATE, EYES)
    with pytest.raises(ValueError, match="two different points"):
        similarity(np.ones((3, 2)), TEMPLATE[:3])


@pytest.mark.slow
def test_same_person_below_the_threshold_different_persons_above():
    """From the photographs and the given eye centres, by the real network."""
    chips = [align(zoo.photo(name), eyes) for name, eyes in PORTRAITS.items()]
    descriptors = zoo.face_resnet().describe(np.stack(chips))
    distances = np.linalg.norm(descriptors[:, None] - descriptors, axis=-1)
    person = np.array([name.rstrip("0123456789") for name in PORTRAITS])
    same = person[:, None] == person
    assert distances[same].max() < 0.6 < distances[~same].min()
